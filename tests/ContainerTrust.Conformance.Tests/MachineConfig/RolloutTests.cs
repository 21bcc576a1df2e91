using System.Diagnostics;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>The real kubectl between a cluster of recorded states and us.</summary>
public sealed class RolloutTests
{
    [SkippableTheory]
    [InlineData("new", NotRendered)]
    [InlineData("updating", Updating)]
    [InlineData("updated", RolledOut)]
    [InlineData("degraded", Degraded)]
    [InlineData("render-degraded", Degraded)]
    [InlineData("paused", Paused)]
    [InlineData("overridden", Overridden)]
    [InlineData("missing", Missing)]
    [InlineData("store-missing", StoreMissing)]
    [InlineData("namespaced", Overridden)]
    public async Task Every_state_is_recognized(string state, MachineConfigTrustStatus status)
    {
        using RunningCluster cluster = new(ClusterStates.All[state]());
        RolloutAnswers answers = await Check(cluster.Checker());
        Assert.Empty(answers.Errors);
        Assert.Equal([("worker", status), ("master", RolledOut)], answers.Results.Select(static r => (r.Role, r.Status)));
        Assert.Equal(status == RolledOut, answers.Results[0].IsInForce);
    }

    [SkippableFact]
    public async Task A_custom_pool_is_asked_for_what_it_inherits()
    {
        using RunningCluster cluster = new(ClusterStates.All["inherited"]());
        RolloutAnswers answers = await Check(cluster.Checker());
        Assert.Equal([("worker", ClusterStates.Trust), ("master", "51-master-rh-registry-trust"), ("infra", ClusterStates.Trust)],
            answers.Results.Select(static r => (r.Role, r.Name)));
        Assert.All(answers.Results, static r => Assert.True(r.IsInForce, string.Join(' ', r.Reasons)));
        Assert.Equal(2, answers.Results[2].MachineCount);

        answers = await Check(cluster.Checker(), name: ClusterStates.Trust);
        Assert.Equal(["infra", "worker"], answers.Results.Select(static r => r.Role));
    }

    [SkippableFact]
    public async Task A_pool_without_machines_and_MachineConfig_is_not_asked_unless_it_is_named()
    {
        using RunningCluster cluster = new(ClusterStates.All["compact"]());
        Assert.Equal([("master", RolledOut)], (await Check(cluster.Checker())).Results.Select(static r => (r.Role, r.Status)));
        Assert.Equal(Missing, Assert.Single((await Check(cluster.Checker(), ["worker"])).Results).Status);
    }

    [SkippableFact]
    public async Task What_surrounds_the_pools_is_said_beside_the_status()
    {
        using RunningCluster cluster = new(ClusterStates.All["surrounded"]());
        MachineConfigTrustResult worker = Assert.Single((await Check(cluster.Checker(), ["worker"])).Results);
        foreach (string words in (string[])["example.com/team (ClusterImagePolicy team)", "MachineOSConfig layered",
            "ImagePolicy shop/app is not on the nodes"])
            Assert.Contains(worker.Reasons, r => r.Contains(words, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_may_not_be_read_is_said_and_the_rest_is_judged()
    {
        using RunningCluster cluster = new(ClusterStates.All["unread"]());
        RolloutAnswers answers = await Check(cluster.Checker(), ["worker"]);
        Assert.Empty(answers.Errors);
        MachineConfigTrustResult worker = Assert.Single(answers.Results);
        Assert.Equal(RolledOut, worker.Status);
        Assert.Contains(worker.Reasons, static r => r.StartsWith("ClusterVersion, image.config.openshift.io/cluster could not be read " +
            "(the cluster does not permit it to this user", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_role_that_is_missing_is_told_of()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        RolloutAnswers answers = await Check(cluster.Checker(), ["edge"]);
        Assert.Equal(Missing, Assert.Single(answers.Results).Status);
        await Assert.ThrowsAsync<TrustException>(() => Check(cluster.Checker(), ["--all-namespaces"]));
    }

    [SkippableFact]
    public async Task Waiting_ends_when_it_is_rolled_out()
    {
        using RunningCluster cluster = new(ClusterStates.New());
        List<string> seen = [];
        var wait = new RolloutWait
        {
            Timeout = Patience.Limit,
            Interval = TimeSpan.FromMilliseconds(100),
            Progress = results =>
            {
                seen.Add($"{results[0].Status} {results[0].UpdatedMachineCount}/{results[0].MachineCount}");
                cluster.Server.State = ClusterStates.All[seen.Count == 1 ? "updating" : "updated"]();
            },
        };
        RolloutAnswers answers = await Check(cluster.Checker(), ["worker"], wait: wait);
        Assert.True(Assert.Single(answers.Results).IsInForce);
        Assert.Equal(["NotRendered 3/3", "Updating 1/3", "RolledOut 3/3"], seen);
    }

    [SkippableFact]
    public async Task What_was_settled_first_is_asked_for_again_at_the_end()
    {
        using RunningCluster cluster = new(ClusterStates.New());
        var wait = new RolloutWait
        {
            Timeout = Patience.Limit,
            Interval = TimeSpan.FromMilliseconds(100),
            Progress = _ => cluster.Server.State = ClusterStates.Updated()
                .Config("98-master-policy", "master", (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy)),
        };
        RolloutAnswers answers = await Check(cluster.Checker(), wait: wait);
        Assert.Equal([("worker", RolledOut), ("master", Overridden)], answers.Results.Select(static r => (r.Role, r.Status)));
    }

    [SkippableFact]
    public async Task A_pool_that_is_meant_is_asked_even_where_the_cluster_has_it_for_another()
    {
        MachineConfigTrust meant = new()
        {
            Name = ClusterStates.Trust,
            Role = "worker",
            Labels = new Dictionary<string, string> { ["machineconfiguration.openshift.io/role"] = "worker" },
            Files = [new MachineConfigFile
                { Path = ClusterStates.PolicyPath, Content = System.Text.Encoding.UTF8.GetBytes(ClusterStates.RedHatPolicy) }],
            Trust = [],
            Yaml = "",
        };
        using RunningCluster cluster =
            new(ClusterStates.Updated().Config(ClusterStates.Trust, "master", (ClusterStates.PolicyPath, ClusterStates.RedHatPolicy)));
        RolloutChecker checker = cluster.Checker();
        RolloutAnswers answers = await checker.CheckAsync(await checker.FindQuestionsAsync(null, null, meant, default), [], null, default);
        Assert.Equal(["master", "worker"], answers.Results.Select(static r => r.Role));
        Assert.All(answers.Results, static r => Assert.False(r.IsInForce));
    }

    [SkippableFact]
    public async Task A_custom_pool_that_takes_no_such_MachineConfig_is_no_yes()
    {
        string[] sources = ["00-worker", "01-worker-container-runtime"];
        ClusterState Of(int machines) => ClusterStates.Updated()
            .Rendered("rendered-edge-00000000000000000000000000000001", sources)
            .Pool("edge", machines, "rendered-edge-00000000000000000000000000000001", sources, ClusterState.RolesSelector("edge"));
        using RunningCluster cluster = new(Of(2));
        RolloutAnswers answers = await Check(cluster.Checker());
        Assert.Equal([("worker", RolledOut), ("master", RolledOut), ("edge", Missing)],
            answers.Results.Select(static r => (r.Role, r.Status)));
        cluster.Server.State = Of(0);
        Assert.Equal(["worker", "master"], (await Check(cluster.Checker())).Results.Select(static r => r.Role));
    }

    [SkippableTheory]
    [InlineData("degraded", Degraded)]
    [InlineData("paused", Paused)]
    [InlineData("overridden", Overridden)]
    public async Task Waiting_ends_where_time_does_not_help(string state, MachineConfigTrustStatus status)
    {
        using RunningCluster cluster = new(ClusterStates.All[state]());
        RolloutAnswers answers = await Check(cluster.Checker(), ["worker"], wait: new RolloutWait
            { Timeout = TimeSpan.FromMinutes(5), Interval = TimeSpan.FromMinutes(1) });
        Assert.Equal((status, false), (answers.Results[0].Status, answers.Results[0].TimedOut));
    }

    [SkippableFact]
    public async Task Waiting_ends_when_the_time_is_over()
    {
        using RunningCluster cluster = new(ClusterStates.All["updating"]());
        RolloutAnswers answers = await Check(cluster.Checker(), ["worker"], wait: new RolloutWait
            { Timeout = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((Updating, true, false), (answers.Results[0].Status, answers.Results[0].TimedOut, answers.Results[0].IsInForce));
    }

    [SkippableTheory]
    [InlineData("forbidden", "ClusterForbidden")]
    [InlineData("kubernetes", "NotAnOpenShiftCluster")]
    [InlineData("hosted-4.22", "PoolsAreHosted")]
    public async Task What_a_cluster_refuses_is_an_error_with_an_id(string state, string id)
    {
        using RunningCluster cluster = new(ClusterStates.All[state]());
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => Check(cluster.Checker()));
        Assert.Equal(id, error.ErrorId);
    }

    [SkippableFact]
    public async Task A_wrong_token_is_an_error_that_does_not_show_it()
    {
        using RunningCluster cluster = new(ClusterStates.Updated(), "sha256~secret-of-somebody");
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => Check(cluster.Checker()));
        Assert.Equal("ClusterUnauthorized", error.ErrorId);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);

        using RunningCluster nobody = new(ClusterStates.Updated(), "");
        error = await Assert.ThrowsAsync<TrustException>(() => Check(nobody.Checker()));
        Assert.Equal("ClusterUnauthorized", error.ErrorId);
    }

    [SkippableFact]
    public async Task A_context_that_is_not_there_is_an_error()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => cluster.Client(context: "elsewhere")
            .GetJsonAsync(["nodes"], default));
        Assert.Equal("ContextNotFound", error.ErrorId);
        Assert.Contains("'elsewhere'", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_cluster_that_cannot_be_reached_is_an_error()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        ClusterClient client = cluster.Client();
        cluster.Server.Dispose();
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => client.GetJsonAsync(["nodes"], default));
        Assert.Equal("ClusterUnreachable", error.ErrorId);
    }

    [SkippableFact]
    public async Task A_server_of_another_certificate_is_an_error()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        using RunningCluster other = new(ClusterStates.Updated());
        File.WriteAllText(cluster.Kubeconfig, File.ReadAllText(cluster.Kubeconfig)
            .Replace($":{cluster.Server.Port}\"", $":{other.Server.Port}\"", StringComparison.Ordinal));
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => cluster.Client().GetJsonAsync(["nodes"], default));
        Assert.Equal("ClusterCertificateRefused", error.ErrorId);
    }

    [SkippableFact]
    public async Task Cancelling_ends_the_client_at_once()
    {
        using RunningCluster cluster = new(ClusterStates.All["silent"]());
        using CancellationTokenSource cancellation = new();
        Task<string> asking = cluster.Client(timeout: TimeSpan.FromSeconds(Patience.Long)).GetJsonAsync(["nodes"], cancellation.Token);
        await Patience.UntilAsync(() => cluster.Server.Requests > 0, "the cluster is asked");
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Patience.EndedSoon(watch);
    }

    [SkippableFact]
    public async Task A_cluster_that_says_nothing_is_given_up()
    {
        using RunningCluster cluster = new(ClusterStates.All["silent"]());
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => cluster.Client(timeout: TimeSpan.FromSeconds(1))
            .GetJsonAsync(["nodes"], default));
        Assert.Equal("ClusterTimeout", error.ErrorId);
    }

    [SkippableFact]
    public async Task Nodes_need_oc()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        RolloutChecker checker = cluster.Checker();
        TrustException error = await Assert.ThrowsAsync<TrustException>(async () =>
            await checker.CheckAsync([new RolloutQuestion("worker", ClusterStates.Trust, null)], ["worker-0.example.com"], null, default));
        Assert.Equal("OpenShiftClientRequired", error.ErrorId);
    }

    private static async Task<RolloutAnswers> Check(RolloutChecker checker, IReadOnlyList<string>? roles = null, string? name = null,
        RolloutWait? wait = null) =>
        await checker.CheckAsync(await checker.FindQuestionsAsync(roles, name, null, default), [], wait, default);
}
