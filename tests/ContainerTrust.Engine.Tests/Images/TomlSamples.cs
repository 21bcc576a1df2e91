using System.Text;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Makes TOML documents: most of them valid, all near to it.</summary>
internal sealed class TomlSamples(Random random)
{
    private static readonly string[] s_numbers =
    [
        "0", "-0", "+7", "42", "1_000", "9223372036854775807", "-9223372036854775808", "0xDEAD_beef", "0o755",
        "0b1101", "0x7fffffffffffffff", "1.5", "-0.01", "5e+22", "1e06", "-2E-2", "6.626e-34", "1_0.2_0", "inf", "-inf", "+nan",
    ];

    private static readonly string[] s_times =
    [
        "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00", "1979-05-27t07:32:00z", "1979-05-27T00:32:00",
        "1979-05-27", "07:32:00", "00:32:00.999999", "07:32", "1979-05-27T07:32", "2000-02-29",
    ];

    private static readonly string[] s_texts =
    [
        "a", "registry.example.com/ns", "", " ", "x\ty", "quote\"s", "back\\slash", "it's",
        "\u00e4\u00f6", "\U0001F600", "#", "[x]", "=", "line\nbreak", "''", "\"\"",
    ];

    // What no reader may take.
    private static readonly string[] s_bad =
    [
        "9223372036854775808", "0x8000000000000000", "01", "1__0", "1_", "1.", ".5", "0x", "+0x1", "0xg", "1e", "1.e5", "True",
        "tru", "infinity", "", "1979-02-30", "1979-13-01", "25:00:00", "1979-05-27T07:32:00+25:00", "1979-05-27T", "\"\\q\"",
        "\"\\ud800\"", "\"\\U00110000\"", "\"\\u12\"", "\"\\/\"", "\"\u0001\"", "'\u007f'", "\"a\nb\"", "'a\nb'", "[,]", "{,}", "[1 2]",
        "{a = 1 b = 2}", "{a = 1, a = 2}",
        "{a.b = 1, a = 2}", "\"\"\"a", "'''a''", "\"a\\\nb\"",
    ];

    /// <summary>A document.</summary>
    public string Document()
    {
        var text = new StringBuilder();
        int lines = random.Next(1, 7);
        for (int i = 0; i < lines; i++)
        {
            text.Append(random.Next(12) switch
            {
                0 => $"[{Key(3)}]",
                1 => $"[[{Key(2)}]]",
                2 => $"# {Pick(s_texts).Replace('\n', ' ')}",
                3 => "",
                4 => $"  {Key(3)}\t= {Value(3)} # c",
                _ => $"{Key(2)} = {Value(3)}",
            });
            text.Append(random.Next(10) == 0 ? "\r\n" : "\n");
        }

        return text.ToString();
    }

    /// <summary>A document, with some characters changed.</summary>
    public string Mutated()
    {
        const string Alphabet = "\"'\\[]{}=.,#\n\r\t _-+:0189abeEfnrtuxTZ\u00e4\u0001\u007f";
        var text = new StringBuilder(Document());
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                    break;
                case 1 when at < text.Length:
                    text.Remove(at, 1);
                    break;
                case 2 when at < text.Length:
                    text[at] = Alphabet[random.Next(Alphabet.Length)];
                    break;
                default:
                    int from = random.Next(text.Length + 1);
                    text.Insert(at, text.ToString(from, random.Next(Math.Min(20, text.Length - from + 1))));
                    break;
            }
        }

        // Half of a surrogate pair is no text at all.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString())).Replace('\uFFFD', '?');
    }

    private string Key(int parts) =>
        string.Join(random.Next(4) == 0 ? " . " : ".", Enumerable.Range(0, random.Next(1, parts + 1)).Select(_ => Part()));

    private string Part() => random.Next(10) switch
    {
        0 => Quoted(Pick(s_texts)),
        1 => "'a b'",
        2 or 3 => Pick(["registry", "mirror", "1", "x-y_z"]),
        _ => ((char)('a' + random.Next(26))).ToString(),
    };

    private string Value(int depth)
    {
        if (random.Next(60) == 0)
            return Pick(s_bad);
        return random.Next(depth > 0 ? 9 : 5) switch
        {
            0 => Pick(s_numbers),
            1 => Pick(s_times),
            2 => Pick(["true", "false"]),
            3 => Quoted(Pick(s_texts)),
            4 => Text(Pick(s_texts)),
            5 or 6 => Array(depth - 1),
            _ => Inline(depth - 1),
        };
    }

    private string Array(int depth)
    {
        string gap = random.Next(3) switch { 0 => "\n # c\n ", 1 => " ", _ => "" };
        string[] items = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth))];
        string end = items.Length > 0 && random.Next(4) == 0 ? "," : "";
        return $"[{gap}{string.Join("," + gap, items)}{end}{gap}]";
    }

    private string Inline(int depth)
    {
        string gap = random.Next(6) == 0 ? "\n" : " ";
        string[] items = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"{Key(2)} = {Value(depth)}")];
        string end = items.Length > 0 && random.Next(8) == 0 ? "," : "";
        return $"{{{gap}{string.Join("," + gap, items)}{end}{gap}}}";
    }

    private static string Quoted(string text) => "\"" + Escaped(text).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private string Text(string text) => random.Next(5) switch
    {
        0 when text.AsSpan().IndexOfAny('\n', '\'') < 0 => $"'{text}'",
        1 when !text.Contains("''", StringComparison.Ordinal) => $"'''\n{text}'''",
        2 => $"\"\"\"\n{Escaped(text)} \\\n   z\"\"\"",
        3 => "\"\\u00e4\\U0001F600\\t\\b\\f\\r\\\"\\\\\"",
        _ => "\"\\e\\x41\\xe4\"",
    };

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
