using System.Net;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Which proxy each URL is reached by. The one answer for all connections: what the framework would find in the environment is not asked.
/// </summary>
internal sealed class Proxies : IWebProxy, ICredentials
{
    private readonly ProxyEnvironment _environment;
    private readonly ProxyAddress? _http;
    private readonly ProxyAddress? _https;
    private readonly ProxyExclusions _exclusions;

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Their values.</param>
    public Proxies(ProxyEnvironment environment)
    {
        _environment = environment;
        _http = ProxyAddress.Parse(environment.HttpProxy);
        _https = ProxyAddress.Parse(environment.HttpsProxy);
        _exclusions = new ProxyExclusions(environment.NoProxy);
    }

    /// <summary>This: it knows the credentials of its own proxies.</summary>
    ICredentials? IWebProxy.Credentials
    {
        get => this;
        set => throw new NotSupportedException("The proxies' credentials are in the variables that name them.");
    }

    /// <summary>The proxy for a URL.</summary>
    /// <param name="url">An http or https URL.</param>
    /// <returns>The proxy. Null: the server is reached directly.</returns>
    /// <exception cref="WebFailure">
    /// <c>ProxyRefused</c>: <c>HTTP_PROXY</c> may be a stranger's. <c>ProxyInvalid</c>: the variable names nothing that can be connected to,
    /// and the server is not to be reached without it.
    /// </exception>
    public ProxyAddress? For(Uri url)
    {
        ProxyAddress? proxy = Named(url);
        if (proxy is null)
            return null;
        if (url.Scheme == Uri.UriSchemeHttp && _environment.IsCgi)
        {
            throw Refused(
                url, "ProxyRefused", TrustErrorKind.ReadError,
                "REQUEST_METHOD says that this is a CGI program, where HTTP_PROXY may be set by whoever makes a request. Unset one of them.");
        }

        if (_exclusions.Cover(url.IdnHost, url.Port))
            return null;
        if (proxy.Url is null)
        {
            string variable = url.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY";
            throw Refused(
                url, "ProxyInvalid", TrustErrorKind.ReadError,
                $"{variable} does not name a proxy that can be reached. Set it to a URL such as http://proxy.example.com:3128, or add the host to NO_PROXY.");
        }

        return proxy;
    }

    /// <inheritdoc/>
    Uri? IWebProxy.GetProxy(Uri destination) => For(destination)?.Url;

    /// <inheritdoc/>
    bool IWebProxy.IsBypassed(Uri host) => For(host) is null;

    /// <summary>A proxy's own credential: for Basic authentication, as in Go, and for SOCKS.</summary>
    NetworkCredential? ICredentials.GetCredential(Uri uri, string authType)
    {
        if (!authType.Equals("Basic", StringComparison.OrdinalIgnoreCase) && !authType.Equals("socks5", StringComparison.OrdinalIgnoreCase))
            return null;
        return new[] { _http, _https }
            .FirstOrDefault(p => p is { Url: not null, Credential: not null } && WebText.IsSameOrigin(p.Url, uri))?.Credential;
    }

    private static WebFailure Refused(Uri url, string id, TrustErrorKind kind, string why) =>
        new(id, kind, $"{WebText.Show(url)} was not asked: {why}") { Target = WebText.Show(url) };

    private ProxyAddress? Named(Uri url) =>
        url.Scheme == Uri.UriSchemeHttps ? _https : url.Scheme == Uri.UriSchemeHttp ? _http : null;
}
