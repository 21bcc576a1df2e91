using System.Text;

namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>
/// The text of a YAML file and where its lines begin. Refuses what could be read one way here and another way elsewhere: UTF-16, invalid
/// UTF-8, control characters, and the invisible characters that YAML 1.1 takes for line breaks and 1.2 does not.
/// </summary>
internal sealed class YamlText
{
    private const char ByteOrderMark = '\uFEFF';

    private YamlText(string path, string text, bool hasByteOrderMark, int[] lineStarts)
    {
        Path = path;
        Text = text;
        HasByteOrderMark = hasByteOrderMark;
        LineStarts = lineStarts;
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>The content without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>Whether the file begins with UTF-8's byte order mark.</summary>
    public bool HasByteOrderMark { get; }

    /// <summary>The offset of every line; the first is 0.</summary>
    public IReadOnlyList<int> LineStarts { get; }

    /// <summary>Decodes a file.</summary>
    /// <exception cref="TrustFormatException">The bytes are not text that YAML allows.</exception>
    public static YamlText Decode(string path, ReadOnlySpan<byte> content)
    {
        if (content.StartsWith("\uFEFF"u8))
            return FromText(path, DecodeUtf8(path, content[3..]), hasByteOrderMark: true);
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw Encoding(path, 1, 1, "The file is UTF-16; save it as UTF-8.");
        return FromText(path, DecodeUtf8(path, content), hasByteOrderMark: false);
    }

    /// <summary>Takes text that is already decoded.</summary>
    /// <exception cref="TrustFormatException">The text has characters that YAML does not allow.</exception>
    public static YamlText FromText(string path, string text, bool hasByteOrderMark)
    {
        var starts = new List<int>((text.Length / 24) + 1) { 0 };
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and <= '~')
                continue;
            if (c == '\n' || (c == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                starts.Add(i + 1);
                continue;
            }

            if (!IsAllowed(c))
            {
                (int line, int column) = Place(text, starts, i);
                throw Encoding(path, line, column, c == '\0'
                    ? "The file contains a NUL character; it is not text. Save it again as UTF-8."
                    : $"The character U+{(int)c:X4} is not allowed here; remove it.");
            }
        }

        return new YamlText(path, text, hasByteOrderMark, [.. starts]);
    }

    /// <summary>The index of the line that an offset is on.</summary>
    public int LineIndex(int offset) => LineIndex(LineStarts, offset);

    /// <summary>Where a line ends, its line break included.</summary>
    public int LineEnd(int lineIndex) => lineIndex + 1 < LineStarts.Count ? LineStarts[lineIndex + 1] : Text.Length;

    /// <summary>Line and column, both from 1, the column in bytes.</summary>
    public (int Line, int Column) Place(int offset) => Place(Text, LineStarts, offset);

    /// <summary>The line, from 1.</summary>
    public int Line(int offset) => LineIndex(offset) + 1;

    /// <summary>The bytes of an edited text, with the byte order mark that this one has.</summary>
    public byte[] Encode(string newText) =>
        HasByteOrderMark ? [.. "\uFEFF"u8, .. System.Text.Encoding.UTF8.GetBytes(newText)] : System.Text.Encoding.UTF8.GetBytes(newText);

    private static string DecodeUtf8(string path, ReadOnlySpan<byte> content)
    {
        if (System.Text.Unicode.Utf8.IsValid(content))
            return System.Text.Encoding.UTF8.GetString(content);
        int line = 1;
        int lineStart = 0;
        int i = 0;
        while (Rune.DecodeFromUtf8(content[i..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done)
        {
            i += length;
            if (rune.Value == '\n')
            {
                line++;
                lineStart = i;
            }
        }

        throw Encoding(path, line, i - lineStart + 1, $"The byte 0x{content[i]:X2} is not valid UTF-8; save the file as UTF-8.");
    }

    // What gopkg.in/yaml.v3 allows, less U+0085, U+2028 and U+2029 (line breaks for some readers) and a byte order mark in the middle.
    private static bool IsAllowed(char c) => c switch
    {
        '\t' or '\r' => true,
        < '\u00A0' or '\u2028' or '\u2029' or ByteOrderMark or '\uFFFE' or '\uFFFF' => false,
        _ => true,
    };

    private static int LineIndex(IReadOnlyList<int> starts, int offset)
    {
        int low = 0;
        int high = starts.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (starts[middle] <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static (int Line, int Column) Place(string text, IReadOnlyList<int> starts, int offset)
    {
        offset = Math.Clamp(offset, 0, text.Length);
        int index = LineIndex(starts, offset);
        return (index + 1, System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(starts[index], offset - starts[index])) + 1);
    }

    private static TrustFormatException Encoding(string path, int line, int column, string problem) =>
        new("LookasideEncoding", path, line, column, "", problem);
}
