using System.Text;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Tests.ImagePolicies;
using ContainerTrust.Engine.Tests.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

/// <summary>
/// The matrix of <see cref="OperatorMatrixTests"/> with ClusterImagePolicy objects for a namespace and for a whole host, and with policies
/// whose default is reject: who wins on each pool, what New says, and what Test says agree.
/// </summary>
public sealed class OperatorColumnsTests
{
    private const string Namespace = "registry.redhat.io/ubi9";
    private const string Host = "registry.redhat.io";
    private const string Seed = "51-{role}-rh-registry-trust";
    private const string Last = "99-{role}-zz-trust";

    // Before these there is no ClusterImagePolicy.
    private const int FirstWithPolicies = 16;

    public static TheoryData<string, OpenShiftClusterType?, string, string?> Cases()
    {
        TheoryData<string, OpenShiftClusterType?, string, string?> cases = [];
        foreach ((string version, OpenShiftClusterType? type) in OperatorMatrixTests.Clusters)
        {
            foreach (string pool in OperatorCluster.Pools)
            {
                foreach (string? name in (string?[])[Seed, Last, null])
                    cases.Add(version, type, pool, name);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_policy_for_a_namespace_decides_there_and_New_and_Test_agree(string version, OpenShiftClusterType? type, string pool,
        string? name)
    {
        OpenShiftRelease release = OpenShiftRelease.Parse(version, type);
        if (!HasImagePolicies(release))
            return;
        OperatorCluster cluster = OperatorMatrixTests.Of(release) with { PolicyScopes = [Namespace] };
        (MachineConfigTrust made, string said) = Make(cluster, release, pool, name, false);
        MachineConfigTrustResult result = Judge(cluster, made);
        bool isOurs = name is null || IsLast(release, pool, name);
        Assert.Equal(isOurs ? made.Name : OpenShiftRelease.GeneratedName(pool), result.PolicySource);
        if (name is null)
        {
            // Those of RHEL 10 have no signature store of the vendor's.
            RequireStatus(release.Type == OpenShiftClusterType.OKD ? StoreMissing : RolledOut, result);
            Assert.Contains(made.Trust, static t => t is { Registry: Namespace, Transport: "docker", Type: TrustType.SigstoreSigned });
            return;
        }

        RequireStatus(isOurs ? OperatorPolicyLost : Overridden, result);
        if (isOurs)
            Assert.Contains(result.Reasons,
                static r => r.Contains($"{Namespace} (signatures of an image policy)", StringComparison.Ordinal));
        RequireMergeAdvice(release, name, pool, said, result);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_policy_for_a_whole_host_stops_every_pull_and_is_to_name_namespaces(string version, OpenShiftClusterType? type,
        string pool, string? name)
    {
        OpenShiftRelease release = OpenShiftRelease.Parse(version, type);
        if (!HasImagePolicies(release))
            return;
        OperatorCluster cluster = OperatorMatrixTests.Of(release) with { PolicyScopes = [Host] };
        if (name is null)
        {
            // It is said before anything is made, and before entries are compared that cannot be used anyway.
            TrustException e = Assert.Throws<TrustException>(() => Make(cluster, release, pool, name, false));
            Assert.Equal("RegistriesConflict", e.ErrorId);
            RequireNamespaces(e.Message, "the image policy that has it");
            return;
        }

        (MachineConfigTrust made, string said) = Make(cluster, release, pool, name, false);
        MachineConfigTrustResult result = Judge(cluster, made);
        bool isOurs = IsLast(release, pool, name);
        Assert.Equal(isOurs ? made.Name : OpenShiftRelease.GeneratedName(pool), result.PolicySource);
        RequireStatus(isOurs ? OperatorPolicyLost : Overridden, result);
        RequireNamespaces(
            Assert.Single(result.Reasons, static r => r.StartsWith("Nodes pull no image", StringComparison.Ordinal)),
            "ClusterImagePolicy team");
        Assert.DoesNotContain(result.Reasons, static r => r.Contains("keep one of the two", StringComparison.Ordinal));
        RequireMergeAdvice(release, name, pool, said, result);

        // ConvertTo refuses such a scope in the first place.
        Assert.Equal("ScopeOfTheSystem", Assert.Single(Convert(release, Host).Refusals).ErrorId);
        Assert.Empty(Convert(release, Namespace).Refusals);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_default_of_reject_that_refuses_what_the_cluster_needs_is_told_of(string version, OpenShiftClusterType? type, string pool,
        string? name)
    {
        OpenShiftRelease release = OpenShiftRelease.Parse(version, type);
        OperatorCluster cluster = OperatorMatrixTests.Of(release);
        (MachineConfigTrust made, string said) = Make(cluster, release, pool, name, true);
        MachineConfigTrustResult result = Judge(cluster, made);
        bool isOurs = name is null || !cluster.HasPolicy || IsLast(release, pool, name);
        Assert.Equal(isOurs ? made.Name : OpenShiftRelease.GeneratedName(pool), result.PolicySource);

        // On 4.21 and later an unmerged policy would not be used, or take away the operator's: that comes first.
        Assert.Contains("images that " + release + " cannot do without", said, StringComparison.Ordinal);
        string? reason = result.Reasons.SingleOrDefault(static r => r.Contains("cannot do without", StringComparison.Ordinal));
        if (!isOurs)
        {
            RequireStatus(Overridden, result);
            Assert.Null(reason);
            return;
        }

        RequireStatus(ClusterImagesRefused, result);
        Assert.False(result.IsInForce);
        foreach (string part in (string[])[ClusterNeeds.InternalRegistry,
            release.Type == OpenShiftClusterType.OKD ? "quay.io/okd/scos-content" : "quay.io/openshift-release-dev/ocp-v",
            release.NeedsContainersStorage ? "containers-storage:" : ClusterNeeds.InternalRegistry])
        {
            // What the operator's policy has stays accepted in a merged one.
            if (name is null && cluster.ReleaseScopes.Any(s => s.Contains(part, StringComparison.Ordinal)) && release.Minor >= 22)
                continue;
            Assert.Contains(part, said, StringComparison.Ordinal);
            Assert.Contains(part, reason!, StringComparison.Ordinal);
        }

        Assert.Equal(release.NeedsContainersStorage, reason!.Contains("containers-storage", StringComparison.Ordinal));
        bool isMerged = name is null || cluster.ReleaseScopes.Count > 0;
        Assert.Contains(
            name is null ? "New-MachineConfigTrust -Renew -Preset OpenShift"
                : $"(Get-MachineConfigTrust -Name {made.Name}).Trust | New-MachineConfigTrust -Preset OpenShift" +
                    $"{(isMerged ? " -Merge" : "")}",
            reason,
            StringComparison.Ordinal);

        // With the entries that are advised, merged where that is advised, both agree that all is well.
        (MachineConfigTrust better, said) = Make(cluster, release, pool, isMerged ? null : name, true, "RedHat", "OpenShift");
        Assert.DoesNotContain("cannot do without", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Judge(cluster, better).Reasons, static r => r.Contains("cannot do without", StringComparison.Ordinal));
    }

    // What New makes with Force, and all that it says of it; without Force it is refused for the same.
    private static (MachineConfigTrust Made, string Said) Make(OperatorCluster cluster, OpenShiftRelease release, string pool, string? name,
        bool isReject, params string[] presets)
    {
        List<string> said = [];
        MachineConfigOptions options = new()
        {
            Roles = [pool],
            Name = name,
            OpenShiftVersion = release.Version,
            ClusterType = release.Type,
            AcceptsTheRest = true,
            Default = isReject ? new RejectRequirement() : null,
            Operator = name is null ? role => OperatorMatrixTests.Part(cluster, role) : null,
            Force = true,
        };
        IReadOnlyList<ImageTrust> entries =
            [.. (presets.Length == 0 ? ["RedHat"] : presets).SelectMany(p => MachineConfigPresets.Get(p, release))];
        MachineConfigTrust made =
            Assert.Single(new MachineConfigBuilder(options, new TrustMessages { Warning = said.Add, Verbose = said.Add }).Build(entries));
        string all = string.Join('\n', said);
        if (all.Contains("cannot do without", StringComparison.Ordinal) || all.Contains("would have no effect", StringComparison.Ordinal))
            Assert.Contains(
                Assert.Throws<TrustException>(() => new MachineConfigBuilder(options with { Force = false }, TrustMessages.None)
                    .Build(entries)).ErrorId,
                (string[])["ClusterImagesRefused", "OperatorPolicyWins"]);
        return (made, all);
    }

    private static MachineConfigTrustResult Judge(OperatorCluster cluster, MachineConfigTrust made)
    {
        ClusterState state = cluster.Build(TestPemKeys.P256, (made.Name, made.Role!, OperatorMatrixTests.Files(made)));
        if (made.MergedFrom is not null)
            OperatorMatrixTests.Mark(state, made);
        return Recorded.JudgeAll(state, made.Role!, made.Name);
    }

    // New says it without the cluster: that the operator always has a policy, or may have one that is displaced or that comes later.
    private static void RequireMergeAdvice(OpenShiftRelease release, string name, string pool, string said,
        MachineConfigTrustResult result)
    {
        bool isHosted = release.Type == OpenShiftClusterType.HostedControlPlane;
        Assert.Equal(!isHosted, said.Contains("-Merge", StringComparison.Ordinal));
        if (!isHosted)
            Assert.Contains(result.Reasons, static r => r.Contains(".Trust | New-MachineConfigTrust -Merge", StringComparison.Ordinal));
    }

    private static void RequireNamespaces(string text, string whose)
    {
        Assert.Contains($"Replace the scope {Host} of {whose} by the namespaces", text, StringComparison.Ordinal);
        Assert.Contains(Namespace, text, StringComparison.Ordinal);
        Assert.Contains("ConvertTo-ClusterImagePolicy -Preset RedHatSigstore -Scope ", text, StringComparison.Ordinal);
    }

    private static void RequireStatus(MachineConfigTrustStatus status, MachineConfigTrustResult result) =>
        Assert.True(status == result.Status, $"{status}, not {result}: {string.Join(' ', result.Reasons)}");

    private static bool IsLast(OpenShiftRelease release, string pool, string name) =>
        (pool == "infra" && release.MergesWorkerFirst)
        || string.CompareOrdinal(name.Replace("{role}", pool, StringComparison.Ordinal), OpenShiftRelease.GeneratedName(pool)) > 0;

    private static bool HasImagePolicies(OpenShiftRelease release)
    {
        if (release.Minor >= FirstWithPolicies)
            return true;

        // None can be made, either.
        Assert.Equal("OpenShiftWithoutImagePolicies", Assert.Throws<TrustException>(() => Convert(release, Namespace)).ErrorId);
        return false;
    }

    private static ImagePolicyConversion Convert(OpenShiftRelease release, string scope)
    {
        using PolicyHost host = new();
        return host.Convert([PolicyHost.Entry(scope)], version: release.Version);
    }
}
