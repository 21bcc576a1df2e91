using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>Who changes the system's policy on a node is told if CRI-O does not obey it.</summary>
public sealed class CrioNoticeTests : IDisposable
{
    private const string DropIn = "/etc/crio/crio.conf.d/10-crio.conf";
    private const string Accept = """{"default":[{"type":"insecureAcceptAnything"}]}""";

    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    private List<string> Warnings(bool preview = false, string? policyPath = null)
    {
        _root.Write(policyPath ?? TrustLocations.SystemPolicyPath, Accept);
        List<string> warnings = [];
        TrustStoreOptions options = new() { RootDirectory = _root.Path, PolicyPath = policyPath };
        TrustStore store = TrustStore.Open(options, new TrustMessages { Warning = warnings.Add });
        TrustChange[] changes = [new()
            { Transport = "docker", Registry = "registry.example.com", Requirements = [new RejectRequirement()] }];
        if (preview)
            warnings.AddRange(store.Preview(changes).Warnings);
        else
            store.Apply(changes, new TrustEditOptions(), CancellationToken.None);
        return warnings;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_policy_is_named_with_the_file_that_says_so(bool preview)
    {
        _root.Write(DropIn, "[crio.image]\nsignature_policy = \"/etc/crio/policy.json\"\n");
        Assert.Equal(
            "CRI-O obeys /etc/crio/policy.json, as /etc/crio/crio.conf.d/10-crio.conf says: for CRI-O, " +
                "/etc/containers/policy.json changes nothing.",
            Assert.Single(Warnings(preview).Distinct()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("signature_policy = \"/etc/containers/policy.json\"")]
    public void CRI_O_that_obeys_the_systems_is_not_worth_a_word(string setting)
    {
        _root.Write(DropIn, $"[crio.image]\n{setting}\n");
        Assert.Empty(Warnings());
    }

    [Fact]
    public void Settings_that_cannot_be_read_are_said_and_stop_nothing()
    {
        _root.Write(DropIn, "[crio.image\n");
        Assert.StartsWith("Whether CRI-O obeys /etc/containers/policy.json is not known: ", Assert.Single(Warnings()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_that_CRI_O_obeys_can_be_changed_without_a_word()
    {
        _root.Write(DropIn, "[crio.image]\nsignature_policy = \"/etc/crio/policy.json\"\n");
        Assert.Empty(Warnings(policyPath: "/etc/crio/policy.json"));
    }
}
