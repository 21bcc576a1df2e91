namespace ContainerTrust.Engine.OpenPgp;

/// <summary>The base64 alphabet as armor uses it (RFC 9580 section 6).</summary>
internal static class Radix64
{
    /// <summary>What <see cref="Value"/> gives for an octet that is not in the alphabet.</summary>
    public const int Invalid = 255;

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
    ];

    /// <summary>The six bits that a character stands for.</summary>
    /// <param name="character">An ASCII octet.</param>
    /// <returns>0 to 63, or <see cref="Invalid"/>.</returns>
    public static int Value(byte character) => character < 128 ? Values[character] : Invalid;

    /// <summary>Whether armor skips this octet.</summary>
    /// <param name="character">An ASCII octet.</param>
    /// <returns>True for space, tab, CR and LF.</returns>
    public static bool IsWhitespace(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
