using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>
/// Advice that Test gives besides merging, followed to its end on every pool: signature stores, images of the cluster itself, scopes
/// outside the allowed registries, and image policies for whole hosts. Then skopeo takes what the nodes have, and no scope is weaker.
/// </summary>
public sealed partial class FollowedAdviceTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;
    private readonly string _pem;

    public FollowedAdviceTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _pem = key.ExportSubjectPublicKeyInfoPem();
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableTheory]
    [InlineData("4.22.0-rc.1", true)]
    [InlineData("4.22.0-okd-scos.17", false)]
    public async Task A_signature_store_that_is_missing_comes_with_IncludeRegistriesD(string version, bool isOpenShift)
    {
        string skopeo = Tools.RequireTool("skopeo");
        OperatorCluster cluster = Of(version, isOpenShift) with { DefaultStream = isOpenShift ? "rhel-10" : "centos-10" };
        using RunningCluster running = new(cluster.Build(_pem));
        foreach (string pool in OperatorCluster.Pools)
        {
            IReadOnlyList<ImageTrust> entries = MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse(version));
            foreach (MachineConfigOptions options in (MachineConfigOptions[])[await MergedAsync(running, pool),
                new MachineConfigOptions { Roles = [pool], OpenShiftVersion = version, Force = true, Name = "99-{role}-zz-trust" }])
            {
                MachineConfigTrust made = Build(options, entries);
                ClusterState before = running.Server.State = ClusterNodes.Apply(cluster, _pem, [made]);
                MachineConfigTrustResult result = await TestAsync(running, made);
                Assert.Contains(result.Status, (MachineConfigTrustStatus[])[StoreMissing, OperatorPolicyLost]);
                Assert.NotEmpty(result.MissingStores);

                // Nothing but these words: with the stores of the vendor's, merged where that is needed, and once is enough.
                PrintedCommand command = Assert.Single(PrintedCommand.In(result),
                    static c => c.Text.Contains("-IncludeRegistriesD", StringComparison.Ordinal));
                Assert.Equal(pool, command.Role);
                MachineConfigTrust better = await command.RunAsync(running);
                Assert.Equal(made.MergedFrom is not null || isOpenShift, better.MergedFrom is not null);
                ClusterState after = running.Server.State = ClusterNodes.Apply(cluster, _pem, [better]);
                RequireStatus(RolledOut, await TestAsync(running, better));
                RequireBetter(skopeo, before, after, []);
                foreach (ImageTrust entry in entries)
                    Assert.Equal(
                        entry.SignatureStore,
                        Assert.Single(better.Trust, t => t.Registry == entry.Registry && t.Transport == "docker").SignatureStore);
                running.Server.State = cluster.Build(_pem);
            }
        }
    }

    [SkippableTheory]
    [InlineData("4.14", true)]
    [InlineData("4.18.7", true)]
    [InlineData("4.21.0", true)]
    [InlineData("4.22.0-rc.1", true)]
    [InlineData("4.22.0-okd-scos.17", false)]
    public async Task Images_that_the_cluster_needs_come_with_the_preset_OpenShift(string version, bool isOpenShift)
    {
        string skopeo = Tools.RequireTool("skopeo");
        OpenShiftRelease release = OpenShiftRelease.Parse(version);
        OperatorCluster cluster = Of(version, isOpenShift);
        using RunningCluster running = new(cluster.Build(_pem));
        foreach (string pool in OperatorCluster.Pools)
        {
            MachineConfigOptions merged = await MergedAsync(running, pool);
            MachineConfigOptions plain = new() { Roles = [pool], OpenShiftVersion = version };
            foreach (MachineConfigOptions options in release.AlwaysHasPolicy ? [merged] : (MachineConfigOptions[])[plain, merged])
            {
                MachineConfigOptions asked = options with { Default = new RejectRequirement(), IncludeRegistriesD = true };
                MachineConfigTrust made = Build(asked with { Force = true }, MachineConfigPresets.Get("RedHat", release));
                ClusterState before = running.Server.State = ClusterNodes.Apply(cluster, _pem, [made]);
                MachineConfigTrustResult result = await TestAsync(running, made);
                RequireStatus(ClusterImagesRefused, result);

                // The command is about this pool, and merged where this one is; what it makes has the name of this one, and its entries.
                PrintedCommand command = Assert.Single(PrintedCommand.In(result));
                Assert.Equal((pool, options == merged), (command.Role, command.IsMerged));
                MachineConfigTrust better = await command.RunAsync(running);
                Assert.IsType<RejectRequirement>(Assert.Single(better.Trust.Single(static t => t.IsDefault).Requirements!));
                Assert.DoesNotContain(made.Trust, t => !better.Trust.Any(b => (b.Transport, b.Registry) == (t.Transport, t.Registry)
                    && b.Type == t.Type));
                Assert.Equal(made.Name, better.Name);
                ClusterState after = running.Server.State = ClusterNodes.Apply(cluster, _pem, [better]);
                RequireStatus(RolledOut, await TestAsync(running, better));
                RequireBetter(skopeo, before, after,
                    [.. MachineConfigPresets.Get("OpenShift", release).Select(static e =>
                        e.Transport == "docker" ? e.Registry : e.Transport)]);
                running.Server.State = cluster.Build(_pem);
            }
        }
    }

    // Up to 4.14 a custom pool takes the workers' as well, by its name: with other entries this pool would not have its own.
    [SkippableFact]
    public async Task A_workers_policy_that_comes_later_is_to_have_the_same_entries()
    {
        _ = Tools.RequireTool("skopeo");
        OperatorCluster cluster = Of("4.14", true) with { PolicyScopes = ["quay.io/team"] };
        using RunningCluster running = new(cluster.Build(_pem));
        IReadOnlyList<ImageTrust> entries = MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.14"));
        running.Server.State = ClusterNodes.Apply(cluster, _pem, [Build(await MergedAsync(running, "worker"), entries)]);
        MachineConfigOptions options = await MergedAsync(running, "infra");
        Assert.Equal("99-zz-infra-image-trust", Build(options, entries).Name);
        TrustException e = Assert.Throws<TrustException>(() => Build(options, [entries[0]]));
        Assert.Equal("OtherPolicyWins", e.ErrorId);
        Assert.EndsWith("Specify a name that sorts after it, or make it for both pools at once, with -Role.", e.Message,
            StringComparison.Ordinal);

        // Both ways work.
        Assert.Equal("99-zzz-infra", Build(await AskAsync(running, "infra", "99-zzz-infra"), [entries[0]]).Name);
        MachineConfigOptions both = (await MergedBuild.AskAsync(
            new MachineConfigOptions { Roles = ["worker", "infra"] },
            new ClusterOptions { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig },
            TrustMessages.None,
            default)).Options;
        Assert.Equal(2, new MachineConfigBuilder(both, TrustMessages.None).Build([entries[0]]).Count);
    }

    [SkippableTheory]
    [InlineData("4.20")]
    [InlineData("4.22.0-rc.1")]
    public async Task A_scope_outside_the_allowed_registries_is_rendered_once_it_is_added_there(string version)
    {
        string skopeo = Tools.RequireTool("skopeo");
        string[] allowed = ["quay.io", "registry.redhat.io", "registry.access.redhat.com"];
        OperatorCluster cluster = Of(version, true) with { AllowedRegistries = allowed, PolicyScopes = ["example.com/team"] };
        using RunningCluster running = new(cluster.Build(_pem));
        foreach (string pool in OperatorCluster.Pools)
        {
            ClusterState before = running.Server.State = cluster.Build(_pem);
            MachineConfigTrustResult result = await TestAsync(running, pool, OpenShiftRelease.TemplateName(pool));
            Assert.Contains(result.Reasons, static r => r.Contains("example.com/team (ClusterImagePolicy team). Add a scope there",
                StringComparison.Ordinal));
            OperatorCluster helped = cluster with { AllowedRegistries = [.. allowed, "example.com/team"] };
            ClusterState after = running.Server.State = helped.Build(_pem);
            result = await TestAsync(running, pool, OpenShiftRelease.TemplateName(pool));
            Assert.DoesNotContain(result.Reasons, static r => r.Contains("machine-config-controller", StringComparison.Ordinal));
            RequireTaken(skopeo, after);

            // What the operator could not render left everything accepted; now each setting counts.
            foreach ((string scope, Type type) in ((string, Type)[])[("example.com/team/app", typeof(SigstoreSignedRequirement)),
                ("example.com/other", typeof(RejectRequirement)), ("docker.io/library/busybox", typeof(RejectRequirement)),
                ("registry.redhat.io/ubi9", typeof(AcceptRequirement))])
            {
                Assert.IsType<AcceptRequirement>(
                    Assert.Single(PolicyLookup.Governing(ClusterNodes.Policy(before, pool), "docker", scope).Requirements));
                Assert.IsType(type, Assert.Single(PolicyLookup.Governing(ClusterNodes.Policy(after, pool), "docker", scope).Requirements));
            }
        }
    }

    [SkippableTheory]
    [InlineData("4.18.7", true)]
    [InlineData("4.21.0", true)]
    [InlineData("4.22.0-rc.1", true)]
    [InlineData("4.22.0-okd-scos.17", false)]
    public async Task An_image_policy_for_a_whole_host_is_replaced_by_one_for_namespaces(string version, bool isOpenShift)
    {
        string skopeo = Tools.RequireTool("skopeo");
        OperatorCluster cluster = Of(version, isOpenShift) with { PolicyScopes = ["quay.io/team", "registry.redhat.io"] };
        using RunningCluster running = new(cluster.Build(_pem));
        foreach (string pool in OperatorCluster.Pools)
        {
            ClusterState before = running.Server.State = cluster.Build(_pem);

            // Skopeo pulls nothing with that.
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(
                () => ClusterNodes.RequireTaken(skopeo, _scratch, ClusterNodes.Rendered(before, pool)));
            MachineConfigTrust made = new()
            {
                Name = "51-" + pool + "-rh-registry-trust",
                Role = pool,
                Files = [],
                Labels = new Dictionary<string, string>(),
                Trust = [],
                Yaml = "",
            };
            before = running.Server.State = before.Config(made.Name, pool, (ClusterStates.PolicyPath, ClusterStates.RedHatPolicy));
            MachineConfigTrustResult result = await TestAsync(running, made);
            Match advice = Namespaces().Match(string.Join('\n', result.Reasons));
            Assert.True(advice.Success, string.Join('\n', result.Reasons));
            Assert.Equal(("registry.redhat.io", "ClusterImagePolicy team"), (advice.Groups["scope"].Value, advice.Groups["whose"].Value));
            string[] namespaces = advice.Groups["names"].Value.Split(", ");
            Assert.Contains("registry.redhat.io/ubi9", namespaces);

            OperatorCluster helped = cluster with { PolicyScopes = ["quay.io/team", .. namespaces] };
            ClusterState after = running.Server.State = helped.Build(_pem);
            RequireTaken(skopeo, after);
            foreach (string scope in (string[])["quay.io/team", .. namespaces])
                Assert.IsType<SigstoreSignedRequirement>(
                    Assert.Single(PolicyLookup.Governing(ClusterNodes.Policy(after, pool), "docker", scope).Requirements));

            // What is lost is the rest of the host, and nothing else; the advice says so.
            Assert.Equal(
                ["registry.redhat.io (signatures of an image policy)"],
                DisplacedPolicy.Lost(ClusterNodes.Policy(cluster.Build(_pem), pool), ClusterNodes.Policy(after, pool)));
            Assert.Contains(result.Reasons, static r => r.EndsWith(
                "Images of other namespaces are then accepted as the default says: list " +
                "every one that you need, and verify their images first with Test-ImageSignature.", StringComparison.Ordinal));
            result = await TestAsync(running, pool, made.Name);
            Assert.DoesNotContain(result.Reasons, static r => r.Contains("Nodes pull no image", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"Replace the scope (?<scope>\S+) of (?<whose>.+?) by the namespaces " +
        @"that your images are in, such as (?<names>[^:]+):")]
    private static partial Regex Namespaces();

    private static OperatorCluster Of(string version, bool isOpenShift) => new(OpenShiftRelease.Parse(version).Minor, isOpenShift);

    private static Task<MachineConfigOptions> MergedAsync(RunningCluster running, string pool) => AskAsync(running, pool, null);

    private static async Task<MachineConfigOptions> AskAsync(RunningCluster running, string pool, string? name) =>
        (await MergedBuild.AskAsync(
        new MachineConfigOptions { Roles = [pool], Name = name },
        new ClusterOptions { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig },
        TrustMessages.None,
        default)).Options;

    private static MachineConfigTrust Build(MachineConfigOptions options, IReadOnlyList<ImageTrust> entries) =>
        Assert.Single(new MachineConfigBuilder(options, TrustMessages.None).Build(entries));

    private static Task<MachineConfigTrustResult> TestAsync(RunningCluster running, MachineConfigTrust made) =>
        TestAsync(running, made.Role!, made.Name);

    private static async Task<MachineConfigTrustResult> TestAsync(RunningCluster running, string pool, string name) => Assert.Single(
        (await running.Checker().CheckAsync([new RolloutQuestion(pool, name, null)], [], null, default)).Results);

    private static void RequireStatus(MachineConfigTrustStatus status, MachineConfigTrustResult result) =>
        Assert.True(status == result.Status, $"{status}, not {result}: {string.Join(' ', result.Reasons)}");

    // But for what the advice is to have accepted.
    private void RequireBetter(string skopeo, ClusterState before, ClusterState after, IReadOnlyList<string> accepted)
    {
        RequireTaken(skopeo, after);
        foreach (string pool in OperatorCluster.Pools)
            Assert.DoesNotContain(DisplacedPolicy.Lost(ClusterNodes.Policy(before, pool), ClusterNodes.Policy(after, pool)),
                l => !accepted.Any(a => l.Contains(a, StringComparison.Ordinal)));
    }

    private void RequireTaken(string skopeo, ClusterState after)
    {
        foreach (string pool in OperatorCluster.Pools)
            ClusterNodes.RequireTaken(skopeo, _scratch, ClusterNodes.Rendered(after, pool));
    }
}
