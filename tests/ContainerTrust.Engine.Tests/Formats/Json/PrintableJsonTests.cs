using System.Globalization;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Tests.Formats.Json;

/// <summary>JSON for terminals.</summary>
public sealed class PrintableJsonTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\u202Eb", "\"a\\u202eb\"")]
    [InlineData("\u2066\u2069\u200B\uFEFF\u00AD", "\"\\u2066\\u2069\\u200b\\ufeff\\u00ad\"")]
    [InlineData("é 漢 😀 \\u202e", "\"é 漢 😀 \\u202e\"")]
    [InlineData("\U000E0041", "\"\\udb40\\udc41\"")]
    public void Only_what_a_terminal_acts_on_is_escaped(string text, string expected) =>
        Assert.Equal(expected, PrintableJson.Of($"\"{text}\""));

    [Fact]
    public void Every_character_stays_the_same_character_and_none_of_them_is_raw()
    {
        List<string> texts = [];
        for (int c = 0; c < 0x110000; c++)
        {
            if (c is < 0xD800 or > 0xDFFF)
                texts.Add(char.ConvertFromUtf32(c));
        }

        // As raw as JSON may be: only quotation marks, backslashes and what is below the blank must be escaped (RFC 8259 section 7).
        IEnumerable<string> raw = texts.Select(static t => t[0] is < ' ' or '"' or '\\' ? $"\\u{(int)t[0]:x4}" : t);
        string json = PrintableJson.Of($"[\n\"{string.Join("\",\n\"", raw)}\"\n]");
        Assert.Equal(texts, JsonSerializer.Deserialize<List<string>>(json));
        for (int i = 0; i < json.Length; i += char.IsSurrogatePair(json, i) ? 2 : 1)
        {
            bool isRaw = json[i] != '\n' && CharUnicodeInfo.GetUnicodeCategory(json, i) is
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            Assert.False(isRaw, $"U+{char.ConvertToUtf32(json, i):X4}");
        }
    }
}
