using System.Text.Json;
using ContainerTrust.Engine.Policy;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Tells the formats of signatures in a store apart, as containers/image does: by the first byte of an OpenPGP packet, or by
/// <c>0x00 name newline</c> before the signature.
/// </summary>
internal static class SignatureFormat
{
    /// <summary>Looks at a signature.</summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="content">The signature itself, without what names its format.</param>
    /// <param name="problem">Why the format is not known, a clause; empty otherwise.</param>
    /// <returns>The format.</returns>
    public static ImageSignatureKind Detect(ReadOnlyMemory<byte> untrustedBlob, out ReadOnlyMemory<byte> content, out string problem)
    {
        content = untrustedBlob;
        problem = "";
        ReadOnlySpan<byte> bytes = untrustedBlob.Span;
        if (bytes.IsEmpty)
        {
            problem = "it is empty";
            return ImageSignatureKind.Unknown;
        }

        if (bytes[0] != 0)
        {
            if (StartsOpenPgp(bytes[0]))
                return ImageSignatureKind.SimpleSigning;
            problem = $"it starts with byte 0x{bytes[0]:x2}, as no known signature does";
            return ImageSignatureKind.Unknown;
        }

        int newline = bytes.IndexOf((byte)'\n');
        ReadOnlySpan<byte> name = newline < 0 ? default : bytes[1..newline];
        content = newline < 0 ? default : untrustedBlob[(newline + 1)..];
        if (newline >= 0 && name.SequenceEqual("simple-signing"u8))
            return ImageSignatureKind.SimpleSigning;
        if (newline >= 0 && name.SequenceEqual("sigstore-json"u8))
        {
            if (IsSigstoreDocument(content))
                return ImageSignatureKind.Sigstore;
            problem = "it is marked as sigstore and is not the JSON document that this means";
            return ImageSignatureKind.Unknown;
        }

        problem = newline < 0
            ? "it starts with a zero byte, and no name of a format follows"
            : $"its format '{Printable.Of(System.Text.Encoding.Latin1.GetString(name), Printable.NameLength)}' is not known";
        return ImageSignatureKind.Unknown;
    }

    // Compressed data, one-pass signature or signature, in old and new packet framing. The reference has 0x3d where 0x93 would be expected;
    // either leads nowhere, but what it says of the other signatures beside it differs.
    private static bool StartsOpenPgp(byte first) => first is
        (>= 0xA0 and <= 0xA3) or 0xC8
        or (>= 0x90 and <= 0x92) or 0x3D or 0xC4
        or (>= 0x88 and <= 0x8B) or 0xC2;

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
