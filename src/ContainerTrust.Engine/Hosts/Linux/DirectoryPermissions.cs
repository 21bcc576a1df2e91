using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Who may do what with a directory of this machine.</summary>
[SupportedOSPlatform("linux")]
internal static class DirectoryPermissions
{
    private static readonly HostRoot s_root = new("/");

    /// <summary>Owner and permission bits of a directory, symbolic links followed.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The permissions. Null if there is no such directory.</returns>
    /// <exception cref="TrustException">The path cannot be looked at.</exception>
    public static FilePermissions? Of(string path)
    {
        using PathWalk walk = PathWalk.Begin(s_root, path, WalkOptions.LastIsDirectory);
        return walk.Result == WalkResult.Found
            ? new FilePermissions(walk.Status.Permissions, walk.Status.UserId, walk.Status.GroupId) : null;
    }
}
