using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Policy;

public sealed class PolicyEditorTests
{
    private const string Policy =
        """
        {
            "default": [
                {
                    "type": "reject"
                }
            ],
            "transports": {
                "docker": {
                    "a.example.com": [
                        { "keyType": "GPGKeys", "type": "signedBy", "keyData": "YW\nJj", "signedIdentity": { "type": "matchRepoDigestOrExact" } }
                    ],
                    "b.example.com": [{"type": "reject"}]
                }
            }
        }

        """;

    private static readonly TrustRequirement[] Reject = [new RejectRequirement()];
    private static readonly TrustRequirement[] Accept = [new AcceptRequirement()];

    [Fact]
    public void Setting_what_is_there_changes_nothing()
    {
        PolicyEditor editor = Open(Policy);
        Assert.False(editor.SetDefault(Reject));
        Assert.False(editor.SetScope("docker", "b.example.com", Reject));
        Assert.False(editor.SetScope("docker", "a.example.com", [new SignedByRequirement { KeyData = "YWJj" }]));
        Assert.False(editor.SetScope("docker", "a.example.com",
            [new SignedByRequirement { KeyData = "Y\r\nWJj\n", SignedIdentity = new MatchRepoDigestOrExactIdentity() }]));
        Assert.False(editor.RemoveScope("docker", "c.example.com"));
        Assert.False(editor.RemoveScope("dir", ""));
        Assert.False(editor.HasChanges);
        Assert.Equal(Policy, Encoding.UTF8.GetString(editor.ToBytes()));
    }

    [Fact]
    public void A_change_that_is_taken_back_is_none()
    {
        PolicyEditor editor = Open(Policy);
        Assert.True(editor.SetDefault(Accept));
        Assert.True(editor.HasChanges);
        Assert.True(editor.SetDefault(Reject));
        Assert.False(editor.HasChanges);

        Assert.True(editor.SetScope("docker", "a.example.com", Reject));
        Assert.True(editor.SetScope("docker", "a.example.com", [new SignedByRequirement { KeyData = "YWJj" }]));
        Assert.False(editor.HasChanges);

        Assert.True(editor.SetScope("docker", "new.example.com", Reject));
        Assert.True(editor.HasChanges);
        Assert.True(editor.RemoveScope("docker", "new.example.com"));
        Assert.False(editor.HasChanges);

        Assert.True(editor.SetScope("dir", "/new", Reject));
        Assert.True(editor.RemoveScope("dir", "/new"));
        Assert.True(editor.RemoveScope("docker", "b.example.com"));
        Assert.True(editor.SetScope("docker", "b.example.com", Reject));
        Assert.False(editor.HasChanges);
        Assert.Equal(Policy, Encoding.UTF8.GetString(editor.ToBytes()));
    }

    [Fact]
    public void A_change_that_is_taken_back_leaves_the_original_text_beside_other_changes()
    {
        string after = PolicyText.Edit(Policy, static e =>
        {
            e.SetScope("docker", "a.example.com", Accept);
            e.SetScope("docker", "b.example.com", Accept);
            e.SetScope("docker", "a.example.com", [new SignedByRequirement { KeyData = "YWJj" }]);
        });
        Assert.Equal(Policy.Replace("\"b.example.com\": [{\"type\": \"reject\"}]",
            "\"b.example.com\": [{\"type\": \"insecureAcceptAnything\"}]", StringComparison.Ordinal), after);
    }

    [Theory]
    [InlineData("""{"default": [{"type": "reject"}]}""")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": { }}""")]
    [InlineData("{\n  \"default\": [{\"type\": \"reject\"}]\n}")]
    public void A_transport_that_was_added_in_vain_is_not_left_behind(string policy)
    {
        string after = PolicyText.Edit(policy, static e =>
        {
            e.SetScope("docker", "a", Reject);
            e.SetScope("dir", "/a", Reject);
            e.RemoveScope("docker", "a");
            e.RemoveScope("dir", "/a");
            e.SetDefault(Accept);
        });
        Assert.Equal(policy.Replace("reject", "insecureAcceptAnything", StringComparison.Ordinal)
            .Replace("{ }", "{}", StringComparison.Ordinal), after);
    }

    [Fact]
    public void Find_sees_the_changes()
    {
        PolicyEditor editor = Open(Policy);
        Assert.Equal(Reject, editor.Find("docker", "b.example.com"));
        editor.SetScope("docker", "b.example.com", Accept);
        Assert.Equal(Accept, editor.Find("docker", "b.example.com"));
        editor.RemoveScope("docker", "b.example.com");
        Assert.Null(editor.Find("docker", "b.example.com"));
        Assert.Null(editor.Find("dir", ""));
        Assert.Equal(Reject, editor.Before.FindTransport("docker")!.Find("b.example.com"));
    }

    [Fact]
    public void A_scope_that_its_transport_does_not_have_is_refused_before_anything_changes()
    {
        PolicyEditor editor = Open(Policy);
        TrustException e = Assert.Throws<TrustException>(() => editor.SetScope("dir", "relative", Reject));
        Assert.Equal(("InvalidScope", TrustErrorKind.InvalidArgument, "relative"), (e.ErrorId, e.Kind, e.Target));
        Assert.Contains("absolute path", e.Message, StringComparison.Ordinal);
        Assert.Equal("InvalidScope", Assert.Throws<TrustException>(() => editor.SetScope("docker", "a\ud800", Reject)).ErrorId);
        Assert.Equal("InvalidScope", Assert.Throws<TrustException>(() => editor.SetScope("\udc00", "a", Reject)).ErrorId);
        Assert.False(editor.HasChanges);
        Assert.True(editor.SetScope("docker", "\ufffd", Reject));
        Assert.Equal(Reject, PolicyReader.Read(editor.ToBytes(), PolicyText.Path).FindTransport("docker")!.Find("\ufffd"));
    }

    [Fact]
    public void Requirements_that_no_policy_can_have_are_refused_before_anything_changes()
    {
        PolicyEditor editor = Open(Policy);
        Refused("EmptyRequirements");
        Refused("InvalidRequirement", new SignedByRequirement());
        Refused("InvalidRequirement", new SignedByRequirement { KeyPath = "" });
        Refused("InvalidRequirement", new SignedByRequirement { KeyPath = "/k", KeyData = "YQ==" });
        Refused("InvalidRequirement", new SignedByRequirement { KeyPath = "/k", KeyType = "PGP" });
        Refused("InvalidRequirement", new SignedByRequirement { KeyData = "not base64" });
        Refused("InvalidRequirement", new SignedByRequirement { KeyPath = "/\ud800" });
        Refused("InvalidRequirement", new SignedByRequirement
            { KeyPath = "/k", SignedIdentity = new ExactReferenceIdentity { DockerReference = "example.com/app" } });
        Refused("InvalidRequirement", new SigstoreSignedRequirement());
        Refused("InvalidRequirement", new SigstoreSignedRequirement { KeyPaths = [] });
        Refused("InvalidRequirement", new SigstoreSignedRequirement { Pki = new PkiIdentity { CaRootsPath = "/r" } });
        Refused("InvalidRequirement", new AcceptRequirement(), new SigstoreSignedRequirement
            { Fulcio = new FulcioIdentity { CaPath = "/c", OidcIssuer = "i", SubjectEmail = "e" } });
        Assert.False(editor.HasChanges);
        Assert.Equal(Policy, Encoding.UTF8.GetString(editor.ToBytes()));

        void Refused(string errorId, params TrustRequirement[] requirements)
        {
            TrustException e = Assert.Throws<TrustException>(() => editor.SetScope("docker", "x.example.com", requirements));
            Assert.Equal((errorId, TrustErrorKind.InvalidArgument), (e.ErrorId, e.Kind));
            Assert.Contains("x.example.com", e.Message, StringComparison.Ordinal);
            Assert.Equal(errorId, Assert.Throws<TrustException>(() => editor.SetDefault(requirements)).ErrorId);
        }
    }

    [Fact]
    public void What_may_be_written_in_several_ways_is_written_in_one()
    {
        PolicyDocument after = PolicyReader.Read(
            Encoding.UTF8.GetBytes(PolicyText.Edit(Policy, static e =>
            {
                e.SetScope("docker", "c", [new SignedByRequirement { KeyData = "YWJ\nj\n" }]);
                e.SetScope("docker", "d", [new SigstoreSignedRequirement { KeyPath = "", KeyDatas = ["Y\nQ=="], RekorPublicKeyPath = "" }]);
            })),
            PolicyText.Path);
        Assert.Equal("YWJj", Assert.IsType<SignedByRequirement>(Assert.Single(after.FindTransport("docker")!.Find("c")!)).KeyData);
        SigstoreSignedRequirement r = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(after.FindTransport("docker")!.Find("d")!));
        Assert.Equal(["YQ=="], r.KeyDatas!);
        Assert.Null(r.KeyPath);
    }

    [Fact]
    public void Names_written_with_escapes_are_found()
    {
        const string Escaped = """{"\u0064efault": [{"type": "reject"}], "tr\u0061nsports": {"d\u006fcker": """ +
            """{"\u0061": [{"type": "reject"}]}}}""";
        Assert.Equal(Escaped.Replace("\"\\u0061\": [{\"type\": \"reject\"}]", "\"\\u0061\": [{\"type\": \"insecureAcceptAnything\"}]",
            StringComparison.Ordinal), PolicyText.Edit(Escaped, static e => e.SetScope("docker", "a", Accept)));
        Assert.Equal(Escaped.Replace("\"\\u0061\": [{\"type\": \"reject\"}]", "", StringComparison.Ordinal),
            PolicyText.Edit(Escaped, static e => e.RemoveScope("docker", "a")));
    }

    [Fact]
    public void Braces_and_commas_in_names_do_not_confuse()
    {
        const string Odd = """{"default": [{"type": "reject"}], "transports": {"x,{": {",\"}{[": [{"type": "reject"}], "}": """ +
            """[{"type": "reject"}] , ":": [{"type": "reject"}]}}}""";
        Assert.Equal("""{"default": [{"type": "reject"}], "transports": {"x,{": {",\"}{[": """ +
            """[{"type": "reject"}], ":": [{"type": "reject"}]}}}""", PolicyText.Edit(Odd, static e => e.RemoveScope("x,{", "}")));
    }

    [Fact]
    public void A_policy_that_is_not_valid_is_not_edited() =>
        Assert.Equal("PolicyUnknownMember",
            Assert.Throws<TrustFormatException>(() => Open("""{"default": [{"type": "reject"}], "x": 1}""")).ErrorId);

    private static PolicyEditor Open(string policy) => new(Encoding.UTF8.GetBytes(policy), PolicyText.Path);
}
