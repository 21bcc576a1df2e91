using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Tests.ImagePolicies;
using ContainerTrust.Engine.Tests.OpenPgp;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

/// <summary>The recorded states have the shape that a cluster's CRDs demand, member by member.</summary>
public sealed class RecordedStateTests
{
    [SkippableFact]
    public void Every_document_is_valid_by_its_CRD()
    {
        YamlNode pools = Schema("machineconfigpools");
        YamlNode configs = Schema("machineconfigs");
        foreach ((string name, Func<ClusterState> make) in ClusterStates.All)
        {
            ClusterState state = make();
            Assert.All(state.Pools.Values, p => Assert.Empty(Faults(p, pools, name)));
            Assert.All(state.Configs.Values, c => Assert.Empty(Faults(c, configs, name)));
        }
    }

    [SkippableFact]
    public void What_the_CRD_does_not_know_would_be_noticed()
    {
        YamlNode pools = Schema("machineconfigpools");
        JsonObject pool = ClusterStates.Updated().Pools["worker"];
        pool["status"]!["machineCounts"] = 3;
        pool["spec"]!["paused"] = "no";
        pool.Remove("kind");
        Assert.Equal([".spec.paused", ".status.machineCounts"], Faults(pool, pools, "").Order(StringComparer.Ordinal));
    }

    private static YamlNode Schema(string plural)
    {
        YamlNode definition = CrdSchema
            .Parse(Encoding.UTF8.GetString(Corpus.Read($"openshift-crds/0000_80_machine-config_01_{plural}.crd.yaml")));
        YamlNode version = Assert.Single(CrdSchema.Get(CrdSchema.Get(definition, "spec")!, "versions")!.Children!);
        return CrdSchema.Get(CrdSchema.Get(version, "schema")!, "openAPIV3Schema")!;
    }

    private static List<string> Faults(JsonNode document, YamlNode schema, string path)
    {
        List<string> faults = [];
        Check(document, schema, path.StartsWith('.') ? path : "", faults);
        return faults;
    }

    private static void Check(JsonNode? node, YamlNode schema, string path, List<string> faults)
    {
        JsonValueKind kind = node?.GetValueKind() ?? JsonValueKind.Null;
        bool isRight = CrdSchema.Get(schema, "type")?.Value switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array || (kind == JsonValueKind.Null && CrdSchema.Get(schema, "nullable")?.Value == "true"),
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && long.TryParse(node!.ToJsonString(), out _),
            null => true,
            var other => throw new InvalidOperationException($"The schema has a type {other}."),
        };
        if (!isRight)
        {
            faults.Add(path);
            return;
        }

        if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
                Check(items[i], schema.Items(), $"{path}[{i}]", faults);
        }
        else if (node is JsonObject members && CrdSchema.Get(schema, "properties") is { } properties)
        {
            foreach ((string name, JsonNode? value) in members)
            {
                if (CrdSchema.Get(properties, name) is { } inner)
                    Check(value, inner, $"{path}.{name}", faults);
                else
                    faults.Add($"{path}.{name}");
            }

            faults.AddRange((CrdSchema.Get(schema, "required")?.Children ?? []).Where(r => !members.ContainsKey(r.Value))
                .Select(r => $"{path}.{r.Value}"));
        }
    }
}
