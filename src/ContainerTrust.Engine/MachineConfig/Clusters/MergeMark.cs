using System.Text.Json;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// The annotations of a merged MachineConfig: the hash of the operator's policy that it was merged with, and the scopes that were merged
/// into it, so that the next one can be made of the same.
/// </summary>
internal static class MergeMark
{
    /// <summary>The annotation with the hash.</summary>
    public const string Hash = "containertrust/merged-from";

    /// <summary>The annotation with the scopes: a JSON list of <c>[transport, scope]</c>, or <c>[]</c> for the policy's default.</summary>
    public const string Scopes = "containertrust/merged-scopes";

    /// <summary>The most scopes that are read back.</summary>
    public const int MaxScopes = 10_000;

    /// <summary>The annotations.</summary>
    public static IReadOnlyDictionary<string, string> Of(OperatorPart part, IReadOnlyList<TrustChange> changes) =>
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Hash] = part.Hash,
            [Scopes] = Write(changes),
        };

    /// <summary>The hash among annotations. Null if there is none.</summary>
    public static string? HashOf(IReadOnlyDictionary<string, string> untrustedAnnotations) =>
        untrustedAnnotations.TryGetValue(Hash, out string? hash) && hash.Length == 71
            && hash.StartsWith("sha256:", StringComparison.Ordinal)
            && hash.Skip(7).All(char.IsAsciiHexDigitLower)
            ? hash : null;

    /// <summary>The scopes among annotations; the default's transport is null.</summary>
    /// <returns>The scopes. Null if there is no list, or not one of ours.</returns>
    public static IReadOnlyList<(string? Transport, string Scope)>? ScopesOf(IReadOnlyDictionary<string, string> untrustedAnnotations)
    {
        if (!untrustedAnnotations.TryGetValue(Scopes, out string? text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 3 });
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > MaxScopes)
                return null;
            List<(string? Transport, string Scope)> scopes = [];
            foreach (JsonElement item in document.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() is not (0 or 2)
                    || item.EnumerateArray().Any(static e => e.ValueKind != JsonValueKind.String))
                    return null;
                scopes.Add(item.GetArrayLength() == 0 ? (null, "") : (item[0].GetString(), item[1].GetString()!));
            }

            return scopes;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not a list of ours.
            return null;
        }
    }

    /// <summary>Whether what the annotations list can be read back, so that the MachineConfig can be made again.</summary>
    public static bool IsReadable(IReadOnlyDictionary<string, string> annotations) =>
        !annotations.ContainsKey(Scopes) || ScopesOf(annotations) is not null;

    private static string Write(IReadOnlyList<TrustChange> changes)
    {
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output))
        {
            writer.WriteStartArray();
            foreach (TrustChange change in changes)
            {
                writer.WriteStartArray();
                if (!change.IsDefault)
                {
                    writer.WriteStringValue(change.Transport);
                    writer.WriteStringValue(change.Registry);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(output.ToArray());
    }
}
