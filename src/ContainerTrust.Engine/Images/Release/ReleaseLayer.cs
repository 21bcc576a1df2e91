using ContainerTrust.Engine.Formats.Tar;

namespace ContainerTrust.Engine.Images.Release;

/// <summary>What one layer of an image says about <c>release-manifests/image-references</c>.</summary>
/// <param name="Content">The file, if the layer has it.</param>
/// <param name="HidesLower">Whether the layer deletes the file of the layers below (OCI image-spec, layer: whiteouts).</param>
internal sealed record ReleaseLayer(byte[]? Content, bool HidesLower)
{
    /// <summary>The file's path in the image.</summary>
    public const string Path = DirectoryName + "/" + FileName;

    private const string DirectoryName = "release-manifests";
    private const string FileName = "image-references";
    private const string Whiteout = ".wh.";
    private const string Opaque = ".wh..wh..opq";

    /// <summary>Reads a layer to its end: of two files of one name the later counts.</summary>
    /// <exception cref="TrustException"><c>InvalidReleaseContent</c>, <c>LayerTooLarge</c>.</exception>
    public static ReleaseLayer Scan(Stream stream, string name, long maxBytes, CancellationToken cancellationToken)
    {
        var tar = new TarScanner(stream, name, maxBytes);
        byte[]? content = null;
        bool hides = false;
        while (tar.MoveNext(cancellationToken))
        {
            switch (tar.Path)
            {
                case Path:
                    content = tar.IsRegularFile ? tar.ReadContent(ReleaseContent.MaxImageReferencesBytes)
                        : throw tar.Invalid($"{Path} in it is not a regular file");
                    break;
                case DirectoryName when !tar.IsDirectory:
                    throw tar.Invalid($"{DirectoryName} in it is not a directory");
                case Opaque or Whiteout + DirectoryName or DirectoryName + "/" + Opaque or DirectoryName + "/" + Whiteout + FileName:
                    hides = true;
                    break;
                default:
                    break;
            }
        }

        return new ReleaseLayer(content, hides);
    }
}
