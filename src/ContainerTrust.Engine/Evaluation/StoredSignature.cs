using System.Text.Json;
using ContainerTrust.Engine.Images;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>A stored signature's format, and whether it is what the format says, as containers/image reads it before any requirement is asked.</summary>
internal static class StoredSignature
{
    /// <summary>Looks at a signature.</summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="content">The signature itself, without what names its format.</param>
    /// <param name="problem">Why the format is not known, a clause; empty otherwise.</param>
    /// <returns>The format.</returns>
    public static ImageSignatureKind Detect(ReadOnlyMemory<byte> untrustedBlob, out ReadOnlyMemory<byte> content, out string problem)
    {
        if (!SignatureFormat.TryRead(untrustedBlob, out ImageSignatureKind kind, out content, out problem))
            return ImageSignatureKind.Unknown;
        if (kind != ImageSignatureKind.Sigstore || IsSigstoreDocument(content))
            return kind;
        problem = "it is marked as sigstore and is not the JSON document that this means";
        return ImageSignatureKind.Unknown;
    }

    private static bool IsSigstoreDocument(ReadOnlyMemory<byte> content)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return root.ValueKind == JsonValueKind.Null;
            foreach (JsonProperty member in root.EnumerateObject())
            {
                bool fits = member.Name switch
                {
                    "mimeType" => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null,
                    "payload" => member.Value.ValueKind == JsonValueKind.Null || (member.Value.ValueKind == JsonValueKind.String && member.Value.TryGetBytesFromBase64(out _)),
                    "annotations" => member.Value.ValueKind == JsonValueKind.Null
                        || (member.Value.ValueKind == JsonValueKind.Object && member.Value.EnumerateObject().All(static a => a.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)),
                    _ => true,
                };
                if (!fits)
                    return false;
            }

            return true;
        }
        catch (JsonException)
        {
            // Not JSON: said by the result.
            return false;
        }
    }
}
