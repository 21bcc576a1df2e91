namespace ContainerTrust.Engine.Formats.Json;

/// <summary>How a JSON text is laid out, as far as its own lines show it.</summary>
/// <param name="IsMultiline">Whether members stand on lines of their own.</param>
/// <param name="Character">Blank or tab.</param>
/// <param name="Size">How many of it a level takes.</param>
/// <param name="NewLine"><c>\n</c> or <c>\r\n</c>.</param>
/// <param name="Colon">What stands between name and value: a colon, with or without a blank.</param>
internal sealed record IndentStyle(bool IsMultiline, char Character, int Size, string NewLine, ReadOnlyMemory<byte> Colon)
{
    /// <summary>Looks at a text: the first indented line tells the step.</summary>
    public static IndentStyle Detect(ReadOnlySpan<byte> content)
    {
        content = content.Trim(" \t\r\n"u8);
        int lineEnd = content.IndexOf((byte)'\n');
        bool multiline = lineEnd >= 0;
        bool spaced = multiline || content.IndexOf("\": "u8) >= 0;
        IndentStyle style = new(multiline, ' ', 0, "\n", spaced ? ": "u8.ToArray() : ":"u8.ToArray());
        if (lineEnd > 0 && content[lineEnd - 1] == '\r')
            style = style with { NewLine = "\r\n" };
        while (lineEnd >= 0)
        {
            ReadOnlySpan<byte> line = content[(lineEnd + 1)..];
            int length = line.IndexOfAnyExcept((byte)' ', (byte)'\t');
            if (length > 0 && line[length] is not ((byte)'\n' or (byte)'\r'))
                return style with { Character = (char)line[0], Size = line[0] == '\t' ? 1 : length };
            int next = line.IndexOf((byte)'\n');
            lineEnd = next < 0 ? -1 : lineEnd + 1 + next;
        }

        // Lines without any indentation.
        return style;
    }
}
