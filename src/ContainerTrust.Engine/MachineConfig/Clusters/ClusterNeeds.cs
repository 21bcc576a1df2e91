using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>The images that a cluster cannot do without, whatever runs on it: a policy that refuses them takes nodes down.</summary>
internal static class ClusterNeeds
{
    /// <summary>The registry inside the cluster, where builds and image streams are.</summary>
    public const string InternalRegistry = "image-registry.openshift-image-registry.svc:5000";

    private const string Storage = "containers-storage";

    /// <summary>The repositories of a release's images.</summary>
    public static IReadOnlyList<string> ReleaseRepositories(OpenShiftRelease release) => release.Type == OpenShiftClusterType.OKD
        ? release.Minor >= 16 ? ["quay.io/okd/scos-release", "quay.io/okd/scos-content"]
            : ["quay.io/openshift/okd", "quay.io/openshift/okd-content"]
        : [
            "quay.io/openshift-release-dev/ocp-release",
            "quay.io/openshift-release-dev/ocp-v4.0-art-dev",

            // Where images of 5.x are; 4.22 counts for newer releases, too.
            .. release.Minor >= 22 ? ["quay.io/openshift-release-dev/ocp-v5.0-art-dev"] : Array.Empty<string>(),
        ];

    /// <summary>What of it a policy refuses, as far as the policy alone tells.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="release">The cluster's release.</param>
    /// <param name="releaseRepositories">Where the cluster's own release images are, mirrors included. Null: the vendor's.</param>
    /// <returns>Each with what it is for, in words.</returns>
    public static IReadOnlyList<string> Refused(PolicyDocument policy, OpenShiftRelease release,
        IReadOnlyList<string>? releaseRepositories = null)
    {
        List<string> refused = [];
        foreach (string scope in releaseRepositories ?? ReleaseRepositories(release))
        {
            if (IsRefused(policy, "docker", scope))
                refused.Add($"{scope} (images of the release: new nodes and updates)");
        }

        if (IsRefused(policy, "docker", InternalRegistry))
            refused.Add($"{InternalRegistry} (what the cluster builds)");
        if (release.NeedsContainersStorage && IsRefused(policy, Storage, ""))
            refused.Add($"{Storage}: (pinned images that rpm-ostree updates nodes from, on 4.17 and 4.18)");
        return refused;
    }

    // A default that demands signatures has been made for other images than these: nobody said by which key, and from which store, these
    // are signed.
    private static bool IsRefused(PolicyDocument policy, string transport, string scope)
    {
        (string? found, IReadOnlyList<TrustRequirement> requirements) = PolicyLookup.Governing(policy, transport, scope);
        return requirements.Any(static r => r is RejectRequirement)
            || (string.IsNullOrEmpty(found) && requirements.Any(static r => r is not AcceptRequirement));
    }
}
