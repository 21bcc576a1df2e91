namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// Where a host's files live: this host, a directory that is another host's root, or (later) a host behind SSH. Paths are absolute and
/// <c>/</c>-separated, as the host itself names them; a root directory is never part of them.
/// </summary>
public interface ITrustHost
{
    /// <summary>The host's name, as it appears in <see cref="ImageTrust.ComputerName"/>.</summary>
    string ComputerName { get; }

    /// <summary>
    /// The host whose files these are, where this is only a view of it: what kind of host it is decides how some things are asked.
    /// </summary>
    internal ITrustHost Underlying => this;

    /// <summary>
    /// The home directory of the user on that host, an absolute path. Null if there is none (a mounted root has no current user).
    /// </summary>
    string? HomeDirectory { get; }

    /// <summary>
    /// The machine's hardware name, in the words of <c>uname -m</c> (<c>x86_64</c>, <c>aarch64</c>): which instance of a multi-arch image
    /// is pulled there. Null where it is not known.
    /// </summary>
    /// <exception cref="TrustException">A file that says it cannot be looked at.</exception>
    string? Machine => null;

    /// <summary>The value of an environment variable that changes where files are looked for. Null if not set or not applicable (a mounted
    /// root).</summary>
    /// <param name="name">The variable's name.</param>
    /// <returns>The value, or null.</returns>
    string? GetEnvironmentVariable(string name);

    /// <summary>Whether a file or directory is there, symbolic links followed.</summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <returns>True if it exists.</returns>
    /// <exception cref="TrustException">The path cannot be looked at (permission, a link that loops or leaves the root).</exception>
    bool Exists(string path);

    /// <summary>Reads a whole file, symbolic links followed.</summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="maxBytes">The largest content that is read; a larger file is refused before it is read.</param>
    /// <returns>The file, or null if there is none.</returns>
    /// <exception cref="TrustException">
    /// The path is not a regular file, is larger than <paramref name="maxBytes"/>, cannot be read, or keeps changing while being read.
    /// </exception>
    HostFile? TryReadFile(string path, int maxBytes);

    /// <summary>The path with every symbolic link in it resolved, and without <c>.</c>, <c>..</c> and doubled slashes.</summary>
    /// <param name="path">An absolute path on the host; its last name need not be there.</param>
    /// <returns>
    /// The path by which the reference implementation looks up a directory or archive; the path itself if a directory in it is missing.
    /// </returns>
    /// <exception cref="TrustException">The path cannot be looked at (permission, a link that loops or leaves the root).</exception>
    string ResolvePath(string path);

    /// <summary>
    /// The names in a directory, sorted by ordinal; empty if the directory does not exist. A byte of a name that is not UTF-8 is given as
    /// a lone surrogate (U+DC80 to U+DCFF), and such a name opens that file again.
    /// </summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <returns>Names without the directory.</returns>
    /// <exception cref="TrustException">The path is not a directory or cannot be read.</exception>
    IReadOnlyList<string> ListDirectory(string path);

    /// <summary>
    /// Says which files are going to be read, for hosts where reading them together saves time. No promise, and no error, is made.
    /// </summary>
    /// <param name="paths">
    /// Paths on the host, ending in a slash for directories that are going to be listed; whatever is not an absolute path is passed over.
    /// </param>
    /// <exception cref="TrustException">The connection to the host has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    void Prefetch(IReadOnlyList<string> paths)
    {
        // Local files are as near as they can be.
    }

    /// <summary>Forgets what was read before, where reading is from memory: what comes next is asked of the host anew.</summary>
    /// <exception cref="TrustException">The connection to the host has ended.</exception>
    void Refresh()
    {
        // Local files are always read.
    }

    /// <summary>
    /// Refuses what a change would refuse because another user could lead it elsewhere, for previews: nothing is locked or made.
    /// </summary>
    /// <param name="path">The path of a file on the host that would be replaced or deleted.</param>
    /// <param name="isDeletion">Whether it would be deleted: then a link is not followed.</param>
    /// <exception cref="TrustException">
    /// <c>UnsafeDirectory</c>. Where it is not known before the change, as over SSH, nothing is refused here.
    /// </exception>
    void RequireSafe(string path, bool isDeletion)
    {
        // Only files of this host are another user's to exchange.
    }

    /// <summary>
    /// Begins a change: takes an exclusive lock on each directory (always in the same order, whatever names it is reached by, so that two
    /// writers cannot wait for each other), creating the first one and its parents if it is missing; other missing directories are left
    /// out. The lock is the kernel's: it ends with the process, however that ends. A killed process leaves an empty file, which the next
    /// writer removes. Only who may write in the directory can hold it. The lock of older releases, which everybody can hold who may read
    /// the directory, is waited for a few seconds. It excludes other threads of this process too, so one thread must not begin a second
    /// change of the same directory before it disposes the first.
    /// </summary>
    /// <param name="directories">Absolute paths; the first is created when missing.</param>
    /// <param name="timeout">How long to wait for other writers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The change; dispose it to release the locks.</returns>
    /// <exception cref="TrustException">
    /// The lock is not had in time (<see cref="TrustErrorKind.ResourceBusy"/>), or a directory cannot be made or opened.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite.</exception>
    IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A locked change of files on a host. Each file is replaced or deleted atomically; a failure leaves the old file whole.</summary>
public interface IHostChange : IDisposable
{
    /// <summary>
    /// Replaces a file: written beside, flushed to disk, renamed over, the directory flushed. Mode, owner and extended attributes
    /// (SELinux label, ACL) are the old file's; a symbolic link stays one and its target is replaced, unless that is the distribution's:
    /// then the link is. A new file gets mode 0644; missing directories are made (0755).
    /// A file that already has this content is left untouched. If the file has several hard links, the others keep the old content.
    /// </summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="content">The new content.</param>
    /// <param name="expected">The file as it was read; null if it was not there.</param>
    /// <exception cref="FileChangedException">The file is no longer the one that was read; nothing was written.</exception>
    /// <exception cref="TrustException">Writing failed; the old file is whole.</exception>
    void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected);

    /// <summary>
    /// Refuses a path at which nothing could be written or deleted, as far as that can be told beforehand, so that of several files none
    /// is written when one cannot be.
    /// </summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <exception cref="TrustException">
    /// The directory may not be written, its file system is read-only, or we are root and another user could lead the change elsewhere
    /// (<c>UnsafeDirectory</c>).
    /// </exception>
    void RequireWritable(string path);

    /// <summary>The same for a path at which a file is going to be deleted, or a symbolic link itself.</summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <exception cref="TrustException">The directory may not be written, or its file system is read-only.</exception>
    void RequireDeletable(string path) => RequireWritable(path);

    /// <summary>Deletes a file (a symbolic link itself, not its target).</summary>
    /// <param name="path">An absolute path on the host.</param>
    /// <param name="expected">The file as it was read.</param>
    /// <exception cref="FileChangedException">The file is no longer the one that was read; nothing was deleted.</exception>
    /// <exception cref="TrustException">Deleting failed.</exception>
    void Delete(string path, HostFile expected);

    /// <summary>
    /// What the user is to be told of the locks, as known so far: that somebody else's lock was not waited for any longer.
    /// </summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>Whether nothing is done before <see cref="Complete"/>: a host far away is sent everything in one go.</summary>
    bool IsBatch => false;

    /// <summary>
    /// Does what has been noted since the last time, in that order; all of it, if it is found possible beforehand. Nothing is left to do
    /// where changes are made at once.
    /// </summary>
    /// <param name="done">Called with the path of each file that has been replaced or deleted.</param>
    /// <exception cref="FileChangedException">A file is no longer the one that was read; nothing was written.</exception>
    /// <exception cref="TrustException">Something failed; what was done before has been told to <paramref name="done"/>.</exception>
    void Complete(Action<string> done)
    {
        // What is done at once is complete.
    }
}

/// <summary>A file as it was read.</summary>
/// <param name="Path">The path it was asked for by.</param>
/// <param name="Content">The whole content.</param>
/// <param name="Stamp">What identifies this state of the file, to notice a change by somebody else.</param>
public sealed record HostFile(string Path, ReadOnlyMemory<byte> Content, FileStamp Stamp)
{
    /// <summary>
    /// Who may do what with the file. Null where the host cannot tell (a file that exists only in a plan, or part of a document).
    /// </summary>
    public FilePermissions? Permissions { get; init; }
}

/// <summary>Owner and permission bits of a file, as <c>stat(1)</c> gives them.</summary>
/// <param name="Mode">Permission bits with set-user-id, set-group-id and sticky (octal 0000 to 07777).</param>
/// <param name="UserId">The owner's number.</param>
/// <param name="GroupId">The group's number.</param>
public readonly record struct FilePermissions(uint Mode, uint UserId, uint GroupId);

/// <summary>Identifies one state of a file: two equal stamps are the same file, unchanged.</summary>
/// <param name="Device">Device number.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ModifiedNanoseconds">Last modification, nanoseconds since 1970 UTC.</param>
/// <param name="ChangedNanoseconds">Last status change, nanoseconds since 1970 UTC.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Length, long ModifiedNanoseconds, long ChangedNanoseconds);
