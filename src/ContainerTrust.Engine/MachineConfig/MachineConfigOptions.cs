using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>What MachineConfigs shall be made.</summary>
public sealed record MachineConfigOptions
{
    /// <summary>What stands for the role in <see cref="Name"/>.</summary>
    public const string RolePlaceholder = "{role}";

    /// <summary>The roles of the machine config pools; one MachineConfig is made for each.</summary>
    public IReadOnlyList<string> Roles { get; init; } = ["worker"];

    /// <summary>
    /// The name; <see cref="RolePlaceholder"/> in it stands for the role, and must be there if there are several. Null for
    /// <c>51-{role}-rh-registry-trust</c>.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The version of OpenShift, one of <see cref="IgnitionVersions.OpenShift"/>. Null for the newest.</summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>
    /// Whether the signature stores are put on the nodes, too: needed for nodes that lack them, and for registries that are not the
    /// vendor's.
    /// </summary>
    public bool IncludeRegistriesD { get; init; }

    /// <summary>Key files and certificates to put on the nodes.</summary>
    public IReadOnlyList<MachineConfigKey> Keys { get; init; } = [];

    /// <summary>Put the keys, as one keyring, where a change of them does not reboot nodes.</summary>
    public bool NoReboot { get; init; }

    /// <summary>Labels besides the role's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Take keys that cannot sign now, and scopes that no image has.</summary>
    public bool Force { get; init; }

    /// <summary>Whether it goes without saying that what no scope governs is accepted, so that there is no warning of it.</summary>
    public bool AcceptsTheRest { get; init; }
}

/// <summary>A key file or a file of certificates that is put on the nodes.</summary>
/// <param name="Path">
/// The path that it was given by. Its file name tells which of the files that a policy names it is, unless the path itself is one of
/// them.
/// </param>
/// <param name="Content">The file.</param>
public sealed record MachineConfigKey(string Path, ReadOnlyMemory<byte> Content)
{
    /// <summary>Reads a file of this machine.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The key file.</returns>
    /// <exception cref="TrustException">The file is missing (<c>KeyFileNotFound</c>), too large or cannot be read.</exception>
    public static MachineConfigKey Load(string path)
    {
        HostFile file = LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes)
            ?? throw new TrustException(
                "KeyFileNotFound",
                TrustErrorKind.NotFound,
                $"The key file {path} does not exist. Give the right path of a file on this machine.")
            {
                Target = path,
            };
        return new MachineConfigKey(path, file.Content);
    }
}
