using System.Globalization;

namespace ContainerTrust.Engine.Hosts;

/// <summary>Who the user of a host is, as far as containers/image asks.</summary>
internal static class HostUser
{
    private const string RootlessUser = "_CONTAINERS_ROOTLESS_UID";

    /// <summary>Whether the system's places apply and not a user's. A host without a current user (a mounted root) is looked at as its root would.</summary>
    public static bool IsRoot(ITrustHost host)
    {
        if (host.HomeDirectory is not { } home)
            return true;
        if (int.TryParse(host.GetEnvironmentVariable(RootlessUser), NumberStyles.None, CultureInfo.InvariantCulture, out int user))
            return user == 0;
        return host is LocalHost ? Environment.IsPrivilegedProcess : home == "/root";
    }
}
