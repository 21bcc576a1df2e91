using System.Text;
using System.Text.Json;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// What a server says of an error (OCI distribution specification, "Error Codes"; token servers and proxies in their own forms).
/// </summary>
internal static class ServerWords
{
    private const int PlainLength = 120;

    /// <summary>Reads an error's body.</summary>
    /// <param name="untrustedBody">The body.</param>
    /// <returns>The words, to be shown only as printable text of limited length; empty if there are none.</returns>
    public static string Of(byte[] untrustedBody)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(untrustedBody);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return "";
            if (root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array
                && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.Object)
                return Member(errors[0], "message") ?? Member(errors[0], "code") ?? "";
            return Member(root, "details") ?? Member(root, "error_description") ?? Member(root, "message") ?? Member(root, "error") ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON: a proxy's page, or a sentence.
            string text = Encoding.UTF8.GetString(untrustedBody.AsSpan(0, Math.Min(untrustedBody.Length, PlainLength))).Trim();
            return text.StartsWith('<') || text.Contains('\uFFFD') ? "" : text;
        }
    }

    /// <summary>The code of the first error: <c>MANIFEST_UNKNOWN</c>. Null if there is none.</summary>
    public static string? Code(byte[] untrustedBody)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(untrustedBody);
            return document.RootElement.ValueKind == JsonValueKind.Object &&
                document.RootElement.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array
                    && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.Object
                ? Member(errors[0], "code")
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;
}
