using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text;

namespace ContainerTrust.Engine.Formats.Data;

/// <summary>A file's content as a MachineConfig has it.</summary>
/// <param name="Source">A <c>data:</c> URL.</param>
/// <param name="Compression"><c>gzip</c> if what is in the URL has to be decompressed; otherwise empty.</param>
internal readonly record struct DataUrlContent(string Source, string Compression);

/// <summary>
/// The <c>data:</c> URLs (RFC 2397) that carry files in Ignition configs: written as Butane does, read as the machine-config-operator
/// does, and stricter where a URL could be understood in two ways.
/// </summary>
internal static class DataUrl
{
    private const string Scheme = "data:";
    private const string Gzip = "gzip";

    private const int GzipTrailer = 8;
    private const int GzipHeader = 10;

    private static readonly SearchValues<byte> Unreserved = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"u8);

    // What may stand in the data of a URL: ASCII without control characters, space and the delimiters that RFC 2396 keeps out.
    private static readonly SearchValues<char> DataCharacters = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'();/?:@&=+$,%");

    private static readonly SearchValues<char> TokenCharacters = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~");

    /// <summary>
    /// Writes content the shortest way: percent-encoded or base64 (percent-encoded where both are as long), or, if that is allowed and
    /// shorter still with the word <c>gzip</c> counted in, base64 of the compressed content.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <param name="allowCompression">Whether the target understands compressed content (OpenShift 4.10 and later).</param>
    /// <returns>The URL and how it is compressed.</returns>
    public static DataUrlContent Encode(ReadOnlySpan<byte> content, bool allowCompression)
    {
        long escaped = ",".Length + EscapedLength(content);
        long base64 = Base64Length(content.Length);
        long shortest = Math.Min(escaped, base64);
        if (allowCompression && !content.IsEmpty)
        {
            byte[] packed = Compress(content);
            if (Base64Length(packed.Length) + Gzip.Length < shortest)
                return new DataUrlContent(Base64Url(packed), Gzip);
        }

        return new DataUrlContent(base64 < escaped ? Base64Url(content) : Escape(content, (int)escaped), "");
    }

    /// <summary>Reads the content of a URL.</summary>
    /// <param name="source">The URL (<c>contents.source</c>). Null stands for an empty file.</param>
    /// <param name="compression">
    /// How its content is compressed (<c>contents.compression</c>): <c>gzip</c>, or null or empty for not at all.
    /// </param>
    /// <param name="maxBytes">The most bytes that the content may have.</param>
    /// <returns>The content.</returns>
    /// <exception cref="TrustException">
    /// It is no <c>data:</c> URL (<c>SourceNotSupported</c>), not a valid one (<c>InvalidDataUrl</c>), compressed in another way
    /// (<c>CompressionNotSupported</c>), damaged (<c>InvalidGzip</c>) or too large (<c>FileTooLarge</c>).
    /// </exception>
    public static byte[] Decode(string? source, string? compression, int maxBytes)
    {
        bool isGzip = compression == Gzip;
        if (!isGzip && compression is { Length: > 0 })
            throw new TrustException("CompressionNotSupported", TrustErrorKind.InvalidData,
                $"The content is compressed as '{Printable.Of(compression, Printable.NameLength)}', and only " +
                "gzip is known. Pack it again.");
        if (source is null)
            return [];
        if (!source.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new TrustException(
                "SourceNotSupported",
                TrustErrorKind.InvalidData,
                $"The source '{Printable.Of(source, Printable.NameLength)}' is not a data: URL, and nodes take files from nothing else. " +
                "Put the content itself into the document.");
        bool isBase64 = ReadHeader(source, out int start);
        byte[] content = isBase64 ? DecodeBase64(source.AsSpan(start)) : Unescape(source.AsSpan(start));
        if (isGzip)
            return Decompress(content, maxBytes);
        return content.Length <= maxBytes ? content : throw TooLarge(maxBytes);
    }

    private static long EscapedLength(ReadOnlySpan<byte> content)
    {
        long length = content.Length;
        foreach (byte b in content)
        {
            if (!Unreserved.Contains(b))
                length += 2;
        }

        return length;
    }

    private static long Base64Length(int bytes) => ";base64,".Length + (((long)bytes + 2) / 3 * 4);

    private static string Base64Url(ReadOnlySpan<byte> content) => string.Concat(Scheme, ";base64,", Convert.ToBase64String(content));

    private static string Escape(ReadOnlySpan<byte> content, int length)
    {
        StringBuilder url = new(Scheme.Length + length);
        url.Append(Scheme).Append(',');
        foreach (byte b in content)
        {
            if (Unreserved.Contains(b))
                url.Append((char)b);
            else
                url.Append('%').Append(HexDigit(b >> 4)).Append(HexDigit(b & 15));
        }

        return url.ToString();
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    // The header of the packed data names no time and no system, so that the same content always gives the same document.
    private static byte[] Compress(ReadOnlySpan<byte> content)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(content);
        byte[] packed = output.ToArray();
        packed.AsSpan(4, 4).Clear();
        packed[9] = 0xFF;
        return packed;
    }

    /// <summary>Reads what stands before the data: a media type and its parameters, of which only <c>base64</c> matters.</summary>
    private static bool ReadHeader(string url, out int dataStart)
    {
        int at = Scheme.Length;
        if (at < url.Length && url[at] is not (';' or ','))
        {
            int type = Token(url, ref at);
            if (type == 0 || at == url.Length || url[at] != '/')
                throw Invalid("the media type has no slash");
            at++;
            if (Token(url, ref at) == 0)
                throw Invalid("the media type ends with the slash");
        }

        while (at < url.Length && url[at] == ';')
        {
            int name = ++at;
            if (Token(url, ref at) == 0)
                throw Invalid("a parameter has no name");
            if (at < url.Length && url[at] == '=')
            {
                at++;
                ReadValue(url, ref at);
                continue;
            }

            if (!url.AsSpan(name, at - name).Equals("base64", StringComparison.OrdinalIgnoreCase))
                throw Invalid("a parameter has no value");
            if (at == url.Length || url[at] != ',')
                throw Invalid("expected a comma and the data after 'base64'");
            dataStart = at + 1;
            return true;
        }

        if (at == url.Length || url[at] != ',')
            throw Invalid("there is no comma before the data");
        dataStart = at + 1;
        return false;
    }

    private static void ReadValue(string url, ref int at)
    {
        if (at == url.Length || url[at] != '"')
        {
            if (Token(url, ref at) == 0)
                throw Invalid("a parameter has no value");
            return;
        }

        for (at++; at < url.Length && url[at] != '"'; at++)
        {
            if (url[at] == '\\')
                at++;
        }

        if (at >= url.Length)
            throw Invalid("a quotation mark is not closed");
        at++;
    }

    private static int Token(string url, ref int at)
    {
        int length = url.AsSpan(at).IndexOfAnyExcept(TokenCharacters);
        length = length < 0 ? url.Length - at : length;
        at += length;
        return length;
    }

    private static byte[] Unescape(ReadOnlySpan<char> data)
    {
        int bad = data.IndexOfAnyExcept(DataCharacters);
        if (bad >= 0)
            throw Invalid($"its data has the character {Named(data[bad])}, which must be percent-encoded there");
        byte[] content = new byte[data.Length];
        int length = 0;
        for (int i = 0; i < data.Length; i++)
        {
            if (data[i] != '%')
            {
                content[length++] = (byte)data[i];
                continue;
            }

            if (i + 2 >= data.Length || !char.IsAsciiHexDigit(data[i + 1]) || !char.IsAsciiHexDigit(data[i + 2]))
                throw Invalid("expected two hexadecimal digits after a percent sign");
            content[length++] = (byte)((HexValue(data[i + 1]) << 4) | HexValue(data[i + 2]));
            i += 2;
        }

        return content.AsSpan(0, length).ToArray();
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static byte[] DecodeBase64(ReadOnlySpan<char> data)
    {
        // Lines may be broken, and RFC 2397 lets the signs of base64 be percent-encoded as all others.
        bool isPlain = !data.ContainsAny('%', '\n');
        byte[] text = isPlain ? Latin1(data) : Unescape(data.ToString().Replace("\n", "", StringComparison.Ordinal));
        if (text.AsSpan().ContainsAny((byte)' ', (byte)'\t', (byte)'\r') || !Base64.IsValid(text, out int length))
            throw Invalid("its data is not base64");
        byte[] content = new byte[length];
        return Base64.DecodeFromUtf8(text, content, out _, out int written) == OperationStatus.Done && written == length ? content
            : throw Invalid("its data is not base64");
    }

    private static byte[] Latin1(ReadOnlySpan<char> data)
    {
        byte[] text = new byte[data.Length];
        for (int i = 0; i < data.Length; i++)
            text[i] = data[i] <= 0x7F ? (byte)data[i] : throw Invalid("its data is not base64");
        return text;
    }

    private static byte[] Decompress(byte[] packed, int maxBytes)
    {
        if (packed.Length < GzipHeader + GzipTrailer || packed[0] != 0x1F || packed[1] != 0x8B)
            throw BadGzip(null);
        try
        {
            using GZipStream gzip = new(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
            using MemoryStream output = new();
            byte[] buffer = new byte[64 * 1024];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (output.Length + read > maxBytes)
                    throw TooLarge(maxBytes);
                output.Write(buffer, 0, read);
            }

            // Data that is cut off, or that something follows, is passed over by the library. Its end must be the end of what was read.
            byte[] content = output.ToArray();
            ReadOnlySpan<byte> trailer = packed.AsSpan(packed.Length - GzipTrailer);
            bool isWhole = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(trailer) == Crc32.Of(content)
                && System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) == (uint)content.Length;
            return isWhole ? content : throw BadGzip(null);
        }
        catch (InvalidDataException e)
        {
            throw BadGzip(e);
        }
    }

    private static string Named(char c) => c is > ' ' and <= '~' ? $"'{c}'" : $"U+{(int)c:X4}";

    private static TrustException Invalid(string problem) =>
        new("InvalidDataUrl", TrustErrorKind.InvalidData, $"This is not a valid data: URL: {problem}. Write the document again.");

    private static TrustException BadGzip(Exception? cause) =>
        new(
            "InvalidGzip",
            TrustErrorKind.InvalidData,
            "The content is not what it is said to be, one whole gzip file. Write the document again.",
            cause);

    private static TrustException TooLarge(int maxBytes) =>
        new(
            "FileTooLarge",
            TrustErrorKind.LimitsExceeded,
            $"The content has more than {maxBytes} bytes, and larger files are not read. No file that decides on trust is so large.");
}
