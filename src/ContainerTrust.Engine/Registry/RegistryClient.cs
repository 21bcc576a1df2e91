using System.Globalization;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Fetches manifests and blobs from registries (OCI distribution specification) and files from signature stores. One client serves a
/// whole run and many threads: it has one connection pool for each way TLS is spoken, asks each registry once how it is reached, and has
/// one token for each repository.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    private const string ManifestTypes =
        "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, " +
            "application/vnd.docker.distribution.manifest.v1+prettyjws, " +
        "application/vnd.docker.distribution.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, " +
            "application/vnd.oci.image.index.v1+json";

    private readonly WebOptions _options;
    private readonly Action<string> _verbose;
    private readonly Func<ReadOnlyMemory<byte>, string, bool> _manifestMatches;
    private readonly WebTransport _transport;
    private readonly TlsProfiles _profiles;
    private readonly RegistryEndpoints _endpoints;
    private readonly RegistryCredentials _credentials;
    private readonly BearerTokens _tokens;
    private readonly AnswerMemory? _memory;

    /// <summary>Creates a client; nothing is read or connected to yet.</summary>
    /// <param name="host">Where the files with credentials and certificates are: this host.</param>
    /// <param name="options">How servers are reached.</param>
    /// <param name="verbose">Told what is done, without anything secret, from any thread, several at once. Null for nobody.</param>
    /// <param name="manifestMatches">
    /// Whether a manifest has a digest; for those that know of signed schema 1 manifests, whose digest is of a part of their bytes. Null:
    /// the digest of all bytes, so that such a manifest is refused when it is asked for by digest.
    /// </param>
    /// <param name="warning">Told what a person should know, the same more than once, from any thread. Null for nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value of the options is out of its range.</exception>
    public RegistryClient(
        ITrustHost host, WebOptions options, Action<string>? verbose = null,
        Func<ReadOnlyMemory<byte>, string, bool>? manifestMatches = null, Action<string>? warning = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _verbose = verbose ?? (static _ => { });
        _manifestMatches = manifestMatches ?? (static (content, digest) => ContentDigest.Matches(content.Span, digest));
        _transport = new WebTransport(options, _verbose, warning ?? (static _ => { }));
        _profiles = new TlsProfiles(host, options, _verbose);
        _endpoints = new RegistryEndpoints(_transport, _profiles, options, _verbose);
        _credentials = new RegistryCredentials(host, options, _verbose);
        _tokens = new BearerTokens(_transport);
        _memory = options.RemembersAnswers ? new AnswerMemory() : null;
    }

    /// <summary>Fetches a manifest.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="digest">The manifest's digest. Null: the image's own digest, else its tag, else <c>latest</c>.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>The manifest, of which only the digest has been verified, and that only if it was asked for by digest.</returns>
    /// <exception cref="TrustException">
    /// It is not there (<c>ImageNotFound</c>), must not be read (<c>RegistryUnauthorized</c>), is too large (<c>ManifestTooLarge</c>),
    /// has another digest (<c>ManifestDigestMismatch</c>), or the registry cannot be read (<c>RegistryUnreachable</c>,
    /// <c>RegistryTimeout</c>, <c>RegistryTlsError</c>, <c>RegistryBusy</c>, <c>RegistryError</c>, <c>TooManyRedirects</c>,
    /// <c>RedirectRefused</c>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<ImageManifest> GetManifestAsync(PullSource source, string? digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (digest is not null)
            RequireDigest(digest);
        DockerReference reference = source.Reference;
        string? expected = digest ?? reference.Digest;
        string item = expected ?? reference.Tag ?? "latest";
        string name = expected is null ? $"{reference.Name}:{item}" : $"{reference.Name}@{item}";
        (WebAnswer answer, Uri url, RegistryCredential? credential) = await GetAsync(
            source, "/v2/", $"manifests/{item}", ManifestTypes, WebLimits.Manifest, ("ManifestTooLarge", "manifest"), anyEncoding: false,
            cancellationToken).ConfigureAwait(false);
        if (answer.Status != 200)
            throw StatusErrors.ForContent(answer, source, name, "ImageNotFound", credential);
        if (expected is not null && !_manifestMatches(answer.Body, expected))
            throw new TrustException(
                "ManifestDigestMismatch",
                TrustErrorKind.InvalidData,
                $"{WebText.Show(url)} gave a manifest with another digest than was asked for; it was not used. " +
                "The registry or something on the way to it is broken or hostile.")
            {
                Target = name,
            };
        return new ImageManifest(answer.Body, MediaType(answer.ContentType), WebText.Show(url));
    }

    /// <summary>Fetches a blob.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="digest">Its digest, which the bytes are checked against.</param>
    /// <param name="maxBytes">The largest size accepted.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="TrustException">
    /// It is not there (<c>BlobNotFound</c>), is too large (<c>BlobTooLarge</c>), has another digest (<c>BlobDigestMismatch</c>), or
    /// cannot be read, as in <see cref="GetManifestAsync"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<byte[]> GetBlobAsync(PullSource source, string digest, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        RequireDigest(digest);
        (WebAnswer answer, Uri url, RegistryCredential? credential) = await GetAsync(
            source, "/v2/", $"blobs/{digest}", null, Math.Min(maxBytes, Array.MaxLength), ("BlobTooLarge", "blob"), anyEncoding: true,
            cancellationToken).ConfigureAwait(false);
        if (answer.Status != 200)
            throw StatusErrors.ForContent(answer, source, $"{source.Reference.Name}@{digest}", "BlobNotFound", credential);
        if (!ContentDigest.Matches(answer.Body, digest))
            throw new TrustException(
                "BlobDigestMismatch",
                TrustErrorKind.InvalidData,
                $"{WebText.Show(url)} gave a blob with another digest than was asked for; it was not used. " +
                "The registry or something on the way to it is broken or hostile.")
            {
                Target = digest,
            };
        return answer.Body;
    }

    /// <summary>
    /// Fetches the signatures that a registry itself keeps of a manifest, if it has that extension (OpenShift's own registry has):
    /// containers/image then reads no lookaside store.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>The signatures, empty if there are none; null if the registry does not have the extension.</returns>
    /// <exception cref="TrustException">
    /// The list cannot be read: <c>InvalidSignatureList</c>, <c>TooManySignatures</c>, <c>SignatureListTooLarge</c>,
    /// <c>SignatureListNotFound</c>, and as in <see cref="GetManifestAsync"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<IReadOnlyList<SignatureBlob>?> TryGetExtensionSignaturesAsync(PullSource source, string manifestDigest,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(manifestDigest);
        RequireDigest(manifestDigest);
        if (!(await _endpoints.FindAsync(source, cancellationToken).ConfigureAwait(false)).SupportsSignatures)
            return null;
        (WebAnswer answer, Uri url, RegistryCredential? credential) = await GetAsync(
            source, "/extensions/v2/", $"signatures/{manifestDigest}", null, WebLimits.SignatureList,
            ("SignatureListTooLarge", "list of signatures"), anyEncoding: false, cancellationToken).ConfigureAwait(false);
        return answer.Status == 200
            ? ExtensionSignatures.Read(answer.Body, url)
            : throw StatusErrors.ForContent(answer, source, $"The list of signatures of {source.Reference.Name}@{manifestDigest}",
                "SignatureListNotFound", credential);
    }

    /// <summary>
    /// Fetches the index of the manifests that refer to a manifest (OCI distribution specification 1.1, "Listing Referrers"); its first
    /// page only.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>
    /// What the registry answered, of which nothing has been verified; null if it does not know the API (404, or any other 4xx but 429,
    /// or 501).
    /// </returns>
    /// <exception cref="TrustException">
    /// The index is too large (<c>ReferrersTooLarge</c>), or cannot be read, as in <see cref="GetManifestAsync"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<ImageManifest?> TryGetReferrersAsync(PullSource source, string manifestDigest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(manifestDigest);
        RequireDigest(manifestDigest);
        (WebAnswer answer, Uri url, RegistryCredential? credential) = await GetAsync(
            source, "/v2/", $"referrers/{manifestDigest}", "application/vnd.oci.image.index.v1+json", WebLimits.Manifest,
            ("ReferrersTooLarge", "index of referrers"), anyEncoding: false, cancellationToken).ConfigureAwait(false);

        // Who may read the manifest may read what refers to it: a registry that refuses does not serve this path.
        return answer.Status switch
        {
            200 => new ImageManifest(answer.Body, MediaType(answer.ContentType), WebText.Show(url)),
            (>= 400 and < 500 and not 429) or 501 => null,
            _ => throw StatusErrors.ForContent(answer, source, $"The index of referrers of {source.Reference.Name}@{manifestDigest}",
                "ReferrersNotFound", credential),
        };
    }

    /// <summary>
    /// Fetches a file from a signature store. A store never gets a registry's credentials; a user and password in its own URL are for it
    /// alone. Authorities for its certificate are the system's and those of <c>certs.d/HOST[:PORT]</c> of the store.
    /// </summary>
    /// <param name="url">The file, http or https.</param>
    /// <param name="maxBytes">The largest size accepted.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>The bytes; null if the store says that there is no such file (404, and no other status).</returns>
    /// <exception cref="TrustException">
    /// It must not be read (<c>StoreUnauthorized</c>), is too large (<c>StoreFileTooLarge</c>), or the store cannot be read
    /// (<c>StoreUnreachable</c>, <c>StoreTimeout</c>, <c>StoreTlsError</c>, <c>StoreBusy</c>, <c>StoreError</c>, <c>TooManyRedirects</c>,
    /// <c>RedirectRefused</c>, <c>InvalidStoreUrl</c>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Task<byte[]?> TryGetFileAsync(Uri url, int maxBytes, CancellationToken cancellationToken) =>
        TryGetFileAsync(url, maxBytes, null, cancellationToken);

    /// <summary>
    /// As <see cref="TryGetFileAsync(Uri, int, CancellationToken)"/>; the authorities of a registry count for the store too, as in
    /// containers/image.
    /// </summary>
    /// <param name="url">The file, http or https.</param>
    /// <param name="maxBytes">The largest size accepted.</param>
    /// <param name="image">The image whose signatures are looked for. Null: no registry's authorities.</param>
    /// <param name="cancellationToken">Ends the work at once.</param>
    /// <returns>The bytes; null if the store says that there is no such file.</returns>
    /// <exception cref="TrustException">As there.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<byte[]?> TryGetFileAsync(Uri url, int maxBytes, PullSource? image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || !WebText.HasUsableHost(url))
            throw new TrustException(
                "InvalidStoreUrl",
                TrustErrorKind.InvalidArgument,
                $"{Printable.Of(url.IsAbsoluteUri ? WebText.Show(url) : url.OriginalString, Printable.NameLength)} is not an http or " +
                "https URL. Check the store's URL in registries.d.");
        bool verify = _options.VerifyTls ?? true;
        var request = new WebRequest
        {
            Url = url,
            Peer = WebPeer.Store,
            Tls = _profiles.ForStore(url, image?.Reference.Domain, verify),
            AllowHttp = !verify,
            Authorization = StoreAuthorization(url),
            MaxBytes = maxBytes,
            TooLarge = ("StoreFileTooLarge", "file"),
        };
        WebAnswer answer = await (_memory?.OfStoreAsync(request, image, _transport.SendAsync, cancellationToken)
            ?? _transport.SendAsync(request, cancellationToken)).ConfigureAwait(false);
        return answer.Status switch
        {
            200 => answer.Body,
            404 => null,
            _ => throw StatusErrors.ForStore(answer),
        };
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _transport.Dispose();

    private Task<RegistryAnswer> GetAsync(
        PullSource source, string root, string item, string? accept, long maxBytes, (string ErrorId, string Noun) tooLarge,
        bool anyEncoding, CancellationToken cancellationToken)
    {
        Task<RegistryAnswer> Ask(CancellationToken token) => AskAsync(source, root, item, accept, maxBytes, tooLarge, anyEncoding, token);
        return _memory?.OfRegistryAsync(new(source, root, item, accept, maxBytes), Ask, cancellationToken) ?? Ask(cancellationToken);
    }

    private async Task<RegistryAnswer> AskAsync(
        PullSource source, string root, string item, string? accept, long maxBytes, (string ErrorId, string Noun) tooLarge,
        bool anyEncoding, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RegistryEndpoint endpoint = await _endpoints.FindAsync(source, cancellationToken).ConfigureAwait(false);
        RegistryCredential? credential = endpoint.Challenges.Count == 0 ? null : await _credentials.FindAsync(source, cancellationToken)
            .ConfigureAwait(false);
        var url = new Uri(endpoint.Server, $"{root}{source.Reference.Path}/{item}");
        string? furtherScope = null;
        for (int round = 0; ; round++)
        {
            long started = Environment.TickCount64;
            Authority authority = await AuthorizeAsync(endpoint, source, credential, furtherScope, cancellationToken).ConfigureAwait(false);
            var request = new WebRequest
            {
                Url = url,
                Peer = WebPeer.Registry,
                Tls = endpoint.Tls,
                AllowHttp = endpoint.IsInsecure,
                Authorization = authority.Header,
                Accept = accept,
                MaxBytes = maxBytes,
                TooLarge = tooLarge,
                AnyEncoding = anyEncoding,
            };
            WebAnswer answer = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer.Status != 401 || !answer.IsFromOrigin || round > 0)
                return new RegistryAnswer(answer, url, credential);

            // Once more, if something would be different: a way that was not offered before, a token that may have expired, a scope that
            // was missing.
            IReadOnlyList<Challenge> offered = ChallengeParser.Parse(answer.Challenges);
            furtherScope = MissingScope(offered);
            bool isNewWay = Supported(offered) is { } way && (Supported(endpoint.Challenges) is not { } known || !way.IsSame(known));
            bool isOldToken = authority.Token is { } token && token.Created < started;
            if (!isNewWay && !isOldToken && furtherScope is null)
                return new RegistryAnswer(answer, url, credential);
            if (isNewWay)
                endpoint.Challenges = offered;
            if (authority is { Token: { } refused, Key: { } key })
                _tokens.Forget(key, refused);
            credential ??= await _credentials.FindAsync(source, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Authority> AuthorizeAsync(RegistryEndpoint endpoint, PullSource source, RegistryCredential? credential,
        string? furtherScope, CancellationToken cancellationToken)
    {
        if (Supported(endpoint.Challenges) is not { } challenge)
        {
            if (endpoint.Challenges.Count > 0)
                _verbose($"{WebText.Origin(endpoint.Server)} offers no authentication that is known here; trying without.");
            return new Authority(null, null, null);
        }

        if (challenge.Scheme == "basic")
            return new Authority(credential?.ToBasic(), null, null);
        if (challenge["realm"] is not { } realm)
            throw new TrustException(
                "TokenRealmRefused",
                TrustErrorKind.InvalidData,
                $"{WebText.Origin(endpoint.Server)} asks for a token and does not say where to get it. Ask the registry's "
                    + "administrator.")
            {
                Target = endpoint.Domain,
            };
        var key = new BearerTokenKey(
            endpoint.Server,
            source.Reference.Path,
            source.IsElsewhere,
            endpoint.IsInsecure,
            realm,
            challenge["service"],
            furtherScope);
        BearerToken token = await _tokens.GetAsync(key, endpoint, source, credential, cancellationToken).ConfigureAwait(false);
        return new Authority(token.Authorization, token, key);
    }

    private static Challenge? Supported(IReadOnlyList<Challenge> challenges) =>
        challenges.FirstOrDefault(static c => c.Scheme is "basic" or "bearer");

    // RFC 6750, section 3.1. Nothing here ever needs more than to pull.
    private static string? MissingScope(IReadOnlyList<Challenge> challenges) => challenges
        .Where(static c => c.Scheme == "bearer" && c["error"] == "insufficient_scope")
        .Select(static c => c["scope"])
        .FirstOrDefault(static scope => scope?.Split(':') is [{ Length: > 0 }, { Length: > 0 }, "pull"]);

    private static string? StoreAuthorization(Uri url)
    {
        if (url.UserInfo.Length == 0)
            return null;
        int colon = url.UserInfo.IndexOf(':');
        string user = colon < 0 ? url.UserInfo : url.UserInfo[..colon];
        string password = colon < 0 ? "" : url.UserInfo[(colon + 1)..];
        return RegistryCredential.Basic(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
    }

    private static void RequireDigest(string digest)
    {
        if (!ReferenceGrammar.IsDigest(digest))
            throw new TrustException(
                "InvalidDigest",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(digest, Printable.NameLength)}' is not a valid digest. Use sha256: followed by 64 lowercase "
                    + "hexadecimal digits.")
            {
                Target = digest,
            };
    }

    // The type and subtype in lower case; null if there is none, or none that can be one (RFC 9110, section 8.3.1).
    private static string? MediaType(string? untrustedContentType)
    {
        string type = (untrustedContentType ?? "").Split(';', 2)[0].Trim(' ', '\t');
        bool isType = type.Length <= 255 && type.Count(static c => c == '/') == 1 && type[0] != '/' && type[^1] != '/' &&
            type.All(static c => char.IsAsciiLetterOrDigit(c) || "/!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
        return isType ? type.ToLower(CultureInfo.InvariantCulture) : null;
    }

    private sealed record Authority(string? Header, BearerToken? Token, BearerTokenKey? Key);
}
