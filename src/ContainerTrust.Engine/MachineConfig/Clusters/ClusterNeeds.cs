using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// The images that a cluster cannot do without, whatever runs on it: a policy that refuses them takes nodes down. Mirrors are not among
/// them: the name that is asked for decides (<c>logicalRef</c> of containers/image), wherever the image then comes from.
/// </summary>
internal static class ClusterNeeds
{
    /// <summary>The registry inside the cluster, where builds and image streams are.</summary>
    public const string InternalRegistry = "image-registry.openshift-image-registry.svc:5000";

    private const string Storage = "containers-storage";

    /// <summary>The repositories of a release's images, where its vendor has them.</summary>
    public static IReadOnlyList<string> ReleaseRepositories(OpenShiftRelease release) => release.Type == OpenShiftClusterType.OKD
        ? release.Minor >= 16 ? ["quay.io/okd/scos-release", "quay.io/okd/scos-content"]
            : ["quay.io/openshift/okd", "quay.io/openshift/okd-content"]
        : [
            "quay.io/openshift-release-dev/ocp-release",
            "quay.io/openshift-release-dev/ocp-v4.0-art-dev",

            // Where images of 5.x are; 4.22 counts for newer releases, too.
            .. release.Minor >= 22 ? ["quay.io/openshift-release-dev/ocp-v5.0-art-dev"] : Array.Empty<string>(),
        ];

    /// <summary>
    /// Those, and the repository that the cluster names for its own release image: that of a mirror where it was installed or updated by
    /// that name.
    /// </summary>
    /// <param name="release">The cluster's release.</param>
    /// <param name="own">The repository of the cluster's release image. Null if it is not known.</param>
    public static IReadOnlyList<string> ReleaseRepositories(OpenShiftRelease release, string? own)
    {
        IReadOnlyList<string> vendors = ReleaseRepositories(release);
        return own is null || vendors.Contains(own) ? vendors : [.. vendors, own];
    }

    /// <summary>What of it a policy refuses, as far as the policy alone tells.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="release">The cluster's release.</param>
    /// <param name="releaseRepositories">Where the cluster asks for its release images. Null: where the vendor has them.</param>
    /// <returns>Each with what it is for, in words.</returns>
    public static IReadOnlyList<string> Refused(PolicyDocument policy, OpenShiftRelease release,
        IReadOnlyList<string>? releaseRepositories = null)
    {
        List<string> refused = [];
        foreach (string scope in releaseRepositories ?? ReleaseRepositories(release))
        {
            if (IsRefused(policy, "docker", scope))
                refused.Add($"{Printable.Of(scope, Printable.NameLength)} (images of the release: new nodes and updates)");
        }

        refused.AddRange(RefusedEverywhere(policy));
        if (release.NeedsContainersStorage && IsRefused(policy, Storage, ""))
            refused.Add($"{Storage}: (pinned images that rpm-ostree updates nodes from, on 4.17 and 4.18)");
        return refused;
    }

    /// <summary>What a policy refuses of the things that a cluster of any release needs.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>Each with what it is for, in words.</returns>
    public static IReadOnlyList<string> RefusedEverywhere(PolicyDocument policy) =>
        IsRefused(policy, "docker", InternalRegistry) ? [$"{InternalRegistry} (what the cluster builds)"] : [];

    /// <summary>
    /// What the preset of a cluster's own images does not help with: where it asks for its release images by another name.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="release">The cluster's release.</param>
    /// <param name="releaseRepositories">Where the cluster asks for its release images. Null: where the vendor has them.</param>
    /// <returns>A sentence with a space before it. Empty if there is nothing.</returns>
    public static string BesidesThePreset(PolicyDocument policy, OpenShiftRelease release, IReadOnlyList<string>? releaseRepositories)
    {
        string[] others = [.. (releaseRepositories ?? []).Except(ReleaseRepositories(release))
            .Where(s => IsRefused(policy, "docker", s)).Select(static s => Printable.Of(s, Printable.NameLength))];
        return others.Length == 0 ? ""
            : $" Add one of your own for {string.Join(", ", others)}, which this cluster has its release image from.";
    }

    // A default that demands signatures has been made for other images than these: it does not say by which key, and from which store,
    // these are signed. So does an entry for a wider scope; one for exactly these images is the user's own demand of them.
    private static bool IsRefused(PolicyDocument policy, string transport, string scope)
    {
        (string? found, IReadOnlyList<TrustRequirement> requirements) = PolicyLookup.Governing(policy, transport, scope);
        return requirements.Any(static r => r is RejectRequirement)
            || ((string.IsNullOrEmpty(found) || found != scope) && requirements.Any(static r => r is not AcceptRequirement));
    }
}
