using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>What a cluster's nodes have once MachineConfigs were applied.</summary>
internal static class ClusterNodes
{
    /// <summary>The cluster with MachineConfigs, rolled out.</summary>
    public static ClusterState Apply(OperatorCluster cluster, string pem, IReadOnlyList<MachineConfigTrust> made)
    {
        ClusterState state = cluster.Build(pem, [.. made.DistinctBy(static m => m.Name).Select(static m => (m.Name, m.Role!,
            m.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content))).ToArray()))]);
        foreach (MachineConfigTrust config in made.Where(static m => m.MergedFrom is not null))
            state.Annotate(config.Name, Assert.Single(
                MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(config.Yaml), "made", TrustMessages.None)).Annotations);
        return state;
    }

    /// <summary>What the machines of a pool have.</summary>
    public static ConfigDocument Rendered(ClusterState state, string pool) =>
        new(Element(state.Configs[new PoolDocument(Element(state.Pools[pool])).Target!]));

    /// <summary>Their policy.</summary>
    public static PolicyDocument Policy(ClusterState state, string pool) =>
        PolicyReader.Read(Rendered(state, pool).Find(ClusterStates.PolicyPath)!.Content, pool);

    /// <summary>An object as the client gives it.</summary>
    public static JsonElement Element(System.Text.Json.Nodes.JsonNode node) => JsonElement.Parse(node.ToJsonString());

    /// <summary>
    /// Has skopeo read policy.json and registries.d of nodes. Both are read before any registry is asked; nothing listens on that port. The
    /// nodes' own files are those of RHEL 9 and of 10.
    /// </summary>
    public static void RequireTaken(string skopeo, string scratch, ConfigDocument config)
    {
        foreach (RhcosDefaults defaults in (RhcosDefaults[])[RhcosDefaults.Rhel9, RhcosDefaults.Rhel10])
        {
            string root = Directory.CreateDirectory(Path.Combine(scratch, Guid.NewGuid().ToString("n"))).FullName;
            Directory.CreateDirectory(Path.Combine(root, "registries.d"));
            foreach (MachineConfigFile file in defaults.Files.Concat(config.Paths.Where(config.Sets).Select(p => config.Find(p)!)))
            {
                if (file.Path.StartsWith("/etc/containers/registries.d/", StringComparison.Ordinal))
                    File.WriteAllBytes(Path.Combine(root, "registries.d", Path.GetFileName(file.Path)), file.Content);
                else if (file.Path == ClusterStates.PolicyPath)
                    File.WriteAllBytes(Path.Combine(root, "policy.json"), file.Content);
            }

            ToolResult result = Tools.Run(skopeo, ["--policy", Path.Combine(root, "policy.json"),
                "--registries.d", Path.Combine(root, "registries.d"), "copy", "--src-tls-verify=false",
                "docker://127.0.0.1:1/x/y:1", $"dir:{root}/out"]);
            Assert.Contains("connection refused", result.Error, StringComparison.Ordinal);
        }
    }
}
