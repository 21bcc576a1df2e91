using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Engine.Tests.MachineConfig;

public sealed class ObjectSizeTests
{
    [Theory]
    [InlineData(2000, 30, null)]
    [InlineData(7000, 30, "262144")]
    [InlineData(10_001, 0, "10000")]
    public void Scopes_that_a_merged_MachineConfig_could_not_list_are_refused_before_it_is_made(int count, int length, string? limit)
    {
        OperatorCluster cluster = new(20, IsOpenShift: true) { PolicyScopes = ["quay.io/team"] };
        OperatorPart part = OperatorPart.Read(
            Encoding.UTF8.GetBytes(cluster.Build(TestPemKeys.P256).Configs["99-worker-generated-registries"].ToJsonString()),
            "operator.json", "worker", TrustMessages.None);
        MachineConfigOptions options = new() { OpenShiftVersion = "4.20", AcceptsTheRest = true, Operator = _ => part };
        List<string> said = [];
        MachineConfigBuilder builder = new(options, new TrustMessages { Warning = said.Add });
        ImageTrust[] entries = [.. Enumerable.Range(0, count).Select(i =>
            MachineConfigBuilderTests.Entry($"r.io/{i:x}{new string('a', length)}", new RejectRequirement()))];
        if (limit is not null)
        {
            TrustException e = Assert.Throws<TrustException>(() => builder.Build(entries));
            Assert.Equal("MachineConfigTooLarge", e.ErrorId);
            Assert.Contains(limit, e.Message, StringComparison.Ordinal);
            return;
        }

        MachineConfigTrust made = Assert.Single(builder.Build(entries));
        MachineConfigDocument read = Assert.Single(MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(made.Yaml), "x",
            TrustMessages.None));
        Assert.Equal(count, MergeMark.ScopesOf(read.Annotations)?.Count);
    }

    // 'oc apply' keeps what it applied in an annotation, and those have a limit of their own.
    [Theory]
    [InlineData(100, false)]
    [InlineData(300, true)]
    public void What_is_too_large_for_oc_apply_is_said(int count, bool isSaid)
    {
        byte[] noise = new byte[1000];
        Random random = new(7);
        ImageTrust Noisy(int number)
        {
            random.NextBytes(noise);
            noise[0] = (byte)'x';
            return MachineConfigBuilderTests.Entry($"registry.example.com/app{number}", new SignedByRequirement
                { KeyData = Convert.ToBase64String(noise) }) with { PolicyPath = "/etc/containers/policy.json" };
        }

        List<string> said = [];
        new MachineConfigBuilder(
            new MachineConfigOptions { OpenShiftVersion = "4.20", AcceptsTheRest = true, Force = true },
            new TrustMessages { Warning = said.Add }).Build([.. Enumerable.Range(0, count).Select(Noisy)]);
        Assert.Equal(isSaid, said.Exists(static w => w.Contains("oc apply --server-side", StringComparison.Ordinal)));
    }
}
