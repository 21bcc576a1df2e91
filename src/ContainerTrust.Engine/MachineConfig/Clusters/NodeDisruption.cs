using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// What taking the files of a MachineConfig costs the nodes: a reload of CRI-O, or a reboot, by file and release
/// (<c>pkg/daemon/update.go</c> of the machine-config-operator).
/// </summary>
internal static class NodeDisruption
{
    private const int MaxNamed = 3;
    private const int FirstWithNodePolicy = 17;

    /// <summary>Says it.</summary>
    /// <param name="release">The cluster's release.</param>
    /// <param name="paths">The files.</param>
    /// <returns>A sentence.</returns>
    public static string Of(OpenShiftRelease release, IEnumerable<string> paths)
    {
        string[] rebooting = [.. paths.Where(p => !Reloads(release, p)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (rebooting.Length == 0)
            return $"Nodes of {release} take these files with a reload of CRI-O, without a reboot.";
        string named = string.Join(", ", rebooting.Take(MaxNamed).Select(static p => Printable.Of(p, Printable.NameLength)))
            + (rebooting.Length > MaxNamed ? $" and {rebooting.Length - MaxNamed} more" : "");
        return $"Nodes of {release} are drained and rebooted, one after another, when {named} come or change" +
            (release.Minor >= FirstWithNodePolicy ? ", unless the resource MachineConfiguration 'cluster' names the paths." : ".");
    }

    private static bool Reloads(OpenShiftRelease release, string path) =>
        path is TrustLocations.SystemPolicyPath or NodeKeys.NoRebootPath ? release.ReloadsPolicy
        : path.StartsWith(TrustLocations.SystemRegistriesDirectory + "/", StringComparison.Ordinal) && release.ReloadsRegistriesD;
}
