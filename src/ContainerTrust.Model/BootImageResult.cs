namespace ContainerTrust;

/// <summary>Whether the operating system that a host boots next comes from an image that is verified.</summary>
public enum BootImageStatus
{
    /// <summary>It could not be found out.</summary>
    NotChecked,

    /// <summary>Every policy that decides asks for a signature, and the image has it.</summary>
    Verified,

    /// <summary>A policy that decides accepts the image without a look at signatures.</summary>
    NotVerified,

    /// <summary>A policy that decides refuses the image: the host cannot be updated to it, or not from it any more.</summary>
    Refused,
}

/// <summary>Where the next image is.</summary>
public enum BootImageSource
{
    /// <summary>It is not known.</summary>
    Unknown,

    /// <summary>It was fetched, and is booted next.</summary>
    Staged,

    /// <summary>Nothing was fetched yet: it is what an upgrade would fetch now.</summary>
    Upgrade,

    /// <summary>The system before is booted next.</summary>
    Rollback,
}

/// <summary>What a host in image mode demands of the image that it is updated from, besides what its policy says.</summary>
public enum BootOriginVerification
{
    /// <summary>It is not known.</summary>
    Unknown,

    /// <summary>Nothing: the policy decides alone, also one that accepts everything (<c>ostree-unverified-registry</c>).</summary>
    NotEnforced,

    /// <summary>
    /// A policy whose default does not accept everything (<c>ostree-image-signed</c>, <c>bootc switch --enforce-container-sigpolicy</c>).
    /// </summary>
    ContainerPolicy,

    /// <summary>The signature of a remote of ostree on the commit inside the image (<c>ostree-remote-image</c>).</summary>
    OstreeRemote,
}

/// <summary>A host in image mode, the image that it boots next, and what its policies say of that.</summary>
/// <remarks>Values are as they were read. Views, sentences and <see cref="object.ToString"/> are printable.</remarks>
public sealed record BootImageResult
{
    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The verdict.</summary>
    public required BootImageStatus Status { get; init; }

    /// <summary>Where the next image is.</summary>
    public BootImageSource Source { get; init; }

    /// <summary>The image with its transport, such as <c>docker://quay.io/example/os:latest</c>. Null if it is not known.</summary>
    public string? Image { get; init; }

    /// <summary>The digest of the manifest that was fetched. Null for one that was not fetched yet.</summary>
    public string? Digest { get; init; }

    /// <summary>The origin as ostree writes it, such as <c>ostree-image-signed:docker://quay.io/example/os:latest</c>. Null if it is not
    /// known.</summary>
    public string? Origin { get; init; }

    /// <summary>What the origin demands.</summary>
    public BootOriginVerification OriginVerification { get; init; }

    /// <summary>The verdict by the policy of the booted system, by which images are fetched now. Null if there is none.</summary>
    public ImageSignatureResult? Booted { get; init; }

    /// <summary>
    /// The verdict by the policy that the staged system will have, by which images are fetched once it has been booted. Null if nothing is
    /// staged, or it could not be read.
    /// </summary>
    public ImageSignatureResult? Staged { get; init; }

    /// <summary>Who signed, where a signature was verified.</summary>
    public string[] Signer { get; init; } = [];

    /// <summary>Why, sentences. The first one is the cause of the status.</summary>
    public string[] Reasons
    {
        get;
        init => field = PrintableText.All(value);
    } = [];

    /// <summary>The first of the reasons.</summary>
    public string? Reason => Reasons is { Length: > 0 } ? Reasons[0] : null;

    /// <summary>What to do, a sentence. Null where nothing is to be done.</summary>
    public string? RecommendedAction
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The id of the error by which it was not checked. Null if there was none.</summary>
    public string? ErrorId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{ComputerName}: {Status}{(Image is null ? "" : $" {Image}")}");
}
