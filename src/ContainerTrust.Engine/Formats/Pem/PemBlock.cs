using System.Buffers;
using System.Buffers.Text;

namespace ContainerTrust.Engine.Formats.Pem;

/// <summary>
/// The first well-formed PEM block of a text (RFC 7468), found as the reference implementation finds it: what is not a block is passed
/// over, so a damaged block is followed by the next.
/// </summary>
internal readonly ref struct PemBlock
{
    private PemBlock(ReadOnlySpan<byte> label, bool hasHeaders, byte[] content, ReadOnlySpan<byte> rest)
    {
        Label = label;
        HasHeaders = hasHeaders;
        Content = content;
        Rest = rest;
    }

    private static ReadOnlySpan<byte> Trailer => "\n-----END "u8;

    /// <summary>The label (<c>PUBLIC KEY</c>).</summary>
    public ReadOnlySpan<byte> Label { get; }

    /// <summary>Whether header lines (RFC 1421) stand before the content.</summary>
    public bool HasHeaders { get; }

    /// <summary>The decoded content.</summary>
    public byte[] Content { get; }

    /// <summary>What follows the block.</summary>
    public ReadOnlySpan<byte> Rest { get; }

    /// <summary>Finds the first block.</summary>
    /// <param name="text">A text.</param>
    /// <param name="block">The block.</param>
    /// <returns>False if there is none.</returns>
    public static bool TryFind(ReadOnlySpan<byte> text, out PemBlock block)
    {
        block = default;
        var whole = text;
        int trailer = -1;
        bool isLineStart = true;
        while (!text.IsEmpty)
        {
            if (isLineStart && text.StartsWith("-----BEGIN "u8))
            {
                text = text["-----BEGIN ".Length..];
            }
            else
            {
                int begin = text.IndexOf("\n-----BEGIN "u8);
                if (begin < 0)
                    return false;
                text = text[(begin + "\n-----BEGIN ".Length)..];
            }

            isLineStart = true;
            var line = TakeLine(ref text);
            if (!line.EndsWith("-----"u8))
                continue;
            var label = line[..^5];
            if (!TrySkipHeaders(ref text, out bool hasHeaders))
                return false;
            if (TryReadBody(text, label, FindEnd(whole, whole.Length - text.Length, hasHeaders, ref trailer), out byte[] content,
                out var rest))
            {
                block = new PemBlock(label, hasHeaders, content, rest);
                return true;
            }
        }

        return false;
    }

    // Lines with a colon after the first line are headers (RFC 1421); public keys have none.
    private static bool TrySkipHeaders(scoped ref ReadOnlySpan<byte> text, out bool hasHeaders)
    {
        hasHeaders = false;
        while (!text.IsEmpty)
        {
            var next = text;
            if (TakeLine(ref next).IndexOf((byte)':') < 0)
                return true;
            hasHeaders = true;
            text = next;
        }

        return false;
    }

    // Where the content ends, from the content's beginning; -1 if nothing ends it. What was found for one block is kept for those that
    // begin before it: a text of nothing but beginnings would be searched to its end for each of them.
    private static int FindEnd(ReadOnlySpan<byte> whole, int from, bool hasHeaders, ref int trailer)
    {
        var text = whole[from..];
        if (!hasHeaders && text.StartsWith(Trailer[1..]))
            return 0;
        if (trailer < from)
            trailer = text.IndexOf(Trailer) is >= 0 and int at ? from + at : int.MaxValue;
        return trailer == int.MaxValue ? -1 : trailer - from + 1;
    }

    private static bool TryReadBody(ReadOnlySpan<byte> text, ReadOnlySpan<byte> label, int end, out byte[] content,
        out ReadOnlySpan<byte> rest)
    {
        content = [];
        rest = default;
        if (end < 0)
            return false;
        rest = text[(end + Trailer.Length - 1)..];
        if (!rest.StartsWith(label) || !rest[label.Length..].StartsWith("-----"u8))
            return false;
        rest = rest[(label.Length + 5)..];
        return TakeLine(ref rest).IsEmpty && TryDecode(text[..Math.Max(end - 1, 0)], out content);
    }

    private static bool TryDecode(ReadOnlySpan<byte> base64, out byte[] content)
    {
        content = [];
        if (!Base64.IsValid(base64, out int length))
            return false;
        content = new byte[length];
        return Base64.DecodeFromUtf8(base64, content, out _, out int written) == OperationStatus.Done && written == length;
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        if (end >= 0 && line.EndsWith("\r"u8))
            line = line[..^1];
        return line.TrimEnd(" \t"u8);
    }
}
