using System.Text.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// Sigstore signatures that a registry keeps beside an image: an OCI manifest with the tag <c>ALGORITHM-HEX.sig</c>, whose layers are the payloads and whose
/// layers' annotations carry the rest (cosign, "Signature Specification").
/// </summary>
internal static class SigstoreAttachments
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Fetches them.</summary>
    /// <param name="client">How.</param>
    /// <param name="place">Where the image's manifest was found.</param>
    /// <param name="manifestDigest">The image's manifest digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The attachments in order, in the form in which <c>dir:</c> keeps them; empty if there are none.</returns>
    /// <exception cref="TrustException">What is under the tag cannot be fetched, or is no OCI manifest with attachments (<c>InvalidAttachments</c>).</exception>
    public static async Task<IReadOnlyList<SignatureBlob>> ReadAsync(RegistryClient client, PullSource place, string manifestDigest, CancellationToken cancellationToken)
    {
        string tag = manifestDigest.Replace(':', '-') + ".sig";
        if (!DockerReference.TryParse($"{place.Reference.Name}:{tag}", out DockerReference? reference, out string problem))
            throw Invalid($"{place.Reference.Name}:{tag}", problem);
        PullSource tagged = place with { Reference = reference };
        ImageManifest manifest;
        try
        {
            manifest = await client.GetManifestAsync(tagged, null, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId == "ImageNotFound")
        {
            // Nothing was ever attached.
            return [];
        }

        if (manifest.MediaType != OciManifest)
            throw Invalid(manifest.Source, $"its media type is '{Policy.Printable.Of(manifest.MediaType ?? "", Policy.Printable.NameLength)}', not {OciManifest}");
        List<SignatureBlob> signatures = [];
        int total = 0;
        foreach (Layer layer in Layers(manifest))
        {
            byte[] payload = await client.GetBlobAsync(tagged, layer.Digest, ImageLimits.SignatureBytes, cancellationToken).ConfigureAwait(false);
            total += payload.Length;
            if (total > ImageLimits.SignaturesBytes)
                throw Invalid(manifest.Source, $"they are larger than {ImageLimits.SignaturesBytes} bytes together");
            signatures.Add(new SignatureBlob($"{manifest.Source} ({layer.Digest})", ToStoredForm(layer, payload)));
        }

        return signatures;
    }

    private static List<Layer> Layers(ImageManifest manifest)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(manifest.Content);
            JsonElement layers = document.RootElement.GetProperty("layers");
            if (layers.GetArrayLength() > ImageLimits.Signatures)
                throw Invalid(manifest.Source, $"it has more than {ImageLimits.Signatures} layers");
            List<Layer> result = [];
            foreach (JsonElement layer in layers.EnumerateArray())
            {
                string digest = layer.GetProperty("digest").GetString() ?? "";
                if (!ReferenceGrammar.IsDigest(digest))
                    throw Invalid(manifest.Source, "a layer has no valid digest");
                Dictionary<string, string> annotations = new(StringComparer.Ordinal);
                if (layer.TryGetProperty("annotations", out JsonElement members) && members.ValueKind != JsonValueKind.Null)
                {
                    foreach (JsonProperty member in members.EnumerateObject())
                    {
                        if (!annotations.TryAdd(member.Name, member.Value.GetString() ?? ""))
                            throw Invalid(manifest.Source, "an annotation is there twice");
                    }
                }

                result.Add(new Layer(digest, layer.TryGetProperty("mediaType", out JsonElement type) ? type.GetString() ?? "" : "", annotations));
            }

            return result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Invalid(manifest.Source, "it is no OCI manifest with layers");
        }
    }

    private static byte[] ToStoredForm(Layer layer, byte[] payload)
    {
        using MemoryStream stream = new();
        stream.Write("\0sigstore-json\n"u8);
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("mimeType", layer.MediaType);
            json.WriteBase64String("payload", payload);
            json.WriteStartObject("annotations");
            foreach ((string name, string value) in layer.Annotations)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static TrustException Invalid(string source, string problem) =>
        new("InvalidAttachments", TrustErrorKind.InvalidData, $"The sigstore attachments at {source} cannot be used: {problem}. podman and skopeo refuse the image, too; ask whoever signed it.") { Target = source };

    private sealed record Layer(string Digest, string MediaType, IReadOnlyDictionary<string, string> Annotations);
}
