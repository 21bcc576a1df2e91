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
            MachineConfigOptions options = await MergedAsync(running, pool);
            IReadOnlyList<ImageTrust> entries = MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse(version));
            MachineConfigTrust made = Build(options, entries);
            ClusterState before = running.Server.State = ClusterNodes.Apply(cluster, _pem, [made]);
            MachineConfigTrustResult result = await TestAsync(running, made);
            RequireStatus(StoreMissing, result);
            Assert.Contains("New-MachineConfigTrust -IncludeRegistriesD.", result.Reasons[0], StringComparison.Ordinal);

            MachineConfigTrust better = Build(options with { IncludeRegistriesD = true }, entries);
            ClusterState after = running.Server.State = ClusterNodes.Apply(cluster, _pem, [better]);
            RequireStatus(RolledOut, await TestAsync(running, better));
            RequireBetter(skopeo, before, after, []);
            running.Server.State = cluster.Build(_pem);
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

                // The command is about this pool, and merged where this one is; what it makes has the name of this one.
                Match command = Preset().Match(result.Reasons[0]);
                Assert.True(command.Success, result.Reasons[0]);
                Assert.Equal(pool, command.Groups["role"].Success ? command.Groups["role"].Value : "worker");
                Assert.Equal(options == merged, command.Groups["merge"].Success);
                MachineConfigOptions followed = (options == merged ? merged : plain) with
                    { IncludeRegistriesD = true, Name = command.Groups["name"].Success ? command.Groups["name"].Value : null };
                MachineConfigTrust better = Build(followed, [.. made.Trust, .. MachineConfigPresets.Get("OpenShift", release)]);
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
            RequireBetter(skopeo, before, after, []);
            Assert.IsType<SigstoreSignedRequirement>(
                Assert.Single(PolicyLookup.Governing(ClusterNodes.Policy(after, pool), "docker", "example.com/team/app").Requirements));
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
            result = await TestAsync(running, pool, made.Name);
            Assert.DoesNotContain(result.Reasons, static r => r.Contains("Nodes pull no image", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"New-MachineConfigTrust -Preset OpenShift(?<merge> -Merge)?" +
        @"(?: -Name '?(?<name>[^' ]+)'?)?(?: -Role '?(?<role>[a-z]+)'?)?")]
    private static partial Regex Preset();

    [GeneratedRegex(@"Replace the scope (?<scope>\S+) of (?<whose>.+?) by the namespaces " +
        @"that your images are in, such as (?<names>[^:]+):")]
    private static partial Regex Namespaces();

    private static OperatorCluster Of(string version, bool isOpenShift) => new(OpenShiftRelease.Parse(version).Minor, isOpenShift);

    private static async Task<MachineConfigOptions> MergedAsync(RunningCluster running, string pool) => (await MergedBuild.AskAsync(
        new MachineConfigOptions { Roles = [pool] },
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
            Assert.Empty(DisplacedPolicy.Lost(ClusterNodes.Policy(before, pool), ClusterNodes.Policy(after, pool))
                .Where(l => !accepted.Any(a => l.Contains(a, StringComparison.Ordinal))));
    }

    private void RequireTaken(string skopeo, ClusterState after)
    {
        foreach (string pool in OperatorCluster.Pools)
            ClusterNodes.RequireTaken(skopeo, _scratch, ClusterNodes.Rendered(after, pool));
    }
}
