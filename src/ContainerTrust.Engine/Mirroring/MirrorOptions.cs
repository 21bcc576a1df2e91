using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>What is asked of a mirror.</summary>
public sealed record MirrorOptions
{
    /// <summary>
    /// The mirror: a registry and a path, below which oc-mirror's repositories are, or the one repository of <c>oc adm release mirror</c>.
    /// </summary>
    public required string Mirror { get; init; }

    /// <summary>The repository of release images, where it is not one of those that the mirror implies. Null to find it.</summary>
    public string? ReleaseRepository { get; init; }

    /// <summary>The repository of components, where it is not one of those that the mirror implies. Null to find it.</summary>
    public string? ComponentRepository { get; init; }

    /// <summary>
    /// The repository that the release image comes from, for the copy commands and for what signatures must name. Null for that of the
    /// release, or for what its components tell where the release is given by its name in the mirror.
    /// </summary>
    public string? SourceRepository { get; init; }

    /// <summary>The version whose demands count. Null for the release's own.</summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>OpenPGP key files that the release image's signature is verified with. Null: it only has to be there.</summary>
    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>PEM public keys that sigstore attachments are verified with. Null: they only have to be there.</summary>
    public IReadOnlyList<string>? SigstoreKeyPaths { get; init; }

    /// <summary>Whether a signature that exists is enough where no key is given: <see cref="ReleaseMirrorStatus.Complete"/>.</summary>
    public bool SkipSignatureCheck { get; init; }

    /// <summary>How registries are reached, where the release image's OpenPGP signatures are, and the time for one image.</summary>
    public required VerificationOptions Verification { get; init; }
}
