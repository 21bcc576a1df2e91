namespace ContainerTrust;

/// <summary>Who runs a cluster's control plane, and whose release it is: it decides which policies the operators bring along.</summary>
public enum OpenShiftClusterType
{
    /// <summary>OpenShift Container Platform with a control plane of its own.</summary>
    OpenShift,

    /// <summary>OKD, the community's distribution. Its releases bring no ClusterImagePolicy.</summary>
    OKD,

    /// <summary>Hosted control planes (HyperShift): no ClusterImagePolicy of the release, and NodePools in place of pools.</summary>
    HostedControlPlane,
}
