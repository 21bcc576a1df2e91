namespace ContainerTrust.Engine.Formats.Json;

/// <summary>
/// White space between two JSON tokens, taken apart where its first line ends: what stands before belongs to the line of the token before.
/// </summary>
internal static class WhiteSpace
{
    /// <summary>Whether there is a line break.</summary>
    public static bool HasLineBreak(ReadOnlyMemory<byte> space) => space.Span.Contains((byte)'\n');

    /// <summary>What stands before the first line break; everything if there is none.</summary>
    public static ReadOnlyMemory<byte> RestOfLine(ReadOnlyMemory<byte> space) => space[..LineEnd(space.Span)];

    /// <summary>The first line break and what follows; nothing if there is none.</summary>
    public static ReadOnlyMemory<byte> NextLines(ReadOnlyMemory<byte> space) => space[LineEnd(space.Span)..];

    /// <summary>What follows the last line break; everything if there is none.</summary>
    public static ReadOnlyMemory<byte> LastLine(ReadOnlyMemory<byte> space) => space[(space.Span.LastIndexOf((byte)'\n') + 1)..];

    /// <summary>Two pieces as one.</summary>
    public static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) =>
        first.IsEmpty ? second : second.IsEmpty ? first : (byte[])[.. first.Span, .. second.Span];

    private static int LineEnd(ReadOnlySpan<byte> space)
    {
        int lineFeed = space.IndexOf((byte)'\n');
        return lineFeed < 0 ? space.Length
            : lineFeed > 0 && space[lineFeed - 1] == '\r' ? lineFeed - 1
            : lineFeed;
    }
}
