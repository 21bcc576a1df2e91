using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.TestCluster;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class NeedsJudgeTests
{
    private const string Reject = """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.redhat.io":[{"type":"reject"}]}}}""";

    [Fact]
    public void A_policy_that_is_not_rendered_yet_is_told_of_before_nodes_take_it()
    {
        ClusterState state = ClusterStates.New().Config(ClusterStates.Trust, "worker", (ClusterStates.PolicyPath, Reject));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", ClusterStates.Trust);
        Assert.Equal(ClusterImagesRefused, result.Status);
        Assert.Contains("51-worker-rh-registry-trust will refuse images that OpenShift 4.18 cannot do without: " +
            "quay.io/openshift-release-dev/ocp-release", result.Reasons[0], StringComparison.Ordinal);
        Assert.Contains("(Get-MachineConfigTrust -Name 51-worker-rh-registry-trust).Trust | " +
            "New-MachineConfigTrust -Preset OpenShift -OpenShiftVersion 4.18.", result.Reasons[0], StringComparison.Ordinal);

        // What it costs the nodes is known, too.
        Assert.Contains("51-worker-rh-registry-trust: Nodes of OpenShift 4.18 take these files with a reload of CRI-O, without a reboot.",
            result.Reasons);
    }

    [Fact]
    public void Where_the_version_is_not_known_what_every_cluster_needs_is_looked_at()
    {
        ClusterState state = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, Reject));
        state.Refuses.Add("clusterversions");
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", ClusterStates.Trust);
        Assert.Equal(ClusterImagesRefused, result.Status);
        Assert.Contains("images that a cluster cannot do without: image-registry.openshift-image-registry.svc:5000", result.Reasons[0],
            StringComparison.Ordinal);
        Assert.DoesNotContain("quay.io", result.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operators_own_policy_refuses_is_the_clusters_matter()
    {
        string operators = """{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"insecureAcceptAnything"}]}}}""";
        ClusterState state = ClusterStates.UpdatedBeside((ClusterStates.PolicyPath, operators));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", ClusterStates.Trust);
        Assert.Equal(Overridden, result.Status);
        Assert.DoesNotContain(result.Reasons, static r => r.Contains("cannot do without", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mirror_by_whose_name_the_cluster_was_updated_is_needed()
    {
        string policy = Reject.Replace("\"docker\":{", "\"docker\":{\"quay.io\":[{\"type\":\"insecureAcceptAnything\"}]," +
            "\"image-registry.openshift-image-registry.svc:5000\":[{\"type\":\"insecureAcceptAnything\"}],", StringComparison.Ordinal);
        ClusterState state = ClusterStates.UpdatedWith((ClusterStates.PolicyPath, policy));
        state.Version = "4.20.3";
        Assert.DoesNotContain(Recorded.JudgeAll(state, "worker", ClusterStates.Trust).Reasons,
            static r => r.Contains("cannot do without", StringComparison.Ordinal));
        state.ReleaseImage = "mirror.example.com/ocp/release@sha256:" + new string('a', 64);
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", ClusterStates.Trust);
        Assert.Equal(ClusterImagesRefused, result.Status);
        Assert.EndsWith("Add one of your own for mirror.example.com/ocp/release, which this cluster has its release image from.",
            result.Reasons[0], StringComparison.Ordinal);
    }

    // Of a scope that is exactly theirs it is the user's to say by which key they are signed.
    [Theory]
    [InlineData("quay.io", ClusterImagesRefused)]
    [InlineData("quay.io/openshift-release-dev", ClusterImagesRefused)]
    [InlineData("quay.io/openshift-release-dev/ocp-release", RolledOut)]
    public void A_wide_entry_with_a_key_of_others_refuses_images_of_the_release(string scope, MachineConfigTrustStatus status)
    {
        string policy = $$$$"""
            {"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"{{{{scope}}}}":[{"type":"sigstoreSigned",
            "keyPath":"/etc/pki/containers/own.pub","signedIdentity":{"type":"matchRepository"}}]}}}
            """;
        ClusterState state = ClusterStates.UpdatedWith(
            (ClusterStates.PolicyPath, policy),
            ("/etc/containers/registries.d/own.yaml", $"docker:\n  {scope}:\n    use-sigstore-attachments: true\n"));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", ClusterStates.Trust);
        Assert.True(status == result.Status, $"{status}, not {result}: {string.Join(' ', result.Reasons)}");
        Assert.Equal(status != RolledOut, result.Reasons[0].Contains("cannot do without: quay.io/openshift-release-dev/ocp-release",
            StringComparison.Ordinal));
        if (status != RolledOut)
            Assert.Matches("New-MachineConfigTrust -Preset OpenShift -OpenShiftVersion [0-9.]+ -IncludeRegistriesD\\.", result.Reasons[0]);
    }

    [Fact]
    public void A_scope_in_two_files_is_told_of_before_nodes_take_it()
    {
        OperatorCluster cluster = new(20, IsOpenShift: true) { PolicyScopes = ["quay.io/team"] };
        ClusterState state = cluster.Build(Tests.Sigstore.TestPemKeys.P256).Config("99-zz-worker-own", "worker",
            ("/etc/containers/registries.d/own.yaml", "docker:\n  quay.io/team:\n    use-sigstore-attachments: true\n"),
            (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", "99-zz-worker-own");
        Assert.Equal(ClusterImagesRefused, result.Status);
        Assert.Contains(result.Reasons, static r => r.StartsWith("Nodes pull no image at all: quay.io/team is in ",
            StringComparison.Ordinal));
    }

    // What is advised where the operator has a scope without a store: containers/image looks on, too (signatureTopLevel).
    [Fact]
    public void A_store_of_a_wider_scope_counts_where_the_operators_scope_has_none()
    {
        DocumentHost host = new("node",
        [
            new MachineConfigFile
            {
                Path = OperatorFiles.Path,
                Content = "docker:\n  quay.io/team:\n    use-sigstore-attachments: true\n"u8.ToArray(),
            },
            new MachineConfigFile
            {
                Path = "/etc/containers/registries.d/quay.io.yaml",
                Content = "docker:\n  quay.io:\n    lookaside: https://sigs.example.com\n"u8.ToArray(),
            },
        ]);
        EffectiveLookaside? found =
            LookasideConfiguration.Load(host, TrustLocations.SystemRegistriesDirectory).ForScope("docker", "quay.io/team");
        Assert.Equal(("https://sigs.example.com", (bool?)true), (found?.SignatureStore, found?.UseSigstoreAttachments));
    }

    [Fact]
    public void A_name_before_the_operators_template_is_to_be_another()
    {
        OperatorCluster cluster = new(20, IsOpenShift: true);
        ClusterState state = cluster.Build(Tests.Sigstore.TestPemKeys.P256,
            ("00-worker-own", "worker", [(ClusterStates.PolicyPath, ClusterStates.RedHatPolicy)]));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", "00-worker-own");
        Assert.Equal(Overridden, result.Status);
        Assert.EndsWith(" The operator makes it. Give the MachineConfig a name that is sorted after it.", result.Reasons[0],
            StringComparison.Ordinal);
        Assert.DoesNotContain(result.Reasons, static r => r.Contains("Remove the file", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scope_of_an_image_policy_that_a_MachineConfig_names_again_is_to_be_taken_out_there()
    {
        OperatorCluster cluster = new(20, IsOpenShift: true) { PolicyScopes = ["quay.io/team"] };
        ClusterState state = cluster.Build(Tests.Sigstore.TestPemKeys.P256, ("99-zz-worker-own", "worker",
            [("/etc/containers/registries.d/own.yaml", "docker:\n  quay.io/team:\n    use-sigstore-attachments: true\n"),
                (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy)]));
        MachineConfigTrustResult result = Recorded.JudgeAll(state, "worker", "99-zz-worker-own");
        Assert.Equal(OperatorPolicyLost, result.Status);
        Assert.Contains(result.Reasons, static r => r.EndsWith(
            "Take it out of /etc/containers/registries.d/own.yaml, which 99-zz-worker-own brings.", StringComparison.Ordinal));
    }
}
