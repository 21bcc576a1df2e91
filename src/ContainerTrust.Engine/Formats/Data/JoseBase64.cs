namespace ContainerTrust.Engine.Formats.Data;

/// <summary>
/// Base64url as libtrust decodes it: line feeds and spaces are passed over, padding may be missing, unused bits are not looked at.
/// </summary>
internal static class JoseBase64
{
    /// <summary>Decodes a text.</summary>
    /// <returns>The bytes; null if it is not base64url.</returns>
    public static byte[]? Decode(string text)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        int length = 0;
        int bits = 0;
        int buffer = 0;
        int digits = 0;
        int padding = 0;
        foreach (char c in text)
        {
            if (c is '\n' or ' ')
                continue;
            digits++;
            if (c == '=')
            {
                padding++;
                continue;
            }

            int value = Value(c);
            if (value < 0 || padding > 0)
                return null;
            buffer = ((buffer << 6) | value) & 0xFFFF;
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(buffer >> bits);
            }
        }

        bool complete = padding == 0 ? digits % 4 != 1 : padding <= 2 && digits % 4 == 0;
        return complete ? bytes[..length] : null;
    }

    private static int Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        '_' => 63,
        _ => -1,
    };
}
