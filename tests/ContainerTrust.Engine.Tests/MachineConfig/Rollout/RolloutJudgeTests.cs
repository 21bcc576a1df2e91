using System.Text.Json.Nodes;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class RolloutJudgeTests
{
    private const string Store = "docker:\n  registry.example.com:\n    lookaside: https://registry.example.com/sigstore\n  " +
        "quay.example.com:\n    use-sigstore-attachments: true\n";

    [Theory]
    [InlineData("new", NotRendered, "is not among the sources of rendered-worker-2b52f75684fbc711bd1652dd86fd0b82")]
    [InlineData("updating", Updating, "1 of 3 machines of the pool worker are updated, 1 are ready, 1 cannot be used.")]
    [InlineData("degraded", Degraded, "unexpected on-disk state validating against rendered-worker-be3b3bce4f4aa52a62902304bac9da3c")]
    [InlineData("render-degraded", Degraded, "Failed to render configuration for pool worker: parsing Ignition config failed")]
    [InlineData("paused", Paused,
        "The pool worker is paused, so its machines do not take rendered-worker-be3b3bce4f4aa52a62902304bac9da3c")]
    [InlineData("overridden", Overridden, "is that of 99-worker-generated-registries, which is merged after 51-worker-rh-registry-trust")]
    [InlineData("missing", Missing, "The cluster has no MachineConfig '51-worker-rh-registry-trust'")]
    [InlineData("store-missing", StoreMissing,
        "For registry.example.com signatures are required (signedBy), but registries.d on the nodes names no signature store")]
    [InlineData("namespaced", Overridden, "Pods of the namespace shop are judged by /etc/crio/policies/shop.json instead")]
    public void Whatever_is_not_rolled_out_and_in_force_is_no_yes(string state, MachineConfigTrustStatus status, string reason)
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.All[state]());
        Assert.Equal(status, result.Status);
        Assert.False(result.IsInForce);
        Assert.Contains(result.Reasons, r => r.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Rolled_out_to_all_machines_is_a_yes()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.Updated());
        Assert.Equal((RolledOut, true), (result.Status, result.IsInForce));
        Assert.Empty(result.Reasons);
        Assert.Equal((3, 3, 3, 0),
            (result.MachineCount, result.UpdatedMachineCount, result.ReadyMachineCount, result.DegradedMachineCount));
        Assert.Equal((ClusterStates.After, ClusterStates.After, ClusterStates.Trust),
            (result.RenderedConfig, result.TargetConfig, result.PolicySource));
        Assert.Empty(result.MissingStores);
    }

    [Fact]
    public void The_weightiest_reason_comes_first()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.All["degraded"]());
        Assert.StartsWith("The pool worker is degraded (NodeDegraded): Node worker-1.example.com is reporting:", result.Reasons[0],
            StringComparison.Ordinal);
        Assert.Contains("1 of 3 machines of the pool worker is degraded.", result.Reasons);
    }

    [Fact]
    public void A_pool_that_is_updating_shows_its_numbers()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.All["updating"]());
        Assert.Equal((3, 1, 1, 0),
            (result.MachineCount, result.UpdatedMachineCount, result.ReadyMachineCount, result.DegradedMachineCount));
        Assert.Equal((ClusterStates.Before, ClusterStates.After), (result.RenderedConfig, result.TargetConfig));
    }

    [Fact]
    public void A_custom_pool_uses_what_it_inherits_from_the_workers()
    {
        ClusterState state = ClusterStates.All["inherited"]();
        Assert.True(Recorded.Judge(state, "infra").IsInForce);
        Assert.True(Recorded.Judge(state).IsInForce);
        Assert.Equal(NotSelected, Recorded.Judge(state, "master").Status);
    }

    [Fact]
    public void A_custom_pools_own_MachineConfig_is_merged_after_the_workers_whatever_its_name()
    {
        ClusterState state = ClusterStates.All["inherited"]();
        string[] sources = ["00-worker", "01-worker-container-runtime", ClusterStates.Trust, "10-infra-policy"];
        const string rendered = "rendered-infra-00000000000000000000000000000001";
        state.Config("10-infra-policy", "infra", (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy))
            .Rendered(rendered, sources)
            .Pool("infra", 2, rendered, sources, ClusterState.RolesSelector("worker", "infra"));
        MachineConfigTrustResult result = Recorded.Judge(state, "infra");
        Assert.Equal((Overridden, "10-infra-policy"), (result.Status, result.PolicySource));

        // Older operators merge by name alone.
        state.Rendered(rendered, "00-worker", "01-worker-container-runtime", "10-infra-policy", ClusterStates.Trust);
        result = Recorded.Judge(state, "infra");
        Assert.Equal((RolledOut, ClusterStates.Trust), (result.Status, result.PolicySource));
    }

    [Fact]
    public void A_role_without_a_pool_is_missing()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.Updated(), "edge");
        Assert.Equal(Missing, result.Status);
        Assert.Equal("The cluster has no machine config pool 'edge'.", Assert.Single(result.Reasons));
    }

    [Fact]
    public void A_policy_of_other_bytes_and_the_same_meaning_is_in_force()
    {
        ClusterState state = ClusterStates.UpdatedBeside((ClusterStates.PolicyPath, ClusterStates.RedHatPolicyReordered));
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal((RolledOut, "99-worker-generated-registries"), (result.Status, result.PolicySource));
    }

    [Fact]
    public void A_MachineConfig_that_came_after_rendering_and_will_replace_the_policy_is_told_of()
    {
        ClusterState state = ClusterStates.Updated()
            .Config("98-worker-policy", "worker", (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy));
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal(Overridden, result.Status);
        Assert.Contains("98-worker-policy is merged after", Assert.Single(result.Reasons), StringComparison.Ordinal);

        // One that is merged before is not in the way.
        Assert.True(Recorded.Judge(ClusterStates.Updated()
            .Config("50-worker-policy", "worker", (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy))).IsInForce);
    }

    [Fact]
    public void A_MachineConfig_that_was_changed_since_it_was_rendered_is_not_rendered_yet()
    {
        ClusterState state = ClusterStates.Updated()
            .Config(ClusterStates.Trust, "worker", (ClusterStates.PolicyPath, ClusterStates.OwnPolicy));
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal(NotRendered, result.Status);
        Assert.Contains(result.Reasons, static r => r.Contains(
            "is not that of 51-worker-rh-registry-trust yet: quay.example.com is missing",
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_MachineConfig_that_is_not_what_was_meant_is_no_yes()
    {
        MachineConfigTrust meant = Recorded.Meant(ClusterStates.Trust, (ClusterStates.PolicyPath,
            ClusterStates.OwnPolicy.Replace("insecureAcceptAnything", "reject", StringComparison.Ordinal)));
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.Updated(), meant: meant);
        Assert.Equal(NotAsMeant, result.Status);
        Assert.Contains("the default differs", result.Reasons[0], StringComparison.Ordinal);

        meant = Recorded.Meant(ClusterStates.Trust, (ClusterStates.PolicyPath, ClusterStates.RedHatPolicyReordered));
        Assert.True(Recorded.Judge(ClusterStates.Updated(), meant: meant).IsInForce);

        meant = Recorded.Meant(ClusterStates.Trust, (ClusterStates.PolicyPath, ClusterStates.RedHatPolicy),
            ("/etc/pki/containers/build.asc", "key"));
        result = Recorded.Judge(ClusterStates.Updated(), meant: meant);
        Assert.Equal(NotAsMeant, result.Status);
        Assert.Contains("/etc/pki/containers/build.asc", result.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_MachineConfig_of_another_role_than_is_meant_is_no_yes()
    {
        MachineConfigTrust meant = Recorded.Meant(ClusterStates.Trust,
            (ClusterStates.PolicyPath, ClusterStates.RedHatPolicy)) with { Role = "infra" };
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.Updated(), meant: meant);
        Assert.Equal(NotAsMeant, result.Status);
        Assert.Contains("has the role 'worker', and 'infra' is meant", result.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_nodes_may_not_have_is_worth_a_note()
    {
        ClusterState state = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, ClusterStates.OwnPolicy),
            ("/etc/containers/registries.d/own.yaml", Store));
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal(RolledOut, result.Status);
        Assert.Equal(["/etc/pki/containers/build.asc", "/etc/pki/containers/cosign.pub"],
            result.Reasons.Where(static r => r.Contains("nor part of Red Hat Enterprise Linux CoreOS", StringComparison.Ordinal))
            .Select(static r => r.Split(' ')[3]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_shipped_file_that_another_MachineConfig_replaces_is_told_of()
    {
        const string key = "/etc/pki/containers/build.asc";
        ClusterState state = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, ClusterStates.OwnPolicy),
            ("/etc/containers/registries.d/own.yaml", Store), (key, "key"));
        Assert.True(Recorded.Judge(state).IsInForce);

        state.Config("99-worker-generated-registries", "worker", (key, "another key"));
        state.Rendered(ClusterStates.After, "00-worker", "01-worker-container-runtime", ClusterStates.Trust,
            "99-worker-generated-registries");
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal(Overridden, result.Status);
        Assert.Contains("/etc/pki/containers/build.asc in rendered-worker-be3b3bce4f4aa52a62902304bac9da3c is that of " +
            "99-worker-generated-registries", result.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_of_another_MachineConfig_is_worth_a_note()
    {
        ClusterState state = ClusterStates.UpdatedBeside(("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release", "key"));
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal(RolledOut, result.Status);
        Assert.Contains("comes from 99-worker-generated-registries", Assert.Single(result.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Scopes_without_a_place_to_read_signatures_from_are_named()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.All["store-missing"]());
        Assert.Equal(["quay.example.com", "registry.example.com"], result.MissingStores);
        Assert.Equal(ClusterStates.Trust, result.PolicySource);

        ClusterState partly = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, ClusterStates.OwnPolicy),
            ("/etc/containers/registries.d/own.yaml",
            "docker:\n  registry.example.com:\n    sigstore: https://registry.example.com/sigstore\n"));
        Assert.Equal(["quay.example.com"], Recorded.Judge(partly).MissingStores);

        ClusterState broken = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, ClusterStates.OwnPolicy),
            ("/etc/containers/registries.d/own.yaml", Store), ("/etc/containers/registries.d/twice.yaml", Store));
        Assert.Equal(ClusterImagesRefused, Recorded.Judge(broken).Status);
    }

    [Fact]
    public void Mirrors_need_a_place_of_their_own()
    {
        const string mirrors = "[[registry]]\nprefix = \"\"\nlocation = \"quay.example.com\"\n[[registry.mirror]]\nlocation = " +
            "\"mirror.example.com/quay\"\n";
        ClusterState state = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, ClusterStates.OwnPolicy),
            ("/etc/containers/registries.d/own.yaml", Store));
        state.Config("99-worker-generated-registries", "worker", ("/etc/containers/registries.conf", mirrors));
        state.Rendered(ClusterStates.After, "00-worker", "01-worker-container-runtime", ClusterStates.Trust,
            "99-worker-generated-registries");
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal((StoreMissing, "mirror.example.com/quay"), (result.Status, Assert.Single(result.MissingStores)));
    }

    [Theory]
    [InlineData("[crio.image]\nsignature_policy = \"/etc/containers/other.json\"\n", false)]
    [InlineData("[crio.image]\nsignature_policy=''\n", true)]
    [InlineData("crio.image.signature_policy = '/etc/containers/policy.json' # as usual\n", true)]
    [InlineData("[crio.image]\n  signature_policy_dir = \"/srv/policies\"\n", false)]
    [InlineData("[crio.image]\n# signature_policy = \"/etc/containers/other.json\"\n", true)]
    [InlineData("[crio]\nimage = { x = 1 }\n[\"crio\".image]\n\"signature_policy\" = \"/x\"\n", false)]
    [InlineData("[crio]\nimage = { signature_policy = \"/x\" }\n", false)]
    [InlineData("crio = { image = { 'signature_policy' = '/x' } }\n", false)]
    public void A_runtime_that_asks_another_policy_is_told_of(string configuration, bool isInForce)
    {
        ClusterState state = ClusterStates.UpdatedBeside(("/etc/crio/crio.conf.d/99-own", configuration));
        Assert.Equal(isInForce ? RolledOut : Overridden, Recorded.Judge(state).Status);
    }

    [Theory]
    [InlineData("/root/.config/containers/policy.json")]
    [InlineData("/var/roothome/.config/containers/policy.json")]
    public void Roots_own_policy_decides_in_place_of_the_hosts(string path)
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.UpdatedBeside((path, ClusterStates.DefaultPolicy)));
        Assert.Equal(Overridden, result.Status);
        Assert.Contains($"{path} decides in place of /etc/containers/policy.json", result.Reasons[0], StringComparison.Ordinal);
        Assert.True(Recorded.Judge(ClusterStates.UpdatedBeside((path, ClusterStates.RedHatPolicyReordered))).IsInForce);
        Assert.False(Recorded.Judge(ClusterStates.UpdatedBeside((path, "{"))).IsInForce);
    }

    [Fact]
    public void Roots_own_signature_stores_are_read_in_place_of_the_hosts()
    {
        MachineConfigTrustResult result = Recorded
            .Judge(ClusterStates.UpdatedBeside(("/root/.config/containers/registries.d/own.yaml", Store)));
        Assert.Equal(Overridden, result.Status);
        Assert.Contains("/root/.config/containers/registries.d is read in place of /etc/containers/registries.d", result.Reasons[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CRIO_CONFIG_OPTIONS=\"--signature-policy=/srv/policy.json\"\n", false)]
    [InlineData("CONTAINER_SIGNATURE_POLICY=/srv/policy.json\n", false)]
    [InlineData("Environment=\"CONTAINERS_POLICY_JSON=/srv/policy.json\"\n", false)]
    [InlineData("export x=1\n# --signature-policy /srv/policy.json\n", true)]
    public void A_runtime_that_is_started_with_another_policy_is_told_of(string options, bool isInForce)
    {
        MachineConfigTrustStatus status = isInForce ? RolledOut : Overridden;
        Assert.Equal(status, Recorded.Judge(ClusterStates.UpdatedBeside(("/etc/sysconfig/crio", options))).Status);
        Assert.Equal(status, Recorded
            .Judge(ClusterStates.UpdatedBeside(("/etc/systemd/system/crio.service.d/50-own.conf", $"[Service]\n{options}"))).Status);

        ClusterState dropIn = ClusterStates.Updated();
        Units(dropIn, new JsonObject
            { ["name"] = "crio.service",
            ["dropins"] = new JsonArray(new JsonObject { ["name"] = "50-own.conf", ["contents"] = $"[Service]\n{options}" }) });
        Assert.Equal(status, Recorded.Judge(dropIn).Status);

        ClusterState unit = ClusterStates.Updated();
        Units(unit, new JsonObject { ["name"] = "crio.service", ["contents"] = $"[Service]\n{options}" });
        Assert.Equal(status, Recorded.Judge(unit).Status);

        ClusterState other = ClusterStates.Updated();
        Units(other, new JsonObject { ["name"] = "other.service", ["contents"] = $"[Service]\n{options}" });
        Assert.True(Recorded.Judge(other).IsInForce);
    }

    [Theory]
    [InlineData("/etc/containers/policy.json", false)]
    [InlineData("/etc/containers/", false)]
    [InlineData("/etc/containers/registries.d", false)]
    [InlineData("/etc/localtime", true)]
    public void A_link_where_trust_is_read_is_no_yes(string path, bool isInForce)
    {
        ClusterState state = ClusterStates.Updated();
        state.Configs[ClusterStates.After]["spec"]!["config"]!["storage"]!["links"] = new JsonArray(new JsonObject
            { ["path"] = path, ["target"] = "/srv/other" });
        Assert.Equal(isInForce, Recorded.Judge(state).IsInForce);
    }

    [Fact]
    public void A_pool_without_machines_is_no_yes() =>
        Assert.Equal(NoMachines, Recorded.Judge(Numbers(0, 0, 0, 0, 0)).Status);

    [Theory]
    [InlineData(3, 2, 3, 0, 0, Updating)]
    [InlineData(3, 3, 2, 0, 0, Updating)]
    [InlineData(3, 3, 3, 1, 0, Updating)]
    [InlineData(3, 3, 3, 0, 1, Degraded)]
    [InlineData(3, 4, 4, 0, 0, Unknown)]
    [InlineData(-1, -1, -1, 0, 0, Unknown)]
    public void Numbers_of_machines_that_do_not_agree_are_no_yes(int all, int updated, int ready, int unavailable, int degraded,
        MachineConfigTrustStatus status) =>
        Assert.Equal(status, Recorded.Judge(Numbers(all, updated, ready, unavailable, degraded)).Status);

    [Fact]
    public void A_status_that_is_older_than_the_specification_is_no_yes()
    {
        Assert.Equal(Updating, Recorded.Judge(ClusterStates.Updated().Set("worker", "observedGeneration", 3)).Status);
        Assert.Equal(Unknown, Recorded.Judge(ClusterStates.Updated().Set("worker", "observedGeneration", 5)).Status);
    }

    [Theory]
    [InlineData("Updated")]
    [InlineData("Updating")]
    [InlineData("Degraded")]
    [InlineData("NodeDegraded")]
    [InlineData("RenderDegraded")]
    [InlineData("PinnedImageSetsDegraded")]
    [InlineData("SomethingNewDegraded")]
    public void A_condition_of_unknown_status_is_no_yes(string type)
    {
        Assert.Equal(Unknown, Recorded.Judge(ClusterStates.Updated().SetCondition("worker", type, "Unknown", "")).Status);
        Assert.Equal(Unknown, Recorded.Judge(ClusterStates.Updated().SetCondition("worker", type, "true", "")).Status);
    }

    [Fact]
    public void A_paused_pool_that_has_everything_already_is_a_yes_with_a_note()
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.Updated().Pause("worker"));
        Assert.Equal(RolledOut, result.Status);
        Assert.Contains("is paused", Assert.Single(result.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_single_member_of_the_pool_matters_or_is_known_not_to()
    {
        // Labels, versions and the node selector do not say what the machines use.
        string[] free = ["apiVersion", "kind", "metadata.name", "metadata.creationTimestamp", "metadata.labels", "metadata.resourceVersion",
            "metadata.uid", "spec.nodeSelector", "spec.paused"];
        foreach (string path in Paths(ClusterStates.Updated().Pools["worker"], ""))
        {
            ClusterState state = ClusterStates.Updated();
            JsonObject parent = Parent(state.Pools["worker"], path, out string name);
            parent.Remove(name);
            bool isFree = free.Any(f => path == f || path.StartsWith(f + ".", StringComparison.Ordinal));
            Assert.True(Recorded.Judge(state).IsInForce == isFree, path);
        }
    }

    [Fact]
    public void Random_damage_to_a_cluster_never_makes_a_yes_of_a_no_and_never_fails()
    {
        Random random = new(20260105);
        foreach (string name in ClusterStates.All.Keys.Where(static n => n is not ("forbidden" or "kubernetes" or "silent")))
        {
            bool canBeYes = name is "updated" or "inherited" or "unread" or "surrounded";
            for (int i = 0; i < 60; i++)
            {
                ClusterState state = ClusterStates.All[name]();
                JsonObject victim = random.Next(2) == 0 ? state.Pools["worker"]
                    : state.Configs.Values.ElementAt(random.Next(state.Configs.Count));
                string[] paths = [.. Paths(victim, "")];
                JsonObject parent = Parent(victim, paths[random.Next(paths.Length)], out string member);
                parent[member] = random.Next(5) switch { 0 => null, 1 => JsonValue.Create(7), 2 => JsonValue.Create("x"),
                    3 => new JsonArray(), _ => new JsonObject() };
                MachineConfigTrustResult result = Recorded.Judge(state);
                Assert.True(canBeYes || !result.IsInForce || IsRepair(name, member), $"{name}: {parent.ToJsonString()}");
                Assert.Equal(result.IsInForce, result.Status == RolledOut);
            }
        }
    }

    // Without the file that replaces the policy, or the label by which it is selected, nothing is in the way any more - but the rendered
    // config still has it.
    private static bool IsRepair(string state, string member) =>
        state == "namespaced" && member is "path" or "files" or "storage" or "config" or "spec";

    private static void Units(ClusterState state, JsonObject unit) =>
        state.Configs[ClusterStates.After]["spec"]!["config"]!["systemd"] = new JsonObject { ["units"] = new JsonArray(unit) };

    private static ClusterState Numbers(int all, int updated, int ready, int unavailable, int degraded) => ClusterStates.Updated()
        .Set("worker", "machineCount", all)
        .Set("worker", "updatedMachineCount", updated)
        .Set("worker", "readyMachineCount", ready)
        .Set("worker", "unavailableMachineCount", unavailable)
        .Set("worker", "degradedMachineCount", degraded);

    private static IEnumerable<string> Paths(JsonObject node, string prefix)
    {
        foreach ((string name, JsonNode? value) in node)
        {
            yield return prefix + name;
            if (value is JsonObject inner)
            {
                foreach (string path in Paths(inner, prefix + name + "."))
                    yield return path;
            }
        }
    }

    // Names have dots in them, so the path is walked from the beginning.
    private static JsonObject Parent(JsonObject root, string path, out string name)
    {
        JsonObject node = root;
        while (true)
        {
            if (node.ContainsKey(path))
            {
                name = path;
                return node;
            }

            string next = node.Select(static m => m.Key).First(k => path.StartsWith(k + ".", StringComparison.Ordinal));
            path = path[(next.Length + 1)..];
            node = node[next]!.AsObject();
        }
    }
}
