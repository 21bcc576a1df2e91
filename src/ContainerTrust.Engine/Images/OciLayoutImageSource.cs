using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// An image in an OCI image layout (<c>oci:PATH[:NAME]</c> or <c>oci:PATH:@INDEX</c>, containers-transports(5)): <c>index.json</c> names
/// manifests, and everything else is a blob under <c>blobs/ALGORITHM/HEX</c>. There are no signatures in a layout.
/// </summary>
internal sealed class OciLayoutImageSource : IImageSource
{
    private const string IndexFile = "index.json";
    private const string RefName = "org.opencontainers.image.ref.name";

    private readonly ImageFiles _files;
    private readonly string? _image;
    private readonly int _position = -1;
    private readonly Lock _lock = new();
    private IReadOnlyList<ManifestDescriptor>? _untrustedIndex;

    /// <summary>Names the layout and an image in it; nothing is read yet.</summary>
    /// <param name="host">Where the layout is.</param>
    /// <param name="path">The layout's directory, an absolute path without a colon.</param>
    /// <param name="name">
    /// The image's name in the layout (<c>org.opencontainers.image.ref.name</c>), or <c>@</c> and its position in <c>index.json</c>, from
    /// 0. Null or empty if the layout has one image only.
    /// </param>
    /// <exception cref="TrustException"><c>PathNotAbsolute</c>, <c>InvalidImageName</c>.</exception>
    public OciLayoutImageSource(ITrustHost host, string path, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        DirectoryPath = AbsolutePath.Require(path, "the image's directory");
        if (path.Contains(':'))
            throw InvalidName(path, "the directory of an OCI layout cannot have a colon in its path");
        Name = string.IsNullOrEmpty(name) ? "oci:" + path : $"oci:{path}:{name}";
        _files = new ImageFiles(host, path, Name);
        if (string.IsNullOrEmpty(name))
            return;
        if (name[0] != '@')
        {
            _image = IsImageName(name) ? name
                : throw InvalidName(name, "it is not an image name (letters and digits, separated by one of -._:@+ or /)");
            return;
        }

        if (!int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _position))
            throw InvalidName(name, "after @ there must be the image's position in index.json, from 0");
    }

    /// <summary>
    /// The directory as it was given. The policy is looked up by it with its links resolved (<see cref="ITrustHost.ResolvePath"/>); the
    /// name takes no part.
    /// </summary>
    public string DirectoryPath { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Takes a reference as it stands behind <c>oci:</c>.</summary>
    /// <param name="host">Where the layout is.</param>
    /// <param name="reference">
    /// <c>PATH</c>, <c>PATH:NAME</c> or <c>PATH:@INDEX</c>; the path is absolute and ends at the first colon.
    /// </param>
    /// <returns>The source; nothing is read yet.</returns>
    /// <exception cref="TrustException"><c>PathNotAbsolute</c>, <c>InvalidImageName</c>.</exception>
    public static OciLayoutImageSource Parse(ITrustHost host, string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        int colon = reference.IndexOf(':');
        return colon < 0 ? new OciLayoutImageSource(host, reference)
            : new OciLayoutImageSource(host, reference[..colon], reference[(colon + 1)..]);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Error ids: <c>ManifestNotFound</c>, <c>ImageNotFound</c>, <c>ImageAmbiguous</c>, <c>ManifestDigestMismatch</c>,
    /// <c>InvalidDigest</c>, <c>InvalidManifest</c>, and those of <see cref="ITrustHost.TryReadFile"/>.
    /// </remarks>
    public Task<ImageManifest> GetManifestAsync(string? instanceDigest, CancellationToken cancellationToken) => ImageFiles.Run(
        () =>
        {
            ManifestDescriptor? descriptor = instanceDigest is null ? Top() : Index().FirstOrDefault(d => d.Digest == instanceDigest);
            string digest = instanceDigest ?? descriptor!.Digest;
            string file = BlobFile(digest);
            ReadOnlyMemory<byte> content = _files.Read(file, ImageLimits.ManifestBytes, "ManifestNotFound", $"manifest {digest}");

            // What a list names must have a digest that a signature could be for; index.json is ours to interpret, and may use any
            // algorithm.
            bool matches = instanceDigest is null
                ? ManifestDigest.Compute(content.Span, ImageDigest.Split(digest).Algorithm) == digest
                : ManifestDigest.Matches(content.Span, digest);
            if (!matches)
                throw _files.Mismatch("ManifestDigestMismatch", file, digest);
            string mediaType = string.IsNullOrEmpty(descriptor?.MediaType) ? ManifestShape.Read(content.Span).GuessedMediaType
                : descriptor.MediaType;
            return new ImageManifest(content, mediaType.Length == 0 ? null : mediaType, _files.PathOf(file));
        },
        cancellationToken);

    /// <summary>No signatures: a layout has no place for them.</summary>
    /// <param name="instanceDigest">Not looked at.</param>
    /// <param name="manifestDigest">Not looked at.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>None.</returns>
    public Task<SourceSignatures> GetSignaturesAsync(string? instanceDigest, string manifestDigest,
        CancellationToken cancellationToken) =>
        ImageFiles.Run(static () => new SourceSignatures([]), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Error ids: <c>BlobNotFound</c>, <c>BlobDigestMismatch</c>, <c>InvalidDigest</c>, and those of
    /// <see cref="ITrustHost.TryReadFile"/>.
    /// </remarks>
    public Task<byte[]> GetBlobAsync(string digest, long maxBytes, CancellationToken cancellationToken) =>
        ImageFiles.Run(() => _files.ReadBlob(BlobFile(digest), digest, maxBytes), cancellationToken);

    private string BlobFile(string untrustedDigest)
    {
        ImageDigest.Require(untrustedDigest, Name);
        (string algorithm, string hex) = ImageDigest.Split(untrustedDigest);
        return $"blobs/{algorithm}/{hex}";
    }

    private IReadOnlyList<ManifestDescriptor> Index()
    {
        lock (_lock)
        {
            return _untrustedIndex ??= ManifestDescriptor.ReadList(
                _files.Read(IndexFile, ImageLimits.ManifestBytes, "ManifestNotFound", "index").Span, _files.PathOf(IndexFile));
        }
    }

    private ManifestDescriptor Top()
    {
        IReadOnlyList<ManifestDescriptor> index = Index();
        if (_position >= 0)
        {
            return _position < index.Count
                ? index[_position]
                : throw new TrustException(
                    "ImageNotFound",
                    TrustErrorKind.NotFound,
                    $"{Name}: the layout has only {index.Count} images; positions count from 0.")
                {
                    Target = DirectoryPath,
                };
        }

        if (_image is null)
        {
            return index.Count == 1
                ? index[0]
                : throw new TrustException(
                    "ImageAmbiguous",
                    TrustErrorKind.InvalidArgument,
                    $"{Name} has {index.Count} images, not one; choose one by name or position: {Choices(index)}.")
                {
                    Target = DirectoryPath,
                };
        }

        string? unsupported = null;
        foreach (ManifestDescriptor descriptor in index)
        {
            if (descriptor.RefName != _image)
                continue;
            if (descriptor.MediaType is ManifestMediaType.OciManifest or ManifestMediaType.OciIndex or ManifestMediaType.DockerSchema2
                or ManifestMediaType.DockerList)
                return descriptor;
            unsupported ??= descriptor.MediaType;
        }

        throw new TrustException("ImageNotFound", TrustErrorKind.NotFound, unsupported is null
            ? $"{Name}: the layout has no image of that name; it has {Choices(index)}."
            : $"{Name}: what the layout has by that name is of type '{Printable.Of(unsupported, Printable.NameLength)}' and no image.")
        {
            Target = DirectoryPath,
        };
    }

    private static string Choices(IReadOnlyList<ManifestDescriptor> index)
    {
        const int Shown = 20;
        string list = string.Join(", ", index.Take(Shown)
            .Select(static (d, i) => string.IsNullOrEmpty(d.RefName) ? $"@{i}"
            : $"@{i} '{Printable.Of(d.RefName, Printable.NameLength)}'"));
        return index.Count == 0 ? "none" : index.Count > Shown ? list + ", …" : list;
    }

    // component *('/' component), component = alphanum *(separator alphanum), separator = one of -._:@+ or "--".
    private static bool IsImageName(string name)
    {
        foreach (Range range in name.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> component = name.AsSpan(range);
            if (component.IsEmpty || !char.IsAsciiLetterOrDigit(component[0]) || !char.IsAsciiLetterOrDigit(component[^1]))
                return false;
            for (int i = 1; i < component.Length - 1; i++)
            {
                if (char.IsAsciiLetterOrDigit(component[i]))
                    continue;
                bool isDouble = component[i] == '-' && component[i - 1] == '-' && char.IsAsciiLetterOrDigit(component[i - 2]);
                if (!"-._:@+".Contains(component[i]) || (!char.IsAsciiLetterOrDigit(component[i - 1]) && !isDouble))
                    return false;
            }
        }

        return true;
    }

    private static TrustException InvalidName(string name, string reason) =>
        new("InvalidImageName", TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(name, Printable.NameLength)}' cannot name an image of an OCI layout: {reason}.") { Target = name };
}
