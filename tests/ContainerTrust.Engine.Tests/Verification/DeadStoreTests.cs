using System.Collections.Concurrent;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Tests.Registry;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Verification;

/// <summary>Of several stores that the caller names, one cannot be read: the others can say yes, but nothing says no.</summary>
public sealed class DeadStoreTests : IDisposable
{
    private const string Repository = "registry.example.com/app";
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly ClaimSigner Alice = new("Alice <alice@example.com>");

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-stores-").FullName;
    private readonly ConcurrentQueue<string> _warnings = new();

    public DeadStoreTests()
    {
        File.WriteAllBytes($"{_directory}/alice.gpg", Alice.PublicKey);
        File.WriteAllText($"{_directory}/policy.json", """{"default":[{"type":"reject"}]}""");
        string signed = Directory.CreateDirectory($"{_directory}/signed/{Digest.Replace(':', '=')}").FullName;
        File.WriteAllBytes($"{signed}/signature-1", Alice.SignClaim($"{Repository}:v1", Digest));
        Directory.CreateDirectory($"{_directory}/empty");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(503, "StoreError")]
    [InlineData(403, "StoreUnauthorized")]
    public async Task The_others_decide_if_they_accept(int status, string errorId)
    {
        await using HostileServer dead = new();
        dead.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, status, "");
        string signed = $"{_directory}/signed", empty = $"{_directory}/empty";
        foreach (string[] stores in (string[][])[[dead.Url, signed], [signed, dead.Url], [empty, dead.Url, signed]])
        {
            ImageSignatureResult result = await VerifyAsync(stores);
            Assert.True(result.IsValid, result.Reason);
            Assert.Contains(
                _warnings,
                w => w.Contains(dead.Url, StringComparison.Ordinal)
                    && w.EndsWith("Another signature is accepted.", StringComparison.Ordinal));
        }

        foreach (string[] stores in (string[][])[[dead.Url], [dead.Url, empty], [empty, dead.Url]])
            Assert.Equal(errorId, (await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync(stores))).ErrorId);
    }

    // It takes all the time of a request, and the other is not kept waiting for it.
    [Fact]
    public async Task One_that_never_answers_does_not_keep_the_others_from_being_read()
    {
        await using HostileServer silent = new(), good = new();
        TaskCompletionSource goodWasAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        silent.Handler = async (_, stream, _) =>
        {
            // Only then it answers at all.
            await goodWasAsked.Task;
            return await HostileServer.AnswerAsync(stream, 503, "");
        };
        good.Handler = (_, stream, _) =>
        {
            goodWasAsked.TrySetResult();
            return HostileServer.AnswerAsync(stream, 404, "");
        };
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync([silent.Url, good.Url]));
        Assert.Equal("StoreError", e.ErrorId);
    }

    [Fact]
    public async Task A_wrong_path_or_a_store_that_has_too_much_is_always_an_error()
    {
        await using HostileServer full = new();
        full.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 200, "x");
        string signed = $"{_directory}/signed";
        Assert.Equal(
            "StoreNotFound", (await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync([signed, $"{_directory}/none"]))).ErrorId);
        Assert.Equal(
            "InvalidSignatureStore",
            (await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync([signed, "ftp://store.example.com"]))).ErrorId);
        Assert.Equal("TooManySignatures", (await Assert.ThrowsAnyAsync<TrustException>(() => VerifyAsync([signed, full.Url]))).ErrorId);
    }

    private async Task<ImageSignatureResult> VerifyAsync(string[] stores)
    {
        TrustStore trust = TrustStore.Open(
            new TrustStoreOptions { PolicyPath = $"{_directory}/policy.json", RegistriesDirectory = _directory }, TrustMessages.None);
        VerificationOptions options = new()
        {
            KeyPaths = [$"{_directory}/alice.gpg"],
            SignatureStores = stores,
            Web = new WebOptions { Retries = 0 },
        };
        using ImageVerifier verifier = new(trust, options, new TrustMessages { Warning = _warnings.Enqueue, Verbose = static _ => { } });
        return await verifier.VerifyDigestAsync(Repository, Digest, CancellationToken.None);
    }
}
