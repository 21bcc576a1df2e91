using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// An image in a registry. The places that registries.conf gives are tried in order; manifest, signatures and blobs all come from the
/// first that has the manifest. Signatures come from the lookaside store that registries.d gives for the name at that place, as
/// containers/image does it.
/// </summary>
internal sealed class DockerImageSource : IImageSource
{
    private readonly DockerReference _reference;
    private readonly IReadOnlyList<PullSource> _places;
    private readonly RegistryClient _client;
    private readonly LookasideConfiguration _lookaside;
    private readonly ITrustHost _host;
    private readonly Action<string> _verbose;
    private readonly Action<string> _warning;
    private PullSource? _place;

    public DockerImageSource(DockerReference reference, IReadOnlyList<PullSource> places, RegistryClient client,
        LookasideConfiguration lookaside, ITrustHost host, Action<string> verbose, Action<string> warning)
    {
        _reference = reference;
        _places = places;
        _client = client;
        _lookaside = lookaside;
        _host = host;
        _verbose = verbose;
        _warning = warning;
    }

    /// <summary>
    /// Whether sigstore attachments are read even where registries.d does not switch them on, and OCI 1.1 referrers too, which podman and
    /// skopeo do not read: for verdicts by keys, which are nobody's policy.
    /// </summary>
    public bool ReadsAllAttachments { get; init; }

    /// <summary>
    /// Whether only OCI 1.1 referrers are read, where bundles are: for verdicts by a trusted root, which is asked about nothing else. Where
    /// they cannot be read, there is no verdict.
    /// </summary>
    public bool ReadsReferrersOnly { get; init; }

    /// <summary>Whether no referrers are read, whatever else is said.</summary>
    public bool ReadsNoReferrers { get; init; }

    /// <inheritdoc/>
    public string Name => $"docker://{_reference}";

    /// <inheritdoc/>
    public IReadOnlyList<string> SignatureStores
    {
        get
        {
            PullSource place = _place ?? _places[^1];
            if (ReadsReferrersOnly)
                return [$"the referrers in {place.Reference.Domain}"];
            string store = StoreUrl.WithoutUser(Store(place));
            if (place.IsMirror)
                store += $" under {place.Reference.Name}, the name at the mirror that answered";
            return ReadsAttachments(place) ? [store, $"the attachments in {place.Reference.Domain}"] : [store];
        }
    }

    /// <inheritdoc/>
    public string? AttachmentsHint
    {
        get
        {
            PullSource place = _place ?? _places[^1];
            return ReadsReferrersOnly || ReadsAttachments(place)
                ? null
                : "Sigstore signatures in the registry were not looked for: registries.d does not switch use-sigstore-attachments on " +
                    $"for {place.Reference.Name}{(place.IsMirror ? ", the mirror that answered" : "")}.";
        }
    }

    /// <inheritdoc/>
    public async Task<ImageManifest> GetManifestAsync(string? instanceDigest, CancellationToken cancellationToken)
    {
        if (_place is not null)
            return await _client.GetManifestAsync(_place, instanceDigest, cancellationToken).ConfigureAwait(false);
        List<TrustException> failures = [];
        foreach (PullSource place in _places)
        {
            try
            {
                ImageManifest manifest = await _client.GetManifestAsync(place, instanceDigest, cancellationToken).ConfigureAwait(false);
                _place = place;
                return manifest;
            }
            catch (TrustException e)
            {
                failures.Add(e);
                if (_places.Count > 1)
                    _verbose($"{place.Reference} could not be had: {e.Message}");
            }
        }

        // The registry itself is the last one; what the mirrors said comes after it.
        TrustException last = failures[^1];
        if (failures.Count == 1)
            throw last;
        throw new TrustException(
            last.ErrorId,
            last.Kind,
            $"{last.Message} Mirrors failed too: {string.Join(' ', failures.Take(failures.Count - 1).Select(static f => f.Message))}",
            last)
        {
            Target = last.Target,
        };
    }

    /// <inheritdoc/>
    public async Task<SourceSignatures> GetSignaturesAsync(string? instanceDigest, string manifestDigest,
        CancellationToken cancellationToken)
    {
        PullSource place = Place();
        if (ReadsReferrersOnly)
        {
            _verbose($"Reading the referrers of {manifestDigest} from {place.Reference.Domain}.");
            return new(await ReferrerSignatures.ReadAsync(_client, place, manifestDigest, cancellationToken).ConfigureAwait(false));
        }

        List<SignatureBlob> signatures = [];

        // A registry that keeps signatures itself (OpenShift's own) takes the place of a store.
        if (await _client.TryGetExtensionSignaturesAsync(place, manifestDigest, cancellationToken).ConfigureAwait(false) is { } kept)
        {
            _verbose($"Reading the signatures of {manifestDigest} from the registry {place.Reference.Domain} itself.");
            signatures.AddRange(kept);
        }
        else
        {
            string store = Store(place);
            _verbose($"Reading the signatures of {manifestDigest} from {StoreUrl.WithoutUser(store)}.");
            SignatureStoreReader stores = new(_host, (url, maxBytes, token) => _client.TryGetFileAsync(url, maxBytes, place, token));
            signatures.AddRange(await stores.ReadConfiguredAsync(store, place.Reference, manifestDigest, cancellationToken)
                .ConfigureAwait(false));
        }

        if (!ReadsAttachments(place))
            return new(signatures);
        _verbose($"Reading the sigstore attachments of {manifestDigest} from {place.Reference.Domain}.");
        SourceSignatures attached = await SigstoreAttachments.ReadAsync(_client, place, manifestDigest,
            ReadsAllAttachments && !ReadsNoReferrers ? _warning : null, cancellationToken).ConfigureAwait(false);
        return attached with { Signatures = [.. signatures, .. attached.Signatures] };
    }

    /// <inheritdoc/>
    public Task<string?> FindUnreadSignaturesAsync(string manifestDigest, CancellationToken cancellationToken) =>
        ReferrerSignatures.DescribeAsync(_client, Place(), manifestDigest, cancellationToken);

    /// <inheritdoc/>
    public IImageSource WithoutWarnings() => new DockerImageSource(_reference, _places, _client, _lookaside, _host, _verbose, static _ =>
        { })
    {
        ReadsAllAttachments = ReadsAllAttachments,
        ReadsReferrersOnly = ReadsReferrersOnly,
        ReadsNoReferrers = ReadsNoReferrers,
        _place = _place,
    };

    /// <inheritdoc/>
    public Task<byte[]> GetBlobAsync(string digest, long maxBytes, CancellationToken cancellationToken) =>
        _client.GetBlobAsync(Place(), digest, maxBytes, cancellationToken);

    private PullSource Place() =>
        _place ?? throw new InvalidOperationException("The manifest comes first: it decides where the rest is fetched.");

    private bool ReadsAttachments(PullSource place) =>
        ReadsAllAttachments || _lookaside.ForScope("docker", place.Reference.ForLookup().ToString())?.UseSigstoreAttachments == true;

    private string Store(PullSource place) =>
        _lookaside.ForScope("docker", place.Reference.ForLookup().ToString())?.SignatureStore ?? SignatureStoreReader.DefaultStore(_host);
}
