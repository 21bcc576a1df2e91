using System.Globalization;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Reads whole regular files, with a limit, and notices when one changes meanwhile.</summary>
[SupportedOSPlatform("linux")]
internal static class FileReader
{
    // A writer that does not rename (podman image trust set truncates and writes) is given this many chances of 10 ms to end.
    private const int Attempts = 20;
    private const int AttemptPause = 10;
    private const int FirstBuffer = 4096;

    /// <summary>Reads a file, links followed.</summary>
    /// <param name="root">Where the path begins.</param>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="maxBytes">The largest content that is read.</param>
    /// <returns>The file, or null if there is none.</returns>
    /// <exception cref="TrustException">It is not a regular file, too large, may not be read, or does not stop changing.</exception>
    public static HostFile? TryRead(HostRoot root, string path, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        PathText.RequireFileName(path);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0)
                Thread.Sleep(AttemptPause);
            using PathWalk walk = PathWalk.Begin(root, path, WalkOptions.FollowLast);
            if (walk.Result != WalkResult.Found)
                return null;

            // Looked at before it is opened, since to open a device can already do something. O_NONBLOCK is for a pipe that takes the
            // file's place meanwhile.
            walk.RequireRegularFile();
            int descriptor = OpenRegular(walk);
            if (descriptor is -Errno.ENOENT or -Errno.ELOOP or -Errno.EAGAIN)
                continue;
            if (descriptor < 0)
                throw LinuxError.ForReading(-descriptor, path, walk.Place);
            try
            {
                FileStatus before = Status(descriptor, path, walk);
                if (before.Identity != walk.Status.Identity)
                    continue;
                byte[]? content = ReadAll(descriptor, before, maxBytes, path, walk);
                if (content is not null && Status(descriptor, path, walk).Stamp == before.Stamp)
                    return new HostFile(path, content, before.Stamp)
                        { Permissions = new FilePermissions(before.Permissions, before.UserId, before.GroupId) };
            }
            finally
            {
                Libc.Close(descriptor);
            }
        }

        throw new TrustException(
            "FileChanged",
            TrustErrorKind.ResourceBusy,
            $"{root.Describe(path)} is being written by another program. Run the command again when that has finished.")
        {
            Target = path,
        };
    }

    /// <summary>Opens what a walk found, for reading.</summary>
    /// <returns>A descriptor, or a negated error number.</returns>
    public static int OpenRegular(PathWalk walk) =>
        Libc.OpenAt(
            walk.Directory,
            walk.Name,
            OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);

    /// <summary>Whether a file's content is the given one.</summary>
    /// <param name="descriptor">The file, open for reading.</param>
    /// <param name="content">What it should be.</param>
    /// <returns>True if it is; false also if it cannot be read.</returns>
    public static bool HasContent(int descriptor, ReadOnlySpan<byte> content)
    {
        byte[] buffer = new byte[Math.Min(content.Length + 1, 1 << 16)];
        for (long offset = 0; ;)
        {
            int read = Libc.Read(descriptor, buffer, offset);
            if (read <= 0)
                return read == 0 && offset == content.Length;
            if (offset + read > content.Length || !content.Slice((int)offset, read).SequenceEqual(buffer.AsSpan(0, read)))
                return false;
            offset += read;
        }
    }

    private static FileStatus Status(int descriptor, string path, PathWalk walk)
    {
        int result = Libc.Status(descriptor, out FileStatus status);
        return result == 0 ? status : throw LinuxError.ForReading(-result, path, walk.Place);
    }

    /// <summary>Reads to the end. Null if the file became shorter.</summary>
    private static byte[]? ReadAll(int descriptor, in FileStatus status, int maxBytes, string path, PathWalk walk)
    {
        if (status.Size > (ulong)maxBytes)
            throw TooLarge(path, walk, string.Create(CultureInfo.InvariantCulture, $"has {status.Size} bytes"), maxBytes);

        // One byte more than the size says, to see the end; files in /proc say 0 and have content all the same.
        int limit = Math.Min(maxBytes, Array.MaxLength - 1);
        byte[] buffer = new byte[status.Size > 0 ? (int)status.Size + 1 : Math.Min(FirstBuffer, limit) + 1];
        int length = 0;
        while (true)
        {
            int read = Libc.Read(descriptor, buffer.AsSpan(length), length);
            if (read < 0)
                throw LinuxError.ForReading(-read, path, walk.Place);
            length += read;
            if (length > maxBytes)
                throw TooLarge(path, walk, "has more than it seemed", maxBytes);
            if (read == 0)
                break;
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, limit + 1L));
        }

        if ((ulong)length < status.Size)
            return null;
        Array.Resize(ref buffer, length);
        return buffer;
    }

    private static TrustException TooLarge(string path, PathWalk walk, string size, int maxBytes) =>
        new(
            "FileTooLarge",
            TrustErrorKind.LimitsExceeded,
            string.Create(CultureInfo.InvariantCulture,
                $"{walk.Place} {size}; at most {maxBytes} bytes are read. Check that it is the file you meant."))
        {
            Target = path,
        };
}
