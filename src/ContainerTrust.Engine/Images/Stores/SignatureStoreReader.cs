using System.Globalization;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Images.Stores;

/// <summary>
/// Reads signatures out of stores: the lookaside layout of registries.d, and that of the OpenShift release mirrors. A store is a URL
/// (<c>https</c>, <c>http</c>, <c>file</c>) or an absolute path. For many threads at once, if what it was made with is.
/// </summary>
internal sealed class SignatureStoreReader
{
    private const string DefaultSystemStore = "/var/lib/containers/sigstore";
    private const string DefaultUserStore = "/.local/share/containers/sigstore";

    private readonly ITrustHost _host;
    private readonly Func<Uri, int, CancellationToken, Task<byte[]?>> _tryGet;

    /// <summary>Makes a reader.</summary>
    /// <param name="host">Where files are read.</param>
    /// <param name="tryGet">
    /// Fetches a URL, of not more than so many bytes: null if the server says that there is no such file (404), a
    /// <see cref="TrustException"/> for any other failure. The URL has the user name and password that the store was given with; what
    /// becomes of them is the fetcher's decision.
    /// </param>
    public SignatureStoreReader(ITrustHost host, Func<Uri, int, CancellationToken, Task<byte[]?>> tryGet)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(tryGet);
        _host = host;
        _tryGet = tryGet;
    }

    /// <summary>
    /// The store that applies where registries.d names none: <c>/var/lib/containers/sigstore</c> for root,
    /// <c>~/.local/share/containers/sigstore</c> otherwise.
    /// </summary>
    /// <param name="host">The host. One without a current user (a mounted root) is looked at as its root would.</param>
    /// <returns>The store, as a <c>file</c> URL.</returns>
    public static string DefaultStore(ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return StoreUrl.OfPath(HostUser.IsRoot(host) ? DefaultSystemStore : host.HomeDirectory!.TrimEnd('/') + DefaultUserStore);
    }

    /// <summary>
    /// The signatures of a manifest in a lookaside store (containers-registries.d(5), signature-protocols):
    /// <c>STORE/PATH/NAME@ALGORITHM=HEX/signature-N</c> with N from 1 until the first that is missing. The registry's host takes no part.
    /// </summary>
    /// <param name="store">
    /// The store. Nothing is put before the first slash of the rest, and a slash at its end stays, as containers/image does it.
    /// </param>
    /// <param name="image">The image; tag and digest are not looked at.</param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The signatures in order, not verified; empty if there are none.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidSignatureStore</c>, <c>InvalidDigest</c>, <c>TooManySignatures</c> (128 or more, as in the reference), or the store
    /// cannot be read.
    /// </exception>
    public Task<IReadOnlyList<SignatureBlob>> ReadLookasideAsync(string store, DockerReference image, string manifestDigest,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        (string algorithm, string hex) = Split(manifestDigest);
        return ReadAllAsync(SignatureStoreUrl.Parse(store), $"/{image.Path}@{algorithm}={hex}/", cancellationToken);
    }

    /// <summary>The signatures of a manifest in a store that registries.d names.</summary>
    /// <param name="store">The store.</param>
    /// <param name="image">The image; tag and digest are not looked at.</param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As <see cref="ReadLookasideAsync"/>.</returns>
    /// <exception cref="TrustException">
    /// As <see cref="ReadLookasideAsync"/>; also for a path, which podman and skopeo do not read.
    /// </exception>
    public Task<IReadOnlyList<SignatureBlob>> ReadConfiguredAsync(
        string store, DockerReference image, string manifestDigest, CancellationToken cancellationToken)
    {
        if (!StoreUrl.IsBarePath(store))
            return ReadLookasideAsync(store, image, manifestDigest, cancellationToken);
        throw new TrustException(
            "InvalidSignatureStore",
            TrustErrorKind.InvalidData,
            $"registries.d names the signature store {Printable.Of(store, Printable.NameLength)}, which is a path and not a URL: "
                + "podman and skopeo refuse to read it, and fetch no image that it is for. "
                + $"Write {Printable.Of(StoreUrl.OfPath(store), Printable.NameLength)}.")
        {
            Target = store,
        };
    }

    /// <summary>
    /// The signatures of a manifest in a store laid out as the OpenShift release mirrors are: <c>STORE/ALGORITHM=HEX/signature-N</c>.
    /// </summary>
    /// <param name="store">
    /// The store; with or without the directory of this digest. One that ends with the directory of another digest has nothing for this
    /// one.
    /// </param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As <see cref="ReadLookasideAsync"/>.</returns>
    /// <exception cref="TrustException">As <see cref="ReadLookasideAsync"/>.</exception>
    public Task<IReadOnlyList<SignatureBlob>> ReadReleaseLayoutAsync(string store, string manifestDigest,
        CancellationToken cancellationToken)
    {
        (string algorithm, string hex) = Split(manifestDigest);
        SignatureStoreUrl url = SignatureStoreUrl.Parse(store);
        string directory = $"{algorithm}={hex}";
        string last = LastName(url.Path);
        if (IsDigestDirectory(last) && last != directory)
            return Task.FromResult<IReadOnlyList<SignatureBlob>>([]);
        string slash = url.Path.EndsWith('/') ? "" : "/";
        return ReadAllAsync(url, last == directory ? slash : $"{slash}{directory}/", cancellationToken);
    }

    /// <summary>
    /// The signatures of a manifest in a store of either layout: the lookaside layout, and where that has none, the release layout. A
    /// store whose last name is that of a digest's directory is looked at as a release store only.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="image">The image. Null if it has no name: then only the release layout is looked at.</param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As <see cref="ReadLookasideAsync"/>.</returns>
    /// <exception cref="TrustException">
    /// As <see cref="ReadLookasideAsync"/>; where both layouts fail, what was wrong with the first.
    /// </exception>
    public async Task<IReadOnlyList<SignatureBlob>> ReadAsync(string store, DockerReference? image, string manifestDigest,
        CancellationToken cancellationToken)
    {
        if (image is null || IsDigestDirectory(LastName(SignatureStoreUrl.Parse(store).Path)))
            return await ReadReleaseLayoutAsync(store, manifestDigest, cancellationToken).ConfigureAwait(false);

        TrustException? failure = null;
        IReadOnlyList<SignatureBlob> signatures = [];
        try
        {
            signatures = await ReadLookasideAsync(store, image, manifestDigest, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId is not ("TooManySignatures" or "InvalidDigest" or "StoreUnreachable" or "StoreTimeout"))
        {
            // Release mirrors answer all kinds of things for what is not their layout.
            failure = e;
        }

        if (signatures.Count > 0)
            return signatures;
        try
        {
            signatures = await ReadReleaseLayoutAsync(store, manifestDigest, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException) when (failure is not null)
        {
            throw failure;
        }

        return signatures.Count > 0 || failure is null ? signatures : throw failure;
    }

    private static (string Algorithm, string Hex) Split(string manifestDigest)
    {
        ImageDigest.Require(manifestDigest, "The question for signatures");
        return ImageDigest.Split(manifestDigest);
    }

    private static string LastName(string path) => path.TrimEnd('/') is var trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : "";

    private static bool IsDigestDirectory(string name) => ReferenceGrammar.IsDigest(name.Replace('=', ':')) && !name.Contains(':');

    // A server that answers with a page for what it does not have never says where the signatures end.
    private static TrustException TooMany(string place, List<SignatureBlob> signatures) => new(
        "TooManySignatures",
        TrustErrorKind.LimitsExceeded,
        signatures[^1].UntrustedContent.Span is [(byte)'<', ..]
            ? $"The server answers with pages for signatures that it does not have at {place}, so it cannot be told how many there are. "
                + "Have it answer 404 for those."
            : $"The store has {ImageLimits.Signatures} signatures or more at {place}, which no honest store has; ask who keeps it.")
    {
        Target = place,
    };

    private async Task<byte[]?> TryGetAsync(SignatureStoreUrl store, string suffix, int before, CancellationToken cancellationToken)
    {
        try
        {
            return await _tryGet(store.Url(suffix), ImageLimits.SignatureBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId == "StoreUnauthorized" && before > 0)
        {
            // An S3 bucket hides so what it does not have from those who may not list it. As with podman, that is no end of the list.
            throw new TrustException(
                e.ErrorId,
                e.Kind,
                $"{store.Display(suffix)} is refused, and the signature before it is not: the server probably answers 403 for what it "
                    + "does not have, so it cannot be told where the signatures end. Have it answer 404; in S3, by allowing readers "
                    + "s3:ListBucket.",
                e)
            {
                Target = store.Display(suffix),
            };
        }
    }

    private async Task<IReadOnlyList<SignatureBlob>> ReadAllAsync(SignatureStoreUrl store, string directory,
        CancellationToken cancellationToken)
    {
        List<SignatureBlob> signatures = [];
        int total = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string suffix = string.Create(CultureInfo.InvariantCulture, $"{directory}signature-{signatures.Count + 1}");

            // The reference gives up before it looks for one more.
            if (signatures.Count == ImageLimits.Signatures)
                throw TooMany(store.Display(directory), signatures);
            ReadOnlyMemory<byte>? content = store.IsFiles
                ? _host.TryReadFile(store.FilePath(suffix), ImageLimits.SignatureBytes)?.Content
                : await TryGetAsync(store, suffix, signatures.Count, cancellationToken).ConfigureAwait(false) is { } bytes
                ? bytes
                : default(ReadOnlyMemory<byte>?);
            if (content is null)
                return signatures;
            if (content.Value.Length > ImageLimits.SignatureBytes)
                throw new TrustException(
                    "FileTooLarge",
                    TrustErrorKind.LimitsExceeded,
                    $"{store.Display(suffix)} is larger than {ImageLimits.SignatureBytes} bytes, so it is not a signature.")
                {
                    Target = store.Display(suffix),
                };
            total += content.Value.Length;
            if (total > ImageLimits.SignaturesBytes)
                throw new TrustException(
                    "TooManySignatures",
                    TrustErrorKind.LimitsExceeded,
                    $"The signatures at {store.Display(directory)} are larger than {ImageLimits.SignaturesBytes} bytes together, " +
                    "which no honest store's are; ask who keeps it.")
                {
                    Target = store.Display(directory),
                };
            signatures.Add(new SignatureBlob(store.Display(suffix), content.Value));
        }
    }
}
