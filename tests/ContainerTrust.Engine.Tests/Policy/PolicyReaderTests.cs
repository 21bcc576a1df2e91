using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>What is accepted, oddities included, and what it then means.</summary>
public sealed class PolicyReaderTests
{
    [Fact]
    public void The_order_of_the_file_is_kept()
    {
        PolicyDocument policy = PolicyText.Read(
            """
            {
                "transports": {
                    "docker": {"z.example.com": [{"type": "reject"}], "": [{"type": "insecureAcceptAnything"}], "a.example.com": [{"type": "reject"}]},
                    "dir": {}
                },
                "default": [{"type": "reject"}, {"type": "insecureAcceptAnything"}]
            }
            """);
        Assert.Equal([new RejectRequirement(), new AcceptRequirement()], policy.Default);
        Assert.Equal(["docker", "dir"], policy.Transports.Select(t => t.Name));
        Assert.Equal(["z.example.com", "", "a.example.com"], policy.Transports[0].Scopes.Select(s => s.Name));
        Assert.Empty(policy.Transports[1].Scopes);
        Assert.IsType<AcceptRequirement>(Assert.Single(policy.FindTransport("docker")!.Find("")!));
        Assert.Null(policy.FindTransport("docker")!.Find("example.com"));
        Assert.Null(policy.FindTransport("Docker"));
    }

    [Fact]
    public void The_distributions_default_policy_is_accepted()
    {
        PolicyDocument policy = PolicyReader.Read(DefaultPolicy.Text, PolicyText.Path);
        Assert.Equal(TrustType.Accept, ImageTrust.Summarize(policy.Default));
        Assert.Equal("docker-daemon", Assert.Single(policy.Transports).Name);
    }

    [Theory]
    [InlineData("""{"default":[{"type":"reject"}]}""")]
    [InlineData("\n\t {\r\n \"default\" \t:\n[ { \"type\" : \"reject\" } ] }\n\n ")]
    [InlineData("""{"\u0064efault": [{"\u0074ype": "\u0072eject"}]}""")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {}}""")]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"docker": {}}}""")]
    public void A_policy_may_be_written_in_many_ways(string policy) =>
        Assert.Equal([new RejectRequirement()], PolicyText.Read(policy).Default);

    [Theory]
    [InlineData("unknown", "\"anything at all\"")]
    [InlineData("unknown", "\"/\"")]
    [InlineData("", "\"x\"")]
    [InlineData("Docker", "\"x\"")]
    [InlineData("ostree", "\"not a path\"")]
    [InlineData("docker", "\"https://example.com/\"")]
    [InlineData("docker", "\"\\u0000\\ud83d\\ude00\"")]
    [InlineData("docker", "\"__proto__\"")]
    [InlineData("dir", "\"\"")]
    [InlineData("docker-archive", "\"\"")]
    public void A_scope_is_accepted(string transport, string scopeLiteral) =>
        Assert.Equal(transport, Assert.Single(PolicyText.Read(PolicyText.WithScope(transport, scopeLiteral)).Transports).Name);

    [Theory]
    [InlineData("GPGKeys")]
    [InlineData("signedByGPGKeys")]
    [InlineData("X509Certificates")]
    [InlineData("signedByX509CAs")]
    public void Every_key_type_is_read(string keyType)
    {
        SignedByRequirement r = SignedBy($$"""{"keyPath": "/k", "keyType": "{{keyType}}", "type": "signedBy"}""");
        Assert.Equal((keyType, "/k"), (r.KeyType, r.KeyPath));
        Assert.Null(r.KeyPaths);
        Assert.Null(r.KeyData);
        Assert.Null(r.SignedIdentity);
    }

    [Fact]
    public void KeyPaths_may_be_empty_in_signedBy() =>
        Assert.Empty(SignedBy("""{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": []}""").KeyPaths!);

    [Fact]
    public void Null_among_paths_is_an_empty_path() =>
        Assert.Equal(["/a", "", "/b"],
            SignedBy("""{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/a", null, "/b"]}""").KeyPaths!);

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"YWJj\"", "YWJj")]
    [InlineData("\"YW\\nJj\\r\\n\"", "YWJj")]
    [InlineData("\"\\n\"", "")]
    [InlineData("\"YQ=\\n=\"", "YQ==")]
    [InlineData("\"YQ==\\n\"", "YQ==")]
    [InlineData("\"YR==\"", "YQ==")]
    [InlineData("\"Y\\u0051==\"", "YQ==")]
    [InlineData("\"+/+/\"", "+/+/")]
    [InlineData("[]", "")]
    [InlineData("[97, 98, 99]", "YWJj")]
    [InlineData("[0, 255, null]", "AP8A")]
    public void Key_data_may_be_written_in_many_ways(string literal, string base64)
    {
        Assert.Equal(base64, SignedBy($$"""{"type": "signedBy", "keyType": "GPGKeys", "keyData": {{literal}}}""").KeyData);
        Assert.Equal(base64, Sigstore($$"""{"type": "sigstoreSigned", "keyData": {{literal}}}""").KeyData);
        Assert.Equal([base64], Sigstore($$"""{"type": "sigstoreSigned", "keyDatas": [{{literal}}]}""").KeyDatas!);
        Assert.Equal(base64, Sigstore(
            $$"""{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyData": {{literal}}}""").RekorPublicKeyData);
    }

    [Fact]
    public void Null_among_key_data_is_empty_data() =>
        Assert.Equal(["", "YQ=="], Sigstore("""{"type": "sigstoreSigned", "keyDatas": [null, "YQ=="]}""").KeyDatas!);

    [Fact]
    public void An_empty_path_beside_another_source_is_as_good_as_absent_in_sigstoreSigned()
    {
        SigstoreSignedRequirement r =
            Sigstore("""{"type": "sigstoreSigned", "keyPath": "", "keyData": "YQ==", "rekorPublicKeyPath": "", "rekorPublicKeyData": """ +
            """null}""");
        Assert.Equal((null, "YQ==", null, null), (r.KeyPath, r.KeyData, r.RekorPublicKeyPath, r.RekorPublicKeyData));
        r = Sigstore("""{"type": "sigstoreSigned", "keyPath": "/k", "keyData": null}""");
        Assert.Equal(("/k", null), (r.KeyPath, r.KeyData));
    }

    [Fact]
    public void Sources_of_sigstoreSigned_are_read()
    {
        Assert.Equal(["/a", "/b"],
            Sigstore("""{"type": "sigstoreSigned", "keyPaths": ["/a", "/b"], "rekorPublicKeyPath": "/r"}""").KeyPaths!);
        SigstoreSignedRequirement r =
            Sigstore("""{"type": "sigstoreSigned", "keyDatas": ["YQ==", "Yg=="], "rekorPublicKeyPaths": ["/r", "/s"]}""");
        Assert.Equal(["YQ==", "Yg=="], r.KeyDatas!);
        Assert.Equal(["/r", "/s"], r.RekorPublicKeyPaths!);
        r = Sigstore("""{"type": "sigstoreSigned", "keyPath": "/k", "rekorPublicKeyDatas": ["YQ=="]}""");
        Assert.Equal(["YQ=="], r.RekorPublicKeyDatas!);
    }

    [Fact]
    public void Fulcio_is_read()
    {
        SigstoreSignedRequirement r =
            Sigstore("""{"type": "sigstoreSigned", "fulcio": """ +
            """{"caPath": "", "caData": "YQ==", "oidcIssuer": "https://i", "subjectEmail": "a@b"}, "rekorPublicKeyData": ""}""");
        Assert.Equal(new FulcioIdentity { CaData = "YQ==", OidcIssuer = "https://i", SubjectEmail = "a@b" }, r.Fulcio);
        Assert.Equal("", r.RekorPublicKeyData);
        r = Sigstore("""{"type": "sigstoreSigned", "fulcio": {"caPath": "/c", "caData": """ +
            """null, "oidcIssuer": "i", "subjectEmail": "e"}, "rekorPublicKeyPaths": ["/r"]}""");
        Assert.Equal(new FulcioIdentity { CaPath = "/c", OidcIssuer = "i", SubjectEmail = "e" }, r.Fulcio);
    }

    [Fact]
    public void Pki_is_read()
    {
        SigstoreSignedRequirement r = Sigstore("""{"type": "sigstoreSigned", "pki": {"caRootsPath": "/r", "caIntermediatesPath": "/i", "subjectEmail": "a@b", "subjectHostname": "h"}, "rekorPublicKeyPath": ""}""");
        Assert.Equal(new PkiIdentity { CaRootsPath = "/r", CaIntermediatesPath = "/i", SubjectEmail = "a@b", SubjectHostname = "h" },
            r.Pki);
        r = Sigstore("""{"type": "sigstoreSigned", "pki": {"caRootsPath": "", "caRootsData": "YQ==", "caIntermediatesPath": "", "caIntermediatesData": "Yg==", "subjectEmail": "", "subjectHostname": "h"}}""");
        Assert.Equal(new PkiIdentity { CaRootsData = "YQ==", CaIntermediatesData = "Yg==", SubjectHostname = "h" }, r.Pki);
    }

    public static TheoryData<string, SignedIdentity> Identities => new()
    {
        { """{"type": "matchExact"}""", new MatchExactIdentity() },
        { """{"type": "matchRepoDigestOrExact"}""", new MatchRepoDigestOrExactIdentity() },
        { """{"type": "matchRepository"}""", new MatchRepositoryIdentity() },
        { """{"type": "exactReference", "dockerReference": "example.com/app:v1"}""", new ExactReferenceIdentity
            { DockerReference = "example.com/app:v1" } },
        { """{"dockerReference": "busybox:latest", "type": "exactReference"}""", new ExactReferenceIdentity
            { DockerReference = "busybox:latest" } },
        { """{"type": "exactReference", "dockerReference": "my_host.example/app:v1"}""", new ExactReferenceIdentity
            { DockerReference = "my_host.example/app:v1" } },
        { """{"type": "exactRepository", "dockerRepository": "example.com/app"}""", new ExactRepositoryIdentity
            { DockerRepository = "example.com/app" } },
        { """{"type": "exactRepository", "dockerRepository": "example.com/app:v1"}""", new ExactRepositoryIdentity
            { DockerRepository = "example.com/app:v1" } },
        { """{"type": "remapIdentity", "prefix": "mirror:5000/a", "signedPrefix": "example.com"}""", new RemapIdentity
            { Prefix = "mirror:5000/a", SignedPrefix = "example.com" } },
        { """{"type": "remapIdentity", "signedPrefix": "shortname", "prefix": "ns/shortname"}""", new RemapIdentity
            { Prefix = "ns/shortname", SignedPrefix = "shortname" } },
    };

    [Theory]
    [MemberData(nameof(Identities))]
    public void Every_identity_is_read(string identity, SignedIdentity expected)
    {
        Assert.Equal(expected, Assert
            .IsType<SignedByRequirement>(Assert.Single(PolicyText.Read(PolicyText.WithIdentity(identity)).Default)).SignedIdentity);
        Assert.Equal(expected, Sigstore(
            $$"""{"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {{identity}}}""").SignedIdentity);
        Assert.Equal(expected, Assert
            .IsType<SignedBaseLayerRequirement>(PolicyText
            .ReadRequirement($$"""{"type": "signedBaseLayer", "baseLayerIdentity": {{identity}}}""")).BaseLayerIdentity);
    }

    private static SignedByRequirement SignedBy(string requirement) =>
        Assert.IsType<SignedByRequirement>(PolicyText.ReadRequirement(requirement));

    private static SigstoreSignedRequirement Sigstore(string requirement) =>
        Assert.IsType<SigstoreSignedRequirement>(PolicyText.ReadRequirement(requirement));
}
