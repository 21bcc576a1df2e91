using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// A file that a user asks for by name: a report. What is written there becomes whole at once: a regular file is written beside and
/// renamed over, so that whoever reads the path sees the old content or the new one. A device or pipe is written into; nothing else is
/// ever replaced.
/// </summary>
/// <remarks>
/// No link is followed that another user could have put there. So in a directory of another user, root writes the file of the name and
/// nothing else. On Linux; elsewhere files are written by the system's own means.
/// </remarks>
internal static class OutputFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">
    /// An absolute path; <c>/dev/stdout</c>, <c>/dev/stderr</c> and <c>/dev/fd/N</c> are the process's own descriptors.
    /// </param>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe. A file is written whole.</param>
    /// <exception cref="TrustException">
    /// It cannot be written, and an old file is whole; <c>UntrustedSymbolicLink</c> if a link of another user, or one that another user
    /// could have made, is on the way; <c>NotWritable</c> for a directory, a block device or a socket.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken = default) =>
        Write(path, content, isForAll: false, cancellationToken);

    /// <summary>Writes a file that a service of another user may have to read.</summary>
    /// <param name="path">As above.</param>
    /// <param name="content">The content.</param>
    /// <param name="isForAll">
    /// Whether everybody may read the file then (mode 0644), whatever the umask and the old file's mode are. Else a new file is made by the
    /// umask, and an old one keeps its mode.
    /// </param>
    /// <param name="cancellationToken">As above.</param>
    /// <exception cref="TrustException">As above.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool isForAll, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!LinuxOnly.IsHere)
        {
            PortableFile.Write(path, content);
            return;
        }

        if (OpenedStream.TryFind(path) is { } descriptor)
            OpenedStream.Write(descriptor, content, path, cancellationToken);
        else
            new NamedOutput(path, isForAll).Write(content, cancellationToken);
    }
}
