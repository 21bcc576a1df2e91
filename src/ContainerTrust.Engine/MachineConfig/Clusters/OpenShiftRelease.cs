using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// A release of OpenShift or OKD, and what its machine-config-operator does with policy.json and registries.d
/// (<c>pkg/controller/container-runtime-config</c>, <c>pkg/controller/common</c>, <c>pkg/daemon/update.go</c> there).
/// </summary>
/// <param name="Minor">N of 4.N.</param>
/// <param name="Type">The kind of cluster.</param>
public sealed record OpenShiftRelease(int Minor, OpenShiftClusterType Type)
{
    /// <summary>The oldest version that is known.</summary>
    public const int Oldest = 8;

    /// <summary>The newest version that is known.</summary>
    public const int Newest = 22;

    private const string ReleaseImages = "quay.io/openshift-release-dev";
    private static readonly string[] s_pools = ["master", "worker", "arbiter"];

    /// <summary>The version, <c>4.N</c>.</summary>
    public string Version => $"4.{Minor}";

    /// <summary>
    /// Whether the release itself brings a ClusterImagePolicy, so that the operator's MachineConfig always has a policy.json: of OpenShift
    /// from 4.21 on (cluster-update-keys, <c>0000_90_openshift-cluster-image-policy.yaml</c>).
    /// </summary>
    public bool AlwaysHasPolicy => Type == OpenShiftClusterType.OpenShift && Minor >= 21;

    /// <summary>The scopes of that ClusterImagePolicy, <c>openshift</c>. Empty where there is none.</summary>
    public IReadOnlyList<string> ReleaseScopes => !AlwaysHasPolicy ? []
        : Minor == 21 ? [$"{ReleaseImages}/ocp-release"]
        : [$"{ReleaseImages}/ocp-release", $"{ReleaseImages}/ocp-v4.0-art-dev", $"{ReleaseImages}/ocp-v5.0-art-dev"];

    /// <summary>Whether all MachineConfigs of role <c>worker</c> are merged first, and only then those of a custom pool (4.15).</summary>
    public bool MergesWorkerFirst => Minor >= 15;

    /// <summary>Whether nodes take a new policy.json with a reload of CRI-O alone (4.10); older ones reboot.</summary>
    public bool ReloadsPolicy => Minor >= 10;

    /// <summary>Whether nodes take changed files in registries.d with a reload of CRI-O alone (4.16); older ones reboot.</summary>
    public bool ReloadsRegistriesD => Minor >= 16;

    /// <summary>
    /// Whether rpm-ostree may read the operating system's image from transport <c>containers-storage</c> (pinned images, from 4.17 on).
    /// </summary>
    public bool ReadsContainersStorage => Minor >= 17;

    /// <summary>
    /// Whether that is judged by the nodes' own policy: from 4.19 on the operator gives rpm-ostree one that accepts it (PR 5345, 5398).
    /// </summary>
    public bool NeedsContainersStorage => Minor is 17 or 18;

    /// <summary>Whether a scope is one of OpenShift's release images.</summary>
    /// <param name="scope">The scope.</param>
    public static bool IsReleaseScope(string scope) => scope.StartsWith(ReleaseImages + "/", StringComparison.Ordinal);

    /// <summary>Whether a pool is one that every cluster has, for which the operator makes MachineConfigs of its own.</summary>
    /// <param name="role">The pool.</param>
    public static bool IsBuiltIn(string role) => s_pools.Contains(role);

    /// <summary>The MachineConfig that has the operator's policy.json for a pool; a custom pool takes the workers'.</summary>
    /// <param name="role">The pool.</param>
    /// <returns>A name such as <c>99-worker-generated-registries</c>.</returns>
    public static string GeneratedName(string role) => $"99-{(IsBuiltIn(role) ? role : "worker")}-generated-registries";

    /// <summary>The MachineConfig that has the policy.json that accepts everything, for a pool.</summary>
    /// <param name="role">The pool.</param>
    /// <returns>A name such as <c>01-worker-container-runtime</c>.</returns>
    public static string TemplateName(string role) => $"01-{(IsBuiltIn(role) ? role : "worker")}-container-runtime";

    /// <summary>
    /// Reads a version as people write it and as clusters print it: <c>4.18</c>, <c>v4.18</c>, <c>4.18.7</c>, <c>4.22.0-rc.1</c>,
    /// <c>4.20.0-okd-scos.17</c>. One of OKD says so itself.
    /// </summary>
    /// <param name="text">The version.</param>
    /// <param name="type">The kind of cluster. Null: what the version says.</param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">It is not known (<c>UnknownOpenShiftVersion</c>).</exception>
    public static OpenShiftRelease Parse(string text, OpenShiftClusterType? type = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        OpenShiftVersion version = OpenShiftVersion.TryParse(text)
            ?? throw Unknown(text, $"Specify one such as {Versions[^1]}, or as 'oc get clusterversion' prints it");
        if (IsNewer(version))
            throw Unknown(text, $"Specify {Versions[^1]}, the newest that is known: newer clusters take documents of older versions");
        if (version.Major < 4 || version.Minor < Oldest)
            throw Unknown(text, $"The oldest is {Versions[0]}");
        return Of(version, version.Minor, type);
    }

    /// <summary>
    /// The release of a cluster, by the version that it says. One that is newer than what is known counts as the newest known.
    /// </summary>
    /// <param name="untrustedVersion">The version as the cluster prints it.</param>
    /// <param name="type">The kind of cluster. Null: what the version says.</param>
    /// <param name="isNewer">Whether the version is newer than those that are known.</param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">It is not a version, or an older one (<c>UnknownOpenShiftVersion</c>).</exception>
    internal static OpenShiftRelease OfCluster(string untrustedVersion, OpenShiftClusterType? type, out bool isNewer)
    {
        OpenShiftVersion? version = OpenShiftVersion.TryParse(untrustedVersion);
        isNewer = version is { } found && IsNewer(found);
        return isNewer ? Of(version!.Value, Newest, type) : Parse(untrustedVersion, type);
    }

    /// <summary>The versions that are known, oldest first, such as <c>4.8</c>.</summary>
    public static IReadOnlyList<string> Versions { get; } = [.. Enumerable.Range(Oldest, Newest - Oldest + 1).Select(static m => $"4.{m}")];

    /// <inheritdoc/>
    public override string ToString() => Type switch
    {
        OpenShiftClusterType.OKD => $"OKD {Version}",
        OpenShiftClusterType.HostedControlPlane => $"OpenShift {Version} with a hosted control plane",
        _ => $"OpenShift {Version}",
    };

    private static bool IsNewer(OpenShiftVersion version) => version.Major > 4 || (version.Major == 4 && version.Minor > Newest);

    private static OpenShiftRelease Of(OpenShiftVersion version, int minor, OpenShiftClusterType? type) =>
        new(minor, type ?? (version.IsOkd ? OpenShiftClusterType.OKD : OpenShiftClusterType.OpenShift));

    private static TrustException Unknown(string text, string advice) => new(
        "UnknownOpenShiftVersion",
        TrustErrorKind.InvalidArgument,
        $"OpenShift version '{Printable.Of(text, Printable.NameLength)}' is not known. {advice}.")
    {
        Target = text,
    };
}
