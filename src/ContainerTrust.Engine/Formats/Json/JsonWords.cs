using System.Text.Json;

namespace ContainerTrust.Engine.Formats.Json;

/// <summary>Why a text is not JSON, in the words of who wrote it rather than of the parser.</summary>
internal static class JsonWords
{
    /// <summary>Looks at what the parser stumbled on.</summary>
    /// <param name="content">The text.</param>
    /// <param name="e">The parser's error.</param>
    /// <returns>A sentence. Null if the parser's own is as good.</returns>
    public static string? Of(ReadOnlySpan<byte> content, JsonException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        ReadOnlySpan<byte> rest = From(content, e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
        if (rest.TrimStart(" \t\r\n"u8).IsEmpty)
            return "It ends too early: an object, a list or a string is not closed. It may have been cut off.";
        if (rest.StartsWith("//"u8) || rest.StartsWith("/*"u8) || (rest[0] == (byte)'#' && BeginsLine(content, rest.Length)))
            return "Comments are not allowed. Remove this one.";
        return rest[0] is (byte)'}' or (byte)']' && content[..^rest.Length].TrimEnd(" \t\r\n"u8) is [.., (byte)',']
            ? "The comma before this bracket is one too many. Remove it."
            : null;
    }

    private static bool BeginsLine(ReadOnlySpan<byte> content, int left) =>
        content[..^left].TrimEnd(" \t\r"u8) is [] or [.., (byte)'\n' or (byte)',' or (byte)'{' or (byte)'[' or (byte)'}' or (byte)']'];

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> content, long line, long column)
    {
        for (; line > 0; line--)
        {
            int end = content.IndexOf((byte)'\n');
            if (end < 0)
                return default;
            content = content[(end + 1)..];
        }

        return column >= content.Length ? default : content[(int)column..];
    }
}
