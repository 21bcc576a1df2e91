namespace ContainerTrust.Engine.Formats.Pem;

/// <summary>
/// Says why a PEM or armored block that is in a file is not found there: gpg, podman and skopeo look for its first line at the
/// beginning of a line, and editors, templates and shells spoil that.
/// </summary>
internal static class SpoiledBlock
{
    private const string Indented =
        "it has blanks before the dashes of its first or last line; remove the blanks at the beginning of all lines";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Looks at the first block of a label in a file in which no block was found.</summary>
    /// <param name="content">The file.</param>
    /// <param name="label">The label (<c>PUBLIC KEY</c>).</param>
    /// <returns>What is wrong and what to do, a clause without a full stop. Null if the file has no such label at all.</returns>
    public static string? Describe(ReadOnlySpan<byte> content, ReadOnlySpan<byte> label)
    {
        byte[] begin = [.. "-----BEGIN "u8, .. label, .. "-----"u8];
        int at = content.IndexOf(begin);
        if (at < 0)
            return null;
        ReadOnlySpan<byte> rest = content[(at + begin.Length)..];
        ReadOnlySpan<byte> before = content[(content[..at].LastIndexOf((byte)'\n') + 1)..at];
        if (before.SequenceEqual(ByteOrderMark) && before.Length == at)
            return "it begins with a byte order mark, which gpg, podman and skopeo do not skip; save it as UTF-8 without one";
        if (rest.TrimStart(" \t"u8).StartsWith("\\n"u8) || rest.StartsWith("\\r\\n"u8))
            return @"it has \n written out where its lines should end; put a line break in the place of each";
        byte[] end = [.. "-----END "u8, .. label, .. "-----"u8];
        int length = rest.IndexOf(end);
        ReadOnlySpan<byte> body = length < 0 ? rest : rest[..length];
        if (!body.Contains((byte)'\n'))
        {
            return body.Contains((byte)'\r')
                ? "its lines end with carriage returns alone; save it with the line ends of Unix"
                : "its line breaks are missing; get the file again, or put one after the first line and one before the last";
        }

        if (before.Length > 0)
            return before.Trim(" \t\u00A0"u8).IsEmpty
                ? Indented
                : "something stands before -----BEGIN in its line; begin a line with -----BEGIN";
        int lineEnd = rest.IndexOf((byte)'\n');
        if (!rest[..lineEnd].Trim(" \t\r"u8).IsEmpty)
            return "something follows the dashes in its first line; put a line break there";
        if (length < 0)
            return "its last line (-----END …) is missing; get the file again";
        ReadOnlySpan<byte> beforeEnd = length > 0 ? body[(body.LastIndexOf((byte)'\n') + 1)..] : default;
        if (beforeEnd.Length == 0)
            return "its block is damaged; get the file again";
        return beforeEnd.Trim(" \t\u00A0"u8).IsEmpty ? Indented
            : "something stands before -----END in its line; put a line break before it";
    }
}
