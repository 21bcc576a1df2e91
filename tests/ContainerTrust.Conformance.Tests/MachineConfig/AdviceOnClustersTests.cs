using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>
/// Each advice about a MachineConfig is followed, word by word, on the cluster that it was given for: what then is on the nodes of every
/// pool is taken by skopeo, is in force, and accepts nothing that was refused before.
/// </summary>
public sealed partial class AdviceOnClustersTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;
    private readonly string _pem;

    public AdviceOnClustersTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _pem = key.ExportSubjectPublicKeyInfoPem();
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableTheory]
    [InlineData("4.14", true)]
    [InlineData("4.18.7", true)]
    [InlineData("4.20", true)]
    [InlineData("4.21.0", true)]
    [InlineData("4.22.0-rc.1", true)]
    [InlineData("4.22.0-okd-scos.17", false)]
    public async Task Advice_that_is_followed_leaves_every_pool_better(string version, bool isOpenShift)
    {
        string skopeo = Tools.RequireTool("skopeo");
        OpenShiftRelease release = OpenShiftRelease.Parse(version);
        OperatorCluster cluster = new(release.Minor, isOpenShift) { PolicyScopes = ["quay.io/team/app"] };
        using RunningCluster running = new(cluster.Build(_pem));

        string[] pools = [.. OperatorCluster.Pools];

        // The name that a merged MachineConfig has by itself, and one of the user's own.
        foreach ((string before, string? merged) in ((string, string?)[])[("51-{role}-rh-registry-trust", null),
            ("99-{role}-zz-trust", "99-zzz-{role}-mine")])
        {
            // What New says of it beforehand, and what Test says of it afterwards, is one advice.
            MachineConfigTrust[] forced = [.. pools.Select(p => Forced(version, p, before))];
            ClusterState state = running.Server.State = ClusterNodes.Apply(cluster, _pem, forced);
            Dictionary<string, PolicyDocument> old = pools.ToDictionary(static p => p, p => ClusterNodes.Policy(state, p));
            foreach (MachineConfigTrust made in forced)
            {
                MachineConfigTrustResult result = Judge(state, made);
                Assert.Contains(result.Status, (MachineConfigTrustStatus[])[Overridden, OperatorPolicyLost]);
                PrintedCommand printed = Assert.Single(PrintedCommand.In(result), static c => c.IsMerged
                    && c.Text.Contains(" -Merge", StringComparison.Ordinal));
                Assert.Equal(made.Role, printed.Role);

                // Word by word: the entries of the one in the cluster, in the operator's policy.
                MachineConfigTrust better = await printed.RunAsync(running);
                Assert.NotNull(better.MergedFrom);
                Assert.All(made.Trust.Where(static t => t.Type != TrustType.Accept),
                    t => Assert.Contains(better.Trust, b => b.Registry == t.Registry && b.Type == t.Type));
                ClusterState then = ClusterNodes.Apply(cluster, _pem, [.. forced.Where(f => f.Name != better.Name), better]);
                Assert.Empty(DisplacedPolicy.Lost(old[made.Role!], ClusterNodes.Policy(then, made.Role!)));
            }

            IReadOnlyList<MachineConfigTrust> followed = await MergeAsync(running, release, pools, merged);
            state = running.Server.State = ClusterNodes.Apply(cluster, _pem, [.. forced, .. followed]);
            RequireBetter(skopeo, state, followed, old, cluster);

            // The operator's policy grows, as with an update: Test names the command that makes the next one, with name and pool.
            OperatorCluster grown = cluster with { PolicyScopes = ["quay.io/team/app", "example.com/new", "quay.io/team/new"] };
            state = running.Server.State = ClusterNodes.Apply(grown, _pem, [.. forced, .. followed]);
            List<MachineConfigTrust> renewed = [];
            foreach (MachineConfigTrust made in followed)
            {
                MachineConfigTrustResult result = Judge(state, made);
                Assert.Equal(OperatorPolicyLost, result.Status);
                (string verb, string role, string? name) = Assert.Single(Commands(result));
                Assert.Equal(("-Renew", made.Role), (verb, role));
                Assert.Equal(merged is null ? null : made.Name, name);
                renewed.AddRange(await RenewAsync(running, role, name));
            }

            old = pools.ToDictionary(static p => p, p => ClusterNodes.Policy(state, p));
            state = running.Server.State = ClusterNodes.Apply(grown, _pem, [.. forced, .. renewed]);
            RequireBetter(skopeo, state, renewed, old, grown);
        }
    }

    [GeneratedRegex(@"New-MachineConfigTrust (?<verb>-Renew)(?: -Name '?(?<name>[^' ]+?)'?)?(?: -Role '?(?<role>[a-z]+)'?)?\.")]
    private static partial Regex Command();

    private static List<(string Verb, string Role, string? Name)> Commands(MachineConfigTrustResult result) =>
        [.. result.Reasons.SelectMany(static r => Command().Matches(r)).Select(static m => (
            m.Groups["verb"].Value,
            m.Groups["role"].Success ? m.Groups["role"].Value : "worker",
            m.Groups["name"].Success ? m.Groups["name"].Value : null)).Distinct()];

    // With -Force: what is made all the same, once the refusal or warning has named the way out.
    private static MachineConfigTrust Forced(string version, string role, string name)
    {
        List<string> said = [];
        MachineConfigOptions options = new()
        {
            Roles = [role],
            Name = name,
            OpenShiftVersion = version,
            AcceptsTheRest = true,
            Force = true,
        };
        TrustMessages messages = new() { Warning = said.Add, Verbose = said.Add };
        MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(options, messages)
            .Build(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse(version))));
        bool isSaid = said.Exists(static w => w.Contains("-Merge", StringComparison.Ordinal));
        Assert.True(isSaid, $"{made.Name}: {string.Join('\n', said)}");
        return made;
    }

    private static ClusterOptions Cluster(RunningCluster running) =>
        new() { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig };

    private static async Task<IReadOnlyList<MachineConfigTrust>> MergeAsync(RunningCluster running, OpenShiftRelease release,
        string[] pools, string? name)
    {
        List<string> said = [];
        MachineConfigOptions asked =
            new() { Roles = pools, Name = name, AcceptsTheRest = true };
        (MachineConfigOptions complete, OperatorAnswers answers) =
            await MergedBuild.AskAsync(asked, Cluster(running), TrustMessages.None, default);
        Assert.Equal(release.Minor, answers.Release.Minor);
        IReadOnlyList<ImageTrust> entries = MachineConfigPresets.Get("RedHat", answers.Release);
        IReadOnlyList<MachineConfigTrust> made =
            new MachineConfigBuilder(complete, new TrustMessages { Warning = said.Add }).Build(entries);

        // Where nodes would have no signature store, it is said how they get it.
        bool isAdvised = said.Exists(static w => w.Contains("-IncludeRegistriesD", StringComparison.Ordinal));
        Assert.Equal(release.Type == OpenShiftClusterType.OKD || release.Minor == 22, isAdvised);
        return isAdvised ? new MachineConfigBuilder(complete with { IncludeRegistriesD = true }, TrustMessages.None).Build(entries) : made;
    }

    private static Task<IReadOnlyList<MachineConfigTrust>> RenewAsync(RunningCluster running, string role, string? name) =>
        MergedBuild.RenewAsync(new MachineConfigOptions { Roles = [role], Name = name }, Cluster(running), TrustMessages.None, default);

    private static MachineConfigTrustResult Judge(ClusterState state, MachineConfigTrust made) => RolloutJudge.Judge(
        new RolloutState(made.Role!, new PoolDocument(ClusterNodes.Element(state.Pools[made.Role!])),
            [.. state.Configs.Values.Select(static c => new ConfigDocument(ClusterNodes.Element(c)))]),
        made.Name, null);

    private void RequireBetter(string skopeo, ClusterState state, IReadOnlyList<MachineConfigTrust> made,
        Dictionary<string, PolicyDocument> before, OperatorCluster cluster)
    {
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), made.Select(static m => m.Role!).Order(StringComparer.Ordinal));
        PolicyDocument operators = PolicyReader.Read(Encoding.UTF8.GetBytes(cluster.Policy(_pem)!), "operator");
        foreach (MachineConfigTrust config in made)
        {
            MachineConfigTrustResult result = Judge(state, config);
            Assert.True(result.Status == RolledOut, $"{result}: {string.Join(' ', result.Reasons)}");

            // Up to 4.14 a custom pool takes what sorts last of the workers' as well, which has the same here.
            string workers = config.Name.Replace(config.Role!, "worker", StringComparison.Ordinal);
            Assert.Contains(result.PolicySource,
                (string[])[config.Name, config.Role == "infra" && cluster.Minor < 15 ? workers : config.Name]);
            PolicyDocument after = ClusterNodes.Policy(state, config.Role!);
            Assert.Empty(DisplacedPolicy.Lost(before[config.Role!], after));
            Assert.Empty(DisplacedPolicy.Lost(operators, after));
            ClusterNodes.RequireTaken(skopeo, _scratch, ClusterNodes.Rendered(state, config.Role!));
        }
    }
}
