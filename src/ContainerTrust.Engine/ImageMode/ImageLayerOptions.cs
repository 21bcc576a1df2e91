using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>What is put into the image of an operating system.</summary>
public sealed record ImageLayerOptions
{
    /// <summary>The image, as <c>bootc upgrade</c> fetches it: <c>quay.io/example/os:latest</c>.</summary>
    public required string Image { get; init; }

    /// <summary>
    /// Key files of this machine, absolute paths: PEM public keys, as cosign makes them, or OpenPGP keys. With
    /// <see cref="RequirementOptions.AnyKey"/> in mind see <see cref="AnyKey"/>.
    /// </summary>
    public IReadOnlyList<string> KeyPaths { get; init; } = [];

    /// <summary>A signature by one of the keys is enough; otherwise each must have signed.</summary>
    public bool AnyKey { get; init; }

    /// <summary>
    /// Which reference a signature must name. Null for <c>matchRepository</c> with PEM keys, as cosign names no tag, and for the policy
    /// format's own default with OpenPGP keys.
    /// </summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>The URL of the store that OpenPGP signatures are read from. Null for none.</summary>
    public string? SignatureStore { get; init; }

    /// <summary>
    /// What is demanded of images that no scope governs. Null for reject, unless the base image's default is stricter than accepting
    /// everything already.
    /// </summary>
    public TrustRequirement? Default { get; init; }

    /// <summary>The root of the base image, mounted or unpacked on this machine. Null to begin with nothing.</summary>
    public string? BaseRoot { get; init; }

    /// <summary>More entries, which may be what the image itself is trusted by.</summary>
    public IReadOnlyList<ImageTrust> Entries { get; init; } = [];

    /// <summary>
    /// Key files and certificates of this machine, absolute paths, to be put where <see cref="Entries"/> name files of the same name.
    /// </summary>
    public IReadOnlyList<string> KeyFiles { get; init; } = [];

    /// <summary>Whether what is doubtful is taken, with warnings.</summary>
    public bool Force { get; init; }
}
