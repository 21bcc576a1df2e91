using System.Net;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// The proxies as the framework asks for them, for the URLs of one scheme: <c>HTTP_PROXY</c> and <c>HTTPS_PROXY</c> may name one address
/// with two users.
/// </summary>
/// <param name="proxies">The proxies.</param>
/// <param name="scheme">The URLs' scheme.</param>
internal sealed class SchemeProxy(Proxies proxies, string scheme) : IWebProxy, ICredentials
{
    /// <summary>This: it knows the credential of its own proxy.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException("The proxies' credentials are in the variables that name them.");
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => proxies.For(destination)?.Url;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => proxies.For(host) is null;

    /// <summary>The proxy's own credential: for Basic authentication, as in Go, and for SOCKS.</summary>
    /// <param name="uri">Who asks.</param>
    /// <param name="authType">How.</param>
    /// <returns>The credential. Null if somebody else asks, or in another way.</returns>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        bool isKnown = authType.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || authType.Equals("socks5", StringComparison.OrdinalIgnoreCase);
        return isKnown && proxies.Named(scheme) is { Url: { } url, Credential: { } credential } && WebText.IsSameOrigin(url, uri)
            ? credential : null;
    }
}
