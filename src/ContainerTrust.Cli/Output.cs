using System.Text;

namespace ContainerTrust.Cli;

/// <summary>Standard output in one write: the console's own writer goes to the system every 256 characters.</summary>
internal static class Output
{
    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <exception cref="IOException">Standard output takes nothing more.</exception>
    public static void Write(ReadOnlySpan<byte> text)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(text);
    }
}
