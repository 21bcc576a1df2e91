using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class SurroundingsJudgeTests
{
    private static readonly string[] s_allowed = ["quay.io", "registry.redhat.io", "registry.access.redhat.com"];

    [Theory]
    [InlineData(20)]
    [InlineData(22)]
    public void A_scope_outside_the_allowed_registries_is_named_and_taking_it_in_or_out_helps(int minor)
    {
        OperatorCluster stuck = new(minor, IsOpenShift: true)
            { AllowedRegistries = s_allowed, PolicyScopes = ["quay.io/team/app", "example.com/team"] };
        MachineConfigTrustResult result = Judge(stuck);
        string note = Assert.Single(result.Reasons, static r => r.Contains("allowedRegistries", StringComparison.Ordinal));
        Assert.Contains("example.com/team (ClusterImagePolicy team)", note, StringComparison.Ordinal);
        Assert.DoesNotContain("quay.io", note, StringComparison.Ordinal);

        foreach (OperatorCluster helped in (OperatorCluster[])[stuck with { AllowedRegistries = [.. s_allowed, "example.com/team"] },
            stuck with { PolicyScopes = ["quay.io/team/app"] }])
        {
            Assert.False(helped.IsStuck);
            Assert.DoesNotContain(Judge(helped).Reasons, static r => r.Contains("machine-config-controller", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_blocked_scope_is_named_unless_the_release_lies_there()
    {
        ClusterState state = Build(new OperatorCluster(22, IsOpenShift: true) { PolicyScopes = ["example.com/team"] })
            .Registries(null, ["example.com", "quay.io"]);
        string note = Assert.Single(Recorded.JudgeAll(state, "worker", ClusterStates.Trust).Reasons,
            static r => r.Contains("blockedRegistries", StringComparison.Ordinal));
        Assert.Contains("example.com/team (ClusterImagePolicy team)", note, StringComparison.Ordinal);
        Assert.DoesNotContain("ocp-release", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_the_operator_has_not_rendered_is_named()
    {
        ClusterState state = Build(new OperatorCluster(22, IsOpenShift: true)).ImagePolicy("late", null, "example.com/late");
        Assert.Contains(Recorded.JudgeAll(state, "worker", ClusterStates.Trust).Reasons, static r =>
            r.StartsWith("The operator has not rendered example.com/late (ClusterImagePolicy late):", StringComparison.Ordinal));
    }

    [Fact]
    public void Policies_of_namespaces_are_named_with_what_they_do_there()
    {
        OperatorCluster cluster = new(22, IsOpenShift: true)
        {
            PolicyScopes = ["quay.io/team"],
            Namespaced = [("shop", "app", ["quay.io/shop", "quay.io/team/app"]), ("bank", "own", ["registry.redhat.io"])],
        };
        MachineConfigTrustResult result = Judge(cluster);
        Assert.Contains(result.Reasons, static r => r.StartsWith(
            "ImagePolicy shop/app demands signatures in its namespace: quay.io/shop (in place of what policy.json demands of everything " +
            "else). That is in /etc/crio/policies/shop.json", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, static r => r.StartsWith(
            "ImagePolicy shop/app: quay.io/team/app does not count, because a ClusterImagePolicy has that", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, static r => r.StartsWith("ImagePolicy bank/own demands signatures", StringComparison.Ordinal));
        ClusterState late = Build(cluster).ImagePolicy("late", "new", "quay.io/new");
        Assert.Contains(Recorded.JudgeAll(late, "worker", ClusterStates.Trust).Reasons, static r =>
            r.StartsWith("ImagePolicy new/late is not on the nodes of this pool yet:", StringComparison.Ordinal));
    }

    // What a namespace demands besides takes nothing from the policy; what it leaves out does.
    [Theory]
    [InlineData("""{"default":[{"type":"reject"}]}""", RolledOut)]
    [InlineData(ClusterStates.DefaultPolicy, Overridden)]
    public void A_namespace_that_only_refuses_more_is_worth_a_note(string policy, MachineConfigTrustStatus status)
    {
        MachineConfigTrustResult result = Recorded.Judge(ClusterStates.UpdatedBeside(("/etc/crio/policies/shop.json", policy)));
        Assert.Equal(status, result.Status);
        Assert.Contains(result.Reasons, static r => r.StartsWith("Pods of the namespace shop are judged by", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(16, "4.11.52", true)]
    [InlineData(14, "4.8.0", true)]
    [InlineData(16, "4.12.0", false)]
    [InlineData(17, "4.9.0", false)]
    [InlineData(16, "", false)]
    [InlineData(16, "nonsense", false)]
    public void Boot_images_that_cannot_read_the_policy_are_told_of(int minor, string installed, bool isTold)
    {
        OperatorCluster cluster = new(minor, IsOpenShift: true) { PolicyScopes = ["quay.io/team"], InstalledVersion = installed };
        Assert.Equal(isTold, Judge(cluster, merged: true).Reasons
            .Any(static r => r.Contains("boot image", StringComparison.Ordinal) && r.Contains("quay.io/team", StringComparison.Ordinal)));
        Assert.DoesNotContain(Judge(cluster with { PolicyScopes = [] }, merged: true).Reasons,
            static r => r.Contains("boot image", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20, "worker", "images of quay.io/team")]
    [InlineData(20, "master", null)]
    [InlineData(16, "worker", "its builds do not use this policy")]
    public void A_pool_in_image_mode_is_told_of(int minor, string imageModePool, string? words)
    {
        OperatorCluster cluster = new(minor, IsOpenShift: true) { PolicyScopes = ["quay.io/team"], ImageModePool = imageModePool };
        string[] notes =
            [.. Judge(cluster, merged: true).Reasons.Where(static r => r.Contains("MachineOSConfig", StringComparison.Ordinal))];
        if (words is null)
            Assert.Empty(notes);
        else
            Assert.Contains(words, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_said_and_stops_nothing()
    {
        OperatorCluster cluster = new(22, IsOpenShift: true) { PolicyScopes = ["quay.io/team"], ImageModePool = "worker" };
        ClusterState state = Build(cluster, merged: true);
        state.Refuses.UnionWith(["images", "imagepolicies", "clusterversions"]);
        state.Lacks.Add("clusterimagepolicies");
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", "99-zz-worker-image-trust");
        Assert.Equal(RolledOut, result.Status);
        Assert.Contains(result.Reasons, static r => r.StartsWith("ClusterVersion, image.config.openshift.io/cluster, ImagePolicy could " +
            "not be read (the cluster does not permit it to this user", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, static r => r.StartsWith(
            "ClusterImagePolicy, OSImageStream could not be read (the cluster does not know the resource)", StringComparison.Ordinal));
        Assert.Contains(result.Reasons, static r => r.Contains("MachineOSConfig layered", StringComparison.Ordinal));

        // Every cluster of 4.20 and later has them; older ones without features in preview do not, and lack nothing.
        foreach ((int minor, bool isSaid) in ((int, bool)[])[(20, true), (18, false)])
        {
            state = Build(new OperatorCluster(minor, IsOpenShift: true));
            state.Lacks.UnionWith(["clusterimagepolicies", "imagepolicies"]);
            Assert.Equal(isSaid, Recorded.JudgeAll(state, "worker", ClusterStates.Trust).Reasons
                .Any(static r => r.Contains("could not be read", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("rhel-9", null, RolledOut)]
    [InlineData("rhel-10", null, StoreMissing)]
    [InlineData("rhel-9", "rhel-10", StoreMissing)]
    [InlineData("rhel-10", "rhel-9", RolledOut)]
    public void Nodes_of_RHEL_10_have_no_store_by_themselves(string ofCluster, string? ofWorkers, MachineConfigTrustStatus status)
    {
        ClusterState state = Build(new OperatorCluster(20, IsOpenShift: true) { DefaultStream = ofCluster });
        if (ofWorkers is not null)
            state.Stream("worker", ofWorkers);
        Assert.Equal(status, Recorded.JudgeAll(state, "worker", ClusterStates.Trust).Status);

        // A custom pool has what the workers have.
        Assert.Equal(ofWorkers ?? ofCluster, PoolStream(state, "infra"));
        Assert.Equal(ofCluster, PoolStream(state, "master"));
    }

    [Fact]
    public void A_pool_without_machines_has_nothing_in_force_whatever_else_is_missing()
    {
        ClusterState state = ClusterStates.Updated();
        foreach (string number in (string[])["machineCount", "updatedMachineCount", "readyMachineCount"])
            state.Set("worker", number, 0);
        MachineConfigTrustResult result = Recorded.Judge(state);
        Assert.Equal((NoMachines, false), (result.Status, result.IsInForce));
        state.Pause("worker").SetCondition("worker", "Updating", "True", "");
        Assert.Equal(NoMachines, Recorded.Judge(state).Status);
        state.SetCondition("worker", "RenderDegraded", "True", "Failed to render configuration for pool worker");
        Assert.Equal(Degraded, Recorded.Judge(state).Status);
    }

    private static string? PoolStream(ClusterState state, string pool) => PoolStreams.Of(
        pool,
        [.. state.Pools.Values.Select(static p => new PoolDocument(Recorded.Element(p)))],
        Recorded.Around(state).DefaultStream.Value,
        null);

    private static MachineConfigTrustResult Judge(OperatorCluster cluster, bool merged = false) =>
        Recorded.JudgeAll(Build(cluster, merged), "worker", merged ? "99-zz-worker-image-trust" : ClusterStates.Trust);

    // The MachineConfig has Red Hat's preset, or what the operator itself has.
    private static ClusterState Build(OperatorCluster cluster, bool merged = false) => cluster.Build(TestPemKeys.P256, merged
        ? ("99-zz-worker-image-trust", "worker",
            [(ClusterStates.PolicyPath, cluster.Policy(TestPemKeys.P256) ?? ClusterStates.RedHatPolicy)])
        : (ClusterStates.Trust, "worker", [(ClusterStates.PolicyPath, ClusterStates.RedHatPolicy)]));
}
