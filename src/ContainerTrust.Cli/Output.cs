using System.Runtime.InteropServices;
using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// Standard output in one write, straight to the system: the console's own writer goes there every 256 characters, and its stream first sets up signals,
/// a thread and the terminal, which takes as long as showing a policy.
/// </summary>
internal static partial class Output
{
    private const int StandardOutput = 1;
    private const int Interrupted = 4;

    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            nint written = Write(StandardOutput, text, text.Length);
            if (written > 0)
                text = text[(int)written..];
            else if (written == 0 || Marshal.GetLastPInvokeError() != Interrupted)
                break;
        }

        // The console's stream knows what to do with whatever went wrong: it waits for a pipe that does not block, and has words for the rest.
        if (text.Length == 0)
            return;
        using Stream output = Console.OpenStandardOutput();
        output.Write(text);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> text, nint length);
}
