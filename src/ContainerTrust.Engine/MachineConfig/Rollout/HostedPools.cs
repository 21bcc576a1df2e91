using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Clusters whose control plane is hosted: their pools are NodePools of the cluster that hosts it.</summary>
internal static class HostedPools
{
    /// <summary>Says that there are no pools to ask, and how nodes get a MachineConfig there.</summary>
    /// <param name="version">What the cluster says of its version.</param>
    /// <returns>An error to throw.</returns>
    public static TrustException Error(ClusterVersionDocument version) => new(
        "PoolsAreHosted",
        TrustErrorKind.NotSupported,
        "The cluster's control plane is hosted, so it has no machine config pools and no MachineConfigs: its nodes belong to NodePools of " +
        "the management cluster. Without asking this cluster, make the document: " +
        $"{TrustOperation.MakeMachineConfig} {TrustOption.OpenShiftVersion.With(Version(version))} " +
        $"{TrustOption.ClusterType.With(nameof(OpenShiftClusterType.HostedControlPlane))}. Put it into a ConfigMap of the NodePool's " +
        "namespace, under the key 'config', and name that ConfigMap in spec.config of the NodePool.");

    private static string Version(ClusterVersionDocument version) =>
        version.Release?.Version ?? $"4.{OpenShiftRelease.Newest}";
}
