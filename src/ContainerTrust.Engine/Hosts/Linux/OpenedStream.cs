using System.Globalization;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Descriptors that this process was started with, such as standard output or a pipe of <c>&gt;(command)</c>, by the names that /dev
/// gives them.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class OpenedStream
{
    private const int LargestDescriptor = 1 << 20;

    // PIPE_BUF: what a pipe that can be written to takes without making its writer wait.
    private const int Portion = 4096;
    private const int Patience = 100;

    private static readonly string[] s_directories = ["/dev/fd/", "/proc/self/fd/"];

    /// <summary>The descriptor that a path names.</summary>
    /// <param name="path">A path.</param>
    /// <returns>Its number. Null if the path is that of a file.</returns>
    public static int? TryFind(string path)
    {
        switch (path)
        {
            case "/dev/stdout":
                return 1;
            case "/dev/stderr":
                return 2;
            default:
                foreach (string directory in s_directories)
                {
                    if (path.StartsWith(directory, StringComparison.Ordinal)
                        && int.TryParse(path.AsSpan(directory.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                            && number is > 0 and < LargestDescriptor)
                        return number;
                }

                return null;
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="descriptor">The descriptor; it stays open.</param>
    /// <param name="content">The content.</param>
    /// <param name="path">The name that it was asked for by.</param>
    /// <param name="cancellationToken">Ends the wait for a reader that does not read.</param>
    /// <exception cref="TrustException">
    /// It is not open for writing, nobody reads the pipe any more, or the device takes no more.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static void Write(int descriptor, ReadOnlySpan<byte> content, string path, CancellationToken cancellationToken)
    {
        int length = content.Length;
        while (!content.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // A write that waits cannot be cancelled, so it is begun only where it need not wait.
            int written = Libc.WaitUntilWritable(descriptor, Patience);
            if (written > 0)
                written = Libc.Write(descriptor, content[..Math.Min(content.Length, Portion)]);
            if (written is 0 or -Errno.EAGAIN or -Errno.EINTR)
                continue;
            if (written < 0)
                throw Failed(-written, length - content.Length, path);
            content = content[written..];
        }
    }

    /// <summary>Writes all of it to a temporary file, of which nothing stays if the rest cannot be written.</summary>
    /// <param name="descriptor">The descriptor; it stays open.</param>
    /// <param name="content">The content.</param>
    /// <param name="path">The file that it is for.</param>
    /// <exception cref="TrustException">The file system takes no more.</exception>
    public static void WriteTemporary(int descriptor, ReadOnlySpan<byte> content, string path)
    {
        while (!content.IsEmpty)
        {
            int written = Libc.Write(descriptor, content);
            if (written <= 0)
                throw Failed(written < 0 ? -written : Errno.EIO, 0, path);
            content = content[written..];
        }
    }

    // What a pipe or device has taken cannot be taken back, and the usual error says that nothing was changed.
    private static TrustException Failed(int error, int written, string path)
    {
        if (written == 0)
            return LinuxError.ForWriting(error, path, PathText.Display(path));
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"Only the first {written} bytes were written to {PathText.Display(path)}: {LinuxError.Text(error)}.");
        return new TrustException("WriteFailed", TrustErrorKind.WriteError, words) { Target = path };
    }
}
