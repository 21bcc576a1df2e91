using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>Where verified signatures are saved, and by what they are verified.</summary>
public sealed record SaveOptions
{
    /// <summary>A directory of this machine for a lookaside store. Null for none.</summary>
    public string? StoreDirectory { get; init; }

    /// <summary>A directory of this machine for ConfigMaps of OpenShift. Null for none.</summary>
    public string? ConfigMapDirectory { get; init; }

    /// <summary>A directory of this machine for an OCI layout with sigstore attachments. Null for none.</summary>
    public string? LayoutDirectory { get; init; }

    /// <summary>OpenPGP key files. Null, and no <see cref="SigstoreKeyPaths"/>: the policy decides.</summary>
    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>PEM public keys of those who sign with sigstore. Null, and no <see cref="KeyPaths"/>: the policy decides.</summary>
    public IReadOnlyList<string>? SigstoreKeyPaths { get; init; }

    /// <summary>The version of OpenShift whose demands on a release count. Null for the release's own.</summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>Whether all is fetched again, and files are replaced that are not as they are written here.</summary>
    public bool Force { get; init; }

    /// <summary>Whether nothing is written.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>
    /// How registries are reached, which names signatures must have, where OpenPGP signatures are, and the time for one image.
    /// </summary>
    public required VerificationOptions Verification { get; init; }
}
