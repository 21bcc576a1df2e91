using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

public sealed class NodeStreamsTests
{
    [Theory]
    [InlineData(null, "4.22", "RHEL 9")]
    [InlineData(null, "4.22.0-okd-scos.1", "RHEL 10")]
    [InlineData(null, "4.21.0-okd-scos.1", "RHEL 9")]
    [InlineData("rhel-9", "4.22", "RHEL 9")]
    [InlineData("rhel-10", "4.22", "RHEL 10")]
    [InlineData("centos-10", "4.22.0-okd-scos.1", "RHEL 10")]
    [InlineData("something-else", "4.22", "RHEL 10")]
    public void Every_stream_has_its_defaults(string? stream, string version, string release) =>
        Assert.Equal(release, NodeStreams.Defaults(stream, OpenShiftRelease.Parse(version)).Release);

    [Theory]
    [InlineData("5.0.3", "5.0.1", "rhel-10")]
    [InlineData("5.0.3", "4.22.1", null)]
    [InlineData("4.22.3", "4.22.3", null)]
    [InlineData("5.1.0", "", "rhel-10")]
    public void The_version_that_a_cluster_was_installed_with_decides(string version, string installed, string? stream) =>
        Assert.Equal(stream, NodeStreams.Builtin(version, installed));

    [Theory]
    [InlineData("rhel-11", "4.22")]
    [InlineData("RHEL-10", "4.22")]
    [InlineData("rhel-10", "4.20")]
    [InlineData("rhel-10", "4.22.0-okd-scos.1")]
    public void Streams_that_a_release_does_not_have_are_refused(string stream, string version) =>
        Assert.Equal("UnknownOSImageStream", Assert.Throws<TrustException>(() => Build(version, stream, false, [])).ErrorId);

    [Fact]
    public void Nodes_of_RHEL_10_are_given_the_store_beside_what_they_have()
    {
        List<string> warnings = [];
        MachineConfigTrust bare = Build("4.22", "rhel-10", false, warnings);
        Assert.Equal(2, warnings.Count(static w => w.Contains("the nodes have no signature store for it", StringComparison.Ordinal)
            && w.Contains("-IncludeRegistriesD", StringComparison.Ordinal)));
        Assert.DoesNotContain(bare.Files, static f => f.Path.Contains("registries.d", StringComparison.Ordinal));

        warnings.Clear();
        MachineConfigTrust made = Build("4.22", "rhel-10", true, warnings);
        Assert.Empty(warnings);
        string text = Encoding.UTF8.GetString(made.Files.Single(static f => f.Path.EndsWith("/registry.redhat.io.yaml",
            StringComparison.Ordinal)).Content);
        Assert.Contains("use-sigstore-attachments: true", text, StringComparison.Ordinal);
        Assert.Contains("https://registry.redhat.io/containers/sigstore", text, StringComparison.Ordinal);

        // Where it is not said, the stream is asked for; where it is rhel-9, nothing is missing.
        Build("4.22", null, false, warnings);
        Assert.Contains("-OSImageStream rhel-10", Assert.Single(warnings), StringComparison.Ordinal);
        warnings.Clear();
        Build("4.22", "rhel-9", false, warnings);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Red_Hats_sigstore_keys_are_part_of_RHEL_10_alone()
    {
        foreach ((string stream, bool isMissing) in ((string, bool)[])[("rhel-10", false), ("rhel-9", true)])
        {
            List<string> warnings = [];
            Build("4.22", stream, true, warnings, "RedHatSigstore");
            Assert.Equal(isMissing, warnings.Exists(static w => w.Contains("SIGSTORE-redhat-release3", StringComparison.Ordinal)));
        }
    }

    private static MachineConfigTrust Build(string version, string? stream, bool withStores, List<string> warnings,
        string preset = "RedHat")
    {
        MachineConfigOptions options = new()
        {
            OpenShiftVersion = version,
            AcceptsTheRest = true,
            IncludeRegistriesD = withStores,
            OSImageStream = stream is null ? null : _ => stream,
            Force = true,
        };
        List<string> said = [];
        MachineConfigTrust made = Assert.Single(new MachineConfigBuilder(options, new TrustMessages { Warning = said.Add })
            .Build(MachineConfigPresets.Get(preset, OpenShiftRelease.Parse(version))));
        warnings.AddRange(said.Where(static w => !w.Contains("would have no effect", StringComparison.Ordinal)
            && !w.Contains("signs the catalogs", StringComparison.Ordinal) && !w.Contains("another key", StringComparison.Ordinal)));
        return made;
    }
}
