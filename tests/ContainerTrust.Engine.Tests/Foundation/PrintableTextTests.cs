using System.Globalization;
using System.Text.Json;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>The one function between text from outside and a person.</summary>
public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~", "plain ~")]
    [InlineData("é 漢 😀 \\u202e", "é 漢 😀 \\u202e")]
    [InlineData("a\e[31mb", "a\\u001b[31mb")]
    [InlineData("\0\t\n\r\u007f\u0085\u009b", "\\u0000\\u0009\\u000a\\u000d\\u007f\\u0085\\u009b")]
    [InlineData("\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad",
        "\\u061c\\u200b\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069\\ufeff\\u00ad")]
    [InlineData("\u2028\u2029\ufffe\uffff", "\\u2028\\u2029\\ufffe\\uffff")]
    [InlineData("\U000E0041", "\\udb40\\udc41")]
    public void What_a_terminal_acts_on_is_spelled_out(string text, string expected)
    {
        Assert.Equal(expected, PrintableText.Line(text));
        Assert.Equal(expected, PrintableText.Line(expected));
        Assert.Equal(text == expected, PrintableText.IsLine(text));
    }

    [Fact]
    public void Every_code_point_is_shown_as_itself_or_as_JSON_writes_it()
    {
        for (int value = 0; value < 0x110000; value++)
        {
            string text = value is >= 0xD800 and <= 0xDFFF ? ((char)value).ToString() : char.ConvertFromUtf32(value);
            string line = PrintableText.Line(text);
            bool isUnsafe = value is 0xFFFE or 0xFFFF || CharUnicodeInfo.GetUnicodeCategory(text, 0) is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            Assert.Equal(isUnsafe, line != text);
            if (isUnsafe && value is < 0xD800 or > 0xDFFF && line != text)
                Assert.Equal(text, JsonSerializer.Deserialize<string>($"\"{line}\""));
            Assert.Equal(value == '\n' ? text : line, PrintableText.Lines(text));
        }
    }

    [Fact]
    public void Lone_surrogates_are_spelled_out()
    {
        Assert.Equal("a\\ud800b\\udc00😀", PrintableText.Line("a\ud800b\udc00😀"));
        Assert.Equal("\\udc80", PrintableText.Lines("\udc80"));
    }

    [Fact]
    public void Line_feeds_of_ours_stay_and_nothing_else()
    {
        Assert.Equal("a\nb\\u000d\n\\u0009c\n", PrintableText.Lines("a\nb\r\n\tc\n"));
        Assert.Equal("a\\u000bb", PrintableText.Lines("a\vb"));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void A_cut_leaves_no_half_of_a_pair(int length)
    {
        string text = string.Concat(Enumerable.Repeat("a😀", 20));
        string cut = Printable.Of(text, length);
        Assert.DoesNotContain("\\u", cut, StringComparison.Ordinal);
        Assert.Contains('…', cut);
        Assert.True(cut.Length <= length + 1, cut);
    }

    [Fact]
    public void Messages_and_words_of_the_engine_are_printable_by_themselves()
    {
        TrustException error = new("Id", TrustErrorKind.InvalidData, HostileFields.Text) { Target = HostileFields.Text };
        Assert.Null(HostileFields.Fault(error.Message));
        Assert.Contains("\\u001b", error.Message, StringComparison.Ordinal);
        Assert.Equal(HostileFields.Text, error.Target);
        TrustFormatException format = new("Id", HostileFields.Text, 1, 1, HostileFields.Text, HostileFields.Text);
        Assert.Null(HostileFields.Fault(format.Message + format.Problem));

        List<string> said = [];
        TrustMessages messages = new() { Warning = said.Add, Verbose = said.Add };
        messages.Warning(HostileFields.Text);
        (messages with { }).Verbose(HostileFields.Text);
        Assert.Equal([PrintableText.Line(HostileFields.Text), PrintableText.Line(HostileFields.Text)], said);
    }
}
