using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard output in one write, straight to the system: the console's own writer goes there every 256 characters, and its stream first
/// sets up signals, a thread and the terminal, which takes as long as showing a policy.
/// </summary>
internal static class Output
{
    /// <summary>
    /// Writes lines. What comes from outside is in cells that have passed <see cref="PrintableText.Line"/>; the rest passes here at the
    /// latest.
    /// </summary>
    /// <param name="text">The lines, each with its line feed.</param>
    /// <exception cref="LostOutputException">Standard output takes nothing more.</exception>
    public static void Write(string text) => Send(Encoding.UTF8.GetBytes(PrintableText.Lines(text)));

    /// <summary>
    /// Writes a file as it is, byte by byte, for a program or a file that takes it. A terminal gets what it must not obey spelled out.
    /// </summary>
    /// <param name="untrustedContent">The file.</param>
    /// <exception cref="LostOutputException">Standard output takes nothing more.</exception>
    public static void WriteFile(ReadOnlySpan<byte> untrustedContent)
    {
        if (Console.IsOutputRedirected)
        {
            Send(untrustedContent);
            return;
        }

        // Its own line ends and tabs do no harm, and are harder to read spelled out.
        string text = Encoding.UTF8.GetString(untrustedContent);
        Write(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\t", "    ", StringComparison.Ordinal));
    }

    private static void Send(ReadOnlySpan<byte> text)
    {
        text = Descriptors.Write(Descriptors.Output, text);

        // The console's stream knows what to do with whatever went wrong: it waits for a pipe that does not block, and has words for the
        // rest.
        if (text.Length == 0)
            return;
#pragma warning disable RS0030 // The one way.
        using Stream output = Console.OpenStandardOutput();
#pragma warning restore RS0030
        try
        {
            output.Write(text);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LostOutputException("standard output is closed", e);
        }
        catch (IOException e)
        {
            throw new LostOutputException(e.Message.Trim(), e);
        }
    }
}
