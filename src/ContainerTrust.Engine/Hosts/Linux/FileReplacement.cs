using System.Runtime.Versioning;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Replaces one file: the new content is written beside it under a temporary name, gets the old file's owner, extended attributes and
/// mode, is flushed to disk and renamed over it, and the directory is flushed. Whoever opens the path at any time, or after a crash, sees
/// the whole old or the whole new file.
/// </summary>
/// <remarks>
/// The temporary name is always the same for a file, so that what a killed writer left is found and removed by the next one; the
/// directory's lock says that nobody else is using it. Older releases use another name (<c>-new</c>): one that was not waited for to its
/// end must not lose its file to us, nor give ours the final name. If the old file has further hard links, those go on to show the old
/// content, as after any atomic replacement.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class FileReplacement
{
    private const uint NewFileMode = 0x1A4; // 0644
    private const uint TemporaryMode = 0x180; // 0600

    private static readonly byte[] s_suffix = Encoding.ASCII.GetBytes(".containertrust-tmp");

    private readonly string _path;
    private readonly PathWalk _walk;
    private readonly DirectoryLock _directory;
    private readonly HostFile? _expected;

    /// <summary>Prepares; nothing is done yet.</summary>
    /// <param name="path">The path as it was asked for.</param>
    /// <param name="walk">Where it leads.</param>
    /// <param name="directory">The lock that is held on the directory.</param>
    /// <param name="expected">The file as it was read; null if it was not there.</param>
    public FileReplacement(string path, PathWalk walk, DirectoryLock directory, HostFile? expected)
    {
        _path = path;
        _walk = walk;
        _directory = directory;
        _expected = expected;
    }

    /// <summary>Writes the new content.</summary>
    /// <param name="content">The content.</param>
    /// <exception cref="FileChangedException">The file is not the one that was read.</exception>
    /// <exception cref="TrustException">Writing failed; the old file is whole and no temporary file is left.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        if (_walk.Result == WalkResult.Found)
            _walk.RequireRegularFile();
        if (_expected is null)
        {
            if (_walk.Result == WalkResult.Found)
                throw new FileChangedException(_path);
            WriteBeside(content, old: -1);
            return;
        }

        if (_walk.Result != WalkResult.Found || _walk.Status.Stamp != _expected.Stamp)
            throw new FileChangedException(_path);
        int old = FileReader.OpenRegular(_walk);
        if (old is -Errno.ENOENT or -Errno.ELOOP)
            throw new FileChangedException(_path);
        if (old < 0)
            throw LinuxError.ForReading(-old, _path, _walk.Place);
        try
        {
            if (content.SequenceEqual(_expected.Content.Span))
                RequireUnchanged(old);
            else
                WriteBeside(content, old);
        }
        finally
        {
            Libc.Close(old);
        }
    }

    /// <summary>Puts a new file in the place of a link to the old one.</summary>
    /// <param name="link">The link; its directory is locked.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="FileChangedException">The file is not the one that was read.</exception>
    /// <exception cref="TrustException">Writing failed; the link is as it was and no temporary file is left.</exception>
    public void WriteOver(PathWalk link, ReadOnlySpan<byte> content)
    {
        // A link that leads to no file was read as none.
        if (_expected is null && _walk.Result == WalkResult.NameMissing)
        {
            new FileReplacement(_path, link, _directory, null).WriteBeside(content, old: -1, isOver: true);
            return;
        }

        if (_expected is null || _walk.Result != WalkResult.Found || _walk.Status.Stamp != _expected.Stamp)
            throw new FileChangedException(_path);
        int old = FileReader.OpenRegular(_walk);
        if (old < 0)
            throw old is -Errno.ENOENT or -Errno.ELOOP ? new FileChangedException(_path) : LinuxError.ForReading(-old, _path, _walk.Place);
        try
        {
            RequireUnchanged(old);
        }
        finally
        {
            Libc.Close(old);
        }

        // Owner, mode and label are a new file's: those of the distribution's file belong to its place.
        new FileReplacement(_path, link, _directory, null).WriteBeside(content, old: -1, isOver: true);
    }

    /// <summary>Flushes a directory, so that a rename or unlink in it outlasts a crash.</summary>
    /// <param name="descriptor">The directory, open for reading.</param>
    /// <param name="path">The file.</param>
    /// <param name="place">The file as messages show it.</param>
    /// <param name="done">What has been done to it: "replaced".</param>
    /// <exception cref="TrustException">The disk reports an error.</exception>
    public static void FlushDirectory(int descriptor, string path, string place, string done)
    {
        // Some file systems (FUSE, SMB) have nothing to flush for a directory and say so.
        int result = Libc.Flush(descriptor);
        if (result is < 0 and not -Errno.EINVAL and not -Errno.EOPNOTSUPP and not -Errno.ENOSYS and not -Errno.EBADF and not -Errno.EROFS)
        {
            throw new TrustException(
                "FlushFailed",
                TrustErrorKind.WriteError,
                $"{place} was {done}, but its directory could not be flushed to disk: {LinuxError.Text(-result)}. After a crash the old " +
                    "file may be back; check the disk.")
            {
                Target = path,
            };
        }
    }

    /// <summary>
    /// The temporary name beside a file, ended by a NUL: hidden, the same for every writer, and never one that ends in .yaml or .json.
    /// </summary>
    /// <param name="name">The file's name without NUL.</param>
    /// <returns>The name.</returns>
    internal static byte[] TemporaryName(ReadOnlySpan<byte> name)
    {
        byte[] temporary;
        if (1 + name.Length + s_suffix.Length <= PathText.MaximumNameLength)
        {
            temporary = new byte[1 + name.Length + s_suffix.Length + 1];
            name.CopyTo(temporary.AsSpan(1));
        }
        else
        {
            // Too long a name with the suffix: FNV-1a of it instead. The lock covers the directory, so not even a collision would do harm.
            ulong hash = 14695981039346656037;
            foreach (byte b in name)
                hash = unchecked((hash ^ b) * 1099511628211);
            byte[] digits = Encoding.ASCII.GetBytes(hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
            temporary = new byte[1 + digits.Length + s_suffix.Length + 1];
            digits.CopyTo(temporary, 1);
        }

        temporary[0] = (byte)'.';
        s_suffix.CopyTo(temporary, temporary.Length - 1 - s_suffix.Length);
        return temporary;
    }

    private void WriteBeside(ReadOnlySpan<byte> content, int old, bool isOver = false)
    {
        byte[] temporary = TemporaryName(_walk.Name[..^1]);
        int file = CreateTemporary(temporary);
        bool renamed = false;
        try
        {
            WriteAll(file, content);
            if (old >= 0)
                FileAttributes.Copy(old, file, _path, _walk.Place);
            else
                SetNewFileMode(file);
            Check(Libc.Flush(file));
            if (old >= 0)
                RequireUnchanged(old);
            else if (isOver ? _walk.CurrentStatus()?.Stamp != _walk.Status.Stamp : _walk.CurrentStatus() is not null)
                throw new FileChangedException(_path);
            if (old >= 0 || isOver)
                Check(Libc.Rename(_walk.Directory, temporary, _walk.Name));
            else
                RenameNew(temporary);
            renamed = true;
        }
        finally
        {
            Libc.Close(file);
            if (!renamed)
                _ = Libc.Unlink(_walk.Directory, temporary);
        }

        FlushDirectory(_directory.Descriptor, _path, _walk.Place, old >= 0 ? "replaced" : "written");
    }

    private int CreateTemporary(byte[] temporary)
    {
        const int Flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive;
        int file = Libc.OpenAt(_walk.Directory, temporary, Flags | OpenFlags.NoFollow, TemporaryMode);
        if (file == -Errno.EEXIST)
        {
            // We hold the lock, so its writer is dead. A directory of that name is nobody's work but a stranger's.
            int result = Libc.Unlink(_walk.Directory, temporary);
            if (result == -Errno.EISDIR)
                result = Libc.RemoveDirectory(_walk.Directory, temporary);
            if (result is < 0 and not -Errno.ENOENT)
                throw LinuxError.ForWriting(
                    -result,
                    _path,
                    $"The stale file {PathText.Decode(temporary.AsSpan(0, temporary.Length - 1))} beside {_walk.Place}");
            file = Libc.OpenAt(_walk.Directory, temporary, Flags | OpenFlags.NoFollow, TemporaryMode);
        }

        return Check(file);
    }

    private void SetNewFileMode(int file)
    {
        int result = Libc.ChangeMode(file, NewFileMode);

        // FAT and the like have one mode for all files and refuse another; good enough if all can read and only the owner write.
        if (result == -Errno.EPERM && Libc.Status(file, out FileStatus status) == 0 && (status.Permissions & 0x1B6) == NewFileMode)
            return;
        Check(result);
    }

    private void WriteAll(int file, ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            int written = Check(Libc.Write(file, content));
            if (written == 0)
                throw LinuxError.ForWriting(Errno.EIO, _path, _walk.Place);
            content = content[written..];
        }
    }

    /// <summary>
    /// The old file must be the one that was read, still under its name. The stamp alone does not say so: two changes within one tick of
    /// the kernel's clock (up to 10 ms) may leave the same times, so the content is compared too.
    /// </summary>
    private void RequireUnchanged(int old)
    {
        HostFile expected = _expected!;
        if (!FileReader.HasContent(old, expected.Content.Span) || _walk.CurrentStatus() is not { } status || status.Stamp != expected.Stamp)
            throw new FileChangedException(_path);
    }

    /// <summary>Gives the new file its name, unless somebody has taken it meanwhile.</summary>
    private void RenameNew(byte[] temporary)
    {
        int result = Libc.RenameNew(_walk.Directory, temporary, _walk.Name);
        if (result is -Errno.EINVAL or -Errno.ENOSYS or -Errno.EOPNOTSUPP)
        {
            // The file system (or an old kernel) cannot: a second name does the same in two steps, and where there are no hard links, a
            // plain rename after our check must do.
            result = Libc.Link(_walk.Directory, temporary, _walk.Name);
            if (result == 0)
                _ = Libc.Unlink(_walk.Directory, temporary);
            else if (result is -Errno.EPERM or -Errno.EOPNOTSUPP or -Errno.ENOSYS or -Errno.EMLINK)
                result = Libc.Rename(_walk.Directory, temporary, _walk.Name);
        }

        if (result == -Errno.EEXIST)
            throw new FileChangedException(_path);
        Check(result);
    }

    private int Check(int result) => result >= 0 ? result : throw LinuxError.ForWriting(-result, _path, _walk.Place);
}
