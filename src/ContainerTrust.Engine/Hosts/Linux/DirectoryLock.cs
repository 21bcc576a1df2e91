using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// A directory that is locked against other writers: by a <see cref="WriterLock"/>, and by the lock of older releases, an exclusive
/// <c>flock(2)</c> on the directory itself. The kernel ends both with the process. They belong to open file descriptions, so that they
/// exclude other threads of this process just as other processes.
/// </summary>
/// <remarks>
/// Everybody who may read a directory can lock it, for ever, so the older lock is only waited for as long as a release that takes it is
/// at work. If it is not had by then, the change goes on with a warning: such a release and this one then look, each right before it
/// renames, whether the file is still the one that it read. NFS turns flock into byte-range locks, which need a file that is open for
/// writing, so a directory cannot be locked there. Then the older lock is one on a file <c>.containertrust.lock</c> inside the directory.
/// That file stays: older releases could otherwise hold locks on two files of that name.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class DirectoryLock : SafeHandle
{
    private const int ShortestDelay = 1;
    private const int LongestDelay = 20;

    private WriterLock? _writer;
    private bool _hasOlder;
    private int _lockFile = -1;

    private DirectoryLock(int descriptor, string path, FileIdentity identity, bool mayWrite)
        : base(-1, ownsHandle: true)
    {
        SetHandle(descriptor);
        Path = path;
        Identity = identity;
        MayWrite = mayWrite;
    }

    /// <summary>How long the lock of older releases is waited for; their changes take milliseconds here and seconds over SSH.</summary>
    internal static TimeSpan OlderPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The path that the directory was opened by.</summary>
    public string Path { get; }

    /// <summary>The directory's identity.</summary>
    public FileIdentity Identity { get; }

    /// <summary>Whether files are written there, so that the writers' lock is taken.</summary>
    public bool MayWrite { get; set; }

    /// <summary>The directory, open for reading.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Opens the directory that a walk ended in; it is not locked yet.</summary>
    /// <param name="walk">The walk.</param>
    /// <param name="path">The path for messages and to compare with later.</param>
    /// <param name="mayWrite">Whether files are written there at all: not where <see cref="WriteGuard"/> refuses it.</param>
    /// <returns>The lock, not taken.</returns>
    /// <exception cref="TrustException">The directory cannot be opened.</exception>
    public static DirectoryLock Open(PathWalk walk, string path, bool mayWrite = true)
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

        return new DirectoryLock(descriptor, path, status.Identity, mayWrite);
    }

    /// <summary>
    /// Waits for the lock, or for what is missing of it. If the directory has been removed meanwhile, there may be none; the caller looks
    /// for that.
    /// </summary>
    /// <param name="deadline">When to give up.</param>
    /// <param name="older">When to give up waiting for older releases, and go on.</param>
    /// <param name="place">The directory as messages show it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A warning that the lock of older releases was not had. Null if it was.</returns>
    /// <exception cref="TrustException">The lock was not had in time, or the file system has no locks.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public string? Take(Deadline deadline, Deadline older, string place, CancellationToken cancellationToken)
    {
        bool isOlderEnough = false;
        if (MayWrite && _writer is null)
        {
            isOlderEnough = TakeWriterLock(deadline, place, cancellationToken) == WriterLockResult.NotPossible;
            if (_writer is null && !isOlderEnough)
                return null;
        }

        _hasOlder = _hasOlder || TakeOlder(isOlderEnough || deadline.Left < older.Left ? deadline : older, place, cancellationToken);
        if (_hasOlder)
            return null;
        if (isOlderEnough)
            throw TimedOut(deadline, place, Identity);
        return LockWords.NotHad(place, LockHolder.Describe(Identity));
    }

    private WriterLockResult TakeWriterLock(Deadline deadline, string place, CancellationToken cancellationToken)
    {
        for (int delay = ShortestDelay; ; delay = Math.Min(delay * 2, LongestDelay))
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriterLockResult result = WriterLock.TryTake(Descriptor, Path, place, out _writer, out FileIdentity holder);
            if (result is not (WriterLockResult.Busy or WriterLockResult.Retry))
                return result;
            if (!Pause(deadline, delay, cancellationToken))
                throw TimedOut(deadline, place, result == WriterLockResult.Busy ? holder : Identity);
        }
    }

    /// <summary>Waits for the lock that older releases take. False if it was not had in time.</summary>
    private bool TakeOlder(Deadline deadline, string place, CancellationToken cancellationToken)
    {
        for (int delay = ShortestDelay; ; delay = Math.Min(delay * 2, LongestDelay))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int result = Libc.TryLock(_lockFile < 0 ? Descriptor : _lockFile);
            if (result == 0)
                return true;
            if (result is -Errno.EINTR)
                continue;
            if (result != -Errno.EAGAIN)
            {
                if (_lockFile >= 0 || !IsUnsupported(-result))
                    throw Unsupported(-result, place);
                UseLockFile(place);
                continue;
            }

            if (!Pause(deadline, delay, cancellationToken))
                return false;
        }
    }

    /// <summary>Takes the lock on a file in the directory from now on, for a file system that cannot lock the directory itself.</summary>
    /// <param name="place">The directory as messages show it.</param>
    /// <exception cref="TrustException">The lock file cannot be made or opened.</exception>
    internal void UseLockFile(string place)
    {
        int file = Libc.OpenAt(
            Descriptor,
            ".containertrust.lock\0"u8,
            OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NonBlocking,
            0x180);
        _lockFile = file >= 0 ? file : throw LinuxError.ForWriting(-file, Path, $"The lock file .containertrust.lock in {place}");
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // Unlocked before it is closed: a process that is being started may still hold a copy of the descriptor until its exec.
        _writer?.Release();
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

    private static bool IsUnsupported(int error) =>
        error is Errno.EBADF or Errno.ENOLCK or Errno.EOPNOTSUPP or Errno.EINVAL or Errno.ENOSYS;

    /// <summary>Waits a little before the next attempt. False if the time is over.</summary>
    private static bool Pause(Deadline deadline, int delay, CancellationToken cancellationToken)
    {
        TimeSpan left = deadline.Left;
        if (left <= TimeSpan.Zero)
            return false;

        // Jitter, so that writers that wait for the same holder do not ask in step.
        TimeSpan time = TimeSpan.FromMilliseconds(Random.Shared.Next(ShortestDelay, delay + 1));
        time = time < left ? time : left;
        if (!cancellationToken.CanBeCanceled)
            Thread.Sleep(time);
        else if (cancellationToken.WaitHandle.WaitOne(time))
            cancellationToken.ThrowIfCancellationRequested();
        return true;
    }

    private TrustException Unsupported(int error, string place) =>
        new("LockFailed", TrustErrorKind.NotSupported, $"{place} cannot be locked against other writers: {LinuxError.Text(error)}.")
            { Target = Path };

    private TrustException TimedOut(Deadline deadline, string place, FileIdentity locked)
    {
        string holder = LockHolder.Describe(locked) is { } known ? $" ({known})" : string.Empty;
        string waited = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{deadline.Timeout.TotalSeconds:0.##}");
        return new TrustException(
            "LockTimeout",
            TrustErrorKind.ResourceBusy,
            $"{place} is being changed by another program{holder} and did not become free within {waited} " +
                "seconds. Run the command again later.")
        {
            Target = Path,
        };
    }
}
