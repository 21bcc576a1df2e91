namespace ContainerTrust.Engine.Formats.Data;

/// <summary>The base64 alphabet as armor uses it (RFC 9580 section 6).</summary>
internal static class Radix64
{
    private static ReadOnlySpan<byte> Values =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 62, 255, 255, 255, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, 255, 255, 255, 255,
        255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 255,
        255, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    /// <summary>The six bits that a character stands for.</summary>
    /// <param name="character">An octet.</param>
    /// <returns>0 to 63; negative if the octet is not in the alphabet.</returns>
    public static int Value(byte character) => Values[character] is < 64 and var value ? value : -1;

    /// <summary>Decodes groups of four characters as long as all four are in the alphabet.</summary>
    /// <param name="characters">Characters.</param>
    /// <param name="destination">Where the octets go: at least three for each group.</param>
    /// <returns>How many groups were decoded.</returns>
    public static int DecodeGroups(ReadOnlySpan<byte> characters, Span<byte> destination)
    {
        var values = Values;
        int groups = 0;
        for (; characters.Length >= 4 && destination.Length >= 3; groups++)
        {
            int first = values[characters[0]];
            int second = values[characters[1]];
            int third = values[characters[2]];
            int fourth = values[characters[3]];
            if ((first | second | third | fourth) > 63)
                break;
            int bits = (first << 18) | (second << 12) | (third << 6) | fourth;
            destination[0] = (byte)(bits >> 16);
            destination[1] = (byte)(bits >> 8);
            destination[2] = (byte)bits;
            characters = characters[4..];
            destination = destination[3..];
        }

        return groups;
    }

    /// <summary>Whether armor skips this octet.</summary>
    /// <param name="character">An ASCII octet.</param>
    /// <returns>True for space, tab, CR and LF.</returns>
    public static bool IsWhitespace(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
