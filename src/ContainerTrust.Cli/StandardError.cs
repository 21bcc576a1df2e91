using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard error, for warnings, errors and what is done. Where it takes nothing, as a full disk or a closed pipe does, the words are
/// lost, and the exit code still says how the work ended. The words hold what files, registries and hosts say, so there is no way past
/// <see cref="PrintableText"/>.
/// </summary>
internal static class StandardError
{
    /// <summary>Writes a line in one piece, so that those of several threads stay apart.</summary>
    /// <param name="untrustedText">The line.</param>
    public static void WriteLine(string untrustedText)
    {
        ReadOnlySpan<byte> rest = Descriptors.Write(Descriptors.Error, Encoding.UTF8.GetBytes(PrintableText.Line(untrustedText) + "\n"));
        if (rest.Length == 0)
            return;
        try
        {
            // It waits for a pipe that does not block.
#pragma warning disable RS0030 // The one way.
            using Stream error = Console.OpenStandardError();
#pragma warning restore RS0030
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
    public static void Fail(string untrustedMessage) => WriteLine($"containertrust: {untrustedMessage}");

    /// <summary>Warns.</summary>
    /// <param name="untrustedMessage">The message.</param>
    public static void Warn(string untrustedMessage) => WriteLine($"warning: {untrustedMessage}");
}
