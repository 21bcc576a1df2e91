using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images;

/// <summary>The files of an image that is kept in a directory.</summary>
/// <param name="host">Where the files are.</param>
/// <param name="directory">The image's directory, an absolute path.</param>
/// <param name="name">The image's name, for messages.</param>
internal sealed class ImageFiles(ITrustHost host, string directory, string name)
{
    private readonly string _directory = directory.TrimEnd('/');

    /// <summary>The path of a file in the directory.</summary>
    public string PathOf(string file) => $"{_directory}/{file}";

    /// <summary>A file that may be missing.</summary>
    public ReadOnlyMemory<byte>? TryRead(string file, int maxBytes) => host.TryReadFile(PathOf(file), maxBytes)?.Content;

    /// <summary>A file that must be there.</summary>
    /// <exception cref="TrustException">It is not there (the id given), or cannot be read.</exception>
    public ReadOnlyMemory<byte> Read(string file, int maxBytes, string errorId, string what) => TryRead(file, maxBytes)
        ?? throw new TrustException(
            errorId,
            TrustErrorKind.NotFound,
            $"{name} has no {what}: {PathOf(file)} does not exist{Below()}. Check the image's path.")
        {
            Target = PathOf(file),
        };

    private string Below() => OperatingSystem.IsLinux() && host.Underlying is RootDirectoryHost { RootDirectory: var root }
        ? $" in the root directory {root}" : "";

    /// <summary>A blob, checked against its digest.</summary>
    /// <exception cref="TrustException">It is not there, too large, or another one.</exception>
    public byte[] ReadBlob(string file, string digest, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ReadOnlyMemory<byte> content = Read(file, (int)Math.Min(maxBytes, Array.MaxLength), "BlobNotFound", $"blob {digest}");
        return ImageDigest.IsOf(content.Span, digest)
            ? System.Runtime.InteropServices.MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array) && array.Offset == 0
                && array.Count == array.Array!.Length ? array.Array : content.ToArray()
            : throw Mismatch("BlobDigestMismatch", file, digest);
    }

    /// <summary>The error for content that is not what its name says.</summary>
    public TrustException Mismatch(string errorId, string file, string digest) =>
        new(errorId, TrustErrorKind.InvalidData, $"{PathOf(file)} does not have the digest {digest}; the image is damaged. Copy it again.")
            { Target = PathOf(file) };

    /// <summary>Does work that does not wait as a task.</summary>
    public static Task<T> Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            return Task.FromResult(work());
        }
        catch (TrustException e)
        {
            return Task.FromException<T>(e);
        }
    }
}
