using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// Sigstore signatures that a registry keeps beside an image: an OCI manifest with the tag <c>ALGORITHM-HEX.sig</c>, whose layers are the
/// payloads and whose layers' annotations carry the rest (cosign, "Signature Specification"). Where that tag is missing,
/// <see cref="ReferrerSignatures"/>, which podman and skopeo do not look for.
/// </summary>
internal static class SigstoreAttachments
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string BundleMediaType = "application/vnd.dev.sigstore.bundle";
    private const string TooThey = " podman and skopeo refuse the image, too; ask the image's signer.";

    /// <summary>Fetches them.</summary>
    /// <param name="client">How.</param>
    /// <param name="place">Where the image's manifest was found.</param>
    /// <param name="manifestDigest">The image's manifest digest.</param>
    /// <param name="warning">
    /// Told where the attachments come from when it is not the tag. Null: nothing but the tag is read, as podman and skopeo do it.
    /// </param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The attachments in order; and why referrers beside the tag could not be read.</returns>
    /// <exception cref="TrustException">
    /// What is under the tag cannot be fetched, or is not an OCI manifest with attachments (<c>InvalidAttachments</c>).
    /// </exception>
    public static async Task<SourceSignatures> ReadAsync(RegistryClient client, PullSource place, string manifestDigest,
        Action<string>? warning, CancellationToken cancellationToken)
    {
        string tag = manifestDigest.Replace(':', '-') + ".sig";
        if (!DockerReference.TryParse($"{place.Reference.Name}:{tag}", out DockerReference? reference, out string problem))
            throw Invalid($"{place.Reference.Name}:{tag}", problem, TooThey);
        PullSource tagged = place with { Reference = reference };
        ImageManifest manifest;
        try
        {
            manifest = await client.GetManifestAsync(tagged, null, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId == "ImageNotFound")
        {
            if (warning is null)
                return new([]);
            IReadOnlyList<SignatureBlob> referrers = await ReferrerSignatures.ReadAsync(client, place, manifestDigest,
                cancellationToken).ConfigureAwait(false);
            if (referrers.Any(static r => !r.IsBundle))
                warning($"The signatures of {manifestDigest} are referrers of the image; podman and skopeo do not read referrers, only " +
                    $"the tag {tag}, and find none.");
            return new(referrers);
        }

        List<SignatureBlob> signatures = [];
        await ReadLayersAsync(client, tagged, manifest, signatures, TooThey, cancellationToken).ConfigureAwait(false);
        if (warning is null)
            return new(signatures);

        // Beside the tag there can be newer signatures. Where they cannot be read, those under the tag can say yes, but nothing says no.
        try
        {
            IReadOnlyList<SignatureBlob> referrers =
                await ReferrerSignatures.ReadAsync(client, place, manifestDigest, cancellationToken).ConfigureAwait(false);
            return new([.. signatures, .. referrers.Where(static r => r.IsBundle)]);
        }
        catch (TrustException e)
        {
            return new(signatures, new TrustException(e.ErrorId, e.Kind,
                $"Whether bundles of cosign 3 refer to {manifestDigest} could not be found out: {e.Message}", e) { Target = e.Target });
        }
    }

    /// <summary>Reads the layers of a manifest of signatures: bundles as they are, the rest with its parts.</summary>
    /// <param name="client">How.</param>
    /// <param name="place">The repository.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="signatures">What was found is added there.</param>
    /// <param name="advice">What a message says at its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException">It cannot be read, is too large, or has too many (<c>InvalidAttachments</c>).</exception>
    public static async Task ReadLayersAsync(RegistryClient client, PullSource place, ImageManifest manifest,
        List<SignatureBlob> signatures, string advice, CancellationToken cancellationToken)
    {
        if (manifest.MediaType != OciManifest)
            throw Invalid(manifest.Source,
                $"its media type is '{Printable.Of(manifest.MediaType ?? "", Printable.NameLength)}', not {OciManifest}", advice);
        IReadOnlyList<Layer> layers = Layers(manifest, advice);
        if (signatures.Count + layers.Count > ImageLimits.Signatures)
            throw Invalid(manifest.Source, $"there are more than {ImageLimits.Signatures} of them", advice);
        int total = signatures.Sum(static s => s.UntrustedContent.Length);
        foreach (Layer layer in layers)
        {
            byte[] payload = await client.GetBlobAsync(place, layer.Digest, ImageLimits.SignatureBytes, cancellationToken)
                .ConfigureAwait(false);
            total += payload.Length;
            if (total > ImageLimits.SignaturesBytes)
                throw Invalid(manifest.Source, $"they are larger than {ImageLimits.SignaturesBytes} bytes together", advice);
            bool isBundle = layer.MediaType.StartsWith(BundleMediaType, StringComparison.Ordinal);
            signatures.Add(new SignatureBlob($"{manifest.Source} ({layer.Digest})", payload)
            {
                IsBundle = isBundle,
                UntrustedAttachment = isBundle ? null : new SignatureAttachment(layer.MediaType, payload, layer.Annotations),
            });
        }
    }

    /// <summary>The layers of a manifest of signatures.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="advice">What a message says at its end.</param>
    public static IReadOnlyList<Layer> Layers(ImageManifest manifest, string advice)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(manifest.Content);
            List<Layer> result = [];
            foreach (JsonElement layer in document.RootElement.GetProperty("layers").EnumerateArray())
            {
                string digest = layer.GetProperty("digest").GetString() ?? "";
                if (!ReferenceGrammar.IsDigest(digest))
                    throw Invalid(manifest.Source, "a layer has no valid digest", advice);
                Dictionary<string, string> annotations = new(StringComparer.Ordinal);
                if (layer.TryGetProperty("annotations", out JsonElement members) && members.ValueKind != JsonValueKind.Null)
                {
                    foreach (JsonProperty member in members.EnumerateObject())
                    {
                        if (!annotations.TryAdd(member.Name, member.Value.GetString() ?? ""))
                            throw Invalid(manifest.Source, "an annotation appears twice", advice);
                    }
                }

                result.Add(new Layer(
                    digest,
                    layer.TryGetProperty("mediaType", out JsonElement type) ? type.GetString() ?? "" : "",
                    annotations));
            }

            return result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Invalid(manifest.Source, "it is not an OCI manifest with layers", advice);
        }
    }

    /// <summary>The error for attachments that cannot be used.</summary>
    public static TrustException Invalid(string source, string problem, string advice) =>
        new("InvalidAttachments", TrustErrorKind.InvalidData, $"The sigstore attachments at {source} cannot be used: {problem}.{advice}")
            { Target = source };

    /// <summary>One layer.</summary>
    public sealed record Layer(string Digest, string MediaType, IReadOnlyDictionary<string, string> Annotations);
}
