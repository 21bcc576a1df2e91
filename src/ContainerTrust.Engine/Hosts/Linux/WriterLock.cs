using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// The lock that one writer at a time has on a directory: an exclusive <c>flock(2)</c> on a file <c>.containertrust-writer.lock</c> in
/// it, which only its owner may open, and which is removed when the lock is released. The directory itself, which older releases lock,
/// can be opened and so locked by everybody who may read it.
/// </summary>
/// <remarks>
/// The file is removed while it is locked, and whoever gets a lock sees that the file is still the one with that name, so two writers
/// never hold locks on two files of the name. A killed writer leaves the file, and the next one takes it over and removes it.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class WriterLock
{
    private const uint OwnerMode = 0x180; // 0600
    private const uint GroupMode = 0x1B0; // 0660
    private const uint GroupWrite = 0x10;
    private const uint StickyOrOthersWrite = 0x202;
    private const uint OthersAccess = 0x7;

    private readonly int _directory;
    private readonly int _file;

    private WriterLock(int directory, int file, FileIdentity identity)
    {
        _directory = directory;
        _file = file;
        Identity = identity;
    }

    /// <summary>The name of the file, ended by a NUL.</summary>
    public static ReadOnlySpan<byte> Name => ".containertrust-writer.lock\0"u8;

    /// <summary>The file, for finding out who has the lock.</summary>
    public FileIdentity Identity { get; }

    /// <summary>Tries to get the lock.</summary>
    /// <param name="directory">The directory, open; it stays open longer than the lock is held.</param>
    /// <param name="path">The directory's path.</param>
    /// <param name="place">The directory as messages show it.</param>
    /// <param name="taken">The lock, if the result is <see cref="WriterLockResult.Taken"/>.</param>
    /// <param name="holder">The locked file, if the result is <see cref="WriterLockResult.Busy"/>.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="TrustException">The file cannot be made or locked.</exception>
    public static WriterLockResult TryTake(int directory, string path, string place, out WriterLock? taken, out FileIdentity holder)
    {
        taken = null;
        holder = default;
        if (Libc.Status(directory, Name, out FileStatus present) == 0 && !IsOurs(present) && !TryRemove(directory, present))
            return WriterLockResult.NotPossible;
        int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal;
        int file = Libc.OpenAt(directory, Name, flags | OpenFlags.Exclusive, OwnerMode);
        bool isMade = file >= 0;
        if (file == -Errno.EEXIST)
            file = Libc.OpenAt(directory, Name, flags, OwnerMode);
        switch (file)
        {
            case >= 0:
                break;
            case -Errno.EROFS:
                return WriterLockResult.NotNeeded;
            case -Errno.EACCES or -Errno.EPERM:
                return WriterLockResult.NotPossible;
            case -Errno.ENOENT:
                return WriterLockResult.Gone;
            case -Errno.ELOOP:
                return WriterLockResult.Retry;
            default:
                throw LinuxError.ForLocking(-file, path, place);
        }

        bool keep = false;
        try
        {
            if (Libc.Status(file, out FileStatus status) < 0 || !IsOurs(status))
            {
                if (!isMade)
                    return WriterLockResult.Retry;

                // We made it, and the file system gives it to another user: FAT, SMB or NFS with one owner for all. A later attempt would
                // end the same.
                _ = Libc.Unlink(directory, Name);
                return WriterLockResult.NotPossible;
            }

            SetMode(directory, file, status);
            int result;
            do
                result = Libc.TryLock(file);
            while (result == -Errno.EINTR);
            holder = status.Identity;
            if (result == -Errno.EAGAIN)
                return WriterLockResult.Busy;
            if (result < 0)
                throw new TrustException(
                    "LockFailed",
                    TrustErrorKind.NotSupported,
                    $"{place} cannot be locked against other writers: {LinuxError.Text(-result)}. Nothing was changed.")
                {
                    Target = path,
                };

            // Whoever had it may have removed the file before letting go.
            if (Libc.Status(directory, Name, out FileStatus now) < 0 || now.Identity != status.Identity)
                return WriterLockResult.Retry;
            keep = true;
            taken = new WriterLock(directory, file, status.Identity);
            return WriterLockResult.Taken;
        }
        finally
        {
            if (!keep)
                Libc.Close(file);
        }
    }

    /// <summary>Removes the file and lets go.</summary>
    public void Release()
    {
        if (Libc.Status(_directory, Name, out FileStatus now) == 0 && now.Identity == Identity)
            _ = Libc.Unlink(_directory, Name);

        // Unlocked before it is closed: a process that is being started may still hold a copy of the descriptor until its exec.
        Libc.Unlock(_file);
        Libc.Close(_file);
    }

    // A second name would be of a file that is somebody's, and whose mode is not ours to change. Root's for root. Of another user's
    // making only where a group shares the directory.
    private static bool IsOurs(in FileStatus status)
    {
        uint user = Libc.EffectiveUserId();
        return status.IsRegularFile && status.Links <= 1 && (status.UserId == user || (user != 0 && (status.Mode & OthersAccess) == 0));
    }

    /// <summary>Removes what others have left under the name. False if that is not allowed.</summary>
    private static bool TryRemove(int directory, in FileStatus status) =>
        (status.IsDirectory ? Libc.RemoveDirectory(directory, Name) : Libc.Unlink(directory, Name)) is 0 or -Errno.ENOENT;

    /// <summary>
    /// Only the owner may open the file. Where a group shares a directory, its members exclude each other; they could do anything to the
    /// files there anyway.
    /// </summary>
    private static void SetMode(int directory, int file, in FileStatus status)
    {
        uint user = Libc.EffectiveUserId();
        if (status.UserId != user)
            return;
        uint mode = OwnerMode;
        if (user != 0 && Libc.Status(directory, out FileStatus shared) == 0 && (shared.Mode & GroupWrite) != 0
            && (shared.Mode & StickyOrOthersWrite) == 0
            && (status.GroupId == shared.GroupId || Libc.ChangeOwner(file, uint.MaxValue, shared.GroupId) == 0))
            mode = GroupMode;

        // FAT and the like have one mode for all files, and refuse another.
        if (status.Permissions != mode)
            _ = Libc.ChangeMode(file, mode);
    }
}
