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
        "The cluster's control plane is hosted, so it has no machine config pools and no MachineConfigs: its nodes belong to NodePools " +
        "of the management cluster. Without asking this cluster, make the document: " +
        $"{TrustOperation.MakeMachineConfig} {TrustOption.OpenShiftVersion.With(Version(version))} " +
        $"{TrustOption.ClusterType.With(nameof(OpenShiftClusterType.HostedControlPlane))}. Put it into a ConfigMap of the NodePool's " +
        "namespace, under the key 'config', and name that ConfigMap in spec.config of the NodePool.");

    /// <summary>Asks a cluster that has none of the operator's objects whether that is the reason.</summary>
    /// <param name="client">How the cluster is asked.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>An error to throw. Null if the control plane is not hosted, or that cannot be told.</returns>
    public static async Task<TrustException?> ErrorAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        Told<ClusterVersionDocument> told = await SurroundingsReader
            .TellAsync(new ClusterObjects(client).VersionAsync(cancellationToken)).ConfigureAwait(false);
        return told.Value is { IsHosted: true } hosted ? Error(hosted) : null;
    }

    private static string Version(ClusterVersionDocument version) =>
        version.Release?.Version ?? $"4.{OpenShiftRelease.Newest}";
}
