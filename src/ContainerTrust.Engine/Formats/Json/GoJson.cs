using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ContainerTrust.Engine.Formats.Json;

/// <summary>
/// Reads JSON as Go's <c>encoding/json</c> does: member names without regard to case where no exact name is there, the last of equal
/// names counts, bytes that are not UTF-8 become U+FFFD. A manifest means what the software makes of it that pulls it, and that is
/// written in Go.
/// </summary>
internal static class GoJson
{
    // Go's own limit of nesting.
    private const int MaxDepth = 10_000;

    /// <summary>A reader with Go's limits, at the beginning of a document.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> content) => new(content, new JsonReaderOptions { MaxDepth = MaxDepth });

    /// <summary>Whether Go decodes a member of this name into the field.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="field">The field's name, in ASCII.</param>
    public static bool IsField(string name, string field)
    {
        if (name.Length != field.Length)
            return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (Fold(name[i]) != Fold(field[i]))
                return false;
        }

        return true;
    }

    /// <summary>The text of a string or a member's name.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return Encoding.UTF8.GetString(reader.ValueSpan);
        ReadOnlySpan<byte> raw = reader.ValueSpan;
        var text = new StringBuilder(raw.Length);
        while (raw.IndexOf((byte)'\\') is var escape and >= 0)
        {
            text.Append(Encoding.UTF8.GetString(raw[..escape]));
            raw = raw[escape..];
            if (raw[1] != 'u')
            {
                text.Append((char)raw[1] switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    char c => c,
                });
                raw = raw[2..];
                continue;
            }

            char unit = CodeUnit(raw);
            raw = raw[6..];
            if (char.IsHighSurrogate(unit) && raw.Length >= 6 && raw[0] == '\\' && raw[1] == 'u' && char.IsLowSurrogate(CodeUnit(raw)))
            {
                text.Append(unit).Append(CodeUnit(raw));
                raw = raw[6..];
            }
            else
            {
                text.Append(char.IsSurrogate(unit) ? '\uFFFD' : unit);
            }
        }

        return text.Append(Encoding.UTF8.GetString(raw)).ToString();
    }

    /// <summary>
    /// Reads the value at the reader as a Go string field: false if its type is another. Null leaves the field as it was.
    /// </summary>
    public static bool TryString(ref Utf8JsonReader reader, ref string? value)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            value = Text(ref reader);
            return true;
        }

        bool isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull;
    }

    /// <summary>
    /// Reads the value at the reader as a Go integer field: false if its type is another or it has a fraction or exponent. Null leaves it
    /// as it was.
    /// </summary>
    public static bool TryInteger(ref Utf8JsonReader reader, ref long value)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return long.TryParse(reader.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                && Set(ref value, number);
        bool isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull;
    }

    /// <summary>
    /// Passes over the value at the reader as Go reads it where any type is allowed: false if a number in it is too large for a 64-bit
    /// float.
    /// </summary>
    public static bool TryAny(ref Utf8JsonReader reader)
    {
        int depth = reader.CurrentDepth;
        bool isStart = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        bool ok = true;
        while (true)
        {
            if (reader.TokenType == JsonTokenType.Number)
                ok &= double.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    && double.IsFinite(number);
            if (!isStart || (reader.CurrentDepth == depth && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray))
                return ok;
            reader.Read();
        }
    }

    private static bool Set(ref long value, long number)
    {
        value = number;
        return true;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) => (char)ushort.Parse(
        escape.Slice(2, 4),
        NumberStyles.AllowHexSpecifier,
        CultureInfo.InvariantCulture);

    // The long s and the Kelvin sign are the only other characters that fold to ASCII letters.
    private static char Fold(char c) => c switch
    {
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        '\u017F' => 's',
        '\u212A' => 'k',
        _ => c,
    };
}
