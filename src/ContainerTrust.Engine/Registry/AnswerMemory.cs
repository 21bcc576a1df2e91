using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// What registries and stores answered in a run that asks the same for many hosts: each question is asked once. A failure is forgotten
/// after a while, as <see cref="AsyncCache{TKey, TValue}"/> does it.
/// </summary>
internal sealed class AnswerMemory
{
    private readonly AsyncCache<RegistryQuestion, RegistryAnswer> _registries = new();
    private readonly AsyncCache<StoreQuestion, WebAnswer> _stores = new();

    /// <summary>What a registry answers.</summary>
    public Task<RegistryAnswer> OfRegistryAsync(
        RegistryQuestion question, Func<CancellationToken, Task<RegistryAnswer>> ask, CancellationToken cancellationToken) =>
        _registries.GetAsync(question, async token => (await ask(token).ConfigureAwait(false), null), cancellationToken);

    /// <summary>What a store answers. A user and password in its URL are part of the question.</summary>
    public Task<WebAnswer> OfStoreAsync(WebRequest request, PullSource? image,
        Func<WebRequest, CancellationToken, Task<WebAnswer>> ask, CancellationToken cancellationToken) => _stores.GetAsync(
            new StoreQuestion(request.Url.OriginalString, image?.Reference.Domain, request.MaxBytes),
            async token => (await ask(request, token).ConfigureAwait(false), null), cancellationToken);

    private readonly record struct StoreQuestion(string Url, string? Domain, long MaxBytes);
}

/// <summary>What is asked of a registry.</summary>
internal sealed record RegistryQuestion(PullSource Source, string Root, string Item, string? Accept, long MaxBytes);

/// <summary>What it answered, and how it was asked.</summary>
internal sealed record RegistryAnswer(WebAnswer Answer, Uri Url, RegistryCredential? Credential);
