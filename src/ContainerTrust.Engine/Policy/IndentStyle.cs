using System.Text;

namespace ContainerTrust.Engine.Policy;

/// <summary>How a JSON text is laid out, as far as its own lines show it.</summary>
/// <param name="IsMultiline">Whether members stand on lines of their own.</param>
/// <param name="Character">Blank or tab.</param>
/// <param name="Size">How many of it a level takes.</param>
/// <param name="NewLine"><c>\n</c> or <c>\r\n</c>.</param>
/// <param name="Colon">What stands between name and value in a text of one line: a colon, with or without a blank.</param>
/// <param name="AfterComma">What stands after a comma in a text of one line.</param>
internal sealed record IndentStyle(bool IsMultiline, char Character, int Size, string NewLine, ReadOnlyMemory<byte> Colon, ReadOnlyMemory<byte> AfterComma)
{
    /// <summary>The style of new files: podman's four blanks.</summary>
    public static IndentStyle Default { get; } = new(true, ' ', 4, "\n", ": "u8.ToArray(), " "u8.ToArray());

    /// <summary>Looks at a text: the first indented line tells the step.</summary>
    public static IndentStyle Detect(ReadOnlySpan<byte> content)
    {
        content = content.Trim(" \t\r\n"u8);
        int lineEnd = content.IndexOf((byte)'\n');
        if (lineEnd < 0)
        {
            bool spaced = content.IndexOf("\": "u8) >= 0;
            return Default with
            {
                IsMultiline = false,
                Colon = spaced ? ": "u8.ToArray() : ":"u8.ToArray(),
                AfterComma = spaced ? " "u8.ToArray() : ReadOnlyMemory<byte>.Empty,
            };
        }

        string newLine = lineEnd > 0 && content[lineEnd - 1] == '\r' ? "\r\n" : "\n";
        while (lineEnd >= 0)
        {
            ReadOnlySpan<byte> line = content[(lineEnd + 1)..];
            int length = line.IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (length > 0 && line[length] is not ((byte)'\n' or (byte)'\r'))
                return Default with { Character = (char)line[0], Size = line[0] == '\t' ? 1 : length, NewLine = newLine };
            int next = line.IndexOf((byte)'\n');
            lineEnd = next < 0 ? -1 : lineEnd + 1 + next;
        }

        // Lines without any indentation.
        return Default with { Size = 0, NewLine = newLine };
    }

    /// <summary>A line break and the indentation of a member at a depth; nothing in a text of one line.</summary>
    public ReadOnlyMemory<byte> LineAt(int depth) =>
        IsMultiline ? Encoding.ASCII.GetBytes(NewLine + new string(Character, Size * depth)) : ReadOnlyMemory<byte>.Empty;
}
