namespace ContainerTrust.Engine.Images;

/// <summary>Bounds on what an image's place may make us read, as containers/image has them.</summary>
internal static class ImageLimits
{
    /// <summary>The largest manifest or index, in bytes.</summary>
    public const int ManifestBytes = 4 * 1024 * 1024;

    /// <summary>The largest signature, in bytes.</summary>
    public const int SignatureBytes = 4 * 1024 * 1024;

    /// <summary>
    /// The largest size of all signatures of one manifest together, in bytes. (The reference has no such limit; it judges one image at a
    /// time.)
    /// </summary>
    public const int SignaturesBytes = 16 * 1024 * 1024;

    /// <summary>The most signatures of one manifest that are read.</summary>
    public const int Signatures = 128;
}
