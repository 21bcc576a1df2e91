using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.Formats.Pem;

/// <summary>The lines that PEM blocks begin and end with, as the schema looks for them.</summary>
internal static class PemMarks
{
    /// <summary>
    /// Whether a text begins and ends with blocks of one label, and has as many of them as were read, so that the schema takes it as it
    /// is.
    /// </summary>
    /// <param name="content">The text.</param>
    /// <param name="label">The label (<c>PUBLIC KEY</c>).</param>
    /// <param name="blocks">How many blocks were read from it.</param>
    /// <returns>False if the blocks have to be written anew.</returns>
    public static bool IsWhole(ReadOnlySpan<byte> content, string label, int blocks)
    {
        if (content.ContainsAnyExceptInRange((byte)'\t', (byte)'~'))
            return false;
        string text = System.Text.Encoding.ASCII.GetString(content);
        string begin = $"-----BEGIN {label}-----";
        string end = $"-----END {label}-----";
        return text.StartsWith(begin, StringComparison.Ordinal)
            && (text.EndsWith(end, StringComparison.Ordinal) || text.EndsWith(end + "\n", StringComparison.Ordinal))
            && text.AsSpan().Count(begin) == blocks && text.AsSpan().Count("-----BEGIN ") == blocks
            && text.AsSpan().Count(end) == blocks && text.AsSpan().Count("-----END ") == blocks;
    }
}
