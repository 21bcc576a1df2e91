using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>Everything about an image that a verdict depends on.</summary>
internal sealed record ImageToJudge
{
    /// <summary>
    /// What the user asked for, with exactly one of tag and digest. Null for transports whose images have no docker reference.
    /// </summary>
    public required DockerReference? Reference { get; init; }

    /// <summary>
    /// The manifest. Whoever made this has checked that it is the one that <see cref="Reference"/>'s digest names, if it names one.
    /// </summary>
    public required JudgedManifest Manifest { get; init; }

    /// <summary>The signatures that were found for it, none of them verified.</summary>
    public required IReadOnlyList<SignatureBlob> UntrustedSignatures { get; init; }

    /// <summary>Where signatures were looked for, for the reason why there are none. Empty if nowhere.</summary>
    public IReadOnlyList<string> SearchedStores { get; init; } = [];

    /// <summary>
    /// Why sigstore signatures that the registry may have were not looked for, a sentence; null if they were, or if there is no registry.
    /// </summary>
    public string? AttachmentsHint { get; init; }

    /// <summary>
    /// Whether bundles of sigstore count: for keys in the policy's place. No policy accepts one, as podman and skopeo do not read them.
    /// </summary>
    public bool TakesBundles { get; init; }

    /// <summary>The time at which keys and signatures must be valid.</summary>
    public required DateTimeOffset Now { get; init; }
}
