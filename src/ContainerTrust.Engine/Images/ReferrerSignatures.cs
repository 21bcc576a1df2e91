using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// Signatures that refer to an image (OCI distribution specification 1.1, "Listing Referrers"): cosign 3's bundles, and the older form
/// where cosign was told to. Of a registry that does not know the API it is the index under the tag <c>ALGORITHM-HEX</c> ("Referrers Tag
/// Schema"). podman and skopeo read none of these.
/// </summary>
internal static class ReferrerSignatures
{
    /// <summary>The options with which cosign 3 makes signatures that podman and skopeo read.</summary>
    public const string AsPodmanReads = "--new-bundle-format=false --use-signing-config=false";

    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string SignatureArtifact = "application/vnd.dev.cosign.artifact.sig.v1+json";
    private const string BundleArtifact = "application/vnd.dev.sigstore.bundle";
    private const string PredicateAnnotation = "dev.sigstore.bundle.predicateType";
    private const string SignaturePredicate = "https://sigstore.dev/cosign/sign/v1";
    private const string Advice = " Ask the image's signer or the registry's administrator.";

    // Of those that do not say what they are, so many are looked at.
    private const int MaxVague = 16;

    // How older clients, which write that index themselves, call what has no type of its own.
    private static readonly string[] s_vague = ["application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json"];

    /// <summary>Fetches them.</summary>
    /// <param name="client">How.</param>
    /// <param name="place">Where the image's manifest was found.</param>
    /// <param name="manifestDigest">The image's manifest digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The signatures in order.</returns>
    /// <exception cref="TrustException">They cannot be fetched, or are not what they should be (<c>InvalidAttachments</c>).</exception>
    public static async Task<IReadOnlyList<SignatureBlob>> ReadAsync(RegistryClient client, PullSource place, string manifestDigest,
        CancellationToken cancellationToken)
    {
        List<SignatureBlob> signatures = [];
        foreach (Referrer referrer in await FindAsync(client, place, manifestDigest, cancellationToken).ConfigureAwait(false))
        {
            if (await FetchAsync(client, place, referrer, cancellationToken).ConfigureAwait(false) is { } manifest)
                await SigstoreAttachments.ReadLayersAsync(client, place, manifest, signatures, Advice,
                    cancellationToken).ConfigureAwait(false);
        }

        return signatures;
    }

    /// <summary>Says which there are, and what the signer can do that podman reads them.</summary>
    /// <param name="client">How.</param>
    /// <param name="place">Where the image's manifest was found.</param>
    /// <param name="manifestDigest">The image's manifest digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A sentence; null if there are none.</returns>
    /// <exception cref="TrustException">As above.</exception>
    public static async Task<string?> DescribeAsync(RegistryClient client, PullSource place, string manifestDigest,
        CancellationToken cancellationToken)
    {
        bool hasBundle = false;
        bool hasOther = false;
        foreach (Referrer referrer in await FindAsync(client, place, manifestDigest, cancellationToken).ConfigureAwait(false))
        {
            bool isBundle = referrer.IsBundle;
            if (referrer.IsVague)
            {
                if (await FetchAsync(client, place, referrer, cancellationToken).ConfigureAwait(false) is not { } manifest)
                    continue;
                isBundle = SigstoreAttachments.Layers(manifest, Advice).Any(static l => IsBundle(l.MediaType));
            }

            hasBundle |= isBundle;
            hasOther |= !isBundle;
        }

        // podman and skopeo look under that tag alone.
        string tag = $"{manifestDigest.Replace(':', '-')}.sig";
        string? what =
            hasBundle ? "A signature in cosign 3's form (a sigstore bundle) refers to the image, and podman and skopeo do not read it."
            : hasOther ? $"A signature refers to the image, and podman and skopeo do not look for it there, only under the tag {tag}."
            : null;
        return what is null ? null : $"{what} Its signer can make one that they read with 'cosign sign {AsPodmanReads}'.";
    }

    private static async Task<IReadOnlyList<Referrer>> FindAsync(RegistryClient client, PullSource place, string manifestDigest,
        CancellationToken cancellationToken)
    {
        ImageManifest? index = await client.TryGetReferrersAsync(place, manifestDigest, cancellationToken).ConfigureAwait(false);

        // A registry that answers with anything but an index does not know the API.
        bool isByTag = index is not { MediaType: OciIndex };
        if (isByTag)
            index = await ByTagAsync(client, place, manifestDigest, cancellationToken).ConfigureAwait(false);
        return index is { MediaType: OciIndex } ? Read(index, isByTag) : [];
    }

    private static async Task<ImageManifest?> ByTagAsync(RegistryClient client, PullSource place, string manifestDigest,
        CancellationToken cancellationToken)
    {
        if (!DockerReference.TryParse($"{place.Reference.Name}:{manifestDigest.Replace(':', '-')}", out DockerReference? reference, out _))
            return null;
        try
        {
            return await client.GetManifestAsync(place with { Reference = reference }, null, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId == "ImageNotFound")
        {
            return null;
        }
    }

    // Null for one that turns out to be something else.
    private static async Task<ImageManifest?> FetchAsync(RegistryClient client, PullSource place, Referrer referrer,
        CancellationToken cancellationToken)
    {
        ImageManifest manifest;

        // An index that clients keep themselves may name what has been deleted.
        try
        {
            manifest = await client.GetManifestAsync(place, referrer.Digest, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (referrer.IsByTag && e.ErrorId == "ImageNotFound")
        {
            return null;
        }

        if (!referrer.IsVague)
            return manifest;
        return manifest.MediaType == OciManifest && SigstoreAttachments.Layers(manifest, Advice).Any(static l => IsBundle(l.MediaType)
            || IsSignature(l.MediaType))
            ? manifest
            : null;
    }

    private static List<Referrer> Read(ImageManifest index, bool isByTag)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(index.Content);
            List<Referrer> referrers = [];
            foreach (JsonElement manifest in document.RootElement.GetProperty("manifests").EnumerateArray())
            {
                string? type = manifest.TryGetProperty("artifactType", out JsonElement artifact) ? artifact.GetString() : null;
                bool isVague = isByTag && (type is null || s_vague.Contains(type));
                if (!isVague && type != SignatureArtifact && !(type is not null && IsBundle(type)))
                    continue;
                if (IsOtherPredicate(manifest) || (isVague && referrers.Count(static r => r.IsVague) == MaxVague))
                    continue;
                string digest = manifest.GetProperty("digest").GetString() ?? "";
                if (!ReferenceGrammar.IsDigest(digest))
                    throw SigstoreAttachments.Invalid(index.Source, "a referrer has no valid digest", Advice);
                if (referrers.Count == ImageLimits.Signatures)
                    throw SigstoreAttachments.Invalid(index.Source, $"there are more than {ImageLimits.Signatures} of them", Advice);
                referrers.Add(new Referrer(digest, !isVague && IsBundle(type!), isVague, isByTag));
            }

            return referrers;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw SigstoreAttachments.Invalid(index.Source, "it is not an OCI index", Advice);
        }
    }

    // A statement of another kind, such as provenance, is not a signature.
    private static bool IsOtherPredicate(JsonElement manifest) =>
        manifest.TryGetProperty("annotations", out JsonElement annotations) && annotations.ValueKind == JsonValueKind.Object
        && annotations.TryGetProperty(PredicateAnnotation, out JsonElement predicate) && predicate.ValueKind == JsonValueKind.String
        && predicate.GetString() is { Length: > 0 } type && type != SignaturePredicate;

    private static bool IsBundle(string mediaType) => mediaType.StartsWith(BundleArtifact, StringComparison.Ordinal);

    private static bool IsSignature(string mediaType) => mediaType == "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>One entry of the index.</summary>
    /// <param name="Digest">Its manifest's digest.</param>
    /// <param name="IsBundle">Whether it says that it is a bundle.</param>
    /// <param name="IsVague">Whether it does not say what it is.</param>
    /// <param name="IsByTag">Whether the index is one that clients keep.</param>
    private sealed record Referrer(string Digest, bool IsBundle, bool IsVague, bool IsByTag);
}
