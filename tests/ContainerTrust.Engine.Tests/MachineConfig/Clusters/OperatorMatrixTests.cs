using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

/// <summary>
/// Every version that behaves differently, with every kind of pool and of MachineConfig: what New says, what then decides on the nodes, and
/// what Test says of it agree.
/// </summary>
public sealed class OperatorMatrixTests
{
    internal static readonly (string Version, OpenShiftClusterType? Type)[] Clusters =
        [("4.14", null), ("4.18.7", null), ("v4.20", null), ("4.21.0", null), ("4.22.0-rc.1", null), ("4.22.0-okd-scos.17", null),
            ("4.22", OpenShiftClusterType.HostedControlPlane)];

    public static TheoryData<string, OpenShiftClusterType?, string, string, bool> Cases()
    {
        TheoryData<string, OpenShiftClusterType?, string, string, bool> cases = [];
        foreach ((string version, OpenShiftClusterType? type) in Clusters)
        {
            foreach (string pool in OperatorCluster.Pools)
            {
                foreach (string name in (string[])["51-{role}-rh-registry-trust", "99-{role}-zz-trust", "00-{role}-trust", "merged"])
                {
                    cases.Add(version, type, pool, name, false);
                    cases.Add(version, type, pool, name, true);
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_said_before_is_what_comes_of_it(string version, OpenShiftClusterType? type, string pool, string name,
        bool hasSettings)
    {
        OpenShiftRelease release = OpenShiftRelease.Parse(version, type);
        OperatorCluster cluster = Of(release) with
        {
            AllowedRegistries = !hasSettings ? null
                : ["quay.io", "registry.redhat.io", "registry.access.redhat.com", "image-registry.openshift-image-registry.svc:5000"],
        };
        bool isMerged = name == "merged";
        List<string> warnings = [], said = [];
        MachineConfigOptions options = new()
        {
            Roles = [pool],
            Name = isMerged ? null : name,
            OpenShiftVersion = version,
            ClusterType = type,
            AcceptsTheRest = true,
            Operator = isMerged ? role => Part(cluster, role) : null,
        };
        IReadOnlyList<ImageTrust> entries = MachineConfigPresets.Get("RedHat", release);
        TrustException? refusal = null;
        try
        {
            new MachineConfigBuilder(options, new TrustMessages { Warning = warnings.Add, Verbose = said.Add }).Build(entries);
        }
        catch (TrustException e)
        {
            refusal = e;
        }

        MachineConfigTrust? made = refusal?.ErrorId is "NameTooEarly" or null
            ? refusal is null ? Assert.Single(new MachineConfigBuilder(options, TrustMessages.None).Build(entries)) : null
            : Assert.Single(new MachineConfigBuilder(options with { Force = true }, TrustMessages.None).Build(entries));
        if (made is null)
        {
            // By the order of names alone: a template that accepts everything comes later.
            Assert.True(name.StartsWith("00", StringComparison.Ordinal) && (pool != "infra" || release.Minor < 15));
            return;
        }

        ClusterState state = cluster.Build(TestPemKeys.P256, (made.Name, pool,
            [.. made.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content)))]));
        if (isMerged)
            Mark(state, made);
        MachineConfigTrustResult result = Recorded.Judge(state, pool, made.Name);
        bool isLast = (pool == "infra" && release.Minor >= 15)
            || string.CompareOrdinal(made.Name, $"99-{(pool == "infra" ? "worker" : pool)}-generated-registries") > 0;
        string expected = !isLast && cluster.HasPolicy ? $"99-{(pool == "infra" ? "worker" : pool)}-generated-registries" : made.Name;
        Assert.Equal(expected, result.PolicySource);
        MachineConfigTrustStatus status = expected != made.Name ? Overridden
            : isMerged || !cluster.HasPolicy ? RolledOut : OperatorPolicyLost;
        Assert.True(status == result.Status, $"{status}, not {result}: {string.Join(' ', result.Reasons)}");

        // What is refused is what has no effect, or would take away what the release itself brings; what may be lost is said.
        bool alwaysHas = cluster.ReleaseScopes.Count > 0;
        Assert.Equal(alwaysHas && !isMerged, refusal is not null);
        if (refusal is not null)
        {
            Assert.Equal("OperatorPolicyWins", refusal.ErrorId);
            Assert.Contains(
                isLast ? "would take the operator's policy" : "would have no effect",
                refusal.Message,
                StringComparison.Ordinal);
            Assert.Contains("-Merge", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(refusal is null && isLast && !isMerged,
            warnings.Exists(static w => w.Contains("so it replaces the policy that the operator makes", StringComparison.Ordinal)));

        // What Test advises is what New then makes, and that is in force and loses nothing. Hosted clusters have no pools that Test could
        // ask, and cannot be merged with; New does not say that they could.
        if (release.Type == OpenShiftClusterType.HostedControlPlane)
            Assert.DoesNotContain(warnings, static w => w.Contains("-Merge", StringComparison.Ordinal));
        else if (result.Status is Overridden or OperatorPolicyLost)
            Assert.Contains(result.Reasons, r =>
                r.Contains($"(Get-MachineConfigTrust -Name {made.Name}).Trust", StringComparison.Ordinal)
                && r.Contains("| New-MachineConfigTrust -Merge", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Reasons, static r => r.Contains("Remove the file from it", StringComparison.Ordinal));

        // Where settings that the cluster may have decide, it is said even where none of them is known.
        Assert.Equal(
            refusal is null && !isMerged && !isLast && !alwaysHas,
            said.Exists(static w => w.Contains("unless the cluster has allowed or blocked registries", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_the_operator_adds_later_is_noticed_and_a_new_merge_has_it()
    {
        OperatorCluster before = new(21, IsOpenShift: true), after = new(22, IsOpenShift: true);
        MachineConfigTrust made = Merged(before, "4.21", "worker");
        ClusterState state = Mark(after.Build(TestPemKeys.P256, (made.Name, "worker", Files(made))), made);
        MachineConfigTrustResult result = Recorded.Judge(state, "worker", made.Name);
        Assert.Equal(OperatorPolicyLost, result.Status);
        Assert.Contains("quay.io/openshift-release-dev/ocp-v4.0-art-dev (signatures of release images)", result.Reasons[0],
            StringComparison.Ordinal);
        Assert.Contains("New-MachineConfigTrust -Renew", result.Reasons[0], StringComparison.Ordinal);

        made = Merged(after, "4.22", "worker");
        Assert.Equal(RolledOut, Recorded.Judge(Mark(after.Build(TestPemKeys.P256, (made.Name, "worker", Files(made))), made), "worker",
            made.Name).Status);

        // What was allowed and is not any more is not denied in words.
        OperatorCluster all = after with
            { AllowedRegistries = ["quay.io", "docker.io", "registry.redhat.io", "registry.access.redhat.com"] };
        OperatorCluster fewer = after with { AllowedRegistries = ["quay.io", "registry.redhat.io", "registry.access.redhat.com"] };
        made = Merged(all, "4.22", "worker");
        result = Recorded.Judge(Mark(fewer.Build(TestPemKeys.P256, (made.Name, "worker", Files(made))), made), "worker", made.Name);
        Assert.Equal(OperatorPolicyLost, result.Status);
        Assert.Contains("docker.io (outside the operator's scopes)", result.Reasons[0], StringComparison.Ordinal);

        // A policy that has become laxer is only another one.
        OperatorCluster laxer = after with { PolicyScopes = [] };
        OperatorCluster stricter = after with { PolicyScopes = ["quay.io/team"] };
        made = Merged(stricter, "4.22", "worker");
        result = Recorded.Judge(Mark(laxer.Build(TestPemKeys.P256, (made.Name, "worker", Files(made))), made), "worker", made.Name);
        Assert.Equal(OperatorPolicyChanged, result.Status);
    }

    // Up to 4.14 a custom pool takes the workers' later name; what both bring is as much as before.
    [Fact]
    public void A_policy_that_another_MachineConfig_brings_as_well_is_compared_with_the_operators()
    {
        OperatorCluster cluster = new(14, IsOpenShift: true) { PolicyScopes = ["quay.io/team"] };
        MachineConfigTrust worker = Merged(cluster, "4.14", "worker"), infra = Merged(cluster, "4.14", "infra");
        ClusterState Apply(OperatorCluster now) =>
            Mark(Mark(now.Build(TestPemKeys.P256, (worker.Name, "worker", Files(worker)), (infra.Name, "infra", Files(infra))), worker), infra);
        Assert.Equal(RolledOut, Recorded.Judge(Apply(cluster), "infra", infra.Name).Status);
        MachineConfigTrustResult result = Recorded.Judge(Apply(cluster with { PolicyScopes = ["quay.io/team", "quay.io/new"] }), "infra",
            infra.Name);
        Assert.Equal(OperatorPolicyLost, result.Status);
        Assert.Contains("New-MachineConfigTrust -Renew -Role infra.", result.Reasons[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quay.io/openshift-release-dev/ocp-release", false)]
    [InlineData("quay.io/openshift-release-dev/ocp-release/nested", false)]
    [InlineData("quay.io/openshift-release-dev/ocp-release:4.22.3-x86_64", false)]
    [InlineData("quay.io/openshift-release-dev/ocp-v4.0-art-dev:latest", false)]
    [InlineData("quay.io/openshift-release-dev", true)]
    [InlineData("docker.io/library", false)]
    public void Entries_that_would_loosen_the_operators_policy_are_refused(string scope, bool isPossible)
    {
        OperatorCluster cluster = new(22, IsOpenShift: true) { AllowedRegistries = ["quay.io"] };
        MachineConfigOptions options = new() { OpenShiftVersion = "4.22", AcceptsTheRest = true, Operator = role => Part(cluster, role) };
        ImageTrust entry = MachineConfigBuilderTests.Entry(scope, new AcceptRequirement());
        if (isPossible)
            new MachineConfigBuilder(options, TrustMessages.None).Build([entry]);
        else
            Assert.Equal("LooserThanOperator",
                Assert.Throws<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None).Build([entry])).ErrorId);
    }

    [Fact]
    public void A_policy_that_is_not_the_operators_of_the_version_is_not_merged_with()
    {
        OperatorCluster old = new(21, IsOpenShift: true);
        MachineConfigOptions options = new() { OpenShiftVersion = "4.22", AcceptsTheRest = true, Operator = role => Part(old, role) };
        Assert.Equal("OperatorPolicyStale", Assert.Throws<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None)
            .Build(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.22")))).ErrorId);
    }

    private static MachineConfigTrust Merged(OperatorCluster cluster, string version, string role) =>
        Assert.Single(new MachineConfigBuilder(
            new MachineConfigOptions
                { Roles = [role], OpenShiftVersion = version, AcceptsTheRest = true, Operator = r => Part(cluster, r) },
            TrustMessages.None).Build(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse(version))));

    internal static OperatorCluster Of(OpenShiftRelease release) => new(release.Minor, release.Type == OpenShiftClusterType.OpenShift)
    {
        IsHosted = release.Type == OpenShiftClusterType.HostedControlPlane,
    };

    internal static (string, string)[] Files(MachineConfigTrust made) =>
        [.. made.Files.Select(static f => (f.Path, Encoding.UTF8.GetString(f.Content)))];

    internal static ClusterState Mark(ClusterState state, MachineConfigTrust made) => state.Annotate(
        made.Name,
        Assert.Single(MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(made.Yaml), "made", TrustMessages.None)).Annotations);

    internal static OperatorPart Part(OperatorCluster cluster, string role)
    {
        ClusterState state = cluster.Build(TestPemKeys.P256);
        string name = cluster.HasPolicy ? OpenShiftRelease.GeneratedName(role) : OpenShiftRelease.TemplateName(role);
        ConfigDocument config = new(Recorded.Element(state.Configs[name]));
        (string, MachineConfigFile?) source = (name, config.Find(ClusterStates.PolicyPath));
        return OperatorPart.Of(cluster.HasPolicy ? source : null, cluster.HasPolicy ? null : source,
            config.Paths.Where(config.Sets).Select(p => config.Find(p)!));
    }
}
