using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>
/// Words of YAML as the tools around MachineConfigs (gopkg.in/yaml.v3, sigs.k8s.io/yaml) read and write them: which of them are texts,
/// which need quotes.
/// </summary>
internal static partial class PlainScalar
{
    /// <summary>What a word without quotes is.</summary>
    public static DocumentNodeKind KindOf(string word)
    {
        if (word is "" or "~" or "null" or "Null" or "NULL")
            return DocumentNodeKind.Null;

        // The older words for booleans are such to kubectl and oc, and texts to newer readers.
        if (word is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" || IsOldBoolean(word))
            return DocumentNodeKind.Boolean;
        return LooksLikeNumber(word) ? DocumentNodeKind.Number : DocumentNodeKind.Text;
    }

    /// <summary>
    /// Writes a text on one line: as it is where every reader takes it for that text, otherwise in quotes, double ones where single ones
    /// would not do.
    /// </summary>
    public static string Write(string text)
    {
        if (KindOf(text) == DocumentNodeKind.Text && text.EnumerateRunes().All(IsShown))
            return IsPlain(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        StringBuilder quoted = new(text.Length + 16);
        quoted.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append((char)rune.Value);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                default:
                    if (IsShown(rune))
                        quoted.Append(rune.ToString());
                    else if (rune.Value <= 0xFF)
                        quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}");
                    else if (rune.IsBmp)
                        quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
                    else
                        quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The integer that a number is. Null if it is none.</summary>
    public static long? Integer(string word)
    {
        string digits = word.Replace("_", "", StringComparison.Ordinal);
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
            digits = digits[1..];
        (int radix, int prefix) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        digits = digits[prefix..];
        if (digits.Length is 0 or > 30)
            return null;
        long value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiHexDigit(c) ? (c | 0x20) - 'a' + 10 : radix;
            if (digit >= radix || value > (long.MaxValue - digit) / radix)
                return null;
            value = (value * radix) + digit;
        }

        return isNegative ? -value : value;
    }

    private static bool IsOldBoolean(string word) => word is
        "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF";

    private static bool LooksLikeNumber(string word) =>
        word is ".nan" or ".NaN" or ".NAN"
        || (word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] is '+' or '-' or '.')
            && (Number().IsMatch(word) || Date().IsMatch(word)));

    private static bool IsPlain(string text)
    {
        if ((text[0] is not ('/' or '_') && !char.IsLetterOrDigit(text[0])) || text[^1] is ':' or ' ')
            return false;
        return !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal);
    }

    private static bool IsShown(Rune rune) =>
        rune.Value is >= ' ' and <= '~' or >= 0xA0 && rune.Value is not (0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.PrivateUse);

    [GeneratedRegex(
        @"^[-+]?(0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+" +
        @"|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9][0-9_]*(e[-+]?[0-9]+)?|\.inf)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Date();
}
