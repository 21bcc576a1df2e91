using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Finds the home directory of the user that this process runs as. <c>HOME</c> can be another user's: <c>sudo</c> and <c>su</c> may keep
/// it.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class UserHome
{
    private const uint WritableByOthers = 0x12;

    private static readonly HostRoot s_root = new("/");

    /// <summary>The home directory.</summary>
    /// <param name="variable">The value of <c>HOME</c>.</param>
    /// <returns>
    /// <paramref name="variable"/> if it is an absolute path, and that directory is this user's, or root's with no other writer, or is
    /// still to be made; else what the system has on record for the user; else <paramref name="variable"/> if that is root's, as in
    /// containers for users without a record. Null if there is none.
    /// </returns>
    public static string? Find(string? variable)
    {
        if (variable is not ['/', ..])
            return PasswordDatabase.FindHomeDirectory();
        FileStatus? status = FindStatus(variable, out bool isMissing);
        if (isMissing || status?.UserId == Libc.EffectiveUserId())
            return variable;

        // What only root can change is as safe as what only the user can: services have such homes, and podman reads them.
        bool isRoots = status is { UserId: 0 };
        if (isRoots && (status!.Value.Mode & WritableByOthers) == 0)
            return variable;
        return PasswordDatabase.FindHomeDirectory() ?? (isRoots ? variable : null);
    }

    /// <summary>
    /// What the directory is. Null if that cannot be told, or if root would come to it by a way that another user can change.
    /// </summary>
    private static FileStatus? FindStatus(string directory, out bool isMissing)
    {
        isMissing = false;
        try
        {
            using PathWalk walk = PathWalk
                .Begin(s_root, directory, WalkOptions.LastIsDirectory | (WriteGuard.IsActive ? WalkOptions.Guarded : WalkOptions.None));
            isMissing = walk.Result == WalkResult.DirectoryMissing;
            return walk.Result == WalkResult.Found ? walk.Status : null;
        }
        catch (TrustException)
        {
            // A way that may not be gone is not the way home.
            return null;
        }
    }
}
