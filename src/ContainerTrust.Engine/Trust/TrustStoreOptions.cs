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

    /// <summary>The version of podman whose rules say where files are, such as <c>5.8</c> or <c>6.0</c>. Null to find it on the host.</summary>
    public string? PodmanVersion { get; init; }

    /// <summary>The user's own files, even where they do not exist yet.</summary>
    public bool CurrentUser { get; init; }
}
