namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Finds the home directory of the user that this process runs as. <c>HOME</c> can be another user's: <c>sudo</c> and <c>su</c> may keep it.</summary>
internal static class UserHome
{
    private static readonly HostRoot s_root = new("/");

    /// <summary>The home directory.</summary>
    /// <param name="variable">The value of <c>HOME</c>.</param>
    /// <returns>
    /// <paramref name="variable"/> if it is an absolute path, and that directory is this user's or is still to be made; else what the system has on record for the
    /// user; else <paramref name="variable"/> if that is root's, as in containers for users without a record. Null if there is none.
    /// </returns>
    public static string? Find(string? variable)
    {
        if (variable is not ['/', ..])
            return PasswordDatabase.FindHomeDirectory();
        uint? owner = FindOwner(variable);
        if (owner == Libc.EffectiveUserId())
            return variable;
        return PasswordDatabase.FindHomeDirectory() ?? (owner == 0 ? variable : null);
    }

    /// <summary>Whose directory it is. Null if that cannot be told, or if root would come to it by a way that another user can change.</summary>
    private static uint? FindOwner(string directory)
    {
        try
        {
            using PathWalk walk = PathWalk.Begin(s_root, directory, WalkOptions.LastIsDirectory | (WriteGuard.IsActive ? WalkOptions.Guarded : WalkOptions.None));
            return walk.Result switch
            {
                WalkResult.Found => walk.Status.UserId,
                WalkResult.DirectoryMissing => Libc.EffectiveUserId(),
                _ => null,
            };
        }
        catch (TrustException)
        {
            // A way that may not be gone is not the way home.
            return null;
        }
    }
}
