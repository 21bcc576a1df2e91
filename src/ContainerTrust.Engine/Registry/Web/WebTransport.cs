using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Makes requests: redirects by hand, so that nothing meant for one server reaches another; sizes and times bounded; retries with delays;
/// at most so many requests to one host at the same time. For many threads.
/// </summary>
internal sealed class WebTransport : IDisposable
{
    private static readonly string s_userAgent = $"ContainerTrust/{typeof(WebTransport).Assembly.GetName().Version?.ToString(3)}";

    private readonly ConnectionPools _pools;
    private readonly WebOptions _options;
    private readonly Action<string> _verbose;
    private readonly Action<string> _warning;
    private readonly Proxies _proxies;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _slots = new(StringComparer.Ordinal);

    public WebTransport(WebOptions options, Action<string> verbose, Action<string> warning)
    {
        _options = options;
        _verbose = verbose;
        _warning = warning;
        _proxies = new Proxies(options.Proxies ?? ProxyEnvironment.OfThisProcess());
        _pools = new ConnectionPools(options.Timeout, options.ConcurrencyPerHost, _proxies);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _pools.Dispose();

    /// <summary>Makes a request, again if that is worth it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="WebFailure">There is no answer, or one that is refused.</exception>
    public async Task<WebAnswer> SendAsync(WebRequest request, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            TimeSpan delay = RetryDelay.Of(_options, attempt, null, DateTimeOffset.UtcNow);
            try
            {
                WebAnswer answer = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
                if (attempt >= _options.Retries || answer.Status is not (429 or 500 or 502 or 503 or 504))
                    return answer;
                delay = RetryDelay.Of(_options, attempt, answer.RetryAfter, DateTimeOffset.UtcNow);
                _verbose($"{WebText.Show(request.Url)} answered with status {answer.Status}; trying again in {delay.TotalSeconds:0.0} s " +
                    $"({attempt + 1} of {_options.Retries}).");
            }
            catch (WebFailure e) when (e.IsTransient && attempt < _options.Retries)
            {
                _verbose($"{e.Message} Trying again in {delay.TotalSeconds:0.0} s ({attempt + 1} of {_options.Retries}).");
            }

            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a request once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="WebFailure">There is no answer, or one that is refused.</exception>
    public async Task<WebAnswer> SendOnceAsync(WebRequest request, CancellationToken cancellationToken)
    {
        Uri url = WebText.WithoutUser(request.Url);
        bool isFromOrigin = true;
        for (int redirects = 0; ; redirects++)
        {
            (WebAnswer? answer, Uri? next) = await ExchangeAsync(request, url, isFromOrigin, cancellationToken).ConfigureAwait(false);
            if (answer is not null)
                return answer;
            if (redirects == WebLimits.Redirects)
                throw new WebFailure(
                    "TooManyRedirects",
                    TrustErrorKind.ReadError,
                    $"{WebText.Show(request.Url)} leads from one place to another more than {WebLimits.Redirects} times. Ask the "
                        + $"administrator of the {request.Peer.Noun}.")
                {
                    Target = WebText.Show(request.Url),
                };

            // Once elsewhere, an answer that leads back is somebody else's wish: no credential for it either.
            isFromOrigin = isFromOrigin && WebText.IsSameOrigin(request.Url, next!);
            url = next!;
        }
    }

    private async Task<(WebAnswer? Answer, Uri? Next)> ExchangeAsync(WebRequest request, Uri url, bool isFromOrigin,
        CancellationToken cancellationToken)
    {
        ProxyAddress? proxy = _proxies.For(url);
        if (proxy is not null && url.Scheme == Uri.UriSchemeHttp && HasSecret(request, isFromOrigin))
            RequireLeave(request, url, proxy);
        SemaphoreSlim slots = _slots.GetOrAdd(
            $"{url.IdnHost}:{url.Port}",
            static (_, count) => new SemaphoreSlim(count, count),
            _options.ConcurrencyPerHost);
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _verbose($"{(request.Form is null ? "GET" : "POST")} {WebText.Show(url)}{(proxy is null ? "" : $" by the proxy {proxy}")}");
            using var progress = new ProgressDeadline(_options.Timeout, cancellationToken);
            try
            {
                using HttpRequestMessage message = Compose(request, url, isFromOrigin);
                HttpMessageInvoker pool = _pools.For(request.Tls.For(url), url.Scheme);
                using HttpResponseMessage response = await pool.SendAsync(message, progress.Token).ConfigureAwait(false);
                int status = (int)response.StatusCode;
                if (status is 301 or 302 or 303 or 307 or 308)
                    return (null, Redirect.Resolve(request, url, response));
                byte[] body = status == 200
                    ? await BodyReader.ReadAsync(request, url, response, progress).ConfigureAwait(false)
                    : await BodyReader.ReadErrorAsync(response, progress).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                return (Answer(response, url, isFromOrigin, body), null);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw WebFailures.Timeout(request.Peer, url, _options.Timeout, proxy, e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException or FormatException)
            {
                throw WebFailures.From(request, url, proxy, e);
            }
        }
        finally
        {
            slots.Release();
        }
    }

    private static bool HasSecret(WebRequest request, bool isFromOrigin) =>
        request.Form is not null || (isFromOrigin && request.Authorization is not null);

    // Without TLS a proxy reads the credential, and so does everybody between here and there.
    private void RequireLeave(WebRequest request, Uri url, ProxyAddress proxy)
    {
        if (!request.AllowHttp)
        {
            throw new WebFailure(
                "CredentialRefused", TrustErrorKind.ReadError,
                $"{WebText.Show(url)} was not asked: its credential would go to the proxy {proxy} without TLS. " +
                $"Use https for the {request.Peer.Noun}, or add its host to NO_PROXY.")
            {
                Target = WebText.Show(url),
            };
        }

        _warning(
            $"The credential for {WebText.Origin(url)} goes to the proxy {proxy} without TLS, which registries.conf or an " +
                "option allows: the proxy and " +
            $"everybody on the way can read it. Add {Printable.Of(url.IdnHost, Printable.NameLength)} to NO_PROXY to reach it directly.");
    }

    private static HttpRequestMessage Compose(WebRequest request, Uri url, bool isFromOrigin)
    {
        var message = new HttpRequestMessage(request.Form is null ? HttpMethod.Get : HttpMethod.Post, url)
        {
            // Over TLS the server's choice of HTTP/2 or 1.1; without it 1.1.
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = request.Form is null ? null : new FormUrlEncodedContent(request.Form),
        };
        HttpRequestHeaders headers = message.Headers;
        headers.TryAddWithoutValidation("User-Agent", s_userAgent);
        headers.TryAddWithoutValidation("Docker-Distribution-API-Version", "registry/2.0");
        if (request.Accept is not null)
            headers.TryAddWithoutValidation("Accept", request.Accept);
        if (isFromOrigin && request.Authorization is not null)
            headers.TryAddWithoutValidation("Authorization", request.Authorization);
        return message;
    }

    private static WebAnswer Answer(HttpResponseMessage response, Uri url, bool isFromOrigin, byte[] body) =>
        new((int)response.StatusCode, url, isFromOrigin, body)
    {
        ContentType = Header(response.Content.Headers, "Content-Type"),
        Challenges = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues challenges)
            ? [.. challenges] : [],
        RetryAfter = Header(response.Headers, "Retry-After"),
        SupportsSignatures = Header(response.Headers, "X-Registry-Supports-Signatures") == "1",
    };

    private static string? Header(HttpHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out HeaderStringValues values))
            return null;
        foreach (string value in values)
            return value;
        return null;
    }
}
