using System.Globalization;

#pragma warning disable RS0030 // This is where files are written on systems that have no safe-write layer of our own.
namespace ContainerTrust.Engine.Hosts;

/// <summary>Reads and writes files that a user names, where the system is not Linux.</summary>
internal static class PortableFile
{
    /// <summary>Reads a whole file, with a limit.</summary>
    /// <param name="path">Its path, as the system writes them.</param>
    /// <param name="maxBytes">The largest content that is read.</param>
    /// <returns>The file, or null if there is none.</returns>
    /// <exception cref="TrustException">
    /// It is a directory or a device (<c>NotAFile</c>), is too large (<c>FileTooLarge</c>), or cannot be read (<c>PermissionDenied</c>,
    /// <c>ReadFailed</c>).
    /// </exception>
    public static HostFile? TryRead(string path, int maxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsOfLinux(path, OperatingSystem.IsWindows()))
            return null;
        try
        {
            FileInfo file = new(path);
            if (Directory.Exists(path) || (file.Exists && (file.Attributes & FileAttributes.Device) != 0))
                throw new TrustException("NotAFile", TrustErrorKind.InvalidData, $"{path} is not a file. Name a file.") { Target = path };
            if (!file.Exists)
                return null;
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] buffer = new byte[(int)Math.Min(maxBytes, Math.Max(stream.Length, 0)) + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > maxBytes || stream.Length > maxBytes)
            {
                string words = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} has more than {maxBytes} bytes, and is not read. Check that it is the file you meant.");
                throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, words) { Target = path };
            }

            if (length == buffer.Length)
                throw new TrustException(
                    "FileChanged",
                    TrustErrorKind.ResourceBusy,
                    $"{path} is a device, or grows while it is read. Specify a file that is not being written.")
                {
                    Target = path,
                };
            long modified = (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
            return new HostFile(path, buffer.AsMemory(0, length), new FileStamp(0, 0, length, modified, 0));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Whether there is something of a name.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True if there is a file or directory.</returns>
    public static bool Exists(string path) => !IsOfLinux(path, OperatingSystem.IsWindows()) && Path.Exists(path);

    /// <summary>
    /// Whether a path is one of a Linux host. Windows would take it for one of the current drive, where every user may make directories:
    /// the key that a policy has in <c>/etc/pki</c> must not be read from <c>C:\etc\pki</c>.
    /// </summary>
    /// <param name="path">A path.</param>
    /// <param name="isWindows">Whether this is Windows.</param>
    /// <returns>True if there is no such file here.</returns>
    internal static bool IsOfLinux(string path, bool isWindows) => isWindows && path is ['/'] or ['/', not '/', ..];

    /// <summary>The names in a directory, in the order of their characters.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>The names; none if there is no such directory.</returns>
    /// <exception cref="TrustException">It cannot be read (<c>PermissionDenied</c>, <c>ReadFailed</c>).</exception>
    public static IReadOnlyList<string> List(string path)
    {
        try
        {
            return Exists(path) && Directory.Exists(path)
                ? [.. Directory.EnumerateFileSystemEntries(path).Select(static e => Path.GetFileName(e)).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Writes a file beside, flushes it, and renames it over.</summary>
    /// <param name="path">Where to. A symbolic link stays one, and its target is replaced.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="TrustException">It cannot be written (<c>WriteFailed</c>); an old file is whole.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string? beside = null;
        try
        {
            FileInfo file = new(path);
            string target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
            if (Directory.Exists(target))
                throw new IOException("It is a directory.");
            string name = $"{target}.{Guid.NewGuid():N}.new";
            using (FileStream stream = new(name, FileMode.CreateNew, FileAccess.Write))
            {
                beside = name;
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (beside is not null)
                TryDelete(beside);
            throw new TrustException(
                "WriteFailed",
                TrustErrorKind.WriteError,
                $"{path} cannot be changed: {e.Message}",
                e)
            {
                Target = path,
            };
        }
    }

    private static TrustException Unreadable(string path, Exception e)
    {
        string words = $"{Printable.Of(path, Printable.NameLength)} cannot be read: {Printable.Of(e.Message, Printable.NameLength)}";
        return e is UnauthorizedAccessException
            ? new TrustException("PermissionDenied", TrustErrorKind.PermissionDenied, words, e) { Target = path }
            : new TrustException("ReadFailed", TrustErrorKind.ReadError, words, e) { Target = path };
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full or gone; the first error says so.
            return;
        }
    }
}
