using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>Policies that are merged with the operator's, by way of kubectl, and whether skopeo takes what then is on the nodes.</summary>
public sealed class MergedPolicyTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableTheory]
    [InlineData(14, true)]
    [InlineData(18, true)]
    [InlineData(20, true)]
    [InlineData(21, true)]
    [InlineData(22, true)]
    [InlineData(22, false)]
    public async Task What_is_merged_on_a_cluster_is_taken_by_skopeo_and_can_be_made_again(int minor, bool isOpenShift)
    {
        string skopeo = Tools.RequireTool("skopeo");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = key.ExportSubjectPublicKeyInfoPem();
        OperatorCluster cluster = new(minor, isOpenShift) { PolicyScopes = ["quay.io/team/app"] };

        // Each question to a cluster is a program that is started; the engine's tests have every pool of every version.
        foreach (string pool in minor == 22 && isOpenShift ? OperatorCluster.Pools : ["infra"])
        {
            using RunningCluster running = new(cluster.Build(pem));
            ClusterOptions options = new() { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig };
            MachineConfigOptions asked = new() { Roles = [pool], AcceptsTheRest = true, IncludeRegistriesD = true };
            (MachineConfigOptions complete, OperatorAnswers answers) =
                await MergedBuild.AskAsync(asked, options, TrustMessages.None, default);
            Assert.Equal(minor, answers.Release.Minor);
            Assert.Equal(isOpenShift ? OpenShiftClusterType.OpenShift : OpenShiftClusterType.OKD, answers.Release.Type);
            ImageTrust own = new()
            {
                ComputerName = "",
                Transport = "docker",
                Registry = "quay.io/openshift-release-dev/own",
                Requirements = [new SigstoreSignedRequirement { KeyData = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) }],
                UseSigstoreAttachments = true,
                Section = new LookasideSection { UseSigstoreAttachments = true },
            };
            MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(complete, TrustMessages.None)
                .Build([.. MachineConfigPresets.Get("RedHat", answers.Release), own]));
            ClusterState applied = cluster.Build(pem, (made.Name, pool,
                [.. made.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content)))]));
            applied.Annotate(made.Name, Annotations(made));
            running.Server.State = applied;

            RolloutAnswers found = await running.Checker().CheckAsync([new RolloutQuestion(pool, made.Name, null)], [], null, default);
            Assert.Equal(MachineConfigTrustStatus.RolledOut, Assert.Single(found.Results).Status);
            RequireTaken(skopeo, applied, found.Results[0].TargetConfig!);

            // Made again of the same, it is the same; after the operator's policy has grown, it has that, too.
            MachineConfigTrust again = Assert.Single(await MergedBuild.RenewAsync(asked, options, TrustMessages.None, default));
            Assert.Equal(made.Yaml, again.Yaml);
            OperatorCluster grown = cluster with { PolicyScopes = ["quay.io/team/app", "quay.io/team/new"] };
            running.Server.State = grown.Build(pem, (made.Name, pool,
                [.. made.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content)))])).Annotate(made.Name, Annotations(made));
            found = await running.Checker().CheckAsync([new RolloutQuestion(pool, made.Name, null)], [], null, default);
            Assert.Equal(MachineConfigTrustStatus.OperatorPolicyLost, Assert.Single(found.Results).Status);
            again = Assert.Single(await MergedBuild.RenewAsync(asked, options, TrustMessages.None, default));
            Assert.Contains(again.Trust, static t => t is { Registry: "quay.io/team/new", Type: TrustType.SigstoreSigned });
            Assert.Contains(again.Trust, static t => t is { Registry: "registry.redhat.io", Type: TrustType.SignedBy });
        }
    }

    // What 4.21 did not check, and 4.22 does.
    [SkippableTheory]
    [InlineData(true, null)]
    [InlineData(false, "NothingToMerge")]
    public async Task What_the_operator_no_longer_accepts_is_left_out_of_the_next_merge(bool hasMore, string? errorId)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = key.ExportSubjectPublicKeyInfoPem();
        using RunningCluster running = new(new OperatorCluster(21, IsOpenShift: true).Build(pem));
        ClusterOptions options = new() { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig };
        MachineConfigOptions asked = new() { AcceptsTheRest = true };
        (MachineConfigOptions complete, OperatorAnswers answers) = await MergedBuild.AskAsync(asked, options, TrustMessages.None, default);
        ImageTrust[] entries = [.. MachineConfigPresets.Get("OpenShift", answers.Release)
            .Where(e => hasMore || e.Registry.EndsWith("art-dev", StringComparison.Ordinal))];
        MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(complete, TrustMessages.None).Build(entries));
        running.Server.State = new OperatorCluster(22, IsOpenShift: true).Build(pem, (made.Name, "worker",
            [.. made.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content)))])).Annotate(made.Name, Annotations(made));
        List<string> said = [];
        Task<IReadOnlyList<MachineConfigTrust>> renewing =
            MergedBuild.RenewAsync(asked, options, new TrustMessages { Warning = said.Add }, default);
        if (errorId is not null)
        {
            Assert.Equal(errorId, (await Assert.ThrowsAsync<TrustException>(() => renewing)).ErrorId);
            return;
        }

        MachineConfigTrust again = Assert.Single(await renewing);
        Assert.Contains(said, static w => w.Contains("ocp-v4.0-art-dev", StringComparison.Ordinal));
        Assert.Contains(again.Trust, static t => t is { Transport: "docker", Registry: "quay.io/openshift-release-dev/ocp-v4.0-art-dev",
            Type: TrustType.SigstoreSigned });
    }

    [SkippableFact]
    public async Task A_hosted_cluster_has_no_pools_to_merge_for()
    {
        using RunningCluster running = new(new OperatorCluster(22, IsOpenShift: false) { IsHosted = true }.Build("x"));
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => MergedBuild.AskAsync(
            new MachineConfigOptions(),
            new ClusterOptions { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig },
            TrustMessages.None,
            default));
        Assert.Equal("PoolsAreHosted", e.ErrorId);
    }

    [SkippableFact]
    public async Task A_cluster_that_does_not_say_its_version_is_refused()
    {
        ClusterState state = ClusterStates.New();
        state.Version = null;
        using RunningCluster running = new(state);
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => MergedBuild.AskAsync(
            new MachineConfigOptions(),
            new ClusterOptions { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig },
            TrustMessages.None,
            default));
        Assert.Equal("ClusterVersionNotFound", e.ErrorId);
    }

    [SkippableTheory]
    [InlineData("nothing", null, "PoolNotFound")]
    [InlineData("worker", null, "OtherPolicyWins")]
    [InlineData("worker", "4.21", "OpenShiftVersionDiffers")]
    public async Task What_could_have_no_effect_is_refused(string pool, string? version, string errorId)
    {
        using RunningCluster running = new(new OperatorCluster(22, IsOpenShift: true).Build("x",
            (version is null ? "99-zzz-other" : "51-other", "worker", [(ClusterStates.PolicyPath, ClusterStates.DefaultPolicy)])));
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => MergedBuild.AskAsync(
            new MachineConfigOptions { Roles = [pool], OpenShiftVersion = version },
            new ClusterOptions { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig },
            TrustMessages.None,
            default));
        Assert.Equal(errorId, e.ErrorId);
    }

    [SkippableFact]
    public async Task The_stream_of_nodes_is_what_the_cluster_says()
    {
        using RunningCluster running = new(new OperatorCluster(22, IsOpenShift: true) { DefaultStream = "rhel-10" }
            .Build("x").Stream("worker", "rhel-9"));
        ClusterOptions options = new() { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig };
        MachineConfigOptions asked = new() { Roles = ["master", "infra"] };
        MachineConfigOptions complete = (await MergedBuild.AskAsync(asked, options, TrustMessages.None, default)).Options;
        Assert.Equal(("rhel-10", "rhel-9"), (complete.OSImageStream!("master"), complete.OSImageStream("infra")));
        TrustException e = await Assert.ThrowsAsync<TrustException>(() =>
            MergedBuild.AskAsync(asked with { OSImageStream = static _ => "rhel-10" }, options, TrustMessages.None, default));
        Assert.Equal("OSImageStreamDiffers", e.ErrorId);
    }

    private static IReadOnlyDictionary<string, string> Annotations(MachineConfigTrust made) => Assert.Single(
        MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(made.Yaml), "made", TrustMessages.None)).Annotations;

    // Both files are read before any registry is asked; nothing listens on that port.
    private void RequireTaken(string skopeo, ClusterState state, string rendered)
    {
        ConfigDocument config = new(System.Text.Json.JsonElement.Parse(state.Configs[rendered].ToJsonString()));
        string root = Directory.CreateDirectory(Path.Combine(_scratch, Guid.NewGuid().ToString("n"))).FullName;
        Directory.CreateDirectory(Path.Combine(root, "registries.d"));
        foreach (MachineConfigFile file in RhcosDefaults.Rhel9.Files.Concat(config.Paths.Where(config.Sets).Select(p => config.Find(p)!)))
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
