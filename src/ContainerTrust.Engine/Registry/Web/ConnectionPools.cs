using System.Collections.Concurrent;
using System.Net.Security;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// The connections, one pool per TLS profile and scheme. A handler does nothing of its own accord that could carry something elsewhere:
/// no redirects, no cookies, no credentials, no decompression, no trace headers, and no proxy but those that it is given.
/// </summary>
internal sealed class ConnectionPools(TimeSpan connectTimeout, int connectionsPerServer, Proxies proxies) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> _invokers = new(StringComparer.Ordinal);

    /// <summary>The pool for a profile and a scheme.</summary>
    public HttpMessageInvoker For(TlsProfile profile, string scheme) =>
        _invokers.GetOrAdd($"{scheme} {profile.Key}", static (_, state) =>
            new Lazy<HttpMessageInvoker>(() => state.pools.Create(state.profile, state.scheme)), (pools: this, profile, scheme)).Value;

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        foreach (Lazy<HttpMessageInvoker> invoker in _invokers.Values)
        {
            if (invoker.IsValueCreated)
                invoker.Value.Dispose();
        }
    }

    // A proxy answers in plain http before TLS begins.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Stream stream = await Connector.ConnectAsync(context, cancellationToken).ConfigureAwait(false);
        return context.InitialRequestMessage.RequestUri is { } url && url.Scheme == Uri.UriSchemeHttps && proxies.For(url) is null
            ? new TlsFirstBytes(stream)
            : stream;
    }

    private HttpMessageInvoker Create(TlsProfile profile, string scheme)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = true,
            Proxy = new SchemeProxy(proxies, scheme),
            PreAuthenticate = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = connectTimeout,
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = WebLimits.HeaderKilobytes,
            EnableMultipleHttp2Connections = true,

            // No more than there are requests at once: a request that finds all connections busy for a moment must not dial one that
            // nobody needs.
            MaxConnectionsPerServer = connectionsPerServer,

            // What is left of an answer that was not wanted whole is not worth waiting for.
            MaxResponseDrainSize = 16 << 10,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
        SslClientAuthenticationOptions tls = handler.SslOptions;
        tls.CertificateChainPolicy = ServerCertificateCheck.SystemPolicy();
        tls.ClientCertificateContext = profile.ClientCertificate;
        IReadOnlyList<System.Security.Cryptography.X509Certificates.X509Certificate2> authorities = profile.Authorities;
        if (profile.Verify)
        {
            tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                ServerCertificateCheck.Accept(authorities, ((SslStream)sender).TargetHostName, certificate, chain, errors);
        }
        else
        {
#pragma warning disable CA5359 // The administrator has declared this registry insecure, or asked for it.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return new HttpMessageInvoker(handler, disposeHandler: true);
    }
}
