using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// The files below a root directory of this machine; what <see cref="LocalHost"/> and <see cref="RootDirectoryHost"/> have in common.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFiles
{
    private readonly HostRoot _root;

    /// <summary>Names the root; nothing is opened.</summary>
    /// <param name="rootDirectory">An absolute path on this machine; "/" for this host.</param>
    /// <exception cref="TrustException">This system is not Linux, or the path is not an absolute path.</exception>
    public LinuxFiles(string rootDirectory) => _root = new HostRoot(rootDirectory);

    /// <inheritdoc cref="ITrustHost.Exists"/>
    public bool Exists(string path)
    {
        using PathWalk walk = PathWalk.Begin(_root, path, WalkOptions.FollowLast);
        return walk.Result == WalkResult.Found;
    }

    /// <inheritdoc cref="ITrustHost.ResolvePath"/>
    public string ResolvePath(string path)
    {
        using PathWalk walk = PathWalk.Begin(_root, path, WalkOptions.FollowLast);
        return walk.Result is WalkResult.Found or WalkResult.NameMissing ? walk.ResolvedPath : path;
    }

    /// <inheritdoc cref="ITrustHost.TryReadFile"/>
    public HostFile? TryReadFile(string path, int maxBytes) => FileReader.TryRead(_root, path, maxBytes);

    /// <inheritdoc cref="ITrustHost.ListDirectory"/>
    public IReadOnlyList<string> ListDirectory(string path) => DirectoryReader.List(_root, path);

    /// <inheritdoc cref="ITrustHost.RequireSafe"/>
    public void RequireSafe(string path, bool isDeletion) => LinuxHostChange.RequireSafe(_root, path, isDeletion);

    /// <inheritdoc cref="ITrustHost.BeginChange"/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        LinuxHostChange.Begin(_root, directories, new Deadline(timeout), cancellationToken);

    /// <summary>Makes sure that the root directory is there.</summary>
    /// <exception cref="TrustException">It is not there, no directory, or cannot be opened.</exception>
    public void RequireRoot() => Libc.Close(_root.Open());
}
