using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Writes what a path names: a regular file is replaced, a device or pipe written into.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NamedOutput
{
    private const uint NewFileMode = 0x1B6; // 0666, less the umask
    private const uint ModeForAll = 0x1A4; // 0644
    private const uint PermissionBits = 0x1FF; // never a set-id bit, whoever made the old file
    private const int NonBlocking = OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal;

    private static readonly HostRoot s_root = new("/");

    private readonly string _path;
    private readonly uint? _mode;

    /// <summary>An output.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="isForAll">Whether a regular file gets mode 0644, whatever the umask and the old file's mode are.</param>
    public NamedOutput(string path, bool isForAll)
    {
        _path = path;
        _mode = isForAll ? ModeForAll : null;
    }

    /// <summary>Writes it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Ends the wait for a pipe's reader.</param>
    /// <exception cref="TrustException">See <see cref="OutputFile"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Write(ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        PathText.RequireFileName(_path);
        using PathWalk walk = PathWalk.Begin(s_root, _path, WalkOptions.FollowLast | WalkOptions.OwnLinks);
        switch (walk.Result)
        {
            case WalkResult.DirectoryMissing:
                throw LinuxError.ForWriting(Errno.ENOENT, _path, walk.Place);
            case WalkResult.NotADirectory:
                throw LinuxError.ForWriting(Errno.ENOTDIR, _path, walk.Place);
            case WalkResult.Found:
                RequireOwnInSharedDirectory(walk);
                if (walk.Status.IsRegularFile)
                    Replace(walk, content, _mode ?? (walk.Status.Permissions & PermissionBits));
                else if (walk.Status.IsCharacterDevice || walk.Status.IsPipe)
                    WriteInto(walk, content, cancellationToken);
                else
                    throw new TrustException(
                        "NotWritable",
                        TrustErrorKind.InvalidArgument,
                        $"{walk.Place} is {walk.Status.TypeName}, and is not written to. Name a file.")
                    {
                        Target = _path,
                    };
                break;
            default:
                Replace(walk, content, _mode);
                break;
        }
    }

    // As the kernel (fs.protected_regular, fs.protected_fifos): in a directory like /tmp, what another user left is not written to.
    private void RequireOwnInSharedDirectory(PathWalk walk)
    {
        if (walk.IsInDirectoryForAll && !WriteGuard.IsOwn(walk.Status.UserId))
            throw new TrustException(
                "NotWritable",
                TrustErrorKind.PermissionDenied,
                $"{walk.Place} was made by another user in a directory where everybody can write. It is not written to; name another file.")
            {
                Target = _path,
            };
    }

    private void WriteInto(PathWalk walk, ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        int file = Libc.OpenAt(walk.Directory, walk.Name, OpenFlags.WriteOnly | OpenFlags.NoFollow | NonBlocking);
        if (file == -Errno.ENXIO && walk.Status.IsPipe)
            throw new TrustException(
                "NotWritable",
                TrustErrorKind.WriteError,
                $"Nothing reads the named pipe {walk.Place}. Start the reader first.")
            {
                Target = _path,
            };
        if (file < 0)
            throw LinuxError.ForWriting(-file, _path, walk.Place);
        try
        {
            // It may have been exchanged since it was looked at.
            if (Libc.Status(file, out FileStatus opened) < 0 || opened.Identity != walk.Status.Identity)
                throw Moved(walk);
            OpenedStream.Write(file, content, _path, cancellationToken);
        }
        finally
        {
            Libc.Close(file);
        }
    }

    private void Replace(PathWalk walk, ReadOnlySpan<byte> content, uint? mode)
    {
        byte[] beside = Encoding.ASCII.GetBytes($".containertrust-{RandomNumberGenerator.GetHexString(16, lowercase: true)}.new\0");
        int file = Libc.OpenAt(
            walk.Directory,
            beside,
            OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow,
            NewFileMode);
        if (file < 0)
            throw LinuxError.ForWriting(-file, _path, walk.Place);
        bool renamed = false;
        try
        {
            OpenedStream.WriteTemporary(file, content, _path);
            if (mode is { } kept && Libc.Status(file, out FileStatus fresh) == 0 && fresh.Permissions != kept)
                _ = Libc.ChangeMode(file, kept); // FAT and the like have one mode for all files
            Check(Libc.Flush(file), walk);

            // What has come to be there meanwhile is not replaced unless it is a file.
            if (walk.CurrentStatus() is { IsRegularFile: false, IsLink: false })
                throw Moved(walk);
            Check(Libc.Rename(walk.Directory, beside, walk.Name), walk);
            renamed = true;
        }
        finally
        {
            Libc.Close(file);
            if (!renamed)
                _ = Libc.Unlink(walk.Directory, beside);
        }

        int directory = walk.OpenDirectory();
        if (directory < 0)
            return; // it may be written and not read: then the rename is flushed when the system does it
        try
        {
            FileReplacement.FlushDirectory(directory, _path, walk.Place, "written");
        }
        finally
        {
            Libc.Close(directory);
        }
    }

    private void Check(int result, PathWalk walk)
    {
        if (result < 0)
            throw LinuxError.ForWriting(-result, _path, walk.Place);
    }

    private TrustException Moved(PathWalk walk) =>
        new("FileChanged", TrustErrorKind.ResourceBusy,
            $"{walk.Place} was exchanged by another program while it was being written. Nothing was changed; run the command again.")
            { Target = _path };
}
