using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>The contexts that a kubeconfig file has.</summary>
public static class KubeconfigContexts
{
    private const int LargestFile = 1 << 20;

    /// <summary>Reads them.</summary>
    /// <param name="host">The host that the file is on.</param>
    /// <param name="path">The file, an absolute path.</param>
    /// <returns>Each context's name with its cluster's; none if there is no such file.</returns>
    /// <exception cref="TrustException">The file cannot be read, or is not a kubeconfig.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(ITrustHost host, string path)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.TryReadFile(path, LargestFile) is not { } file)
            return [];
        List<KeyValuePair<string, string>> contexts = [];
        foreach (DocumentNode document in DocumentNodes.Read(file.Content, path))
        {
            foreach (DocumentNode item in document.Member("contexts")?.Items ?? [])
            {
                if (item.Member("name") is { Kind: DocumentNodeKind.Text, Value.Length: > 0 } name)
                    contexts.Add(new(name.Value, item.Member("context")?.Member("cluster")?.Value ?? ""));
            }
        }

        return contexts;
    }
}
