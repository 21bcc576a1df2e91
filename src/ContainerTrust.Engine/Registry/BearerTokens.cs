using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>A bearer token; it is in no message.</summary>
internal sealed class BearerToken(string value, long created)
{
    /// <summary>The value of an <c>Authorization</c> header (RFC 6750).</summary>
    public string Authorization { get; } = "Bearer " + value;

    /// <summary>When it was got, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long Created { get; } = created;
}

/// <summary>Whom a token is for.</summary>
/// <param name="Server">The registry.</param>
/// <param name="Repository">The repository that it allows to pull from.</param>
/// <param name="IsElsewhere">Whether the registry stands in the place of another: it gets other credentials.</param>
/// <param name="IsInsecure">Whether the registry may be reached insecurely.</param>
/// <param name="Realm">The token server.</param>
/// <param name="Service">What the token server knows the registry by.</param>
/// <param name="FurtherScope">A scope that the registry asked for beside the repository's. Null if it did not.</param>
internal sealed record BearerTokenKey(Uri Server, string Repository, bool IsElsewhere, bool IsInsecure, string Realm, string? Service,
    string? FurtherScope);

/// <summary>
/// Gets bearer tokens as containers/image does (distribution specification, "Token Authentication" and "OAuth 2"): one for a repository,
/// shared by all who ask.
/// </summary>
/// <remarks>
/// The token server (<c>realm</c>) is the registry's choice and often another host (Docker Hub's is <c>auth.docker.io</c>), so the
/// credentials for a registry go to whatever https server that registry names: who answers for a registry's name is trusted with its
/// credentials anyway. Unless the registry is declared insecure, that server must be reached by https with a certificate that is
/// verified, and redirects carry nothing on.
/// </remarks>
internal sealed class BearerTokens(WebTransport transport)
{
    private const int ShortestLifetime = 60;
    private const int LongestLifetime = 24 * 60 * 60;
    private const int Leeway = 5;
    private const string ClientId = "containers/image";

    private readonly AsyncCache<BearerTokenKey, BearerToken> _tokens = new();

    /// <summary>Gets a token.</summary>
    /// <param name="key">Whom it is for.</param>
    /// <param name="endpoint">The registry.</param>
    /// <param name="source">What is to be fetched.</param>
    /// <param name="credential">The credential; null for an anonymous token.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The token.</returns>
    /// <exception cref="TrustException">The token server refuses, cannot be reached, or must not be used.</exception>
    public Task<BearerToken> GetAsync(BearerTokenKey key, RegistryEndpoint endpoint, PullSource source, RegistryCredential? credential,
        CancellationToken cancellationToken) =>
        _tokens.GetAsync(key, token => RequestAsync(key, endpoint, source, credential, token), cancellationToken);

    /// <summary>Forgets a token that was refused.</summary>
    public void Forget(BearerTokenKey key, BearerToken token) => _tokens.Forget(key, token);

    private async Task<(BearerToken Value, TimeSpan? Lifetime)> RequestAsync(BearerTokenKey key, RegistryEndpoint endpoint,
        PullSource source, RegistryCredential? credential, CancellationToken cancellationToken)
    {
        Uri realm = Realm(key, endpoint);
        List<KeyValuePair<string, string>> parameters = [];
        if (credential is { IdentityToken: null, User.Length: > 0 })
            parameters.Add(new("account", credential.User));
        if (key.Service is not null)
            parameters.Add(new("service", key.Service));
        parameters.Add(new("scope", $"repository:{key.Repository}:pull"));
        if (key.FurtherScope is not null)
            parameters.Add(new("scope", key.FurtherScope));

        var request = new WebRequest
        {
            Url = realm,
            Peer = WebPeer.TokenServer,
            Tls = endpoint.Tls,
            AllowHttp = endpoint.IsInsecure,
            MaxBytes = WebLimits.TokenAnswer,
            TooLarge = ("TokenAnswerTooLarge", "token server's answer"),
        };
        if (credential?.IdentityToken is { } identityToken)
        {
            parameters.Add(new("grant_type", "refresh_token"));
            parameters.Add(new("refresh_token", identityToken));
            parameters.Add(new("client_id", ClientId));
            request = request with { Form = parameters };
        }
        else
        {
            string query = string.Join(
                '&',
                parameters.Select(static p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));
            string old = realm.Query.TrimStart('?');
            request = request with
            {
                Url = new UriBuilder(realm) { Query = old.Length > 0 ? $"{old}&{query}" : query }.Uri,
                Authorization = credential is { User.Length: > 0, Password.Length: > 0 } ? credential.ToBasic() : null,
            };
        }

        long now = Environment.TickCount64;
        WebAnswer answer = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Status != 200)
            throw StatusErrors.ForToken(answer, source.Reference, credential);
        return Read(answer, now);
    }

    private static Uri Realm(BearerTokenKey key, RegistryEndpoint endpoint)
    {
        if (!Uri.TryCreate(key.Realm, UriKind.Absolute, out Uri? realm)
            || (realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttp))
            throw Unusable(endpoint, "is not an http or https URL");
        if (!WebText.HasUsableHost(realm))
            throw Unusable(endpoint, "names no valid host");
        if (realm.Scheme == Uri.UriSchemeHttp && !endpoint.IsInsecure)
            throw Unusable(endpoint, $"({WebText.Origin(realm)}) is reached by http, and credentials do not travel unencrypted");
        return WebText.WithoutUser(realm);
    }

    private static (BearerToken Value, TimeSpan? Lifetime) Read(WebAnswer answer, long now)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Body);
            JsonElement root = document.RootElement;
            string? token = Text(root, "token") ?? Text(root, "access_token");
            if (token is null)
                throw Invalid(answer, "there is no token in it");
            if (token.Length > WebLimits.Token || token.Any(static c => c is <= ' ' or >= '\u007F'))
                throw Invalid(answer, "its token is none that a header can carry");
            int seconds = root.TryGetProperty("expires_in", out JsonElement lifetime)
                && lifetime.ValueKind == JsonValueKind.Number && lifetime.TryGetDouble(out double value)
                ? (int)Math.Clamp(value, ShortestLifetime, LongestLifetime)
                : ShortestLifetime;

            // By this machine's steady clock since the request: the server's clock and "issued_at" may be off.
            return (new BearerToken(token, Environment.TickCount64),
                TimeSpan.FromSeconds(seconds - Leeway) - TimeSpan.FromMilliseconds(Environment.TickCount64 - now));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not the parser's message: a token may be in it.
            throw Invalid(answer, "it is not a valid JSON object");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;

    private static WebFailure Invalid(WebAnswer answer, string problem) =>
        new(
            "TokenAnswerInvalid",
            TrustErrorKind.InvalidData,
            $"The answer of the token server {WebText.Show(answer.Url)} cannot be used: {problem}. Ask the registry's administrator.")
        {
            Target = WebText.Show(answer.Url),
        };

    private static TrustException Unusable(RegistryEndpoint endpoint, string problem) =>
        new(
            "TokenRealmRefused",
            TrustErrorKind.InvalidData,
            $"The token server that {WebText.Origin(endpoint.Server)} names {problem}. Ask the registry's administrator; only a "
                + "registry that registries.conf declares insecure may do so.")
        {
            Target = endpoint.Domain,
        };
}
