using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Finds out how each registry is reached, once in a run: <c>GET /v2/</c> by https; by http only where that is allowed, and only if https
/// fails.
/// </summary>
internal sealed class RegistryEndpoints(WebTransport transport, TlsProfiles profiles, WebOptions options, Action<string> verbose)
{
    private const string DockerHub = "docker.io";
    private const string DockerHubServer = "registry-1.docker.io";

    private readonly AsyncCache<(string Domain, bool IsInsecure), RegistryEndpoint> _endpoints = new();

    /// <summary>Finds a registry.</summary>
    /// <param name="source">What is to be fetched from it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The registry.</returns>
    /// <exception cref="TrustException">It cannot be reached, or is not a registry.</exception>
    public Task<RegistryEndpoint> FindAsync(PullSource source, CancellationToken cancellationToken)
    {
        bool isInsecure = options.VerifyTls is { } verify ? !verify : source.IsInsecure;
        string domain = source.Reference.Domain;

        // Who demands TLS demands it of what registries.conf marks as insecure, too.
        string? httpAdvice = options.VerifyTls is true ? $"specify {TrustOption.SkipCertificateCheck}" : null;
        return _endpoints.GetAsync(
            (domain, isInsecure),
            async token => (await ProbeAsync(domain, isInsecure, httpAdvice, token).ConfigureAwait(false), null),
            cancellationToken);
    }

    private async Task<RegistryEndpoint> ProbeAsync(string domain, bool isInsecure, string? httpAdvice,
        CancellationToken cancellationToken)
    {
        Uri https = Server(domain, Uri.UriSchemeHttps);
        TlsProfile tls = profiles.ForRegistry(domain, https, !isInsecure);
        if (!isInsecure)
            return Accept(
                await transport.SendAsync(Ping(https, tls, false) with { HttpAdvice = httpAdvice }, cancellationToken)
                    .ConfigureAwait(false),
                domain,
                https,
                tls,
                false);
        Uri http = Server(domain, Uri.UriSchemeHttp);
        for (int attempt = 0; ; attempt++)
        {
            WebFailure first;
            try
            {
                return Accept(
                    await transport.SendOnceAsync(Ping(https, tls, true), cancellationToken).ConfigureAwait(false),
                    domain,
                    https,
                    tls,
                    true);
            }
            catch (WebFailure e)
            {
                verbose($"{e.Message} Trying http, as the registry is declared insecure.");
                first = e;
            }

            try
            {
                return Accept(
                    await transport.SendOnceAsync(Ping(http, tls, true), cancellationToken).ConfigureAwait(false),
                    domain,
                    http,
                    tls,
                    true);
            }
            catch (WebFailure second)
            {
                if (attempt >= options.Retries || !(first.IsTransient || second.IsTransient))
                    throw new WebFailure(
                        second.ErrorId,
                        second.Kind,
                        $"{second.Message} By https: {first.Message}",
                        second)
                    {
                        Target = second.Target,
                    };
            }

            await Task.Delay(RetryDelay.Of(options, attempt, null, DateTimeOffset.UtcNow), cancellationToken).ConfigureAwait(false);
        }
    }

    private static RegistryEndpoint Accept(WebAnswer answer, string domain, Uri server, TlsProfile tls, bool isInsecure)
    {
        if (answer.Status is not (200 or 401))
            throw StatusErrors.ForRegistry(answer, server);
        return new RegistryEndpoint(domain, server, isInsecure, tls, answer.SupportsSignatures)
        {
            Challenges = answer.IsFromOrigin ? ChallengeParser.Parse(answer.Challenges) : [],
        };
    }

    private static WebRequest Ping(Uri server, TlsProfile tls, bool isInsecure) => new()
    {
        Url = new Uri(server, "/v2/"),
        Peer = WebPeer.Registry,
        Tls = tls,
        MaxBytes = WebLimits.TokenAnswer,
        AllowHttp = isInsecure,
        AnyEncoding = true,
    };

    private static Uri Server(string domain, string scheme)
    {
        string host = domain == DockerHub ? DockerHubServer : domain;
        if (Uri.TryCreate($"{scheme}://{host}/", UriKind.Absolute, out Uri? server) && server.UserInfo.Length == 0
            && WebText.HasUsableHost(server))
            return server;
        throw new TrustException(
            "InvalidRegistryHost",
            TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(domain, Printable.NameLength)}' is not a host[:port] that a registry could have. Check the image's name.")
        {
            Target = domain,
        };
    }
}
