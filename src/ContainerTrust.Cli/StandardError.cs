using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard error, for warnings, errors and what is done. Where it takes nothing, as a full disk or a closed pipe does, the words are lost, and the exit code still
/// says how the work ended.
/// </summary>
internal static class StandardError
{
    /// <summary>Writes a line in one piece, so that those of several threads stay apart.</summary>
    /// <param name="text">The line. What is in it from outside has been made printable.</param>
    public static void WriteLine(string text)
    {
        ReadOnlySpan<byte> rest = Descriptors.Write(Descriptors.Error, Encoding.UTF8.GetBytes(text + "\n"));
        if (rest.Length == 0)
            return;
        try
        {
            // It waits for a pipe that does not block.
            using Stream error = Console.OpenStandardError();
            error.Write(rest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nowhere left to say it.
            return;
        }
    }

    /// <summary>Says what went wrong.</summary>
    /// <param name="untrustedMessage">The message.</param>
    public static void Fail(string untrustedMessage) => WriteLine($"containertrust: {CommandWords.In(Text.Printable(untrustedMessage))}");

    /// <summary>Warns.</summary>
    /// <param name="untrustedMessage">The message.</param>
    public static void Warn(string untrustedMessage) => WriteLine($"warning: {CommandWords.In(Text.Printable(untrustedMessage))}");
}
