using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig.Clusters;

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
    /// <c>51-{role}-rh-registry-trust</c>, or, merged with the operator's policy, <c>99-zz-{role}-image-trust</c>.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// The version of OpenShift or OKD, as people write it or as the cluster prints it (<see cref="OpenShiftRelease.Parse"/>). Null for
    /// the
    /// newest.
    /// </summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>The kind of cluster. Null: what the version says, else OpenShift.</summary>
    public OpenShiftClusterType? ClusterType { get; init; }

    /// <summary>
    /// What the operator makes for the pool of a role, to be merged with the entries. Null where the entries are to be the policy.
    /// </summary>
    public Func<string, OperatorPart>? Operator { get; init; }

    /// <summary>
    /// Files that are in registries.d on the nodes already, besides those of the nodes' image: no scope of theirs is written again.
    /// </summary>
    public IReadOnlyList<MachineConfigFile> NodeRegistriesD { get; init; } = [];

    /// <summary>
    /// Where the cluster asks for its release images. Null: where the vendor has them. Mirrors do not count: the name that is asked for
    /// decides, and that is the source's.
    /// </summary>
    public IReadOnlyList<string>? ReleaseRepositories { get; init; }

    /// <summary>
    /// The stream of operating system images that the nodes of a role have, such as <c>rhel-10</c> (<see cref="NodeStreams"/>). Null, or
    /// null for a role: that of the release.
    /// </summary>
    public Func<string, string?>? OSImageStream { get; init; }

    /// <summary>
    /// The version that the cluster was installed with, whose boot images new machines may start from. Empty if it is not known.
    /// </summary>
    public string InstalledVersion { get; init; } = "";

    /// <summary>What is demanded of images that no entry governs. Null: what the entries say, else everything is accepted.</summary>
    public TrustRequirement? Default { get; init; }

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

    /// <summary>
    /// Take keys that cannot sign now, scopes that no image has, a MachineConfig that the cluster will not use, and a policy that refuses
    /// what
    /// the cluster needs; each with a warning.
    /// </summary>
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
