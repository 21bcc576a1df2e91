using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What a cluster says of itself: its version, its release image, and who runs its control plane.</summary>
internal sealed class ClusterVersionDocument
{
    /// <summary>Takes what counts out of the objects ClusterVersion and Infrastructure.</summary>
    public ClusterVersionDocument(JsonElement untrustedVersion, JsonElement? untrustedInfrastructure)
    {
        JsonElement? status = untrustedVersion.Member("status");
        Version = status.Member("desired").Member("version").Text() ?? "";
        ReleaseImage = status.Member("desired").Member("image").Text() ?? "";
        OldestVersion = (status.Member("history").Items() ?? [])
            .Where(static h => h.Member("state").Text() == "Completed").Select(static h => h.Member("version").Text())
            .LastOrDefault() ?? "";
        IsHosted = untrustedInfrastructure.Member("status").Member("controlPlaneTopology").Text() == "External";
        IsOkd = ReleaseImage.StartsWith("quay.io/okd/", StringComparison.Ordinal)
            || ReleaseImage.StartsWith("quay.io/openshift/okd", StringComparison.Ordinal);
    }

    /// <summary>The version that the cluster has, or is going to.</summary>
    public string Version { get; }

    /// <summary>The version that it was installed with, as far as it remembers. May be empty.</summary>
    public string OldestVersion { get; }

    /// <summary>The release image.</summary>
    public string ReleaseImage { get; }

    /// <summary>Whether the control plane runs elsewhere.</summary>
    public bool IsHosted { get; }

    /// <summary>Whether it is OKD by its release image.</summary>
    public bool IsOkd { get; }

    /// <summary>The kind of cluster. Null: what <see cref="Version"/> says.</summary>
    public OpenShiftClusterType? Type => IsHosted ? OpenShiftClusterType.HostedControlPlane : IsOkd ? OpenShiftClusterType.OKD : null;

    /// <summary>The release; one that is newer than what is known counts as the newest known. Null if it cannot be told.</summary>
    public OpenShiftRelease? Release
    {
        get
        {
            try
            {
                return OpenShiftRelease.OfCluster(Version, Type, out _);
            }
            catch (TrustException)
            {
                // Not a version, or one before those that are known.
                return null;
            }
        }
    }

    /// <summary>The release image's repository. Null if it cannot be told.</summary>
    public string? ReleaseRepository
    {
        get
        {
            int at = ReleaseImage.IndexOf('@', StringComparison.Ordinal);
            string name = at >= 0 ? ReleaseImage[..at] : ReleaseImage;
            int colon = name.LastIndexOf(':');
            if (colon > name.LastIndexOf('/'))
                name = name[..colon];
            return name.Contains('/', StringComparison.Ordinal) ? name : null;
        }
    }
}
