using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ContainerTrust.TestKit;

/// <summary>
/// Files with a hostile text in each of their fields (tests/Hostile/fields.json), and what none of them may send to a person.
/// </summary>
internal static class HostileFields
{
    /// <summary>
    /// Sets a terminal's title and colour, erases it, turns the direction around, shows nothing, ends the line in four ways, and poses as a
    /// line of its own.
    /// </summary>
    public const string Text = "\e]0;pwned\a\e[31m\u007f\u0085\u009b2J\u202e\u2066\u200b\u00ad\ufeff\u2028\u2029\U000E0041\nFAKE LINE\rx";

    private static readonly Lazy<JsonDocument> s_fields =
        new(static () => JsonDocument.Parse(File.ReadAllText(Find("tests/Hostile/fields.json"))));

    /// <summary>The kinds of files.</summary>
    public static IEnumerable<string> Carriers => s_fields.Value.RootElement.EnumerateObject().Select(static p => p.Name);

    /// <summary>The file with its marks, as fields.json has it.</summary>
    /// <param name="carrier">The kind of file.</param>
    /// <param name="field">The field.</param>
    public static string Template(string carrier, string field) =>
        s_fields.Value.RootElement.GetProperty(carrier).GetProperty(field).GetString()!;

    /// <summary>The fields of a kind of file.</summary>
    /// <param name="carrier">Such as <c>policy</c>.</param>
    public static IEnumerable<string> Of(string carrier) =>
        s_fields.Value.RootElement.GetProperty(carrier).EnumerateObject().Select(static p => p.Name);

    /// <summary>A file with the hostile text in a field.</summary>
    /// <param name="carrier">The kind of file.</param>
    /// <param name="field">The field.</param>
    /// <param name="transport">Where a policy has it.</param>
    /// <param name="scope">Where a policy has it.</param>
    public static string Make(string carrier, string field, string transport = "docker", string scope = "evil.example.com") =>
        Template(carrier, field)
            .Replace("@T@", transport, StringComparison.Ordinal)
            .Replace("@S@", scope, StringComparison.Ordinal)
            .Replace("@RAW@", Text, StringComparison.Ordinal)
            .Replace("@H@", Escaped(isJson: !carrier.StartsWith("registries", StringComparison.Ordinal)), StringComparison.Ordinal);

    /// <summary>The first character that must not reach a person, and the words around it. Null if there is none.</summary>
    /// <param name="text">What was said.</param>
    /// <param name="isLine">Whether it must be one line.</param>
    public static string? Fault(string? text, bool isLine = true)
    {
        for (int i = 0; i < text?.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            bool isBad = text[i] == '\n' ? isLine : category is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            if (isBad || text.AsSpan(i).StartsWith("\nFAKE LINE", StringComparison.Ordinal))
                return $"U+{(int)text[i]:X4} in: {JsonSerializer.Serialize(text[Math.Max(0, i - 80)..Math.Min(text.Length, i + 40)])}";
        }

        return null;
    }

    // JSON, YAML and TOML share the short escape; beyond the first plane JSON has pairs, and the others a long one.
    private static string Escaped(bool isJson)
    {
        StringBuilder text = new();
        foreach (Rune rune in Text.EnumerateRunes())
        {
            if (rune.IsAscii && !Rune.IsControl(rune))
                text.Append(rune.ToString());
            else if (rune.IsBmp || isJson)
                text.AppendJoin("", rune.ToString().Select(static c => $"\\u{(int)c:x4}"));
            else
                text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }

        return text.ToString();
    }

    private static string Find(string relative)
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, relative)))
                return Path.Combine(directory, relative);
        }

        throw new InvalidOperationException($"{relative} is not found.");
    }
}
