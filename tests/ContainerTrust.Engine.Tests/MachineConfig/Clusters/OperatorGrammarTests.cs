using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Engine.Tests.MachineConfig.Clusters;

public sealed class OperatorGrammarTests
{
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    private const string Reject = """[{"type":"reject"}]""";
    private static readonly string s_key = Convert.ToBase64String(Encoding.ASCII.GetBytes(TestPemKeys.P256));
    private static readonly string s_signed =
        $$$"""[{"type":"sigstoreSigned","keyData":"{{{s_key}}}","signedIdentity":{"type":"matchRepoDigestOrExact"}}]""";

    public static TheoryData<int, bool, string?, string> Clusters()
    {
        TheoryData<int, bool, string?, string> all = [];
        foreach (int minor in (int[])[8, 14, 18, 20, 21, 22])
        {
            foreach (string? allowed in (string?[])[null, "quay.io", "quay.io *.example.com a.example.com/b/c/d"])
            {
                foreach (string scopes in (string[])["", "quay.io/team quay.io/a/b/c"])
                    all.Add(minor, minor != 18, allowed, scopes);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public void What_the_operator_writes_is_its_own(int minor, bool isOpenShift, string? allowed, string scopes)
    {
        OperatorCluster cluster = new(minor, isOpenShift)
        {
            AllowedRegistries = allowed?.Split(' '),
            PolicyScopes = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };
        Assert.Empty(Foreign(cluster.Policy(TestPemKeys.P256) ?? ClusterStates.DefaultPolicy));
    }

    [Theory]
    [InlineData("the template", "ACCEPT", "", "")]
    [InlineData("blocked", "ACCEPT", "\"a.example.com\":REJECT", "\"a.example.com\":REJECT")]
    [InlineData("blocked, with the payload allowed", "ACCEPT", "\"a.example.com\":REJECT,\"b.example.com/c\":ACCEPT",
        "\"a.example.com\":REJECT,\"b.example.com/c\":ACCEPT")]
    [InlineData("four parts, which atomic does not have", "ACCEPT", "\"a.example.com/b/c/d\":SIGNED", "")]
    public void Other_forms_of_it_are_taken(string what, string @default, string docker, string atomic) =>
        Assert.True(Foreign(Policy(@default, docker, atomic)).Count == 0, what);

    [Theory]
    [InlineData("a.example.com", "ACCEPT", "\"a.example.com\":SIGNED", "")]
    [InlineData("a.example.com/b/c", "ACCEPT", "\"a.example.com/b/c\":SIGNED", "\"x.example.com\":SIGNED")]
    [InlineData("a.example.com", "ACCEPT", "\"a.example.com\":SIGNED", "\"a.example.com\":REJECT")]
    [InlineData("atomic:x.example.com", "ACCEPT", "\"a.example.com/b/c/d\":SIGNED", "\"x.example.com\":SIGNED")]
    [InlineData("a.example.com", "ACCEPT", "\"a.example.com\":ACCEPT", "\"a.example.com\":ACCEPT")]
    [InlineData("a.example.com", "REJECT", "\"a.example.com\":REJECT", "\"a.example.com\":REJECT")]
    [InlineData("the default", "SIGNED", "", "")]
    [InlineData("a.example.com", "ACCEPT", "\"a.example.com\":PLAIN", "\"a.example.com\":PLAIN")]
    [InlineData("all of docker", "ACCEPT", "\"\":REJECT", "\"\":REJECT")]
    [InlineData("the transport dir", "ACCEPT", "", "", "\"dir\":{\"\":ACCEPT}")]
    [InlineData("docker-daemon", "ACCEPT", "", "", "\"docker-daemon\":{\"\":REJECT}")]
    public void What_it_cannot_have_written_is_named(string named, string @default, string docker, string atomic, string? more = null) =>
        Assert.Contains(named, Foreign(Policy(@default, docker, atomic, more)));

    // A policy of one's own in a rendered MachineConfig, with keys inside and without GPG: it demands less than the operator's may.
    [Fact]
    public void A_rendered_policy_of_ones_own_is_not_merged_with()
    {
        OperatorCluster cluster = new(20, IsOpenShift: true) { PolicyScopes = ["quay.io/team"] };
        ClusterState state = cluster.Build(TestPemKeys.P256, ("99-zz-worker-x", "worker",
            [(ClusterStates.PolicyPath, Policy("ACCEPT", "\"example.com\":SIGNED", ""))]));
        byte[] content = Encoding.UTF8.GetBytes(
            state.Configs["rendered-worker-00000000000000000000000000000002"].ToJsonString());
        TrustException e = Assert.ThrowsAny<TrustException>(() => OperatorPart.Read(content, "x.json", "worker", TrustMessages.None));
        Assert.Equal("OperatorPolicyMixed", e.ErrorId);
        Assert.Contains("example.com", e.Message, StringComparison.Ordinal);
    }

    private static string Policy(string @default, string docker, string atomic, string? more = null) => JsonNode.Parse(
        ("{\"default\":" + @default + ",\"transports\":{\"docker\":{" + docker + "},\"atomic\":{" + atomic + "}"
            + (more is null ? "" : "," + more) + "}}")
            .Replace("ACCEPT", Accept, StringComparison.Ordinal).Replace("REJECT", Reject, StringComparison.Ordinal)
            .Replace("SIGNED", s_signed, StringComparison.Ordinal)
            .Replace("PLAIN", $$"""[{"type":"sigstoreSigned","keyData":"{{s_key}}"}]""", StringComparison.Ordinal))!.ToJsonString();

    private static IReadOnlyList<string> Foreign(string policy) =>
        OperatorGrammar.Foreign(PolicyReader.Read(Encoding.UTF8.GetBytes(policy), "policy.json"));
}
