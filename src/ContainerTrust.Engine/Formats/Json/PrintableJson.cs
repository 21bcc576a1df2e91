using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Formats.Json;

/// <summary>JSON that may be printed: it holds nothing that a terminal acts on, such as a change of the writing's direction.</summary>
public static class PrintableJson
{
    /// <summary>
    /// Escapes control and format characters. Outside strings a document has none of them but line breaks, and in a string an escape means the same character.
    /// </summary>
    /// <param name="json">A JSON document (RFC 8259).</param>
    /// <returns>The same document.</returns>
    public static string Of(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!json.AsSpan().ContainsAnyExceptInRange('\n', '~'))
            return json;
        StringBuilder safe = new(json.Length + 64);
        for (int i = 0; i < json.Length; i++)
        {
            // Some format characters, such as the tags of U+E0000, are pairs.
            if (char.IsSurrogatePair(json, i) && CharUnicodeInfo.GetUnicodeCategory(json, i) == UnicodeCategory.Format)
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)json[i]:x4}\\u{(int)json[++i]:x4}");
            else if (json[i] is not '\n' && Printable.IsUnsafe(json[i]))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)json[i]:x4}");
            else
                safe.Append(json[i]);
        }

        return safe.ToString();
    }
}
