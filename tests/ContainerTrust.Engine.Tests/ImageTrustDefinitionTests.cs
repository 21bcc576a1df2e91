using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests;

public sealed class ImageTrustDefinitionTests
{
    public static TheoryData<ImageTrust> Entries => new(
        Entry(new AcceptRequirement()),
        Entry(new RejectRequirement(), new SignedBaseLayerRequirement { BaseLayerIdentity = new MatchExactIdentity() }),
        Entry(new SignedByRequirement
            { KeyPath = "/k \"'\n\u00e9", SignedIdentity = new RemapIdentity
            { Prefix = "a.example.com", SignedPrefix = "b.example.com" } }),
        Entry(new SignedByRequirement
            { KeyPaths = ["/a", "/b"], SignedIdentity = new ExactReferenceIdentity { DockerReference = "example.com/a:b" } },
            new SignedByRequirement { KeyData = "AAAA", SignedIdentity = new ExactRepositoryIdentity
            { DockerRepository = "example.com/a" } }),
        Entry(new SigstoreSignedRequirement { KeyDatas = ["AA=="], SignedIdentity = new MatchRepositoryIdentity() }),
        Entry(new SigstoreSignedRequirement
            { Fulcio = new FulcioIdentity { CaPath = "/ca", OidcIssuer = "https://login.example.com", SubjectEmail = "dev@example.com" },
            RekorPublicKeyPaths = ["/r"] }),
        Entry(new SigstoreSignedRequirement
            { Pki = new PkiIdentity { CaRootsData = "AA==", SubjectHostname = "ci.example.com" },
            SignedIdentity = new MatchRepoDigestOrExactIdentity() }));

    [Theory]
    [MemberData(nameof(Entries))]
    public void An_entry_comes_back_from_its_definition(ImageTrust entry)
    {
        ImageTrust back = ImageTrust.Parse(entry.Definition);
        Assert.Equal(entry.Definition, back.Definition);
        Assert.Equal(entry.Type, back.Type);
        Assert.Equal(entry.Requirements.Select(static r => r.GetType()), back.Requirements.Select(static r => r.GetType()));
        Assert.Equal(entry.Section, back.Section);
        Assert.Equal(entry.Keys[0].Created, back.Keys[0].Created);
        Assert.Equal(entry.Keys[0].Subkeys[0], back.Keys[0].Subkeys[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":[]}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":[null]}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":null}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":null,\"Registry\":\"r\",\"Requirements\":[{\"$type\":\"reject\"}]}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":[{}]}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":[{\"$type\":\"trustMe\"}]}")]
    [InlineData("{\"ComputerName\":\"h\",\"Transport\":\"docker\",\"Registry\":\"r\",\"Requirements\":[{\"$type\":\"reject\"}],\"More\":1}")]
    public void What_is_no_entry_is_refused(string text) => Assert.Throws<FormatException>(() => ImageTrust.Parse(text));

    [Fact]
    public void Damaged_definitions_are_refused_or_are_entries()
    {
        Random random = new(20261122);
        string text = Entry(new SigstoreSignedRequirement
            { Pki = new PkiIdentity { CaRootsData = "AA==", SubjectHostname = "ci.example.com" } }).Definition;
        for (int i = 0; i < 3000; i++)
        {
            char[] damaged = text.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (char)random.Next(32, 127);
            try
            {
                Assert.NotEmpty(ImageTrust.Parse(new string(damaged)).Requirements);
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public void A_definition_is_JSON_that_says_what_kind_of_requirement_it_is()
    {
        using JsonDocument document = JsonDocument.Parse(Entry(new SignedByRequirement { KeyPath = "/k" }).Definition);
        Assert.Equal("signedBy", document.RootElement.GetProperty("Requirements")[0].GetProperty("$type").GetString());
    }

    private static ImageTrust Entry(params TrustRequirement[] requirements) => new()
    {
        ComputerName = "host",
        Transport = "docker",
        Registry = "registry.example.com",
        Requirements = requirements,
        Keys =
        [
            new TrustKey
            {
                Kind = TrustKeyKind.OpenPgp,
                Fingerprint = "AB",
                Algorithm = "RSA",
                Created = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000),
                UserIds = ["A <a@example.com>"],
                Subkeys = [new TrustSubkey { Fingerprint = "CD", Algorithm = "Ed25519", Curve = "ed25519" }],
            },
        ],
        SignatureStore = "https://store.example.com",
        UseSigstoreAttachments = true,
        Section = new LookasideSection { SignatureStore = "https://store.example.com" },
        PolicyPath = "/etc/containers/policy.json",
    };
}
