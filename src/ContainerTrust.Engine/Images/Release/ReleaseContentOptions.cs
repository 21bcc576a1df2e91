namespace ContainerTrust.Engine.Images.Release;

/// <summary>Bounds and words of <see cref="ReleaseContent.ReadAsync"/>.</summary>
internal sealed record ReleaseContentOptions
{
    /// <summary>
    /// The release image by digest, for <see cref="ReleaseImageContent.Release"/>. Null to make it of the source's name and the
    /// manifest's digest.
    /// </summary>
    public string? Release { get; init; }

    /// <summary>The largest layer that is fetched, in bytes.</summary>
    public long MaxLayerBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>The most bytes that a layer may unpack to.</summary>
    public long MaxUnpackedBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Told what of the release's list is passed over, and why. Null: nobody is.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>Told what is being done. Null: nobody is.</summary>
    public Action<string>? Verbose { get; init; }
}
