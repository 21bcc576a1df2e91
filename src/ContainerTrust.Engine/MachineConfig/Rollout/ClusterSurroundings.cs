using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What the cluster said to one question that nothing else depends on, or why that could not be read.</summary>
/// <param name="Value">The answer. Null if there is none.</param>
/// <param name="Problem">Why there is none. Null if there is one.</param>
internal readonly record struct Told<T>(T? Value, TrustException? Problem)
    where T : class
{
    /// <summary>Whether the cluster does not know the resource at all, so that it has no object of it.</summary>
    public bool IsUnknownResource => Problem?.ErrorId is "ClusterResourceUnknown" or "NotAnOpenShiftCluster";
}

/// <summary>
/// What a cluster has besides pools and MachineConfigs that decides on images. Each part may be unreadable, and the rest is judged.
/// </summary>
internal sealed record ClusterSurroundings
{
    /// <summary>The version, and the one that it was installed with.</summary>
    public required Told<ClusterVersionDocument> Version { get; init; }

    /// <summary>image.config.openshift.io/cluster.</summary>
    public required Told<ImageSettings> Settings { get; init; }

    /// <summary>The ClusterImagePolicy objects.</summary>
    public required Told<IReadOnlyList<ImagePolicyObject>> ClusterPolicies { get; init; }

    /// <summary>The ImagePolicy objects of all namespaces.</summary>
    public required Told<IReadOnlyList<ImagePolicyObject>> NamespacePolicies { get; init; }

    /// <summary>The MachineOSConfig objects: pools whose operating system is built in the cluster.</summary>
    public required Told<IReadOnlyList<ImageModeObject>> ImageModes { get; init; }

    /// <summary>The stream of operating system images of pools that name none; empty where the cluster does not say.</summary>
    public required Told<string> DefaultStream { get; init; }

    /// <summary>The cluster's release. Null if it is not known.</summary>
    public OpenShiftRelease? Release => Version.Value?.Release;

    /// <summary>What of it could not be read, and why, in words. What a release certainly does not have is not missed.</summary>
    public IReadOnlyList<string> Unread
    {
        get
        {
            List<(string What, TrustException Problem)> missing = [];
            Look("ClusterVersion", Version.Problem, false, 0);
            Look("image.config.openshift.io/cluster", Settings.Problem, Settings.IsUnknownResource, 0);
            Look("ClusterImagePolicy", ClusterPolicies.Problem, ClusterPolicies.IsUnknownResource, FirstWithPolicies);
            Look("ImagePolicy", NamespacePolicies.Problem, NamespacePolicies.IsUnknownResource, FirstWithPolicies);
            Look("MachineOSConfig", ImageModes.Problem, ImageModes.IsUnknownResource, FirstWithImageMode);
            Look("OSImageStream", DefaultStream.Problem, DefaultStream.IsUnknownResource, FirstWithStreams);
            return [.. missing.GroupBy(static m => Reason(m.Problem))
                .Select(static g => $"{string.Join(", ", g.Select(static m => m.What))} could not be read ({g.Key}), so it is not known " +
                    "whether anything there concerns this pool.")];

            // A cluster that does not know the resource has no such object, unless every cluster of its version knows it.
            void Look(string what, TrustException? problem, bool isUnknownResource, int first)
            {
                bool isCertain = isUnknownResource && Release is { } release && release.Minor < first;
                if (problem is not null && !isCertain)
                    missing.Add((what, problem));
            }
        }
    }

    // From these versions on every cluster knows them; OSImageStream is in preview on the newest known.
    private const int FirstWithPolicies = 20;
    private const int FirstWithImageMode = 19;
    private const int FirstWithStreams = OpenShiftRelease.Newest + 1;

    private static string Reason(TrustException problem) => problem.ErrorId switch
    {
        "ClusterForbidden" => "the cluster does not permit it to this user; the role cluster-reader may",
        "ClusterResourceUnknown" or "NotAnOpenShiftCluster" => "the cluster does not know the resource",
        "ClusterObjectNotFound" => "the cluster does not have it",
        _ => Printable.Of(problem.Message.TrimEnd('.'), Printable.SentenceLength),
    };
}
