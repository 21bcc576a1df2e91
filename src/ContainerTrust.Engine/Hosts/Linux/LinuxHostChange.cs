using System.Runtime.Versioning;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>A change under locks that this process holds.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxHostChange : IHostChange
{
    private readonly HostRoot _root;
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _cancellationToken;
    private readonly List<DirectoryLock> _locks;
    private readonly WalkOptions _guard;
    private readonly List<string> _warnings;
    private bool _disposed;

    private LinuxHostChange(HostRoot root, List<DirectoryLock> locks, WalkOptions guard, List<string> warnings, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        _root = root;
        _locks = locks;
        _guard = guard;
        _warnings = warnings;
        _timeout = timeout;
        _cancellationToken = cancellationToken;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Takes the locks.</summary>
    /// <param name="root">Where paths begin.</param>
    /// <param name="directories">Absolute paths; the first is made if it is missing.</param>
    /// <param name="deadline">When to give up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change.</returns>
    /// <exception cref="TrustException">A lock is not had in time, or a directory cannot be made or opened.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static LinuxHostChange Begin(HostRoot root, IReadOnlyList<string> directories, Deadline deadline,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(directories);
        if (directories.Count == 0)
            throw new ArgumentException("There is no directory to lock.", nameof(directories));

        // Every path is checked before the first directory is made.
        foreach (string directory in directories)
            _ = PathText.Encode(directory);

        WalkOptions guard = Guard(root);
        Deadline older = new(DirectoryLock.OlderPatience);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<DirectoryLock> locks = [];
            List<string> warnings = [];
            try
            {
                OpenAll(root, directories, guard, locks);
                foreach (DirectoryLock directory in locks)
                {
                    if (directory.Take(deadline, older, root.Describe(directory.Path), cancellationToken) is { } warning)
                        warnings.Add(warning);
                }

                if (AreStillThere(root, directories, locks))
                    return new LinuxHostChange(root, locks, guard, warnings, deadline.Timeout, cancellationToken);
            }
            catch
            {
                Release(locks);
                throw;
            }

            // Somebody moved a directory while we waited for it. Again, with what is there now; that they do so for ever is not to be
            // feared, but for the deadline.
            Release(locks);
            if (deadline.Left <= TimeSpan.Zero)
                throw new TrustException(
                    "LockTimeout",
                    TrustErrorKind.ResourceBusy,
                    $"{root.Describe(directories[0])} was moved or replaced by another program while it was being locked. " +
                    "Run the command again.")
                {
                    Target = directories[0],
                };
        }
    }

    /// <summary>Refuses a path that root would not change, without a lock.</summary>
    /// <param name="root">Where paths begin.</param>
    /// <param name="path">The file.</param>
    /// <param name="isDeletion">Whether it would be deleted.</param>
    /// <exception cref="TrustException">
    /// <c>UnsafeDirectory</c>, or only the distribution's file could be written (<c>VendorFile</c>).
    /// </exception>
    public static void RequireSafe(HostRoot root, string path, bool isDeletion)
    {
        if (Guard(root) is not WalkOptions.None and var guard)
            PathWalk.Begin(root, path, isDeletion ? guard : guard | WalkOptions.FollowLast).Dispose();
        if (isDeletion)
            return;
        using PathWalk walk = PathWalk.Begin(root, path, WalkOptions.FollowLast);
        if (!IsVendors(walk, path))
            return;
        using PathWalk link = PathWalk.Begin(root, path, WalkOptions.None);
        RequireOwnLink(link, walk, path);
    }

    /// <inheritdoc/>
    public void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PathText.RequireFileName(path);
        WalkOptions options = _guard | WalkOptions.FollowLast | (expected is null ? WalkOptions.CreateDirectories : WalkOptions.None);
        using PathWalk walk = WalkAndLock(path, options, out DirectoryLock? directory);
        if (directory is null)
            throw new FileChangedException(path);
        if (!IsVendors(walk, path))
        {
            new FileReplacement(path, walk, directory, expected).Write(content);
            return;
        }

        // The link itself is replaced, and what it leads to stays.
        using PathWalk link = WalkAndLock(path, _guard, out DirectoryLock? own);
        if (own is null)
            throw new FileChangedException(path);
        RequireOwnLink(link, walk, path);
        new FileReplacement(path, walk, own, expected).WriteOver(link, content);
        _warnings.Add(VendorPlaces.LinkReplaced(link.Place));
    }

    /// <inheritdoc/>
    public void RequireWritable(string path) => RequireWritable(path, WalkOptions.FollowLast);

    /// <inheritdoc/>
    public void RequireDeletable(string path) => RequireWritable(path, WalkOptions.None);

    private void RequireWritable(string path, WalkOptions options)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using PathWalk walk = PathWalk.Begin(_root, path, _guard | options);
        if (options.HasFlag(WalkOptions.FollowLast) && IsVendors(walk, path))
        {
            using (PathWalk link = PathWalk.Begin(_root, path, _guard))
                RequireOwnLink(link, walk, path);
            RequireWritable(path, WalkOptions.None);
            return;
        }

        // Of a directory that is still to be made nothing can be told.
        if (walk.Result is not (WalkResult.Found or WalkResult.NameMissing))
            return;
        int result = Libc.RequireWritableDirectory(walk.Directory);
        if (result < 0)
            throw LinuxError.ForWriting(-result, path, walk.Place);
    }

    /// <inheritdoc/>
    public void Delete(string path, HostFile expected)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(expected);
        PathText.RequireFileName(path);
        using PathWalk walk = WalkAndLock(path, _guard, out DirectoryLock? directory);
        if (directory is null || walk.Result != WalkResult.Found)
            throw new FileChangedException(path);
        if (!walk.Status.IsLink)
            walk.RequireRegularFile();

        // What was read is what the path leads to; of a link, that is its target.
        using (PathWalk target = PathWalk.Begin(_root, path, WalkOptions.FollowLast))
        {
            if (target.Result != WalkResult.Found || target.Status.Stamp != expected.Stamp)
                throw new FileChangedException(path);
        }

        int result = Libc.Unlink(walk.Directory, walk.Name);
        if (result == -Errno.ENOENT)
            throw new FileChangedException(path);
        if (result < 0)
            throw LinuxError.ForWriting(-result, path, walk.Place);
        FileReplacement.FlushDirectory(directory.Descriptor, path, walk.Place, "deleted");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Release(_locks);
    }

    // Inside a root directory nothing leads out, whoever owns what is there.
    private static WalkOptions Guard(HostRoot root) => WriteGuard.IsActive && root.IsThisHost ? WalkOptions.Guarded : WalkOptions.None;

    // A link can be replaced; a directory that is the distribution's cannot.
    private static void RequireOwnLink(PathWalk link, PathWalk walk, string path)
    {
        if (link.Result != WalkResult.Found || !link.Status.IsLink || VendorPlaces.Have(link.ResolvedPath))
            throw VendorPlaces.Error(path, walk.Place);
    }

    // Only links lead there: who names such a file means it.
    private static bool IsVendors(PathWalk walk, string path) =>
        walk.Result is WalkResult.Found or WalkResult.NameMissing && VendorPlaces.Have(walk.ResolvedPath) && !VendorPlaces.Have(path);

    private static void OpenAll(HostRoot root, IReadOnlyList<string> directories, WalkOptions guard, List<DirectoryLock> locks)
    {
        for (int i = 0; i < directories.Count; i++)
        {
            using PathWalk walk = Walk(root, directories[i], guard | (i == 0 ? WalkOptions.CreateDirectories : WalkOptions.None),
                out bool mayWrite);
            if (walk.Result == WalkResult.NotADirectory)
                throw LinuxError.ForReading(Errno.ENOTDIR, directories[i], walk.Place);
            if (walk.Result != WalkResult.Found)
                continue;

            // The same directory by another name must not be locked twice: we would wait for ourselves.
            FileIdentity identity = walk.Status.Identity;
            if (locks.Find(l => l.Identity == identity) is { } known)
                known.MayWrite |= mayWrite;
            else
                locks.Add(DirectoryLock.Open(walk, directories[i], mayWrite));
        }

        // By identity rather than by path: two writers may reach the same directories by different names, or from different roots.
        locks.Sort(static (a, b) => a.Identity.CompareTo(b.Identity));
    }

    /// <summary>
    /// Walks to a directory that is to be locked. One in which nothing may be written is locked all the same if it is there: files may be
    /// read in it.
    /// </summary>
    private static PathWalk Walk(HostRoot root, string directory, WalkOptions options, out bool mayWrite)
    {
        mayWrite = true;
        try
        {
            return PathWalk.Begin(root, directory, WalkOptions.LastIsDirectory | options);
        }
        catch (TrustException e) when (e.ErrorId == "UnsafeDirectory")
        {
            mayWrite = false;
            PathWalk walk = PathWalk.Begin(root, directory, WalkOptions.LastIsDirectory);
            if (walk.Result == WalkResult.Found || !options.HasFlag(WalkOptions.CreateDirectories))
                return walk;
            walk.Dispose();
            throw;
        }
    }

    /// <summary>Whether the locked directories are the ones that the paths lead to now.</summary>
    private static bool AreStillThere(HostRoot root, IReadOnlyList<string> directories, List<DirectoryLock> locks)
    {
        HashSet<FileIdentity> now = [];
        foreach (string path in directories)
        {
            using PathWalk walk = PathWalk.Begin(root, path, WalkOptions.LastIsDirectory);
            if (walk.Result == WalkResult.Found)
                now.Add(walk.Status.Identity);
        }

        return now.Count == locks.Count && locks.TrueForAll(l => now.Contains(l.Identity));
    }

    private static void Release(List<DirectoryLock> locks)
    {
        for (int i = locks.Count - 1; i >= 0; i--)
            locks[i].Dispose();
        locks.Clear();
    }

    /// <summary>
    /// Walks to a file and makes sure that the directory it really is in is locked too: a link may lead to a directory that the caller
    /// did not name, where another writer, who came another way, must not be at work with the same temporary name.
    /// </summary>
    /// <remarks>
    /// This lock comes out of order. Two writers could wait for each other only if links lead from each one's directory into the other's;
    /// they would then end with a timeout and nothing changed.
    /// </remarks>
    private PathWalk WalkAndLock(string path, WalkOptions options, out DirectoryLock? directory)
    {
        Deadline deadline = new(_timeout);
        Deadline older = new(DirectoryLock.OlderPatience);
        while (true)
        {
            PathWalk walk = PathWalk.Begin(_root, path, options);
            try
            {
                directory = null;
                if (walk.Result == WalkResult.NotADirectory)
                    throw LinuxError.ForWriting(Errno.ENOTDIR, path, walk.Place);
                if (walk.Result == WalkResult.DirectoryMissing)
                    return walk;
                FileIdentity identity = walk.DirectoryIdentity();
                directory = _locks.Find(l => l.Identity == identity);
                if (directory is { MayWrite: true })
                    return walk;
                if (directory is null)
                    _locks.Add(directory = DirectoryLock.Open(walk, path));
                directory.MayWrite = true;
                if (directory.Take(deadline, older, $"The directory of {walk.Place}", _cancellationToken) is { } warning)
                    _warnings.Add(warning);
            }
            catch
            {
                walk.Dispose();
                throw;
            }

            // Once more, for things may have moved while we waited.
            walk.Dispose();
        }
    }
}
