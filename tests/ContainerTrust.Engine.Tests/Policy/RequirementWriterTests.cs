using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Policy;

public sealed class RequirementWriterTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        RandomPolicy random = new(5);
        HashSet<string> kinds = [];
        for (int i = 0; i < 5_000; i++)
        {
            TrustRequirement[] requirements = random.Requirements();
            Check(requirements, RequirementWriter.ToCompactJson(requirements));
            Check(requirements, RequirementWriter.ToIndentedJson(requirements, random.Pick(' ', '\t'), random.Random.Next(9),
                random.Pick("\n", "\r\n")));
            kinds.UnionWith(requirements.Select(static r => $"{r.Type} {Identity(r)?.Type}"));
        }

        // reject, insecureAcceptAnything; signedBaseLayer with six identities; the two others also without one.
        Assert.Equal(2 + 6 + 7 + 7, kinds.Count);

        static void Check(TrustRequirement[] requirements, byte[] json)
        {
            IReadOnlyList<TrustRequirement> read = PolicyReader.Read([.. "{\"default\":"u8, .. json, .. "}"u8], PolicyText.Path).Default;
            Assert.True(RequirementWriter.MeansSame(requirements, read));
            Assert.Equal(RequirementWriter.ToCompactJson(requirements), RequirementWriter.ToCompactJson(read));
            Assert.Equal(requirements.Select(static r => (r.GetType(), Identity(r))), read.Select(static r => (r.GetType(), Identity(r))));
        }
    }

    [Fact]
    public void Members_are_written_in_the_usual_order() => Assert.Equal(
        """
        [
          {
            "type": "signedBy",
            "keyType": "GPGKeys",
            "keyPaths": [
              "/a",
              "/b"
            ],
            "signedIdentity": {
              "type": "remapIdentity",
              "prefix": "mirror:5000",
              "signedPrefix": "example.com"
            }
          },
          {
            "type": "sigstoreSigned",
            "fulcio": {
              "caPath": "/ca",
              "oidcIssuer": "https://issuer.example/?a&b",
              "subjectEmail": "a+b@example.com"
            },
            "rekorPublicKeyPath": "/rekor"
          }
        ]
        """,
        Encoding.UTF8.GetString(RequirementWriter.ToIndentedJson(
            [
                new SignedByRequirement { KeyPaths = ["/a", "/b"], SignedIdentity = new RemapIdentity
                    { Prefix = "mirror:5000", SignedPrefix = "example.com" } },
                new SigstoreSignedRequirement
                    { RekorPublicKeyPath = "/rekor", Fulcio = new FulcioIdentity
                    { CaPath = "/ca", OidcIssuer = "https://issuer.example/?a&b", SubjectEmail = "a+b@example.com" } },
            ],
            ' ',
            2,
            "\n")));

    [Fact]
    public void Half_a_surrogate_pair_is_not_written()
    {
        foreach (string text in new[] { "\ud800", "a\udc00", "\udc00\ud800", "\ud800\ud800\udc00" })
        {
            Refused(new SignedByRequirement { KeyPath = text });
            Refused(new SignedByRequirement { KeyType = text, KeyPath = "/k" });
            Refused(new SignedByRequirement { KeyPaths = ["/k", text] });
            Refused(new SignedByRequirement { KeyPath = "/k", SignedIdentity = new ExactReferenceIdentity { DockerReference = text } });
            Refused(new SignedBaseLayerRequirement { BaseLayerIdentity = new RemapIdentity { Prefix = "a", SignedPrefix = text } });
            Refused(new SigstoreSignedRequirement { Pki = new PkiIdentity { CaRootsPath = "/r", SubjectEmail = text } });
        }

        Assert.Equal("[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/\ud83d\ude00\ufffd\"}]",
            JsonUnescaped(new SignedByRequirement { KeyPath = "/\ud83d\ude00\ufffd" }));

        static void Refused(TrustRequirement requirement) =>
            Assert.Equal("InvalidRequirement", Assert.Throws<TrustException>(() => RequirementWriter.ToCompactJson([requirement])).ErrorId);
        static string JsonUnescaped(TrustRequirement requirement) =>
            Encoding.UTF8.GetString(RequirementWriter.ToCompactJson([requirement]))
                .Replace("\\uD83D\\uDE00", "\ud83d\ude00", StringComparison.OrdinalIgnoreCase);
    }

    public static TheoryData<string, string> Same => new()
    {
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}""",
            """{"keyPath": "/k", "signedIdentity": {"type": "matchRepoDigestOrExact"}, "keyType": "GPGKeys", "type": "signedBy"}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YWJj"}""",
            """{"type": "signedBy", "keyType": "GPGKeys", "keyData": [97, 98, 99]}""" },
        { """{"type": "sigstoreSigned", "keyData": "YWJj"}""",
            """{"type": "sigstoreSigned", "keyData": "Y\nWJj", "keyPath": "", "rekorPublicKeyPath": "", "rekorPublicKeyData": null}""" },
        { """{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "subjectEmail": "e"}}""",
            """{"type": "sigstoreSigned", "pki": """ +
            """{"subjectHostname": "", "caIntermediatesPath": "", "caRootsPath": "/r", "subjectEmail": "e", "caIntermediatesData": """ +
            """null}}""" },
    };

    public static TheoryData<string, string> Different => new()
    {
        { """{"type": "reject"}""", """{"type": "insecureAcceptAnything"}""" },
        { """{"type": "reject"}""", """{"type": "reject"}, {"type": "reject"}""" },
        { """{"type": "reject"}, {"type": "insecureAcceptAnything"}""", """{"type": "insecureAcceptAnything"}, {"type": "reject"}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}""",
            """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/K"}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}""",
            """{"type": "signedBy", "keyType": "signedByGPGKeys", "keyPath": "/k"}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}""", """{"type": "sigstoreSigned", "keyPath": "/k"}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}""",
            """{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "signedIdentity": {"type": "matchRepository"}}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a", "/b"]}""",
            """{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a"]}""" },
        { """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YWJj"}""",
            """{"type": "signedBy", "keyType": "GPGKeys", "keyData": "YWJk"}""" },
        { """{"type": "sigstoreSigned", "keyPath": "/k"}""",
            """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyPath": "/r"}""" },
        { """{"type": "sigstoreSigned", "keyPath": "/k"}""", """{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyData": ""}""" },
        { """{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchExact"}}""",
            """{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchRepository"}}""" },
        { """{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "exactReference", "dockerReference": "busybox:1"}}""",
            """{"type": "signedBaseLayer", "baseLayerIdentity": """ +
            """{"type": "exactReference", "dockerReference": "docker.io/library/busybox:1"}}""" },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void Two_spellings_mean_the_same(string left, string right) => Assert.True(MeansSame(left, right));

    [Theory]
    [MemberData(nameof(Different))]
    public void Two_lists_do_not_mean_the_same(string left, string right) => Assert.False(MeansSame(left, right));

    [Fact]
    public void Objects_that_were_not_read_from_a_file_are_compared_by_meaning_too()
    {
        Assert.True(RequirementWriter.MeansSame(
            [new SignedByRequirement { KeyData = "Y\r\nWJj\n", SignedIdentity = new MatchRepoDigestOrExactIdentity() }],
            [new SignedByRequirement { KeyData = "YWJj" }]));
        Assert.True(RequirementWriter.MeansSame(
            [new SigstoreSignedRequirement { KeyPath = "", KeyDatas = ["Y\nQ=="], RekorPublicKeyPath = "", RekorPublicKeyDatas = ["\n"] }],
            [new SigstoreSignedRequirement { KeyDatas = ["YQ=="], RekorPublicKeyDatas = [""] }]));
        Assert.True(RequirementWriter.MeansSame(
            [new SigstoreSignedRequirement
                { Fulcio = new FulcioIdentity { CaPath = "", CaData = "YQ\n==", OidcIssuer = "i", SubjectEmail = "e" },
                RekorPublicKeyData = "" }],
            [new SigstoreSignedRequirement { Fulcio = new FulcioIdentity { CaData = "YQ==", OidcIssuer = "i", SubjectEmail = "e" },
                RekorPublicKeyData = "" }]));
        Assert.False(RequirementWriter.MeansSame([new SignedByRequirement { KeyData = "no base64" }],
            [new SignedByRequirement { KeyData = "nobase64" }]));
    }

    private static bool MeansSame(string left, string right)
    {
        IReadOnlyList<TrustRequirement> a = PolicyText.Read(PolicyText.WithRequirement(left)).Default,
        b = PolicyText.Read(PolicyText.WithRequirement(right)).Default;
        Assert.Equal(RequirementWriter.MeansSame(a, b), RequirementWriter.MeansSame(b, a));
        Assert.True(RequirementWriter.MeansSame(a, a));
        return RequirementWriter.MeansSame(a, b);
    }

    private static SignedIdentity? Identity(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement r => r.SignedIdentity,
        SigstoreSignedRequirement r => r.SignedIdentity,
        SignedBaseLayerRequirement r => r.BaseLayerIdentity,
        _ => null,
    };
}
