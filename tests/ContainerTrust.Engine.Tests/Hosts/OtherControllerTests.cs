using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;
using ContainerTrust.TestKit;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>What a controller can do that is not Linux: read the files that its user names, and nothing else.</summary>
public sealed class OtherControllerTests : IDisposable
{
    private const string Manifest = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}""";
    private static readonly ClaimSigner Alice = new("Alice <alice@example.com>");

    private readonly HostTestDirectory _directory = new();

    public OtherControllerTests()
    {
        File.WriteAllBytes(_directory["alice.gpg"], Alice.PublicKey);
        _directory.Write("policy.json", $$$$"""{"default":[{"type":"reject"}],"transports":{"dir":{"":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{{{_directory["alice.gpg"]}}}}","signedIdentity":{"type":"exactRepository","dockerRepository":"registry.example.com/app"}}]}}}""");
        _directory.Write("registries.d/a.yaml", "docker:\n  a.example.com:\n    lookaside: https://s.example.com\n");
        _directory.Write("registries.conf", "");
    }

    private TrustStoreOptions Named => new() { PolicyPath = _directory["policy.json"], RegistriesDirectory = _directory["registries.d"] };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_policy_that_is_named_is_read_with_its_keys()
    {
        IReadOnlyList<ImageTrust> entries = [.. Open(Named).Read(TrustQuery.All)];
        Assert.Equal(["default", "dir"], entries.Select(static e => e.IsDefault ? "default" : e.Transport));
        Assert.Equal(Alice.Fingerprint, Assert.Single(entries[1].Keys).Fingerprint);
    }

    [Fact]
    public void Without_a_name_there_is_none()
    {
        TrustException e = Assert.Throws<TrustException>(() => Open(new TrustStoreOptions()));
        Assert.Equal("PlatformNotSupported", e.ErrorId);
        Assert.Contains("-HostName", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_can_be_changed()
    {
        string before = File.ReadAllText(_directory["policy.json"]);
        TrustChange change = new() { Transport = "docker", Registry = "b.example.com", Requirements = [new RejectRequirement()] };
        TrustException e = Assert.Throws<TrustException>(
            () => Open(Named).Apply([change], new TrustEditOptions(), CancellationToken.None));
        Assert.Equal("PlatformNotSupported", e.ErrorId);
        Assert.Throws<TrustException>(() => LocalHost.Portable.RequireSafe(_directory["policy.json"], isDeletion: false));
        Assert.Equal(before, File.ReadAllText(_directory["policy.json"]));
        Assert.Equal(["a.yaml"], _directory.Names("registries.d"));
    }

    [Fact]
    public async Task An_image_is_judged_by_the_policy_that_is_named()
    {
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Manifest)));
        foreach (string image in (string[])["signed", "unsigned"])
        {
            _directory.Write($"{image}/manifest.json", Manifest);
            _directory.Write($"{image}/version", "Directory Transport Version: 1.1\n");
        }

        File.WriteAllBytes(_directory["signed/signature-1"], Alice.SignClaim("registry.example.com/app:v1", digest));
        using ImageVerifier verifier = new(Open(Named),
            new VerificationOptions { RegistriesConfPath = _directory["registries.conf"] }, TrustMessages.None);
        Assert.True((await verifier.VerifyAsync($"dir:{_directory["signed"]}", null, CancellationToken.None)).IsValid);
        Assert.False((await verifier.VerifyAsync($"dir:{_directory["unsigned"]}", null, CancellationToken.None)).IsValid);
    }

    // Every user of Windows may make C:\etc.
    [Theory]
    [InlineData("/etc/pki/key.pub", true, true)]
    [InlineData("/", true, true)]
    [InlineData("/etc/pki/key.pub", false, false)]
    [InlineData(@"C:\keys\key.pub", true, false)]
    [InlineData(@"\\server\share\key.pub", true, false)]
    [InlineData("//server/share/key.pub", true, false)]
    [InlineData("", true, false)]
    public void A_path_of_Linux_is_not_one_of_Windows(string path, bool isWindows, bool isOfLinux) =>
        Assert.Equal(isOfLinux, PortableFile.IsOfLinux(path, isWindows));

    private static TrustStore Open(TrustStoreOptions options) => TrustStore.Open(LocalHost.Portable, options, TrustMessages.None);
}
