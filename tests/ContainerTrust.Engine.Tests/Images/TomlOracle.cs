using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Formats.Toml;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;
using Tomlyn.Syntax;
using OurArray = ContainerTrust.Engine.Formats.Toml.TomlArray;
using OurTable = ContainerTrust.Engine.Formats.Toml.TomlTable;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>What a document says, as our reader and as Tomlyn read it, in one form. Null where it is refused.</summary>
internal static partial class TomlOracle
{
    public static string? Ours(string text, out string reason)
    {
        try
        {
            reason = "";
            return Show(TomlReader.Read("file", Encoding.UTF8.GetBytes(text)).Root);
        }
        catch (TrustFormatException e)
        {
            reason = e.Problem;
            return null;
        }
    }

    public static string? Theirs(string text, out string reason)
    {
        try
        {
            // Reading alone lets a name be there twice.
            DocumentSyntax syntax = SyntaxParser.Parse(text, "file", validate: true);
            if (syntax.HasErrors)
            {
                reason = syntax.Diagnostics[0].Message;
                return null;
            }

            reason = "";
            return Show(TomlSerializer.Deserialize<Tomlyn.Model.TomlTable>(text)!);
        }
        catch (Exception e) when (e is TomlException or ArgumentOutOfRangeException)
        {
            // The latter where a document ends behind a backslash.
            reason = e.Message;
            return null;
        }
    }

    /// <summary>Whether our reader is known to be the stricter one, and the specification asks for it.</summary>
    public static bool IsKnownStrictness(string text, string reason) =>
        // Tomlyn lets a backslash take away the line break of a text that is not allowed to have one.
        (reason.StartsWith("This escape is not known", StringComparison.Ordinal) && LineBreakEscape.IsMatch(text))
        // It reads whole numbers that need 64 bits as negative ones, where they are not decimal.
        || (reason.Contains("is not a value", StringComparison.Ordinal) && WideNumber.IsMatch(reason))
        // It takes a carriage return alone for white space behind such a backslash.
        || (reason.StartsWith("A carriage return must be", StringComparison.Ordinal) && LineBreakEscape.IsMatch(text))
        // It takes an underscore in a time.
        || (reason.Contains("is not a value", StringComparison.Ordinal) && TimeWithUnderscore.IsMatch(reason))
        // Within arrays of tables it does not see every table that appears twice, or is something else already.
        || (reason.Contains(" already", StringComparison.Ordinal) && text.Contains("[[", StringComparison.Ordinal));

    /// <summary>Whether it is a time that TOML has, and .NET and with it Tomlyn have not: leap seconds, far offsets, fine
    /// fractions.</summary>
    public static bool IsKnownNarrowness(string text) => WideTime.IsMatch(text);

    /// <summary>
    /// Whether Tomlyn is known to lose tables: an array of tables is gone on with after a header of something else (a later element, or a
    /// table of the last).
    /// </summary>
    public static bool IsKnownLoss(string text)
    {
        (string Name, bool IsArray)[] headers =
            [.. Header.Matches(text).Select(static m => (string.Concat(m.Groups[2].Value.Split(' ')), m.Groups[1].Length == 2))];
        for (int i = 0; i < headers.Length; i++)
        {
            bool hasOther = false;
            foreach ((string name, _) in headers.Skip(i + 1))
            {
                bool isWithin = name == headers[i].Name || name.StartsWith(headers[i].Name + ".", StringComparison.Ordinal);
                if (headers[i].IsArray && hasOther && isWithin)
                    return true;
                hasOther |= !isWithin;
            }
        }

        return false;
    }

    [GeneratedRegex(@"\\[ \t]*\r?[\r\n]")]
    private static partial Regex LineBreakEscape { get; }

    [GeneratedRegex("^'(?=[^']*_)(?=[^']*:)")]
    private static partial Regex TimeWithUnderscore { get; }

    [GeneratedRegex(@":[0-5][0-9]:60|[0-9][+-](1[4-9]|2[0-3]):|:[0-9]{2}\.[0-9]{8}")]
    private static partial Regex WideTime { get; }

    [GeneratedRegex("^'0(x[89a-f][0-9a-f_]{15,}|o1[0-7_]{21,}|b1[01_]{63,})'", RegexOptions.IgnoreCase)]
    private static partial Regex WideNumber { get; }

    [GeneratedRegex(@"^[ \t]*(\[\[?)([^\]]*)\]", RegexOptions.Multiline)]
    private static partial Regex Header { get; }

    private static string Show(TomlValue value) => value switch
    {
        TomlString text => JsonSerializer.Serialize(text.Value),
        TomlInteger number => number.Value.ToString(CultureInfo.InvariantCulture),
        TomlBoolean truth => truth.Value ? "true" : "false",
        TomlOther other => Other(other.Text),
        OurArray array => $"[{string.Join(',', array.Items.Select(Show))}]",
        OurTable table => Table(table.Members.Select(static m => (m.Key, Show(m.Value)))),
        _ => throw new InvalidOperationException(value.Description),
    };

    private static string Show(object? value) => value switch
    {
        string text => JsonSerializer.Serialize(text),
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        double number => Float(number),
        TomlDateTime => "time",
        Tomlyn.Model.TomlArray array => $"[{string.Join(',', array.Select(Show))}]",
        TomlTableArray array => $"[{string.Join(',', array.Select(Show))}]",
        Tomlyn.Model.TomlTable table => Table(table.Select(static m => (m.Key, Show(m.Value)))),
        _ => throw new InvalidOperationException(value?.GetType().Name),
    };

    private static string Table(IEnumerable<(string Key, string Value)> members) =>
        $"{{{string.Join(',', members.Select(static m => $"{JsonSerializer.Serialize(m.Key)}:{m.Value}").Order(StringComparer.Ordinal))}}}";

    private static string Other(string text)
    {
        if (TomlNumber.IsDateOrTime(text))
            return "time";
        string plain = text.Replace("_", "", StringComparison.Ordinal);
        string unsigned = plain.TrimStart('+', '-');
        double size = unsigned switch
        {
            "inf" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => double.Parse(unsigned, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return Float(plain[0] == '-' ? -size : size);
    }

    private static string Float(double number) =>
        double.IsNaN(number) ? "nan" : "float " + number.ToString("R", CultureInfo.InvariantCulture);
}
