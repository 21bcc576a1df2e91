using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard output in one write, straight to the system: the console's own writer goes there every 256 characters, and its stream first sets up signals,
/// a thread and the terminal, which takes as long as showing a policy.
/// </summary>
internal static class Output
{
    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(ReadOnlySpan<byte> text)
    {
        text = Descriptors.Write(Descriptors.Output, text);

        // The console's stream knows what to do with whatever went wrong: it waits for a pipe that does not block, and has words for the rest.
        if (text.Length == 0)
            return;
        using Stream output = Console.OpenStandardOutput();
        output.Write(text);
    }
}
