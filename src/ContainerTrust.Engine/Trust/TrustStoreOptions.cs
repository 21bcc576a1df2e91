using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust;

/// <summary>Which files are meant.</summary>
public sealed record TrustStoreOptions
{
    /// <summary>A directory that is another host's root (a mounted disk, a container's tree). Null for this host.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>policy.json, as the host names it. Null for the one in force.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>registries.d, as the host names it. Null for the one in force.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>
    /// The version of podman whose rules say where files are, such as <c>5.8</c> or <c>6.0</c>. Null to find it on the host.
    /// </summary>
    public string? PodmanVersion { get; init; }

    /// <summary>The user's own files, even where they do not exist yet.</summary>
    public bool CurrentUser { get; init; }

    /// <summary>What advice for these files has to name, so that it is for the same ones.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">The files that were found.</param>
    internal AdviceTarget TargetOn(ITrustHost host, TrustLocations locations) => new()
    {
        RootDirectory = RootDirectory,
        PolicyPath = PolicyPath,
        RegistriesDirectory = RegistriesDirectory,

        // The user's own policy, found without being asked for, would be found again; said, it cannot be another.
        CurrentUser = CurrentUser || (PolicyPath is null && locations.IsUserPolicy),
        PodmanVersion = PodmanVersion,
        Host = (host as SshHost)?.Connection.ToAdviceHost(),
    };
}
