using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

/// <summary>The judge on recorded states.</summary>
internal static class Recorded
{
    /// <summary>A MachineConfig with one file or several, as it is meant.</summary>
    public static MachineConfigTrust Meant(string name, params (string Path, string Content)[] files) => new()
    {
        Name = name,
        Role = "worker",
        Labels = new Dictionary<string, string> { ["machineconfiguration.openshift.io/role"] = "worker" },
        Files = [.. files.Select(static f => new MachineConfigFile
            { Path = f.Path, Content = System.Text.Encoding.UTF8.GetBytes(f.Content) })],
        Trust = [],
        Yaml = "",
    };

    /// <summary>What a cluster in this state says of a pool.</summary>
    public static RolloutState Of(ClusterState state, string pool = "worker") => new(
        pool,
        state.Pools.TryGetValue(pool, out JsonObject? document) ? new PoolDocument(Element(document)) : null,
        [.. state.Configs.Values.Select(static c => new ConfigDocument(Element(c)))]);

    /// <summary>Judges a pool of a cluster in this state.</summary>
    public static MachineConfigTrustResult Judge(ClusterState state, string pool = "worker", string name = ClusterStates.Trust,
        MachineConfigTrust? meant = null) =>
        RolloutJudge.Judge(Of(state, pool), name, meant);

    public static JsonElement Element(JsonNode node) => JsonElement.Parse(node.ToJsonString());
}
