using System.Text;

namespace ContainerTrust.Engine.Foundation;

/// <summary>Text as one word of a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>In single quotes, between which a shell takes everything as it stands (POSIX.1-2024, XCU 2.2.2).</summary>
    /// <param name="value">Any text without NUL.</param>
    /// <returns>The word.</returns>
    public static string InQuotes(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new StringBuilder(value.Length + 8).Append('\'').Append(value).Replace("'", "'\\''", 1, value.Length)
            .Append('\'').ToString();
    }
}
