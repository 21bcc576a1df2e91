namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// Upper-case hex for fingerprints. The framework's own conversion is compiled anew in every process, which takes longer than a thousand
/// short ones.
/// </summary>
internal static class Hex
{
    /// <summary>Writes octets as hex.</summary>
    /// <param name="octets">Octets; a fingerprint or an object identifier, not more than 255.</param>
    /// <returns>Two digits for each.</returns>
    public static string Format(ReadOnlySpan<byte> octets)
    {
        Span<char> digits = stackalloc char[2 * octets.Length];
        for (int i = 0; i < octets.Length; i++)
            Write(octets[i], digits[(2 * i)..]);
        return new string(digits);
    }

    /// <summary>Writes one octet as hex.</summary>
    /// <param name="octet">The octet.</param>
    /// <param name="digits">Where its two digits go.</param>
    public static void Write(byte octet, Span<char> digits)
    {
        digits[0] = Digit(octet >> 4);
        digits[1] = Digit(octet & 0x0F);
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
