using System.Text.Json;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>Members of a cluster's answer. What is missing, or of another type than it should be, is null: then nobody knows.</summary>
internal static class ClusterJson
{
    public static JsonElement? Member(this JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement? Member(this JsonElement element, string name) => ((JsonElement?)element).Member(name);

    public static string? Text(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } known ? known.GetString() : null;

    public static long? Number(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } known && known.TryGetInt64(out long number) ? number : null;

    /// <summary>A number of things: null if it is none, or is negative.</summary>
    public static int? Count(this JsonElement? element) =>
        element.Number() is >= 0 and <= int.MaxValue and { } number ? (int)number : null;

    /// <summary>The items of a list; null if it is none.</summary>
    public static IReadOnlyList<JsonElement>? Items(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } known ? [.. known.EnumerateArray()] : null;

    /// <summary>A mapping of texts; members that are not texts are left out.</summary>
    public static Dictionary<string, string> Texts(this JsonElement? element)
    {
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        if (element is { ValueKind: JsonValueKind.Object } known)
        {
            foreach (JsonProperty member in known.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.String)
                    texts[member.Name] = member.Value.GetString()!;
            }
        }

        return texts;
    }
}
