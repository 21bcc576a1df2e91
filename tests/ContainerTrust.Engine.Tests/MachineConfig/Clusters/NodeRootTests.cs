using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Trust;
using ContainerTrust.TestKit;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

public sealed class NodeRootTests
{
    private const string Directory = "/etc/containers/registries.d";
    private const string Operator = Directory + "/sigstore-registries.yaml";

    [Theory]
    [InlineData(true, new[] { Directory + "/own.yaml", Operator })]
    [InlineData(false, new[] { Operator })]
    public void Of_a_host_that_is_not_a_node_only_the_operators_file_counts(bool isNode, string[] paths)
    {
        MemoryHost host = new();
        host.With(Operator, "docker:\n  a.example.com:\n    use-sigstore-attachments: true\n");
        host.With(Directory + "/own.yaml", "docker:\n  b.example.com:\n    lookaside: https://s.example.com\n");
        host.With(Directory + "/note.txt", "not configuration");
        if (isNode)
            host.With("/etc/machine-config-daemon/currentconfig", "{}");
        Assert.Equal(paths, NodeRoot.RegistriesD(host).Select(static f => f.Path));
    }

    // 4.21 has the operator's file on every node; a node's own says what else is in it.
    [Theory]
    [InlineData("4.20")]
    [InlineData("4.21")]
    [InlineData("4.22")]
    public void What_a_node_has_from_its_operator_is_not_written_a_second_time(string version)
    {
        MachineConfigFile seen = new()
        {
            Path = Operator,
            Content = Encoding.UTF8.GetBytes("docker:\n  a.example.com:\n    use-sigstore-attachments: true\n"),
        };
        ImageTrust entry = new()
        {
            ComputerName = "node",
            Transport = "docker",
            Registry = "a.example.com",
            Requirements = [new AcceptRequirement()],
            UseSigstoreAttachments = true,
            Section = new LookasideSection { UseSigstoreAttachments = true },
        };
        MachineConfigOptions options = new() { OpenShiftVersion = version, AcceptsTheRest = true, IncludeRegistriesD = true,
            Force = true };
        string[] policyOnly = [TrustLocations.SystemPolicyPath];
        Assert.Equal(policyOnly, Paths(options with { NodeRegistriesD = [seen] }, entry));
        Assert.Equal(policyOnly, Paths(options, entry with { RegistriesPath = Operator }));
        Assert.Equal(2, Paths(options, entry).Length);
    }

    private static string[] Paths(MachineConfigOptions options, ImageTrust entry) =>
        [.. new MachineConfigBuilder(options, TrustMessages.None).Build([entry])[0].Files.Select(static f => f.Path)];
}
