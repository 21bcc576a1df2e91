using System.Text;

namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>Writes words so that every YAML reader, of 1.1 or 1.2, takes them for the text that is meant.</summary>
internal static class ScalarWriter
{
    /// <summary>Writes a word.</summary>
    /// <param name="value">The text; no line breaks or control characters.</param>
    /// <param name="style">The style to keep if it will do.</param>
    /// <param name="isFlow">Whether the word stands between brackets.</param>
    /// <returns>The word, in quotes where it needs them.</returns>
    public static string Write(string value, YamlStyle style, bool isFlow)
    {
        if (style == YamlStyle.Plain && !isFlow && IsPlain(value))
            return value;
        if (style == YamlStyle.SingleQuoted)
            return $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Whether a character can begin a plain word here: none of YAML's indicators.</summary>
    public static bool IsWordStart(char c) => char.IsAsciiLetterOrDigit(c) || c == '/';

    /// <summary>
    /// Whether a character is nothing but itself inside a plain word (of these, only <c>:</c> needs a look at what follows).
    /// </summary>
    public static bool IsWordPart(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '/' or '@' or ':' or '-' or '~' or '%' or '+' or '=' or '?' or '&' or ';';

    /// <summary>Whether a plain word could be a number, a date or a time to some reader.</summary>
    public static bool LooksLikeNumber(string value)
    {
        if (value.Length == 0 || !(char.IsAsciiDigit(value[0]) || value[0] is '+' or '-' or '.'))
            return false;
        foreach (char c in value)
        {
            if (!char.IsAsciiHexDigit(c)
                && c is not ('x' or 'X' or 'o' or 'O' or '_' or '.' or '+' or '-' or ':' or 'T' or 't' or 'Z' or 'z' or ' '))
                return value.EndsWith("inf", StringComparison.OrdinalIgnoreCase)
                    || value.EndsWith("nan", StringComparison.OrdinalIgnoreCase);
        }

        return true;
    }

    private static bool IsPlain(string value)
    {
        if (value.Length == 0 || !IsWordStart(value[0]) || value[^1] == ':' || LooksLikeNumber(value) || IsReserved(value))
            return false;
        foreach (char c in value)
        {
            if (!IsWordPart(c))
                return false;
        }

        return true;
    }

    private static bool IsReserved(string value) => value.Length <= 5 && value.ToLowerInvariant() is
        "y" or "n" or "yes" or "no" or "on" or "off" or "true" or "false" or "null" or "nan" or "inf";
}
