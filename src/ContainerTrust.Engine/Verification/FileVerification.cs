using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Verification;

/// <summary>A verification by files of this machine, as <c>skopeo standalone-verify</c> does it. Paths are absolute.</summary>
public sealed record FileVerification
{
    /// <summary>The manifest. Null if only <see cref="ManifestDigest"/> is known.</summary>
    public string? ManifestPath { get; init; }

    /// <summary>The manifest's digest, <c>algorithm:hex</c>. With <see cref="ManifestPath"/>, the digest that it must have.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>The reference that the signature must name. Both are expanded; a tag is never added.</summary>
    public required string Reference { get; init; }

    /// <summary>The signatures; one that is accepted is enough.</summary>
    public required IReadOnlyList<string> SignaturePaths { get; init; }

    /// <summary>OpenPGP key files.</summary>
    public required IReadOnlyList<string> KeyPaths { get; init; }

    /// <summary>Only signatures by these keys count. Null or empty for any key of the files.</summary>
    public IReadOnlyList<string>? Fingerprints { get; init; }

    /// <summary>The release whose verdict is given, as in <see cref="VerificationOptions.As"/>. Null for none in particular.</summary>
    public string? As { get; init; }

    /// <summary>The time at which keys and signatures must be valid. Null for now.</summary>
    public DateTimeOffset? Now { get; init; }
}
