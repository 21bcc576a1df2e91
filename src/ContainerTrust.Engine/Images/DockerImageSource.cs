using ContainerTrust.Engine.Lookaside;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// An image in a registry. The places that registries.conf gives are tried in order; manifest, signatures and blobs all come from the first that has the
/// manifest. Signatures come from the lookaside store that registries.d gives for the name at that place, as containers/image does it.
/// </summary>
internal sealed class DockerImageSource : IImageSource
{
    private readonly DockerReference _reference;
    private readonly IReadOnlyList<PullSource> _places;
    private readonly RegistryClient _client;
    private readonly LookasideConfiguration _lookaside;
    private readonly SignatureStoreReader _stores;
    private readonly string _defaultStore;
    private readonly Action<string> _verbose;
    private PullSource? _place;

    public DockerImageSource(DockerReference reference, IReadOnlyList<PullSource> places, RegistryClient client, LookasideConfiguration lookaside, SignatureStoreReader stores, string defaultStore, Action<string> verbose)
    {
        _reference = reference;
        _places = places;
        _client = client;
        _lookaside = lookaside;
        _stores = stores;
        _defaultStore = defaultStore;
        _verbose = verbose;
    }

    /// <inheritdoc/>
    public string Name => $"docker://{_reference}";

    /// <inheritdoc/>
    public IReadOnlyList<string> SignatureStores => [Store(_place ?? _places[^1])];

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
        throw new TrustException(last.ErrorId, last.Kind, $"{last.Message} Mirrors failed too: {string.Join(' ', failures.Take(failures.Count - 1).Select(static f => f.Message))}", last) { Target = last.Target };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SignatureBlob>> GetSignaturesAsync(string? instanceDigest, string manifestDigest, CancellationToken cancellationToken)
    {
        PullSource place = Place();
        string store = Store(place);
        _verbose($"Reading the signatures of {manifestDigest} from {store}.");
        return _stores.ReadLookasideAsync(store, place.Reference, manifestDigest, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<byte[]> GetBlobAsync(string digest, long maxBytes, CancellationToken cancellationToken) =>
        _client.GetBlobAsync(Place(), digest, maxBytes, cancellationToken);

    private PullSource Place() => _place ?? throw new InvalidOperationException("The manifest comes first: it decides where the rest is fetched.");

    private string Store(PullSource place) =>
        _lookaside.ForScope("docker", place.Reference.ForLookup().ToString())?.SignatureStore ?? _defaultStore;
}
