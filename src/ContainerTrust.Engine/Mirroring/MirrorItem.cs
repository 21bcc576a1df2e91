using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>One image of a release that a mirror is asked for, with the instances of its list.</summary>
public sealed record MirrorItem
{
    /// <summary>What the release image itself is called among the components.</summary>
    public const string ReleaseName = "release";

    /// <summary>The component's name; <see cref="ReleaseName"/> for the release image.</summary>
    public required string Name { get; init; }

    /// <summary>Its digest in the release.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether it is the release image.</summary>
    public bool IsRelease { get; init; }

    /// <summary>The repository that it comes from. Null if that is not known.</summary>
    public DockerReference? Source { get; init; }

    /// <summary>The repository that it should be in.</summary>
    public required DockerReference Repository { get; init; }

    /// <summary>The tag that a copy gets. Null for none: it is then copied by its digest.</summary>
    public string? Tag { get; init; }
}

/// <summary>What a mirror is asked for: the images of one release.</summary>
public sealed record MirrorPlan
{
    /// <summary>The images, the release image first.</summary>
    public required IReadOnlyList<MirrorItem> Items { get; init; }

    /// <summary>The release image by digest.</summary>
    public required string Release { get; init; }

    /// <summary>The release's own name, such as <c>4.22.1</c>. Null if it gives none.</summary>
    public required string? ReleaseName { get; init; }

    /// <summary>The mirror, as it was given.</summary>
    public required string Mirror { get; init; }

    /// <summary>Which signatures are asked for.</summary>
    public required MirrorDemands Demands { get; init; }
}

/// <summary>One answer about a mirror.</summary>
/// <param name="Result">What was found.</param>
/// <param name="Failure">Why it could not be found out. Null unless the status is <see cref="ReleaseMirrorStatus.Unknown"/>.</param>
public sealed record MirrorAnswer(ReleaseMirrorResult Result, TrustException? Failure);
