using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Entries for MachineConfigs, by name: a vendor's presets, and what a cluster itself cannot do without.</summary>
public static class MachineConfigPresets
{
    /// <summary>The preset with the images of a cluster itself.</summary>
    public const string OpenShift = "OpenShift";

    /// <summary>The presets' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. TrustPresets.OfRedHat, OpenShift];

    /// <summary>The entries of a preset.</summary>
    /// <param name="preset">The preset's name, without case.</param>
    /// <param name="release">The cluster's release.</param>
    /// <returns>
    /// The entries, with the vendor's stores. Of <see cref="OpenShift"/> those that the operator's own policy does not have: release
    /// images
    /// and what the cluster builds are accepted, and what rpm-ostree may read from <c>containers-storage</c> from 4.17 on.
    /// </returns>
    /// <exception cref="TrustException">There is no such preset (<c>PresetNotFound</c>).</exception>
    public static IReadOnlyList<ImageTrust> Get(string preset, OpenShiftRelease release)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(release);
        if (preset.Equals(OpenShift, StringComparison.OrdinalIgnoreCase))
            return OfCluster(release);
        if (!Names.Contains(preset, StringComparer.OrdinalIgnoreCase))
            throw new TrustException(
                "PresetNotFound",
                TrustErrorKind.InvalidArgument,
                $"There is no preset '{Printable.Of(preset, Printable.NameLength)}' for nodes; known are {string.Join(", ", Names)}.")
            {
                Target = preset,
            };
        return
        [
            .. TrustPresets.Get(preset).Select(static e => new ImageTrust
            {
                ComputerName = "",
                Transport = e.Transport,
                Registry = e.Registry,
                Requirements = [.. e.Requirements],
                SignatureStore = e.SignatureStore,
                UseSigstoreAttachments = e.Section.UseSigstoreAttachments,
                Section = e.Section,
            }),
        ];
    }

    private static List<ImageTrust> OfCluster(OpenShiftRelease release)
    {
        List<ImageTrust> entries =
        [
            .. ClusterNeeds.ReleaseRepositories(release).Where(s => !release.ReleaseScopes.Contains(s))
                .Select(static s => Accept("docker", s)),
            Accept("docker", ClusterNeeds.InternalRegistry),
        ];
        if (release.ReadsContainersStorage)
            entries.Add(Accept("containers-storage", ""));
        return entries;
    }

    private static ImageTrust Accept(string transport, string scope) => new()
    {
        ComputerName = "",
        Transport = transport,
        Registry = scope,
        Requirements = [new AcceptRequirement()],

        // As if it had been read from a policy: a whole transport is meant.
        PolicyPath = TrustLocations.SystemPolicyPath,
    };
}
