using ContainerTrust.Engine.Tests.Images.Registry;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>The time for one image, whatever its registry and store do with each request.</summary>
public sealed class ImageDeadlineTests : IDisposable
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-deadline-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Work_that_does_not_end_is_ended_with_an_error()
    {
        TrustException e = await Assert
            .ThrowsAsync<TrustException>(() => ImageDeadline.WithinAsync("image", s_short, Forever, CancellationToken.None));
        Assert.Equal(("ImageTimeout", TrustErrorKind.ReadError, "image"), (e.ErrorId, e.Kind, e.Target));
        Assert.Contains("0.3 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_user_s_own_wish_to_end_is_no_error_of_the_image()
    {
        using CancellationTokenSource user = new();
        Task<int> work = ImageDeadline.WithinAsync("image", Timeout.InfiniteTimeSpan, Forever, user.Token);
        await user.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
    }

    [Fact]
    public async Task What_ends_in_time_is_given_and_so_is_its_error()
    {
        Assert.Equal(3, await ImageDeadline.WithinAsync("image", Timeout.InfiniteTimeSpan, static _ => Task.FromResult(3),
            CancellationToken.None));
        InvalidDataException own = new();
        Assert.Same(own, await Assert.ThrowsAsync<InvalidDataException>(
            () => ImageDeadline.WithinAsync<int>("image", Patience.Limit, _ => throw own, CancellationToken.None)));
    }

    [Fact]
    public async Task A_store_that_puts_its_caller_off_does_not_hold_it()
    {
        await using HostileServer store = new();
        store.Handler = static (_, stream, _) => HostileServer.AnswerAsync(stream, 503, "", "Retry-After: 3600");
        string policy = Path.Combine(_directory, "policy.json");
        string key = Path.Combine(_directory, "key.gpg");
        await File.WriteAllBytesAsync(key, new TestSigner("Alice <alice@example.com>").PublicKey);
        await File.WriteAllTextAsync(policy, $$"""{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{key}}"}]}""");
        TrustStore trust = TrustStore.Open(new TrustStoreOptions { PolicyPath = policy, RegistriesDirectory = _directory },
            TrustMessages.None);

        // On a busy machine the time may be up before the store is asked; then it gets more.
        for (TimeSpan limit = s_short; store.Requests.IsEmpty && limit < Patience.Limit; limit *= 2)
        {
            VerificationOptions options = new() { SignatureStores = [store.Url], ImageTimeout = limit };
            using ImageVerifier verifier = new(trust, options, TrustMessages.None);
            TrustException e = await Assert.ThrowsAsync<TrustException>(
                () => verifier.VerifyDigestAsync("registry.example.com/app", Digest, CancellationToken.None));
            Assert.Equal("ImageTimeout", e.ErrorId);
        }

        Assert.NotEmpty(store.Requests);
    }

    private static async Task<int> Forever(CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        return 0;
    }
}
