using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// An exclusive <c>flock(2)</c> on a directory itself: there is no lock file to leave behind, and the kernel ends the lock with the process. It belongs to
/// the open file description, so that it excludes other threads of this process just as other processes.
/// </summary>
/// <remarks>
/// NFS turns flock into byte-range locks, which need a file that is open for writing, so a directory cannot be locked there. Then the lock is taken on a file
/// <c>.containertrust.lock</c> inside the directory. That file stays: to remove it would let two writers hold locks on two files of that name.
/// All writers that reach the directory the same way choose alike; for any other, there is the check before the rename.
/// </remarks>
internal sealed class DirectoryLock : SafeHandle
{
    private const int ShortestDelay = 1;
    private const int LongestDelay = 20;

    private int _lockFile = -1;

    private DirectoryLock(int descriptor, string path, FileIdentity identity)
        : base(-1, ownsHandle: true)
    {
        SetHandle(descriptor);
        Path = path;
        Identity = identity;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The path that the directory was opened by.</summary>
    public string Path { get; }

    /// <summary>The directory's identity.</summary>
    public FileIdentity Identity { get; }

    /// <summary>The directory, open for reading.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens the directory that a walk ended in; it is not locked yet.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="path">The path for messages and to compare with later.</param>
    /// <returns>The lock, not taken.</returns>
    /// <exception cref="TrustException">The directory cannot be opened.</exception>
    public static DirectoryLock Open(PathWalk walk, string path)
    {
        int descriptor = walk.OpenDirectory();
        if (descriptor < 0)
            throw LinuxError.ForReading(-descriptor, path, walk.Place);
        int result = Libc.Status(descriptor, out FileStatus status);
        if (result < 0)
        {
            Libc.Close(descriptor);
            throw LinuxError.ForReading(-result, path, walk.Place);
        }

        return new DirectoryLock(descriptor, path, status.Identity);
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="deadline">When to give up.</param>
    /// <param name="place">The directory as messages show it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrustException">The lock was not had in time, or the file system has no locks.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Take(Deadline deadline, string place, CancellationToken cancellationToken)
    {
        for (int delay = ShortestDelay; ; delay = Math.Min(delay * 2, LongestDelay))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int result = Libc.TryLock(_lockFile < 0 ? Descriptor : _lockFile);
            if (result == 0)
                return;
            if (result is -Errno.EINTR)
                continue;
            if (result != -Errno.EAGAIN)
            {
                if (_lockFile >= 0 || !IsUnsupported(-result))
                    throw Unsupported(-result, place);
                UseLockFile(place);
                continue;
            }

            TimeSpan left = deadline.Left;
            if (left <= TimeSpan.Zero)
                throw TimedOut(deadline, place);

            // Jitter, so that writers that wait for the same holder do not ask in step.
            TimeSpan pause = TimeSpan.FromMilliseconds(Random.Shared.Next(ShortestDelay, delay + 1));
            Pause(pause < left ? pause : left, cancellationToken);
        }
    }

    /// <summary>Takes the lock on a file in the directory from now on, for a file system that cannot lock the directory itself.</summary>
    /// <param name="place">The directory as messages show it.</param>
    /// <exception cref="TrustException">The lock file cannot be made or opened.</exception>
    internal void UseLockFile(string place)
    {
        int file = Libc.OpenAt(Descriptor, ".containertrust.lock\0"u8, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlocking, 0x180);
        _lockFile = file >= 0 ? file : throw LinuxError.ForWriting(-file, Path, $"The lock file .containertrust.lock in {place}");
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // Unlocked before it is closed: a process that is being started may still hold a copy of the descriptor until its exec.
        if (_lockFile >= 0)
        {
            Libc.Unlock(_lockFile);
            Libc.Close(_lockFile);
        }
        else
        {
            Libc.Unlock(Descriptor);
        }

        Libc.Close(Descriptor);
        return true;
    }

    private static bool IsUnsupported(int error) => error is Errno.EBADF or Errno.ENOLCK or Errno.EOPNOTSUPP or Errno.EINVAL or Errno.ENOSYS;

    private static void Pause(TimeSpan time, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            Thread.Sleep(time);
        else if (cancellationToken.WaitHandle.WaitOne(time))
            cancellationToken.ThrowIfCancellationRequested();
    }

    private TrustException Unsupported(int error, string place) =>
        new("LockFailed", TrustErrorKind.NotSupported, $"{place} cannot be locked against other writers: {LinuxError.Text(error)}.") { Target = Path };

    private TrustException TimedOut(Deadline deadline, string place)
    {
        string holder = LockHolder.Describe(Identity) is { } known ? $" ({known})" : string.Empty;
        string waited = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{deadline.Timeout.TotalSeconds:0.##}");
        return new TrustException(
            "LockTimeout",
            TrustErrorKind.ResourceBusy,
            $"{place} is being changed by another program{holder} and did not become free within {waited} seconds. Run the command again later.")
        {
            Target = Path,
        };
    }
}
