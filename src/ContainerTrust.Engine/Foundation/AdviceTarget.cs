namespace ContainerTrust.Engine.Foundation;

/// <summary>Which files of which host advice is for, so that what is run fixes those and no others.</summary>
internal sealed record AdviceTarget
{
    /// <summary>The files in force on this host.</summary>
    public static AdviceTarget Here { get; } = new();

    /// <summary>A directory that is the host's root. Null for none.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>policy.json, as the host names it. Null for the one in force.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>registries.d, as the host names it. Null for the one in force.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>The user's own files.</summary>
    public bool CurrentUser { get; init; }

    /// <summary>The version of podman whose rules say where files are. Null to find it on the host.</summary>
    public string? PodmanVersion { get; init; }

    /// <summary>The host, if it is reached by ssh.</summary>
    public AdviceHost? Host { get; init; }
}

/// <summary>A host that is reached by ssh, and how.</summary>
/// <param name="HostName">Its name or address.</param>
public sealed record AdviceHost(string HostName)
{
    /// <summary>The user to log in as. Null for ssh's own choice.</summary>
    public string? UserName { get; init; }

    /// <summary>The port. Null for ssh's own choice.</summary>
    public int? Port { get; init; }

    /// <summary>The file with the private key. Null for ssh's own choice.</summary>
    public string? KeyFilePath { get; init; }

    /// <summary>Options of ssh_config.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the work is done as root.</summary>
    public bool Sudo { get; init; }
}
