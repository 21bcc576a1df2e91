using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Tests.Images;
using ContainerTrust.Engine.Tests.OpenPgp;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;
using Signer = ContainerTrust.TestKit.ClaimSigner;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>The verdict of a named release, and of a host whose GnuPG is known, over the root of a host.</summary>
public sealed class JudgingReleaseTests : IDisposable
{
    private const string Repository = "registry.example.com/app";
    private const string Identity = "\"signedIdentity\":{\"type\":\"exactRepository\",\"dockerRepository\":\"registry.example.com/app\"}";
    private static readonly Signer Alice = new("Alice <alice@example.com>");
    private static readonly TestSigner Six = TestSigner.Ed25519Key(version: 6);
    private static readonly byte[] OfVersion6 =
        [.. Six.KeyPacket(), .. Six.Sign(SignatureType.DirectKey, Six.Hashed, TestPackets.Created + 1, TestPackets.Flags(3))];

    private static readonly ExactRepositoryIdentity s_own = new() { DockerRepository = Repository };

    private readonly string _root = Directory.CreateTempSubdirectory("ct-as-").FullName;

    public JudgingReleaseTests()
    {
        byte[] manifest = Encoding.UTF8.GetBytes(
            """{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}""");
        Write("etc/containers/policy.json", Policy("\"keyPath\":\"/keys/alice.gpg\""));
        Write("keys/alice.gpg", Alice.PublicKey);
        Write("img/manifest.json", manifest);
        Write("img/signature-1", Alice.SignOnePassClaim($"{Repository}:v1", ManifestDigest.Compute(manifest)));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(null, null)]
    [InlineData("podman5.4", "podman 5.4 built with gpgme (GnuPG)")]
    [InlineData("podman6/sequoia", "podman 6 built with Sequoia")]
    [InlineData("skopeo1.22/go", "skopeo 1.22 built with Go's OpenPGP")]
    public async Task A_verdict_says_whose_it_is(string? name, string? judgedAs)
    {
        ImageSignatureResult result = await JudgeAsync(name);
        Assert.True(result.IsValid, result.Reason);
        Assert.Equal(judgedAs, result.JudgedAs);
        Assert.Equal(judgedAs is not null, result.ToString().Contains($" valid as {judgedAs}: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ID=rhel\nVERSION_ID=9.7\n", false)]
    [InlineData("ID=debian\nVERSION_ID=12\n", false)]
    [InlineData("ID=rhel\nVERSION_ID=10.1\n", true)]
    [InlineData("ID=fedora\nVERSION_ID=45\n", true)]
    [InlineData("", true)]
    public async Task A_key_that_the_hosts_GnuPG_loses_is_no_key(string osRelease, bool isValid)
    {
        Write("keys/alice.gpg", [.. Alice.PublicKey, .. OfVersion6]);
        Write("etc/os-release", osRelease);
        ImageSignatureResult result = await JudgeAsync(null);
        Assert.True(isValid == result.IsValid, result.Reason);
        const string Loss = "it is the last key before the key";
        Assert.Contains(Loss, isValid ? Assert.Single(result.Signatures).Note! : result.Reason, StringComparison.Ordinal);
        Assert.False((await JudgeAsync("podman5.4/gpg")).IsValid);
        Assert.True((await JudgeAsync("podman6/sequoia")).IsValid);
        Assert.False((await JudgeAsync("podman6/go")).IsValid);
        Assert.True((await JudgeAsync("podman6.1/go")).IsValid);
    }

    [Theory]
    [InlineData("ID=rhel\nVERSION_ID=9.7\n", false)]
    [InlineData("ID=debian\nVERSION_ID=12\n", false)]
    [InlineData("ID=rhel\nVERSION_ID=10.1\n", true)]
    [InlineData("ID=fedora\nVERSION_ID=45\n", true)]
    public async Task A_signature_of_version_6_is_not_valid_where_the_hosts_GnuPG_does_not_read_it(string osRelease, bool isValid)
    {
        byte[] manifest = File.ReadAllBytes($"{_root}/img/manifest.json");
        string claim = Signer.Claim($"{Repository}:v1", ManifestDigest.Compute(manifest));
        Write("img/signature-1", Six.Message(Encoding.UTF8.GetBytes(claim)));
        Write("keys/alice.gpg", OfVersion6);
        Write("etc/os-release", osRelease);
        ImageSignatureResult result = await JudgeAsync(null);
        Assert.True(isValid == result.IsValid, result.Reason);
        const string Refusal = "on this host refuse this signature: it is of version 6, which GnuPG does not read";
        Assert.True(isValid || result.Reason.Contains(Refusal, StringComparison.Ordinal), result.Reason);
        Assert.True((await JudgeAsync(null, $"{_root}/keys/alice.gpg")).IsValid);
    }

    [Fact]
    public async Task The_callers_own_keys_do_not_depend_on_the_hosts_GnuPG()
    {
        Write("keys/alice.gpg", [.. Alice.PublicKey, .. OfVersion6]);
        Write("etc/os-release", "ID=rhel\nVERSION_ID=9.7\n");
        Assert.False((await JudgeAsync(null)).IsValid);
        Assert.True((await JudgeAsync(null, $"{_root}/keys/alice.gpg")).IsValid);
        Assert.False((await JudgeAsync("podman5.4/gpg", $"{_root}/keys/alice.gpg")).IsValid);
    }

    [Fact]
    public async Task Go_refuses_a_requirement_for_a_file_without_a_readable_key()
    {
        Write("keys/six.gpg", OfVersion6);
        Write("etc/containers/policy.json", Policy("\"keyPaths\":[\"/keys/alice.gpg\",\"/keys/six.gpg\"]"));
        Assert.True((await JudgeAsync("podman6/gpg")).IsValid);
        foreach (string name in new[] { "podman5.4/go", "podman6.1/go", "crio1.34" })
        {
            ImageSignatureResult result = await JudgeAsync(name);
            Assert.False(result.IsValid);
            Assert.Contains("Go's OpenPGP finds no usable key in /keys/six.gpg", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_copy_that_the_hosts_GnuPG_loses_gives_nothing()
    {
        Write("keys/new.gpg", [.. Alice.PublicKey, .. OfVersion6]);
        Write("etc/os-release", "ID=rhel\nVERSION_ID=9.7\n");
        Write("etc/containers/policy.json", Policy("\"keyPaths\":[\"/keys/alice.gpg\",\"/keys/new.gpg\"]"));
        Assert.True((await JudgeAsync(null)).IsValid);
        Write("keys/alice.gpg", new Signer("Bob <bob@example.com>").PublicKey);
        Assert.False((await JudgeAsync(null)).IsValid);
    }

    [Fact]
    public async Task A_release_refuses_every_image_for_a_member_that_it_does_not_know()
    {
        Write("etc/containers/policy.json", Policy("\"keyPaths\":[\"/keys/alice.gpg\"]"));
        Assert.True((await JudgeAsync("podman4.9")).IsValid);
        ImageSignatureResult result = await JudgeAsync("podman4.1");
        Assert.False(result.IsValid);
        Assert.Equal(
            "podman 4.1 refuses every image: policy.json has keyPaths, which containers/image knows since 5.22; older ones refuse the "
                + "whole policy, and so every image.", result.Reason);
    }

    [Fact]
    public async Task CRI_O_has_a_policy_of_its_own()
    {
        Write("etc/crio/crio.conf", "[crio.image]\nsignature_policy = '/etc/crio/policy.json'\n");
        Write("etc/crio/policy.json", """{"default":[{"type":"reject"}]}""");
        Assert.True((await JudgeAsync("podman5.4")).IsValid);
        Assert.False((await JudgeAsync("crio1.34")).IsValid);
    }

    [Fact]
    public async Task Files_are_looked_for_as_the_release_does()
    {
        Directory.CreateDirectory($"{_root}/usr/share/containers");
        File.Move($"{_root}/etc/containers/policy.json", $"{_root}/usr/share/containers/policy.json");
        Assert.True((await JudgeAsync("podman6")).IsValid);
        Assert.Equal("PolicyNotFound", (await Assert.ThrowsAsync<TrustException>(() => JudgeAsync("podman5.8"))).ErrorId);
    }

    [Fact]
    public void Files_alone_are_judged_as_a_release_too()
    {
        MemoryHost host = new();
        foreach (string file in new[] { "keys/alice.gpg", "img/manifest.json", "img/signature-1" })
            host.With($"/{file}", File.ReadAllBytes($"{_root}/{file}"));
        host.With("/keys/lost.gpg", (byte[])[.. Alice.PublicKey, .. OfVersion6]);
        FileVerification files = new()
        {
            ManifestPath = "/img/manifest.json",
            Reference = $"{Repository}:v1",
            SignaturePaths = ["/img/signature-1"],
            KeyPaths = ["/keys/alice.gpg"],
            As = "podman5.4",
        };
        FileVerifier verifier = new(host, _ => { });
        ImageSignatureResult result = verifier.Verify(files);
        Assert.Equal((true, "podman 5.4 built with gpgme (GnuPG)"), (result.IsValid, result.JudgedAs));
        result = verifier.Verify(files with { KeyPaths = ["/keys/lost.gpg"] });
        Assert.False(result.IsValid);
        Assert.Contains("is not among the keys: it is the last key before the key", result.Reason, StringComparison.Ordinal);
        Assert.True(verifier.Verify(files with { KeyPaths = ["/keys/lost.gpg"], As = null }).IsValid);
        Assert.Equal("UnknownConsumer", Assert.Throws<TrustException>(() => verifier.Verify(files with { As = "podman" })).ErrorId);

        // What only the release cannot read is its verdict; what nobody can is an error.
        host.With("/keys/six.gpg", OfVersion6);
        Assert.False(verifier.Verify(files with { KeyPaths = ["/keys/six.gpg"] }).IsValid);
        host.With("/keys/none.gpg", "x"u8.ToArray());
        Assert.Equal("NoUsableKey",
            Assert.Throws<TrustException>(() => verifier.Verify(files with { KeyPaths = ["/keys/none.gpg"] })).ErrorId);
    }

    private static string Policy(string key) =>
        $$$$"""
        {"default":[{"type":"reject"}],
        "transports":{"dir":{"":[{"type":"signedBy","keyType":"GPGKeys",{{{{key}}}},{{{{Identity}}}}}]}}}
        """;

    private async Task<ImageSignatureResult> JudgeAsync(string? name, string? keyPath = null)
    {
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = _root, As = name }, TrustMessages.None);
        VerificationOptions options = new() { As = name, KeyPaths = keyPath is null ? null : [keyPath], SignedIdentity = s_own };
        using ImageVerifier verifier = new(store, options, TrustMessages.None);
        return await verifier.VerifyAsync("dir:/img", null, CancellationToken.None);
    }

    private void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    private void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{_root}/{path}")!);
        File.WriteAllBytes($"{_root}/{path}", content);
    }
}
