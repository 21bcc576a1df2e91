using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Tests.Registry;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>Beside the tag of signatures there are bundles that cannot be read: the tag can say yes, but nothing says no.</summary>
public sealed class UnreadBundlesTests : IAsyncDisposable
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private static readonly TestKey s_key = TestKey.Get("P-256", "unread bundles");
    private static readonly TestInstance s_instance = new();
    private static readonly string s_digest = $"sha256:{TestBundle.Hex}";

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-unread-").FullName;
    private readonly HostileServer _server = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly Dictionary<string, (int Status, byte[] Body, string Type)> _content = [];

    public UnreadBundlesTests()
    {
        File.WriteAllText($"{_directory}/policy.json", """{"default":[{"type":"reject"}]}""");
        File.WriteAllText($"{_directory}/key.pub", s_key.Pem);
        File.WriteAllBytes($"{_directory}/alice.gpg", new ClaimSigner("Alice <alice@example.com>").PublicKey);
        File.WriteAllText($"{_directory}/rekor.pub", s_instance.LogKey.Pem);
        File.WriteAllText($"{_directory}/ca.pem", s_instance.Root.Pem + s_instance.Authority.Pem);
        _content["/v2/"] = (200, "{}"u8.ToArray(), "application/json");
        _content["/v2/app/manifests/v1"] = (200, TestBundle.Manifest, OciManifest);
        _server.Handler = (request, stream, _) =>
        {
            (int status, byte[] body, string type) = _content.GetValueOrDefault(request.Path, (404, [], "text/plain"));
            return HostileServer.AnswerAsync(stream, status, body, $"Content-Type: {type}");
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("fulcio")]
    [InlineData("pki")]
    public async Task A_good_tag_is_enough_and_without_one_there_is_no_verdict(string way)
    {
        string referrers = $"/v2/app/referrers/{s_digest}";
        Tag(way, isGood: true);
        _content[referrers] = (500, [], "text/plain");
        ImageSignatureResult result = await VerifyAsync(way);
        Assert.True(result.IsValid, result.Reason);
        Assert.EndsWith("Another signature is accepted.", Assert.Single(_warnings), StringComparison.Ordinal);

        Tag(way, isGood: false);
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync(way));
        Assert.Equal("RegistryError", e.ErrorId);
        Assert.StartsWith($"Whether bundles of cosign 3 refer to {s_digest} could not be found out: ", e.Message, StringComparison.Ordinal);

        // A release that reads no bundles is not kept from its verdict.
        Assert.False((await VerifyAsync(way, "podman5.4")).IsValid);
        _content[referrers] = (404, [], "text/plain");
        Assert.False((await VerifyAsync(way)).IsValid);
        _content[referrers] = (200, """{"manifests":{}}"""u8.ToArray(), "application/vnd.oci.image.index.v1+json");
        Assert.Equal("InvalidAttachments", (await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync(way))).ErrorId);
    }

    [Fact]
    public async Task A_bundle_by_a_key_is_taken_if_a_log_of_the_root_has_it()
    {
        File.WriteAllText($"{_directory}/root.json", s_instance.TrustedRoot());
        File.WriteAllText($"{_directory}/other.json", new TestInstance { LogKey = TestKey.Get("P-256", "unread log") }.TrustedRoot());
        Refer(new TestBundle(s_instance) { Key = s_key }.Make());
        ImageSignatureResult result = await VerifyByLogAsync("root.json");
        Assert.True(result.IsValid, result.Reason);
        ImageSignature signature = Assert.Single(result.Signatures);
        Assert.Equal((s_key.Fingerprint, 4711L, TestInstance.Time),
            (signature.KeyFingerprint, signature.LogIndex, signature.IntegratedTime));
        Assert.Null(signature.CertificateSubject);
        result = await VerifyByLogAsync("other.json");
        Assert.False(result.IsValid);
        Assert.Contains("not of a log that is trusted", result.Reason, StringComparison.Ordinal);

        // Without the root no log is asked; and of what is under the tag nothing counts with it.
        _warnings.Clear();
        Assert.True((await VerifyAsync("key", name: false)).IsValid);
        Refer(new TestBundle(s_instance) { Signer = s_key }.Make());
        Assert.False((await VerifyByLogAsync("root.json")).IsValid);
        Tag("key", isGood: true);
        Assert.False((await VerifyByLogAsync("root.json")).IsValid);
        SignerCertificates root = new() { TrustedRootPath = $"{_directory}/root.json" };
        string[] keys = [$"{_directory}/key.pub"];
        root.RequireUsable(keys, null, hasStores: false);
        foreach (Action refused in (Action[])[
            () => root.RequireUsable(keys, new MatchRepositoryIdentity(), hasStores: false),
            () => root.RequireUsable(keys, null, hasStores: true),
            () => root.RequireUsable([$"{_directory}/alice.gpg"], null, hasStores: false)])
            Assert.Equal("ParametersNotTogether", Assert.Throws<TrustException>(refused).ErrorId);
        Assert.Equal("IncompleteIdentity", Assert.Throws<TrustException>(() => root.RequireUsable(null, null, false)).ErrorId);
        Assert.Equal("SeveralKeySources", Assert.Throws<TrustException>(
            () => (root with { SubjectEmail = "a@example.com" }).RequireUsable(keys, null, false)).ErrorId);
        Assert.Equal("ParametersNotTogether", Assert.Throws<TrustException>(() => (root with
        {
            OidcIssuer = TestInstance.Issuer, SubjectEmail = "a@example.com", SubjectUri = "https://example.com/a",
        }).RequireUsable(null, null, false)).ErrorId);
    }

    private void Refer(string bundle)
    {
        const string Type = "application/vnd.dev.sigstore.bundle.v0.3+json";
        byte[] content = Encoding.UTF8.GetBytes(bundle);
        byte[] manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{OciManifest}}","artifactType":"{{Type}}","layers":[
            {"mediaType":"{{Type}}","digest":"{{Digest(content)}}","size":{{content.Length}}}]}
            """);
        _content[$"/v2/app/blobs/{Digest(content)}"] = (200, content, Type);
        _content[$"/v2/app/manifests/{Digest(manifest)}"] = (200, manifest, OciManifest);
        _content[$"/v2/app/referrers/{s_digest}"] = (200, Encoding.UTF8.GetBytes($$"""
            {"manifests":[{"artifactType":"{{Type}}","digest":"{{Digest(manifest)}}"}]}
            """), "application/vnd.oci.image.index.v1+json");
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private Task<ImageSignatureResult> VerifyByLogAsync(string root) => VerifyAsync(new VerificationOptions
    {
        KeyPaths = [$"{_directory}/key.pub"], Signer = new SignerCertificates { TrustedRootPath = $"{_directory}/{root}" },
    });

    private void Tag(string way, bool isGood)
    {
        string claim = $$$"""
            {"critical":{"identity":{"docker-reference":"{{{_server.Authority}}}/app"},
            "image":{"docker-manifest-digest":"{{{s_digest}}}"},"type":"cosign container image signature"},"optional":null}
            """;
        TestCertificate leaf = s_instance.NewLeaf();
        TestKey signer = way == "key" ? s_key : leaf.Key;
        TestSignature signature = TestSignature.By(isGood ? signer : TestKey.Get("P-256", "unread other"), claim);
        if (way != "key")
            signature = signature.With(leaf).In(new TestLog(s_instance.LogKey), leaf.Pem, TestInstance.Time);
        string digest = Digest(signature.Payload);
        _content[$"/v2/app/blobs/{digest}"] = (200, signature.Payload, "application/octet-stream");
        string layer = signature.Layer(digest);
        _content[$"/v2/app/manifests/{s_digest.Replace(':', '-')}.sig"] = (200,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{OciManifest}}","layers":[{{layer}}]}"""), OciManifest);
    }

    private Task<ImageSignatureResult> VerifyAsync(string way, string? release = null, bool name = true) =>
        VerifyAsync(new VerificationOptions
        {
            KeyPaths = way == "key" ? [$"{_directory}/key.pub"] : null,
            Signer = way switch
            {
                "fulcio" => new SignerCertificates
                {
                    FulcioCAPath = $"{_directory}/ca.pem", OidcIssuer = TestInstance.Issuer, SubjectEmail = TestInstance.Email,
                    RekorPublicKeyPaths = [$"{_directory}/rekor.pub"],
                },
                "pki" => new SignerCertificates { CARootsPath = $"{_directory}/ca.pem", SubjectEmail = TestInstance.Email },
                _ => null,
            },
            SignedIdentity = name ? new MatchRepositoryIdentity() : null,
            As = release,
        });

    private async Task<ImageSignatureResult> VerifyAsync(VerificationOptions options)
    {
        TrustStore store = TrustStore.Open(
            new TrustStoreOptions { PolicyPath = $"{_directory}/policy.json", RegistriesDirectory = _directory }, TrustMessages.None);
        options = options with { Now = TestInstance.Time, Web = new WebOptions { Retries = 0, VerifyTls = false } };
        using ImageVerifier verifier = new(store, options, new TrustMessages { Warning = _warnings.Enqueue, Verbose = static _ => { } });
        return await verifier.VerifyAsync($"docker://{_server.Authority}/app:v1", null, CancellationToken.None);
    }
}
