using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// The stream of operating system images that a pool's nodes are to have: its own, for a custom pool else that of the workers, else the
/// cluster's default (<c>GetEffectiveOSImageStreamName</c> of the machine-config-operator).
/// </summary>
internal static class PoolStreams
{
    /// <summary>The stream of a pool.</summary>
    /// <param name="role">The pool's name.</param>
    /// <param name="pools">All pools.</param>
    /// <param name="defaultStream">What the cluster says its default is. Null or empty if it does not say.</param>
    /// <param name="version">The cluster's version. Null if it is not known.</param>
    /// <returns>The stream. Null: that of the release.</returns>
    public static string? Of(string role, IReadOnlyList<PoolDocument> pools, string? defaultStream, ClusterVersionDocument? version)
    {
        string? own = pools.FirstOrDefault(p => p.Name == role)?.Stream;
        string? inherited = OpenShiftRelease.IsBuiltIn(role) ? null : pools.FirstOrDefault(static p => p.Name == "worker")?.Stream;
        string? ofCluster = string.IsNullOrEmpty(defaultStream) ? null : defaultStream;
        return own ?? inherited ?? ofCluster ?? (version is null ? null : NodeStreams.Builtin(version.Version, version.OldestVersion));
    }
}
