using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// An image in a directory (<c>dir:</c>, containers-transports(5)): <c>manifest.json</c>, <c>signature-1</c>…, blobs by the hex of their
/// digest, and for the instances of a multi-arch image <c>HEX.manifest.json</c>, <c>HEX.signature-1</c>…. Where a digest is not SHA-256,
/// <c>algorithm-HEX</c> stands for HEX.
/// </summary>
internal sealed class DirectoryImageSource : IImageSource
{
    private const int MaxVersionBytes = 4096;
    private const string VersionPrefix = "Directory Transport Version: ";
    private static readonly (int Major, int Minor) NewestVersion = (1, 2);

    private readonly ImageFiles _files;

    /// <summary>Names the directory; nothing is read yet.</summary>
    /// <param name="host">Where the directory is.</param>
    /// <param name="path">The directory, an absolute path.</param>
    /// <exception cref="TrustException"><c>PathNotAbsolute</c>.</exception>
    public DirectoryImageSource(ITrustHost host, string path)
    {
        ArgumentNullException.ThrowIfNull(host);
        DirectoryPath = AbsolutePath.Require(path, "the image's directory");
        Name = "dir:" + path;
        _files = new ImageFiles(host, path, Name);
    }

    /// <summary>
    /// The directory as it was given. The policy is looked up by it with its links resolved (<see cref="ITrustHost.ResolvePath"/>).
    /// </summary>
    public string DirectoryPath { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> SignatureStores => [Name];

    /// <inheritdoc/>
    /// <remarks>
    /// Error ids: <c>ManifestNotFound</c>, <c>ManifestDigestMismatch</c>, <c>InvalidDigest</c>, <c>InvalidManifest</c>,
    /// <c>ImageDirectoryVersion</c>, and those of <see cref="ITrustHost.TryReadFile"/>.
    /// </remarks>
    public Task<ImageManifest> GetManifestAsync(string? instanceDigest, CancellationToken cancellationToken) => ImageFiles.Run(
        () =>
        {
            RequireVersion();
            string file = instanceDigest is null ? "manifest.json" : FileName(instanceDigest) + ".manifest.json";
            ReadOnlyMemory<byte> content = _files.Read(
                file,
                ImageLimits.ManifestBytes,
                "ManifestNotFound",
                instanceDigest is null ? "manifest" : $"manifest {instanceDigest}");
            if (instanceDigest is not null && !ManifestDigest.Matches(content.Span, instanceDigest))
                throw _files.Mismatch("ManifestDigestMismatch", file, instanceDigest);
            string guess = ManifestShape.Read(content.Span).GuessedMediaType;
            return new ImageManifest(content, guess.Length == 0 ? null : guess, _files.PathOf(file));
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Error ids: <c>TooManySignatures</c>, <c>InvalidDigest</c>, and those of <see cref="ITrustHost.TryReadFile"/>.</remarks>
    public Task<SourceSignatures> GetSignaturesAsync(string? instanceDigest, string manifestDigest,
        CancellationToken cancellationToken) => ImageFiles.Run<SourceSignatures>(
        () =>
        {
            string prefix = instanceDigest is null ? "" : FileName(instanceDigest) + ".";
            List<SignatureBlob> signatures = [];
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string file = string.Create(CultureInfo.InvariantCulture, $"{prefix}signature-{signatures.Count + 1}");
                if (_files.TryRead(file, ImageLimits.SignatureBytes) is not { } content)
                    return new SourceSignatures(signatures);
                if (signatures.Count == ImageLimits.Signatures)
                {
                    throw new TrustException(
                        "TooManySignatures",
                        TrustErrorKind.LimitsExceeded,
                        $"{Name} has more than {ImageLimits.Signatures} signatures of one manifest; remove those that are not "
                            + "needed.")
                    {
                        Target = DirectoryPath,
                    };
                }

                signatures.Add(new SignatureBlob(_files.PathOf(file), content));
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Error ids: <c>BlobNotFound</c>, <c>BlobDigestMismatch</c>, <c>InvalidDigest</c>, and those of
    /// <see cref="ITrustHost.TryReadFile"/>.
    /// </remarks>
    public Task<byte[]> GetBlobAsync(string digest, long maxBytes, CancellationToken cancellationToken) =>
        ImageFiles.Run(() => _files.ReadBlob(FileName(digest), digest, maxBytes), cancellationToken);

    // Digests of the default algorithm are named by their digits alone.
    private string FileName(string untrustedDigest)
    {
        ImageDigest.Require(untrustedDigest, Name);
        (string algorithm, string hex) = ImageDigest.Split(untrustedDigest);
        return algorithm == "sha256" ? hex : $"{algorithm}-{hex}";
    }

    // The file is missing in very old directories, and was not looked at by releases before 2026.
    private void RequireVersion()
    {
        if (_files.TryRead("version", MaxVersionBytes) is not { } content)
            return;
        string text = Encoding.UTF8.GetString(content.Span);
        string[] parts = text.StartsWith(VersionPrefix, StringComparison.Ordinal) && text.EndsWith('\n')
            ? text[VersionPrefix.Length..^1].Split('.') : [];
        if (parts.Length != 2 || !IsPlain(parts[0], out int major) || !IsPlain(parts[1], out int minor)
            || (major, minor).CompareTo(NewestVersion) > 0)
        {
            throw new TrustException(
                "ImageDirectoryVersion",
                TrustErrorKind.NotSupported,
                $"{_files.PathOf("version")} says '{Printable.Of(text, Printable.NameLength).TrimEnd()}', " +
                "which is not a version of image directories that is known; " +
                $"the newest is {VersionPrefix}{NewestVersion.Major}.{NewestVersion.Minor}.")
            {
                Target = _files.PathOf("version"),
            };
        }
    }

    private static bool IsPlain(string digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number.ToString(CultureInfo.InvariantCulture) == digits;
}
