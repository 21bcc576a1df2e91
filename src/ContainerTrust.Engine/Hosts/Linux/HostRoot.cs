using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>The directory that a host's paths begin at: "/" for this host, or the directory that is another system's root.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HostRoot
{
    private static readonly Lazy<HostRoot> s_host = new(static () => new HostRoot("/"), LazyThreadSafetyMode.PublicationOnly);

    private readonly byte[] _path;
    private readonly Lazy<bool> _isThisHost;

    /// <summary>Names a root; nothing is opened.</summary>
    /// <param name="directory">An absolute path on this machine.</param>
    /// <exception cref="TrustException">This system is not Linux, or the path is not an absolute path.</exception>
    public HostRoot(string directory)
    {
        LinuxOnly.Require();
        _path = PathText.Encode(directory);
        Directory = directory;
        _isThisHost = new Lazy<bool>(FindIsThisHost, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Whether this is the running system's own root, whatever it is called.</summary>
    /// <exception cref="TrustException">The directory is not there or cannot be opened.</exception>
    public bool IsThisHost => _isThisHost.Value;

    /// <summary>The directory's path on this machine.</summary>
    public string Directory { get; }

    /// <summary>A path as it appears in a message.</summary>
    /// <param name="path">A path on the host.</param>
    /// <returns>The path, with the root directory if that is not "/".</returns>
    public string Describe(string path) =>
        Directory == "/" ? PathText.Display(path) : $"{PathText.Display(path)} (in the root directory {PathText.Display(Directory)})";

    /// <summary>
    /// Opens the root. Links in its own path are followed, for it is this machine's; for root, only those that no other user can have put
    /// there.
    /// </summary>
    /// <returns>A descriptor for <c>openat</c> and the like; to be closed.</returns>
    /// <exception cref="TrustException">
    /// The directory is not there or cannot be opened, or a link on the way is not to be trusted.
    /// </exception>
    public int Open()
    {
        int result = Directory != "/" && WriteGuard.IsActive ? OpenGuarded()
            : Libc.OpenPath(_path, OpenFlags.PathOnly | OpenFlags.Directory);
        if (result >= 0)
            return result;
        string shown = PathText.Display(Directory);
        throw -result switch
        {
            Errno.ENOENT => new TrustException(
                "RootNotFound",
                TrustErrorKind.NotFound,
                $"The root directory {shown} does not exist. Check the path, or mount the system to manage.")
            {
                Target = Directory,
            },
            Errno.ENOTDIR => new TrustException(
                "RootNotADirectory",
                TrustErrorKind.InvalidArgument,
                $"The root directory {shown} is not a directory. Name the directory that a system is mounted at.")
            {
                Target = Directory,
            },
            _ => LinuxError.ForReading(-result, Directory, shown),
        };
    }

    private int OpenGuarded()
    {
        using PathWalk walk = PathWalk.Begin(s_host.Value, Directory,
            WalkOptions.LastIsDirectory | WalkOptions.OwnLinks | WalkOptions.ProcessLinks);
        return walk.Result switch
        {
            WalkResult.Found => Libc.OpenAt(walk.Directory, ".\0"u8, OpenFlags.PathOnly | OpenFlags.Directory),
            WalkResult.NotADirectory => -Errno.ENOTDIR,
            _ => -Errno.ENOENT,
        };
    }

    private bool FindIsThisHost()
    {
        if (Directory == "/")
            return true;
        int descriptor = Open();
        try
        {
            return Libc.Status(descriptor, out FileStatus own) == 0
                && Libc.Status(descriptor, "/\0"u8, out FileStatus host) == 0 && own.Identity == host.Identity;
        }
        finally
        {
            Libc.Close(descriptor);
        }
    }
}
