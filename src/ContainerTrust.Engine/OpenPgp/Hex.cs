namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Upper-case hex for fingerprints. The framework's own conversion is compiled anew in every process, which takes longer than a thousand short ones.
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
        {
            digits[2 * i] = Digit(octets[i] >> 4);
            digits[(2 * i) + 1] = Digit(octets[i] & 0x0F);
        }

        return new string(digits);
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
