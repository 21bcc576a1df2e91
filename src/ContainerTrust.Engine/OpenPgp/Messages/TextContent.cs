using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>
/// The two texts of a signature of type 0x01: what it hashes, and what is handed on. Version 6 hashes the text with all line ends as CR
/// LF (RFC 9580 section 5.2.4 and appendix A.7). GnuPG, which has no version 6, hashes a text as it stands and leaves out the carriage
/// returns of what it prints.
/// </summary>
internal static class TextContent
{
    private const byte CarriageReturn = (byte)'\r';
    private const byte LineFeed = (byte)'\n';

    /// <summary>What a signature hashes.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="content">The literal data's content.</param>
    /// <returns>The same octets, or a copy in which every line ends with CR LF.</returns>
    public static ReadOnlySpan<byte> Hashed(in SignaturePacket signature, ReadOnlySpan<byte> content)
    {
        if (!IsCanonical(signature))
            return content;
        int lines = 0;
        for (int i = 0; i < content.Length; i++)
            lines += IsBareLineFeed(content, i) ? 1 : 0;
        if (lines == 0)
            return content;
        byte[] canonical = new byte[content.Length + lines];
        int count = 0;
        for (int i = 0; i < content.Length; i++)
        {
            if (IsBareLineFeed(content, i))
                canonical[count++] = CarriageReturn;
            canonical[count++] = content[i];
        }

        return canonical;
    }

    /// <summary>
    /// What is handed on of signed content. Where the line ends are not signed, or GnuPG changes them, there are no carriage returns in
    /// it: a text in which leaving them out would do more than change line ends is refused.
    /// </summary>
    /// <param name="signature">The signature.</param>
    /// <param name="format">The literal packet's format octet, which nobody signed.</param>
    /// <param name="signed">The literal data's content.</param>
    /// <param name="content">The text, or the same octets.</param>
    /// <returns>False if a carriage return stands inside a line.</returns>
    public static bool TryTake(in SignaturePacket signature, byte format, ReadOnlySpan<byte> signed, out byte[] content)
    {
        content = [];
        if ((format is not ((byte)'t' or (byte)'u') && !IsCanonical(signature)) || !signed.Contains(CarriageReturn))
        {
            content = signed.ToArray();
            return true;
        }

        int count = 0;
        byte[] text = new byte[signed.Length];
        for (int i = 0; i < signed.Length; i++)
        {
            if (signed[i] != CarriageReturn)
                text[count++] = signed[i];
            else if (i + 1 == signed.Length || signed[i + 1] != LineFeed)
                return false;
        }

        content = text[..count];
        return true;
    }

    private static bool IsCanonical(in SignaturePacket signature) => signature is { Version: 6, Type: SignatureType.Text };

    private static bool IsBareLineFeed(ReadOnlySpan<byte> content, int index) =>
        content[index] == LineFeed && (index == 0 || content[index - 1] != CarriageReturn);
}
