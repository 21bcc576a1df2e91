using System.Diagnostics;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>
/// The files of nodes. There is no oc to be had for these tests: a script of that name stands in for the debug session (it runs the command
/// with a directory as the node's root) and leaves every other question to the real kubectl. What a real cluster does with the session is
/// not tested.
/// </summary>
public sealed class NodeTests
{
    private const string Node = "worker-0.example.com";

    [SkippableFact]
    public async Task A_node_that_has_what_is_meant_is_told_so()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string oc = StandIn(cluster, out string root);
        Write(root, "etc/containers/policy.json", ClusterStates.RedHatPolicyReordered);
        MachineConfigTrustResult result = Assert.Single((await Check(cluster, oc, Node)).Results);
        Assert.True(result.IsInForce, string.Join(' ', result.Reasons));
        MachineConfigTrustNode node = Assert.Single(result.Nodes);
        Assert.Equal((Node, true), (node.Name, node.IsAsMeant));
    }

    [SkippableFact]
    public async Task Roots_own_policy_on_a_node_is_no_yes()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string oc = StandIn(cluster, out string root);
        Write(root, "etc/containers/policy.json", ClusterStates.RedHatPolicy);
        Write(root, "root/.config/containers/policy.json", ClusterStates.DefaultPolicy);
        MachineConfigTrustResult result = Assert.Single((await Check(cluster, oc, Node)).Results);
        Assert.Equal((NotAsMeant, false), (result.Status, result.IsInForce));
        Assert.Contains("/root/.config/containers/policy.json decides in place of", result.Reasons[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_node_whose_files_differ_is_no_yes()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string oc = StandIn(cluster, out string root);
        Write(root, "etc/containers/policy.json", ClusterStates.DefaultPolicy);
        File.Delete(Path.Combine(root, "etc/containers/registries.d/registry.redhat.io.yaml"));
        MachineConfigTrustResult result = Assert.Single((await Check(cluster, oc, Node)).Results);
        Assert.Equal((NotAsMeant, false), (result.Status, result.IsInForce));
        Assert.Contains("registry.redhat.io is missing", result.Reasons[0], StringComparison.Ordinal);
        Assert.Contains(Assert.Single(result.Nodes).Reasons, static r => r.Contains("names no signature store", StringComparison.Ordinal));

        Write(root, "etc/containers/policy.json", "no JSON");
        Assert.Equal(NotAsMeant, Assert.Single((await Check(cluster, oc, Node)).Results).Status);
        File.Delete(Path.Combine(root, "etc/containers/policy.json"));
        Assert.Contains("/etc/containers/policy.json is missing", Assert.Single((await Check(cluster, oc, Node)).Results).Reasons[0],
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Files_of_any_content_and_name_come_over_whole()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string oc = StandIn(cluster, out string root);
        Write(root, "etc/containers/policy.json", ClusterStates.RedHatPolicy);
        byte[] bytes = new byte[100_001];
        new Random(7).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(root, "etc/pki/any key.bin"), bytes);
        File.WriteAllText(Path.Combine(root, "etc/pki/empty"), "");
        File.WriteAllText(Path.Combine(root, "etc/containers/registries.d/a 'b'\n$(c).yaml"), "docker: {}\n");
        DocumentHost host = await new NodeFiles(cluster.Client(oc))
            .ReadAsync(Node, ["/etc/pki/any key.bin", "/etc/pki/empty", "/etc/pki/none", "/etc/pki"], default);
        Assert.Equal(bytes, host.TryReadFile("/etc/pki/any key.bin", int.MaxValue)!.Content.ToArray());
        Assert.Equal(0, host.TryReadFile("/etc/pki/empty", 10)!.Content.Length);
        Assert.Null(host.TryReadFile("/etc/pki/none", 10));
        Assert.Contains("a 'b'\n$(c).yaml", host.ListDirectory("/etc/containers/registries.d"));
    }

    [SkippableTheory]
    [InlineData("master-0.example.com", "NodeNotInPool")]
    [InlineData("nobody.example.com", "ClusterObjectNotFound")]
    public async Task A_node_that_cannot_be_looked_at_is_an_error_and_no_yes(string node, string id)
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        RolloutAnswers answers = await Check(cluster, StandIn(cluster, out _), node);
        Assert.Equal(id, Assert.Single(answers.Errors).ErrorId);
        Assert.Equal((Unknown, false), (answers.Results[0].Status, answers.Results[0].IsInForce));
    }

    [SkippableFact]
    public async Task An_answer_that_is_cut_off_is_an_error()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string oc = cluster.Program("oc",
            "#!/bin/sh\ncase \"$*\" in *debug*) echo '#containertrust begin'; exit 0;; esac\nexec " +
            $"{Tools.RequireTool("kubectl")} \"$@\"\n");
        Assert.Equal("NodeAnswerInvalid", Assert.Single((await Check(cluster, oc, Node)).Errors).ErrorId);
    }

    [SkippableFact]
    public async Task Cancelling_lets_the_session_clean_up_and_waits_for_nobody()
    {
        using RunningCluster cluster = new(ClusterStates.Updated());
        string mark = Path.Combine(Path.GetDirectoryName(cluster.Kubeconfig)!, "mark");
        string leave = mark + ".leave";
        string oc = cluster.Program("oc",
            $"#!/bin/sh\ntrap 'while [ ! -e \"{leave}\" ]; do sleep 0.1; done; echo cleaned > \"{mark}\"; kill $!; exit 1' TERM\necho " +
            $"started > \"{mark}\"\nsleep 60 >/dev/null 2>&1 &\nwait\n");
        using CancellationTokenSource cancellation = new();
        Task<DocumentHost> reading = new NodeFiles(cluster.Client(oc)).ReadAsync(Node, [], cancellation.Token);
        await Patience.UntilAsync(() => File.Exists(mark) && File.ReadAllText(mark) == "started\n", "the session starts");
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Patience.EndedSoon(watch);
        Assert.Equal("started\n", File.ReadAllText(mark));
        File.WriteAllText(leave, "");
        await Patience.UntilAsync(() => File.ReadAllText(mark) == "cleaned\n", "the session cleans up");
    }

    // Runs the command of a debug session where "/host" is a directory, with the programs of this machine.
    private static string StandIn(RunningCluster cluster, out string root)
    {
        string kubectl = Tools.RequireTool("kubectl");
        root = Path.Combine(Path.GetDirectoryName(cluster.Kubeconfig)!, "root");
        Directory.CreateDirectory(Path.Combine(root, "etc/pki"));
        Write(root, "etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release", "key");
        foreach (string registry in new[] { "registry.redhat.io", "registry.access.redhat.com" })
            Write(root, $"etc/containers/registries.d/{registry}.yaml",
                $"docker:\n  {registry}:\n    sigstore: https://{registry}/sigstore\n");
        string oc = cluster.Program("oc", $$"""
            #!/bin/sh
            case "$*" in
                *" debug node/{{Node}} --quiet -- chroot /host /bin/sh -c "*) ;;
                *) exec {{kubectl}} "$@" ;;
            esac
            while [ "$1" != /host ]; do shift; done
            shift
            for place in bin usr lib lib64; do
                [ -e "{{root}}/$place" ] || mkdir "{{root}}/$place"
                mount --rbind "/$place" "{{root}}/$place" || exit 77
            done
            echo "Starting pod/worker-0examplecom-debug ..." >&2
            exec chroot "{{root}}" "$@"
            """);
        ToolResult possible = Tools.Run(Tools.RequireTool("unshare"), ["--user", "--map-root-user", "--mount", "true"]);
        Skip.If(possible.ExitCode != 0, "This machine does not permit namespaces of one's own.");
        File.Move(oc, oc + "-in-namespace");
        return cluster.Program("oc", $"#!/bin/sh\nexec unshare --user --map-root-user --mount -- {oc}-in-namespace \"$@\"\n");
    }

    private static void Write(string root, string path, string content)
    {
        string file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private static Task<RolloutAnswers> Check(RunningCluster cluster, string oc, string node) =>
        cluster.Checker(oc).CheckAsync([new RolloutQuestion("worker", ClusterStates.Trust, null)], [node], null, default);
}
