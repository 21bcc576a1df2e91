using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

public sealed class ClusterRuleTests
{
    private static readonly RejectRequirement s_reject = new();

    [Theory]
    [InlineData("4.22.0-rc.1", "OpenShift 4.22")]
    [InlineData("4.20.0-okd-scos.17", "OKD 4.20")]
    [InlineData("4.15.0-0.okd-2024-03-10-010116", "OKD 4.15")]
    [InlineData("v4.18", "OpenShift 4.18")]
    [InlineData("4.18.7", "OpenShift 4.18")]
    public void Versions_are_taken_as_clusters_print_them(string text, string release) =>
        Assert.Equal(release, OpenShiftRelease.Parse(text).ToString());

    [Theory]
    [InlineData("5.0.0", true, 22)]
    [InlineData("4.23.0-ec.1", true, 22)]
    [InlineData("4.21.3", false, 21)]
    public void A_cluster_that_is_newer_counts_as_the_newest_known(string text, bool isNewer, int minor)
    {
        Assert.Equal(minor, OpenShiftRelease.OfCluster(text, null, out bool found).Minor);
        Assert.Equal(isNewer, found);
    }

    [Theory]
    [InlineData("4.8", null, "ocp-release|art-dev|image-registry")]
    [InlineData("4.16", null, "ocp-release|art-dev|image-registry")]
    [InlineData("4.17", null, "ocp-release|art-dev|image-registry|containers-storage")]
    [InlineData("4.18", null, "ocp-release|art-dev|image-registry|containers-storage")]
    [InlineData("4.20", null, "ocp-release|art-dev|image-registry")]
    [InlineData("4.20", "OpenShift", null)]
    [InlineData("4.18", "OpenShift", null)]
    [InlineData("4.20.0-okd-scos.1", null, "scos-release|scos-content|image-registry")]
    [InlineData("4.20.0-okd-scos.1", "OpenShift", null)]
    public void A_default_of_reject_is_not_for_the_cluster_itself(string version, string? preset, string? named)
    {
        OpenShiftRelease release = OpenShiftRelease.Parse(version);
        List<ImageTrust> entries = [.. MachineConfigPresets.Get("RedHat", release)];
        if (preset is not null)
            entries.AddRange(MachineConfigPresets.Get(preset, release));
        MachineConfigOptions options = new() { OpenShiftVersion = version, Default = s_reject };
        if (named is null)
        {
            MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(options, TrustMessages.None).Build(entries));
            Assert.Equal(TrustType.Reject, made.Trust[0].Type);
            return;
        }

        TrustException e = Assert.Throws<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None).Build(entries));
        Assert.Equal("ClusterImagesRefused", e.ErrorId);
        foreach (string part in named.Split('|'))
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains("-Preset OpenShift", e.Message, StringComparison.Ordinal);

        // Before 4.17 rpm-ostree reads images from registries alone; from 4.19 on the operator accepts what it reads from storage.
        Assert.Equal(release.Minor is 17 or 18, e.Message.Contains("containers-storage", StringComparison.Ordinal));
        List<string> warnings = [];
        new MachineConfigBuilder(options with { Force = true }, new TrustMessages { Warning = warnings.Add }).Build(entries);
        Assert.Contains(warnings, static w => w.Contains("cannot do without", StringComparison.Ordinal));
    }

    [Fact]
    public void A_release_image_that_the_cluster_has_by_another_name_needs_an_entry_of_its_own()
    {
        OpenShiftRelease release = OpenShiftRelease.Parse("4.20");
        MachineConfigOptions options = new()
        {
            OpenShiftVersion = "4.20",
            Default = s_reject,
            ReleaseRepositories = ClusterNeeds.ReleaseRepositories(release, "mirror.example.com/ocp/release"),
        };
        IReadOnlyList<ImageTrust> entries =
            [.. MachineConfigPresets.Get("RedHat", release), .. MachineConfigPresets.Get("OpenShift", release)];
        TrustException e = Assert.Throws<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None).Build(entries));
        Assert.Contains("Add one of your own for mirror.example.com/ocp/release,", e.Message, StringComparison.Ordinal);
        new MachineConfigBuilder(options, TrustMessages.None)
            .Build([.. entries, MachineConfigBuilderTests.Entry("mirror.example.com/ocp", new AcceptRequirement())]);
    }

    [Theory]
    [InlineData("4.9", "/etc/containers/policy.json", "are drained and rebooted, one after another, when /etc/containers/policy.json come")]
    [InlineData("4.10", "/etc/containers/policy.json", "without a reboot")]
    [InlineData("4.15", "/etc/containers/registries.d/a.yaml", "when /etc/containers/registries.d/a.yaml come or change.")]
    [InlineData("4.16", "/etc/containers/registries.d/a.yaml", "without a reboot")]
    [InlineData("4.18", "/etc/pki/containers/a.asc", "come or change, unless the resource MachineConfiguration 'cluster' names the paths.")]
    [InlineData("4.10", "/etc/machine-config-daemon/no-reboot/containers-gpg.pub", "without a reboot")]
    public void What_a_file_costs_the_nodes_is_said_by_version(string version, string path, string words) => Assert.Contains(
        words, NodeDisruption.Of(OpenShiftRelease.Parse(version), ["/etc/containers/policy.json", path]), StringComparison.Ordinal);

    [Fact]
    public void New_says_what_the_nodes_will_do()
    {
        List<string> said = [];
        new MachineConfigBuilder(
            new MachineConfigOptions { OpenShiftVersion = "4.14", AcceptsTheRest = true, IncludeRegistriesD = true },
            new TrustMessages { Verbose = said.Add }).Build(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.14")));
        Assert.Contains(said, static s => s.Contains("rebooted, one after another, when /etc/containers/registries.d/registry.access",
            StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_merged_policy_of_reject_keeps_what_the_release_signs()
    {
        OperatorPart part = ReadPart(new OperatorCluster(22, IsOpenShift: true), "worker");
        MachineConfigOptions options = new() { OpenShiftVersion = "4.22", Default = s_reject, Operator = _ => part };
        OpenShiftRelease release = OpenShiftRelease.Parse("4.22");
        MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(options, TrustMessages.None)
            .Build([.. MachineConfigPresets.Get("RedHat", release), .. MachineConfigPresets.Get("OpenShift", release)]));
        Assert.Equal("99-zz-worker-image-trust", made.Name);
        Assert.Equal(part.Hash, made.MergedFrom);
        Assert.Null(made.Butane);
        Assert.Equal(TrustType.Reject, made.Trust[0].Type);
        Assert.Contains(made.Trust, static t => t is { Transport: "docker", Registry: "quay.io/openshift-release-dev/ocp-v5.0-art-dev",
            Type: TrustType.SigstoreSigned });
        Assert.Empty(Tests.ImagePolicies.CrdSchema.Of("MachineConfig").Faults(made.Yaml));
        Assert.Equal(made.MergedFrom, Assert.Single(MachineConfigReader.Read(Encoding.UTF8.GetBytes(made.Yaml), "x", TrustMessages.None))
            .MergedFrom);
    }

    // A scope in two files of registries.d ends every pull on the node.
    [Fact]
    public void A_scope_that_nodes_have_in_a_file_is_not_written_again()
    {
        ImageTrust release = MachineConfigBuilderTests.Entry("quay.io/openshift-release-dev/ocp-release",
            new SigstoreSignedRequirement { KeyData = Convert.ToBase64String(Encoding.ASCII.GetBytes(TestPemKeys.P256)) })
            with { UseSigstoreAttachments = true };
        MachineConfigOptions options = new()
        {
            OpenShiftVersion = "4.22",
            AcceptsTheRest = true,
            IncludeRegistriesD = true,
            Operator = static _ => ReadPart(new OperatorCluster(22, IsOpenShift: true), "worker"),
        };
        ImageTrust same = release with { Requirements = [new SigstoreSignedRequirement
            {
                KeyData = Convert.ToBase64String(Encoding.ASCII.GetBytes(TestPemKeys.P256)),
                SignedIdentity = new MatchRepoDigestOrExactIdentity(),
            }] };
        MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(options, TrustMessages.None).Build([same]));
        Assert.Equal(["/etc/containers/policy.json"], made.Files.Select(static f => f.Path));

        // Other stores for it would have to be in the operator's file.
        ImageTrust other = same with { Section = new LookasideSection { SignatureStore = "https://s.example.com" },
            SignatureStore = "https://s.example.com" };
        Assert.Equal("OperatorFileChanged",
            Assert.Throws<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None).Build([other])).ErrorId);
    }

    [Theory]
    [InlineData("99-worker-generated-registries", null, null)]
    [InlineData("rendered-worker-00000000000000000000000000000002", null, null)]
    [InlineData("rendered-worker-00000000000000000000000000000002", "mixed", "OperatorPolicyMixed")]
    [InlineData("00-worker", null, "OperatorPolicyNotFound")]
    [InlineData("rendered-infra-00000000000000000000000000000003", null, "OperatorPolicyNotFound")]
    public void The_operators_part_is_read_from_a_file(string config, string? own, string? errorId)
    {
        OperatorCluster cluster = new(22, IsOpenShift: true);
        ClusterState state = cluster.Build(TestPemKeys.P256, own is null ? [] : [("99-zz-worker-x", "worker",
            [(ClusterStates.PolicyPath, ClusterStates.RedHatPolicy)])]);
        byte[] content = Encoding.UTF8.GetBytes(state.Configs[config].ToJsonString());
        if (errorId is null)
            Assert.Equal(2, OperatorPart.Read(content, "x.json", "worker", TrustMessages.None).Policy.Transports
                .Count(static t => t.Scopes.Count == 3));
        else
            Assert.Equal(errorId, Assert.ThrowsAny<TrustException>(
                () => OperatorPart.Read(content, "x.json", "worker", TrustMessages.None)).ErrorId);
    }

    [Fact]
    public void Two_rendered_MachineConfigs_of_a_pool_are_one_too_many()
    {
        ClusterState state = new OperatorCluster(22, IsOpenShift: true).Build(TestPemKeys.P256);
        string one = state.Configs["rendered-worker-00000000000000000000000000000002"].ToJsonString();
        string other = one.Replace("0000000002", "0000000009", StringComparison.Ordinal);
        byte[] content = Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"List","items":[{{one}},{{other}}]}""");
        Assert.Equal("OperatorConfigAmbiguous", Assert.ThrowsAny<TrustException>(
            () => OperatorPart.Read(content, "x.yaml", "worker", TrustMessages.None)).ErrorId);
    }

    // As a node that was set up by hand has it: the file names differ, the scope does not.
    [Fact]
    public void A_scope_that_would_be_in_two_files_on_nodes_is_refused()
    {
        MachineConfigOptions options = new()
        {
            OpenShiftVersion = "4.20",
            AcceptsTheRest = true,
            NodeRegistriesD =
            [
                new MachineConfigFile
                {
                    Path = "/etc/containers/registries.d/own.yaml",
                    Content = Encoding.UTF8.GetBytes("docker:\n  registry.redhat.io:\n    use-sigstore-attachments: true\n"),
                },
            ],
        };
        TrustException e = Assert.ThrowsAny<TrustException>(() => new MachineConfigBuilder(options, TrustMessages.None)
            .Build(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.20"))));
        Assert.Equal("RegistriesConflict", e.ErrorId);
    }

    [Theory]
    [InlineData("""[["docker","registry.redhat.io"],[]]""", 2)]
    [InlineData("""[]""", 0)]
    [InlineData("""[["docker"]]""", -1)]
    [InlineData("""[[1,2]]""", -1)]
    [InlineData("""{"a":1}""", -1)]
    [InlineData("""[["docker","\ud800"]]""", -1)]
    [InlineData("[", -1)]
    public void A_mark_that_is_not_ours_is_none(string scopes, int count)
    {
        var found = MergeMark.ScopesOf(new Dictionary<string, string> { [MergeMark.Scopes] = scopes });
        Assert.Equal(count, found?.Count ?? -1);
        Assert.Null(MergeMark.HashOf(new Dictionary<string, string> { [MergeMark.Hash] = "sha256:" + new string('G', 64) }));
    }

    private static OperatorPart ReadPart(OperatorCluster cluster, string role) => OperatorPart.Read(
        Encoding.UTF8.GetBytes(cluster.Build(TestPemKeys.P256).Configs[OpenShiftRelease.GeneratedName(role)].ToJsonString()),
        "operator.json",
        role,
        TrustMessages.None);
}
