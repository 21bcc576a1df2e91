using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>The root of a node of a cluster, mounted or copied: what is in its registries.d is on all nodes of its pool.</summary>
public static class NodeRoot
{
    private const string Daemon = "/etc/machine-config-daemon";
    private const int MaxBytes = 1 << 20;

    /// <summary>The files of registries.d that nodes have, besides those of their image.</summary>
    /// <param name="host">A host. Unless it is a node, only the operator's own file counts.</param>
    /// <returns>The files.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static IReadOnlyList<MachineConfigFile> RegistriesD(ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        bool isNode = host.Exists(Daemon);
        List<MachineConfigFile> files = [];
        foreach (string name in host.ListDirectory(TrustLocations.SystemRegistriesDirectory))
        {
            string path = $"{TrustLocations.SystemRegistriesDirectory}/{name}";
            bool counts = name.EndsWith(".yaml", StringComparison.Ordinal) && (isNode || path == OperatorFiles.Path);
            if (counts && host.TryReadFile(path, MaxBytes) is { } file)
                files.Add(new MachineConfigFile { Path = path, Mode = 0x1A4, Content = file.Content.ToArray() });
        }

        return files;
    }
}
