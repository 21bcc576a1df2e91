using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>By digest, keys and a store nothing but files of this machine is needed; the keys may be in a cluster's ConfigMap.</summary>
public sealed class VerifierKeysTests : IDisposable
{
    // Nobody has such a name: a registry that is asked is an error.
    private const string Repository = "registry.invalid/ocp/release";
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly ClaimSigner Alice = new("Alice <alice@example.com>");
    private static readonly ClaimSigner Bob = new("Bob <bob@example.com>");

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-verifier-").FullName;
    private readonly string _store;

    public VerifierKeysTests()
    {
        File.WriteAllText($"{_directory}/policy.json", """{"default":[{"type":"reject"}]}""");
        _store = Directory.CreateDirectory($"{_directory}/store/{Digest.Replace(':', '=')}").FullName;
        File.WriteAllBytes($"{_store}/signature-1", Alice.SignClaim($"{Repository}:4.14", Digest));
        File.WriteAllBytes($"{_directory}/alice.gpg", Alice.PublicKey);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_image_by_digest_is_judged_without_its_registry()
    {
        string key = $"{_directory}/alice.gpg";
        using ImageVerifier verifier = Verifier(key);
        ImageSignatureResult result = await verifier.VerifyAsync($"{Repository}@{Digest}", null, CancellationToken.None);
        Assert.True(result.IsValid, result.Reason);
        Assert.EndsWith("Only this digest was judged; of a multi-arch list, podman pull asks about the instance.", result.Reason,
            StringComparison.Ordinal);
        Assert.Equal($"{Repository}@{Digest}", result.PinnedReference);
        Assert.False((await verifier.VerifyAsync($"{Repository}@sha256:{new string('b', 64)}", null, CancellationToken.None)).IsValid);
        Assert.True((await verifier.VerifyDigestAsync($"{Repository}@{Digest}", null, CancellationToken.None)).IsValid);
        Assert.Equal(
            "ManifestRequired",
            (await Assert.ThrowsAsync<TrustException>(
                () => verifier.VerifyDigestAsync($"{Repository}:4.14", null, CancellationToken.None))).ErrorId);

        // A tag, an instance, or a policy is a question for the registry.
        await Assert.ThrowsAnyAsync<TrustException>(() => verifier.VerifyAsync($"{Repository}:4.14", null, CancellationToken.None));
        await Assert.ThrowsAnyAsync<TrustException>(
            () => verifier.VerifyChosenAsync($"{Repository}@{Digest}", PlatformChoice.All, CancellationToken.None));
        using ImageVerifier byPolicy = Verifier();
        await Assert.ThrowsAnyAsync<TrustException>(() => byPolicy.VerifyAsync($"{Repository}@{Digest}", null, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_key_of_the_ConfigMap_must_have_signed(bool isJson)
    {
        string both = Write(
            isJson,
            ("verifier-public-key-redhat", Armor(Alice)),
            ("verifier-public-key-own", Armor(Bob)),
            ("store-openshift-mirror", "https://mirror.invalid/signatures"));
        string one = Write(isJson, ("verifier-public-key-redhat", Armor(Alice)));
        Assert.True((await JudgeAsync(one)).IsValid);

        // The operator reads the first block of an entry alone.
        Assert.False((await JudgeAsync(Write(isJson, ("verifier-public-key-two", Armor(Bob) + Armor(Alice))))).IsValid);
        Assert.True((await JudgeAsync(Write(isJson, ("verifier-public-key-two", Armor(Alice) + Armor(Bob))))).IsValid);
        ImageSignatureResult result = await JudgeAsync(both);
        Assert.False(result.IsValid);
        Assert.Equal([true, false], result.Requirements.Select(static r => r.IsSatisfied));
        Assert.StartsWith($"By the key verifier-public-key-own in {both}: The signature ", result.Reason, StringComparison.Ordinal);
        File.WriteAllBytes($"{_store}/signature-2", Bob.SignClaim($"{Repository}:4.14", Digest));
        result = await JudgeAsync(both);
        Assert.True(result.IsValid, result.Reason);

        FileVerifier files = new(static _ => { });
        FileVerification question = new()
        {
            Reference = $"{Repository}:4.14",
            ManifestDigest = Digest,
            SignaturePaths = [$"{_store}/signature-1"],
            KeyPaths = [both],
        };
        Assert.StartsWith($"By the key verifier-public-key-own in {both}: ", files.Verify(question).Reason, StringComparison.Ordinal);
        Assert.False(files.Verify(question).IsValid);
        Assert.True(files.Verify(question with { KeyPaths = [one] }).IsValid);
        Assert.True(files.Verify(question with { SignaturePaths = [$"{_store}/signature-1", $"{_store}/signature-2"] }).IsValid);
    }

    [Fact]
    public async Task What_cannot_be_used_is_an_error()
    {
        string good = Write(false, ("verifier-public-key-redhat", Armor(Alice)));
        await RefusedAsync("MixedKeys", good, $"{_directory}/alice.gpg");
        string broken = Write(true, ("verifier-public-key-redhat", Armor(Alice)), ("verifier-public-key-own", "no key"));
        Assert.Contains(
            $"verifier-public-key-own in {broken}: ", (await RefusedAsync("NoUsableKey", broken)).Message, StringComparison.Ordinal);
        await RefusedAsync("NoUsableKey", Write(true, ("store-only", "https://mirror.invalid"), ("verifier-public", Armor(Alice))));
        string cut = $"{_directory}/cut.json";
        File.WriteAllText(cut, File.ReadAllText(broken)[..^3]);
        await RefusedAsync("InvalidConfigMap", cut);
    }

    private async Task<TrustException> RefusedAsync(string errorId, params string[] keys)
    {
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => JudgeAsync(keys));
        Assert.Equal(errorId, e.ErrorId);
        return e;
    }

    private async Task<ImageSignatureResult> JudgeAsync(params string[] keys)
    {
        using ImageVerifier verifier = Verifier(keys);
        return await verifier.VerifyAsync($"{Repository}@{Digest}", null, CancellationToken.None);
    }

    private ImageVerifier Verifier(params string[] keys)
    {
        TrustStore store = TrustStore.Open(
            new TrustStoreOptions { PolicyPath = $"{_directory}/policy.json", RegistriesDirectory = _directory }, TrustMessages.None);
        return new ImageVerifier(store, new VerificationOptions
        {
            KeyPaths = keys.Length == 0 ? null : keys,
            SignedIdentity = keys.Length == 0 ? null : new MatchRepositoryIdentity(),
            SignatureStores = [$"{_directory}/store"],
            Web = new() { Retries = 0 },
        }, TrustMessages.None);
    }

    private string Write(bool isJson, params (string Name, string Value)[] data)
    {
        string path = $"{_directory}/{Guid.NewGuid()}.{(isJson ? "json" : "yaml")}";
        string text = isJson
            ? JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new Dictionary<string, string> { ["name"] = "release-verification" },
                ["data"] = data.ToDictionary(static d => d.Name, static d => d.Value),
            })
            : "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: release-verification\ndata:\n"
                + string.Concat(data.Select(static d => $"  {d.Name}: |\n    {Indented(d.Value)}\n"));
        File.WriteAllText(path, text);
        return path;
    }

    private static string Indented(string text) => text.TrimEnd('\n').Replace("\n", "\n    ", StringComparison.Ordinal);

    private static string Armor(ClaimSigner signer) => Encoding.ASCII.GetString(TestPackets.Armor(signer.PublicKey));
}
