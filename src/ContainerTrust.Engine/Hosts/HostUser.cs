using System.Globalization;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Hosts;

/// <summary>Who the user of a host is, as far as containers/image asks.</summary>
internal static class HostUser
{
    // A variable of remote.sh.
    private const string UnusedHome = "FOREIGN_HOME";

    /// <summary>The variable by which rootless podman tells its helpers the user's number.</summary>
    public const string RootlessUser = "_CONTAINERS_ROOTLESS_UID";

    /// <summary>A <c>HOME</c> that is set on a host and yet not used, because it is not safe to be this user's.</summary>
    /// <param name="host">The host.</param>
    /// <returns>Its value. Null if what is set is used, and where there is no user.</returns>
    public static string? FindUnusedHome(ITrustHost host) => host.Underlying switch
    {
        LocalHost => LocalHost.UnusedHome,
        SshHost => host.GetEnvironmentVariable(UnusedHome),
        _ => null,
    };

    /// <summary>
    /// Whether the system's places apply and not a user's. A host without a current user (a mounted root) is looked at as its root would.
    /// </summary>
    public static bool IsRoot(ITrustHost host)
    {
        if (host.HomeDirectory is not { } home)
            return true;
        if (int.TryParse(host.GetEnvironmentVariable(RootlessUser), NumberStyles.None, CultureInfo.InvariantCulture, out int user))
            return user == 0;
        return host.Underlying switch
        {
            LocalHost => Environment.IsPrivilegedProcess,
            SshHost ssh => ssh.UserId == 0,
            _ => home == "/root",
        };
    }

    /// <summary>The number by which directories of one user are named.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The number. Null if it is not known.</returns>
    public static uint? FindNumber(ITrustHost host)
    {
        if (uint.TryParse(host.GetEnvironmentVariable(RootlessUser), NumberStyles.None, CultureInfo.InvariantCulture, out uint user))
            return user;
        return host.Underlying switch
        {
            LocalHost => LinuxOnly.IsHere ? Libc.UserId() : null,
            SshHost ssh => ssh.UserId,
            _ => null,
        };
    }
}
