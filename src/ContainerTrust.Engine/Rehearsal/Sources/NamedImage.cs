namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>An image that something on a host names.</summary>
/// <param name="Name">The name, as it is written there. Empty where the name is not known.</param>
/// <param name="Owner">What names it: <c>container web</c>.</param>
internal sealed record NamedImage(string Name, string Owner)
{
    /// <summary>Whether the host has it already.</summary>
    public bool IsPresent { get; init; }

    /// <summary>Digests of what the host has under this name, the image's own first.</summary>
    public IReadOnlyList<string> StoredDigests { get; init; } = [];

    /// <summary>Why no policy can be asked about it. Null if one can.</summary>
    public string? Problem { get; init; }
}

/// <summary>What was found in one place.</summary>
/// <param name="Images">The images.</param>
/// <param name="Files">Further files that name images, as they are written.</param>
internal sealed record FoundImages(IReadOnlyList<NamedImage> Images, IReadOnlyList<string> Files)
{
    public static FoundImages Of(IReadOnlyList<NamedImage> images) => new(images, []);
}
