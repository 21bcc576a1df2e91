namespace ContainerTrust.Engine.Formats.Json;

/// <summary>Where a JSON text of one line has blanks.</summary>
/// <param name="AfterColon">Whether a blank stands after a colon.</param>
/// <param name="AfterComma">Whether a blank stands after a comma.</param>
/// <param name="InBraces">Whether blanks stand inside braces.</param>
/// <param name="InBrackets">Whether blanks stand inside brackets.</param>
internal readonly record struct CompactStyle(bool AfterColon, bool AfterComma, bool InBraces, bool InBrackets)
{
    /// <summary>Looks at a text.</summary>
    public static CompactStyle Detect(ReadOnlySpan<byte> text)
    {
        bool afterColon = text.IndexOf("\": "u8) >= 0;
        bool hasComma = text.Contains((byte)',');
        return new CompactStyle(
            afterColon,
            hasComma ? text.IndexOf(", "u8) >= 0 : afterColon,
            text.IndexOf("{ "u8) >= 0,
            text.IndexOf("[ "u8) >= 0);
    }

    /// <summary>Puts the blanks into JSON that has no white space outside of strings.</summary>
    public byte[] Apply(ReadOnlySpan<byte> compactJson)
    {
        using MemoryStream output = new(compactJson.Length * 2);
        bool inString = false;
        for (int i = 0; i < compactJson.Length; i++)
        {
            byte c = compactJson[i];
            if (inString)
            {
                output.WriteByte(c);
                if (c == '\\')
                    output.WriteByte(compactJson[++i]);
                inString = c != '"';
                continue;
            }

            inString = c == '"';
            bool isEmpty = c is (byte)'}' or (byte)']' && compactJson[i - 1] is (byte)'{' or (byte)'[';
            if (!isEmpty && ((c == '}' && InBraces) || (c == ']' && InBrackets)))
                output.WriteByte((byte)' ');
            output.WriteByte(c);
            bool opensEmpty = c is (byte)'{' or (byte)'[' && compactJson[i + 1] is (byte)'}' or (byte)']';
            bool blank = c switch
            {
                (byte)':' => AfterColon,
                (byte)',' => AfterComma,
                (byte)'{' => InBraces,
                (byte)'[' => InBrackets,
                _ => false,
            };
            if (blank && !opensEmpty)
                output.WriteByte((byte)' ');
        }

        return output.ToArray();
    }
}
