using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Walks a path from a root as <c>chroot(2)</c> would, one component at a time over open directories. The kernel never follows a link
/// here: every component is opened with O_NOFOLLOW and links are read and walked by us, absolute targets beginning at the root again and
/// ".." never leading above it. So neither a link in an image, nor one that is exchanged while we look, leads outside. (openat2 with
/// RESOLVE_IN_ROOT would do the same, but RHEL 8 does not have it, and one way is easier to trust than two.)
/// </summary>
/// <remarks>The result is the directory that holds the last component, kept open, and that component's name and status.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class PathWalk : IDisposable
{
    /// <summary>The most links that are followed in one path, as in the kernel.</summary>
    public const int MaximumLinks = 40;

    /// <summary>The deepest directory that is walked to; each level keeps a descriptor open.</summary>
    public const int MaximumDepth = 256;

    // Turns in the loop that lead nowhere because others make and remove what we look at.
    private const int MaximumTurns = 100_000;

    private const uint Sticky = 0x200;
    private const uint OthersWrite = 0x2;

    private readonly HostRoot _root;
    private readonly string _path;
    private readonly WalkOptions _options;
    private readonly List<int> _directories = new(8);
    private readonly List<byte> _resolved = [];
    private byte[] _pending;
    private int _next;
    private int _links;
    private int _nameStart;
    private int _nameLength;
    private FileStatus _status;

    private PathWalk(HostRoot root, string path, byte[] pending, WalkOptions options)
    {
        _root = root;
        _path = path;
        _options = options;
        _pending = pending;
    }

    /// <summary>Where the walk ended.</summary>
    public WalkResult Result { get; private set; }

    /// <summary>The directory that holds the last component, opened with O_PATH.</summary>
    public int Directory => _directories[^1];

    /// <summary>
    /// The last component, ended by a NUL; empty if the path names <see cref="Directory"/> itself ("/", or a path that ends in "..").
    /// </summary>
    public ReadOnlySpan<byte> Name => _pending.AsSpan(_nameStart, _nameLength == 0 ? 0 : _nameLength + 1);

    /// <summary>The status of what the path names; meaningful if <see cref="Result"/> is <see cref="WalkResult.Found"/>.</summary>
    public ref readonly FileStatus Status => ref _status;

    /// <summary>The path for messages: as it was asked for, and where links led.</summary>
    public string Place =>
        _links == 0 ? _root.Describe(_path) : $"{_root.Describe(_path)} (through links {PathText.Display(ResolvedPath)})";

    /// <summary>The path inside the root without any link.</summary>
    public string ResolvedPath
    {
        get
        {
            ReadOnlySpan<byte> directory = CollectionsMarshal.AsSpan(_resolved);
            string parent = PathText.Decode(directory);
            if (_nameLength == 0)
                return parent.Length == 0 ? "/" : parent;
            return parent + "/" + PathText.Decode(_pending.AsSpan(_nameStart, _nameLength));
        }
    }

    /// <summary>Walks a path to its last component.</summary>
    /// <param name="root">Where it begins.</param>
    /// <param name="path">An absolute path inside the root.</param>
    /// <param name="options">What to follow and make on the way.</param>
    /// <returns>The place; to be disposed.</returns>
    /// <exception cref="TrustException">
    /// The path is malformed, links loop, a directory may not be searched or cannot be made; or the way is not one that
    /// <paramref name="options"/> allow (<c>UnsafeDirectory</c>, <c>UntrustedSymbolicLink</c>).
    /// </exception>
    public static PathWalk Begin(HostRoot root, string path, WalkOptions options)
    {
        byte[] pending = PathText.Encode(path);
        if (options.HasFlag(WalkOptions.LastIsDirectory))
        {
            pending[^1] = (byte)'/';
            Array.Resize(ref pending, pending.Length + 1);
        }

        PathWalk walk = new(root, path, pending, options);
        try
        {
            walk._directories.Add(root.Open());
            walk.CheckDirectory();
            walk.Run();
            return walk;
        }
        catch
        {
            walk.Dispose();
            throw;
        }
    }

    /// <summary>Whether <see cref="Directory"/> is one like /tmp, where everybody may make files and nobody remove another's.</summary>
    /// <exception cref="TrustException">Its status cannot be read.</exception>
    public bool IsInDirectoryForAll => IsForAll(DirectoryStatus());

    /// <summary>Opens <see cref="Directory"/> for reading, which <c>flock</c>, <c>fsync</c> and listing need.</summary>
    /// <returns>A descriptor of its own, or a negated error number.</returns>
    public int OpenDirectory() => Libc.OpenAt(Directory, ".\0"u8, OpenFlags.ReadOnly | OpenFlags.Directory);

    /// <summary>The identity of <see cref="Directory"/>.</summary>
    /// <exception cref="TrustException">Its status cannot be read.</exception>
    public FileIdentity DirectoryIdentity() => DirectoryStatus().Identity;

    /// <summary>Looks at the last component again.</summary>
    /// <returns>Its status, or null if it is gone.</returns>
    /// <exception cref="TrustException">Its status cannot be read.</exception>
    public FileStatus? CurrentStatus()
    {
        int result = Libc.Status(Directory, Name, out FileStatus status);
        return result switch
        {
            0 => status,
            -Errno.ENOENT => null,
            _ => throw LinuxError.ForReading(-result, _path, Place),
        };
    }

    /// <summary>Makes sure that what was found is a regular file.</summary>
    /// <exception cref="TrustException">It is something else.</exception>
    public void RequireRegularFile()
    {
        if (_status.IsDirectory)
            throw new TrustException(
                "IsADirectory",
                TrustErrorKind.InvalidData,
                $"{Place} is a directory, not a file. Name a file.")
            {
                Target = _path,
            };
        if (!_status.IsRegularFile)
            throw new TrustException(
                "NotARegularFile",
                TrustErrorKind.InvalidArgument,
                $"{Place} is {_status.TypeName}, not a regular file. Name a regular file.")
            {
                Target = _path,
            };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (int directory in _directories)
            Libc.Close(directory);
        _directories.Clear();
    }

    private void Run()
    {
        for (int turn = 0; turn < MaximumTurns; turn++)
        {
            while (_pending[_next] == '/')
                _next++;
            if (_pending[_next] == 0)
            {
                _status = DirectoryStatus();
                Result = WalkResult.Found;
                return;
            }

            int length = _pending.AsSpan(_next).IndexOfAny((byte)'/', (byte)0);
            if (length > PathText.MaximumNameLength)
                throw PathText.TooLong(_path);
            int end = _next + length;
            bool more = _pending[end] == '/';
            ReadOnlySpan<byte> bare = _pending.AsSpan(_next, length);
            if (bare.SequenceEqual("."u8) || bare.SequenceEqual(".."u8))
            {
                if (length == 2)
                    LeaveDirectory();
                _next = end;
                continue;
            }

            bool ended = more ? Enter(end) : Look(end);
            if (ended)
                return;
        }

        throw new TrustException(
            "FileChanged",
            TrustErrorKind.ResourceBusy,
            $"{Place} is being moved or removed again and again by another program. Run the command again.")
        {
            Target = _path,
        };
    }

    /// <summary>Enters the directory at <see cref="_next"/>. True if the walk ends here.</summary>
    private bool Enter(int end)
    {
        _pending[end] = 0;
        ReadOnlySpan<byte> name = _pending.AsSpan(_next, end - _next + 1);
        int directory = Libc.OpenAt(Directory, name, OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (directory is -Errno.ENOTDIR or -Errno.ELOOP && _options.HasFlag(WalkOptions.ProcessLinks) && IsInProc())
            directory = Libc.OpenAt(Directory, name, OpenFlags.PathOnly | OpenFlags.Directory);
        if (directory >= 0)
        {
            _directories.Add(directory);
            if (_directories.Count > MaximumDepth)
                throw PathText.TooLong(_path);
            _resolved.Add((byte)'/');
            foreach (byte b in name[..^1])
                _resolved.Add(b); // a loop, since AddRange would be compiled at every start
            _next = end + 1;
            CheckDirectory();
            return false;
        }

        switch (-directory)
        {
            case Errno.ENOENT when _options.HasFlag(WalkOptions.CreateDirectories):
                MakeDirectory(name);
                _pending[end] = (byte)'/';
                return false;
            case Errno.ENOENT:
                Result = WalkResult.DirectoryMissing;
                return true;
            case Errno.ENOTDIR or Errno.ELOOP:
                if (FollowLink(name, end, more: true))
                    return false;
                Result = WalkResult.NotADirectory;
                return true;
            default:
                throw LinuxError.ForReading(-directory, _path, Place);
        }
    }

    /// <summary>Looks at the last component, at <see cref="_next"/>. True if the walk ends here.</summary>
    private bool Look(int end)
    {
        ReadOnlySpan<byte> name = _pending.AsSpan(_next, end - _next + 1);
        int result = Libc.Status(Directory, name, out _status);
        if (result is not 0 and not -Errno.ENOENT)
            throw LinuxError.ForReading(-result, _path, Place);
        if (result == 0 && _status.IsLink && _options.HasFlag(WalkOptions.FollowLast))
        {
            // False only if the link has just been exchanged for something else; then the next turn sees that.
            _ = FollowLink(name, end, more: false);
            return false;
        }

        _nameStart = _next;
        _nameLength = end - _next;
        Result = result == 0 ? WalkResult.Found : WalkResult.NameMissing;
        if (result == 0 && _options.HasFlag(WalkOptions.Guarded) && UnsafeWrite.IsShared(DirectoryStatus().Mode)
            && WriteGuard.EntryFault(_status.UserId, isInShared: true) is { } fault)
            throw Refusal(ResolvedPath, fault);
        return true;
    }

    /// <summary>Puts a link's target in front of what is still to walk. False if the name is not a link.</summary>
    private bool FollowLink(ReadOnlySpan<byte> name, int end, bool more)
    {
        Span<byte> target = stackalloc byte[PathText.MaximumLength + 1];
        int length = Libc.ReadLink(Directory, name, target);
        if (length is -Errno.EINVAL or -Errno.ENOENT)
            return false;
        if (length < 0)
            throw LinuxError.ForReading(-length, _path, Place);
        if (++_links > MaximumLinks)
            throw LinuxError.ForReading(Errno.ELOOP, _path, _root.Describe(_path));
        if (length is 0 or > PathText.MaximumLength)
            throw LinuxError.ForReading(Errno.ENAMETOOLONG, _path, Place);
        RefuseForeignLink(name);

        ReadOnlySpan<byte> rest = _pending.AsSpan(end + 1);
        byte[] pending = new byte[length + 1 + (more ? rest.Length : 0)];
        target[..length].CopyTo(pending);
        if (more)
        {
            pending[length] = (byte)'/';
            rest.CopyTo(pending.AsSpan(length + 1));
        }

        _pending = pending;
        _next = 0;
        if (target[0] == '/')
        {
            while (_directories.Count > 1)
                LeaveDirectory();
        }

        return true;
    }

    /// <summary>
    /// In a directory like /tmp anybody can leave a link for us to fall into. The kernel (fs.protected_symlinks) follows such a link only
    /// for its owner or if the directory's owner made it; as we follow links ourselves, so must we. Some walks ask for more.
    /// </summary>
    private void RefuseForeignLink(ReadOnlySpan<byte> name)
    {
        FileStatus directory = DirectoryStatus();
        bool isForAll = IsForAll(directory);
        if (!isForAll && !_options.HasFlag(WalkOptions.Guarded) && !_options.HasFlag(WalkOptions.OwnLinks))
            return;
        bool isThere = Libc.Status(Directory, name, out FileStatus link) == 0;
        if (_options.HasFlag(WalkOptions.Guarded))
        {
            string? fault = isThere ? WriteGuard.EntryFault(link.UserId, UnsafeWrite.IsShared(directory.Mode))
                : "was removed while it was looked at";
            if (fault is not null)
                throw Refusal(PlaceOf(name), fault);
            return;
        }

        bool isTrusted = isThere && (!isForAll || link.UserId == Libc.EffectiveUserId() || link.UserId == directory.UserId)
            && (!_options.HasFlag(WalkOptions.OwnLinks) || WriteGuard.IsOwnLink(directory, link));
        if (isTrusted)
            return;
        throw new TrustException(
            "UntrustedSymbolicLink",
            TrustErrorKind.PermissionDenied,
            $"{_root.Describe(_path)} leads through the symbolic link {PathText.Display(PlaceOf(name))}, which another user made or " +
                "could have made. It is not followed; name the file itself.")
        {
            Target = _path,
        };
    }

    private string PlaceOf(ReadOnlySpan<byte> name) =>
        $"{PathText.Decode(CollectionsMarshal.AsSpan(_resolved))}/{PathText.Decode(name[..^1])}";

    private bool IsInProc() => Libc.Status(Directory, "/proc\0"u8, out FileStatus proc) == 0 && DirectoryStatus().Device == proc.Device;

    private static bool IsForAll(in FileStatus directory) => (directory.Mode & (Sticky | OthersWrite)) == (Sticky | OthersWrite);

    private void CheckDirectory()
    {
        if (!_options.HasFlag(WalkOptions.Guarded))
            return;
        FileStatus directory = DirectoryStatus();
        if (WriteGuard.DirectoryFault(directory.UserId, directory.Mode, Directory) is { } fault)
            throw Refusal(_resolved.Count == 0 ? "/" : PathText.Decode(CollectionsMarshal.AsSpan(_resolved)), fault);
    }

    private TrustException Refusal(string culprit, string fault) =>
        UnsafeWrite.Refusal(_path, _root.Describe(_path), PathText.Display(culprit), fault);

    private void LeaveDirectory()
    {
        if (_directories.Count == 1)
            return;
        Libc.Close(_directories[^1]);
        _directories.RemoveAt(_directories.Count - 1);
        int slash = _resolved.LastIndexOf((byte)'/');
        _resolved.RemoveRange(slash, _resolved.Count - slash);
    }

    /// <summary>Makes a directory with mode 0755 whatever the umask, and flushes its entry.</summary>
    private void MakeDirectory(ReadOnlySpan<byte> name)
    {
        int result = Libc.MakeDirectory(Directory, name, 0x1ED);
        if (result == -Errno.EEXIST)
            return;
        if (result < 0)
            throw LinuxError.ForWriting(-result, _path, Place);

        int made = Libc.OpenAt(Directory, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (made >= 0)
        {
            // The set-group-id bit that it may have inherited stays.
            if (Libc.Status(made, out FileStatus status) == 0 && (status.Permissions & 0x1FF) != 0x1ED)
                _ = Libc.ChangeMode(made, (status.Permissions & 0xE00) | 0x1ED);
            Libc.Close(made);
        }

        int parent = OpenDirectory();
        if (parent < 0)
            return;
        _ = Libc.Flush(parent);
        Libc.Close(parent);
    }

    private FileStatus DirectoryStatus()
    {
        int result = Libc.Status(Directory, out FileStatus status);
        return result == 0 ? status : throw LinuxError.ForReading(-result, _path, _root.Describe(_path));
    }
}
