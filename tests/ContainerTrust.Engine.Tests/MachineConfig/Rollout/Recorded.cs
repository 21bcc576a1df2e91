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

    /// <summary>What a cluster in this state says besides.</summary>
    public static ClusterSurroundings Around(ClusterState state)
    {
        Told<T> Tell<T>(string plural, Func<IReadOnlyList<JsonElement>, T> make)
            where T : class => state.Lacks.Contains(plural) ? Problem<T>("ClusterResourceUnknown")
            : state.Refuses.Contains(plural) ? Problem<T>("ClusterForbidden")
            : new Told<T>(make([.. state.Settings(plural).Values.Select(Element)]), null);
        static Told<T> Problem<T>(string id)
            where T : class => new(null, new TrustException(id, TrustErrorKind.ReadError, "no"));
        return new ClusterSurroundings
        {
            Version = Tell("clusterversions",
                o => new ClusterVersionDocument(o[0], Element(state.Settings("infrastructures").Values.Single()))),
            Settings = Tell("images", static o => new ImageSettings(o[0])),
            ClusterPolicies = Tell<IReadOnlyList<ImagePolicyObject>>("clusterimagepolicies",
                static o => [.. o.Select(static p => new ImagePolicyObject(p))]),
            NamespacePolicies = Tell<IReadOnlyList<ImagePolicyObject>>("imagepolicies",
                static o => [.. o.Select(static p => new ImagePolicyObject(p))]),
            ImageModes = Tell<IReadOnlyList<ImageModeObject>>("machineosconfigs",
                static o => [.. o.Select(static p => new ImageModeObject(p))]),
            DefaultStream = Tell("osimagestreams", static o => o[0].GetProperty("status").GetProperty("defaultStream").GetString()!),
        };
    }

    /// <summary>Judges a pool of a cluster in this state, by all that the cluster says.</summary>
    public static MachineConfigTrustResult JudgeAll(ClusterState state, string pool, string name)
    {
        ClusterSurroundings around = Around(state);
        PoolDocument[] pools = [.. state.Pools.Values.Select(static p => new PoolDocument(Element(p)))];
        return RolloutJudge.Judge(Of(state, pool) with
        {
            Surroundings = around,
            Stream = PoolStreams.Of(pool, pools, around.DefaultStream.Value, around.Version.Value),
        }, name, null);
    }

    /// <summary>Judges a pool of a cluster in this state.</summary>
    public static MachineConfigTrustResult Judge(ClusterState state, string pool = "worker", string name = ClusterStates.Trust,
        MachineConfigTrust? meant = null) =>
        RolloutJudge.Judge(Of(state, pool), name, meant);

    public static JsonElement Element(JsonNode node) => JsonElement.Parse(node.ToJsonString());
}
