using System.Globalization;

namespace ContainerTrust.Engine.Formats.Toml;

/// <summary>The forms of TOML's numbers, dates and times.</summary>
internal static class TomlNumber
{
    /// <summary>An integer: decimal, or <c>0x</c>, <c>0o</c>, <c>0b</c>; underscores between digits.</summary>
    public static bool TryInteger(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'o' or 'b')
        {
            ReadOnlySpan<char> body = text[2..];
            (int bits, string digits) = text[1] switch
            {
                'x' => (4, "0123456789abcdefABCDEF_"),
                'o' => (3, "01234567_"),
                _ => (1, "01_"),
            };
            if (body.IndexOfAnyExcept(digits) >= 0 || !HasGoodUnderscores(body))
                return false;
            foreach (char c in body)
            {
                if (c == '_')
                    continue;
                if (value >> (63 - bits) != 0)
                    return false;
                value = (value << bits) | (uint)int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }

            return true;
        }

        return IsDecimal(text) && long.TryParse(
            text.ToString().Replace("_", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out value);
    }

    /// <summary>A number with a fraction or exponent, or <c>inf</c> or <c>nan</c>.</summary>
    public static bool IsFloat(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> unsigned = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (unsigned is "inf" or "nan")
            return true;
        int exponent = text.IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = exponent < 0 ? text : text[..exponent];
        if (exponent >= 0)
        {
            ReadOnlySpan<char> power = text[(exponent + 1)..];
            if (!IsDigits(power.Length > 0 && power[0] is '+' or '-' ? power[1..] : power))
                return false;
        }

        int point = mantissa.IndexOf('.');
        return point < 0 ? exponent >= 0 && IsDecimal(mantissa) : IsDecimal(mantissa[..point]) && IsDigits(mantissa[(point + 1)..]);
    }

    /// <summary>A date and time with or without an offset, a date, or a time.</summary>
    public static bool IsDateOrTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 10 || !IsDate(text[..10]))
            return IsTime(text);
        if (text.Length == 10)
            return true;
        if (text[10] is not ('T' or 't' or ' '))
            return false;
        ReadOnlySpan<char> time = text[11..];
        if (time.Length > 0 && time[^1] is 'Z' or 'z')
            return IsTime(time[..^1]);
        int sign = time.LastIndexOfAny('+', '-');
        return sign < 0 ? IsTime(time) : IsTime(time[..sign]) && time.Length == sign + 6 && IsClock(time[(sign + 1)..]);
    }

    /// <summary><c>yyyy-mm-dd</c>.</summary>
    public static bool IsDate(ReadOnlySpan<char> text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // hh:mm[:ss[.fraction]]
    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 5 || !IsClock(text[..5]))
            return false;
        if (text.Length == 5)
            return true;
        if (text.Length < 8 || text[5] != ':' || !IsTwo(text[6..8], 60))
            return false;
        return text.Length == 8 || (text[8] == '.' && text.Length > 9 && !text[9..].ContainsAnyExceptInRange('0', '9'));
    }

    private static bool IsClock(ReadOnlySpan<char> text) =>
        text.Length == 5 && text[2] == ':' && IsTwo(text[..2], 23) && IsTwo(text[3..], 59);

    private static bool IsTwo(ReadOnlySpan<char> text, int highest) =>
        char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) && ((text[0] - '0') * 10) + text[1] - '0' <= highest;

    private static bool IsDecimal(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> digits = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        return IsDigits(digits) && (digits.Length == 1 || digits[0] != '0');
    }

    private static bool IsDigits(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c) && c != '_')
                return false;
        }

        return HasGoodUnderscores(text);
    }

    private static bool HasGoodUnderscores(ReadOnlySpan<char> text) =>
        !text.IsEmpty && text[0] != '_' && text[^1] != '_' && text.IndexOf("__") < 0;
}
