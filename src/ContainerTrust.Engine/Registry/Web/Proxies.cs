namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Which proxy each URL is reached by. The one answer for all connections: what the framework would find in the environment is not asked.
/// </summary>
internal sealed class Proxies
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

    /// <summary>The proxy for a URL.</summary>
    /// <param name="url">An http or https URL.</param>
    /// <returns>The proxy. Null: the server is reached directly.</returns>
    /// <exception cref="WebFailure">
    /// <c>ProxyRefused</c>: <c>HTTP_PROXY</c> may be a stranger's. <c>ProxyInvalid</c>: the variable names nothing that can be connected
    /// to, and the server is not to be reached without it.
    /// </exception>
    public ProxyAddress? For(Uri url)
    {
        ProxyAddress? proxy = Named(url.Scheme);
        if (proxy is null)
            return null;
        if (url.Scheme == Uri.UriSchemeHttp && _environment.IsCgi)
        {
            throw Refused(
                url, "ProxyRefused", TrustErrorKind.ReadError,
                "REQUEST_METHOD says that this is a CGI program, where HTTP_PROXY may be set by anyone who makes " +
                    "a request. Unset one of them.");
        }

        if (_exclusions.Cover(url.IdnHost, url.Port))
            return null;
        if (proxy.Url is null)
        {
            string variable = url.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY";
            throw Refused(
                url, "ProxyInvalid", TrustErrorKind.ReadError,
                $"{variable} does not name a proxy that can be reached. Set it to a URL such as " +
                    "http://proxy.example.com:3128, or add the host to NO_PROXY.");
        }

        return proxy;
    }

    /// <summary>What the variables name for URLs of a scheme, whatever <c>NO_PROXY</c> says.</summary>
    /// <param name="scheme">A URL's scheme.</param>
    /// <returns>The proxy. Null for none.</returns>
    public ProxyAddress? Named(string scheme) => scheme == Uri.UriSchemeHttps ? _https : scheme == Uri.UriSchemeHttp ? _http : null;

    private static WebFailure Refused(Uri url, string id, TrustErrorKind kind, string why) =>
        new(id, kind, $"{WebText.Show(url)} was not asked: {why}") { Target = WebText.Show(url) };
}
