using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Turns what goes wrong on the wire into errors that a person can act on.</summary>
internal static class WebFailures
{
    /// <summary>A server that does not answer in time.</summary>
    public static WebFailure Timeout(WebPeer peer, Uri url, TimeSpan timeout, ProxyAddress? proxy, Exception? inner = null) =>
        new($"{peer.IdPrefix}Timeout", TrustErrorKind.ReadError,
            $"{WebText.Show(url)} did not answer, or stopped answering, within " +
            $"{timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s{By(proxy)}. Check that the {peer.Noun} is up and " +
            "the network lets it through, or allow more time.", inner)
        {
            Target = WebText.Show(url),
            IsTransient = true,
        };

    /// <summary>What a request's exception means.</summary>
    public static WebFailure From(WebRequest request, Uri url, ProxyAddress? proxy, Exception exception)
    {
        WebPeer peer = request.Peer;
        if (Inner<CertificateRefusedException>(exception) is { } refused)
            return Untrusted(peer, url, refused.Message, exception);
        if (Inner<NotTlsException>(exception) is { } other)
            return NotTls(request, url, other.IsHttp, exception);
        if (url.Scheme == Uri.UriSchemeHttps && TlsRefusal.Find(peer, Host(url), exception) is { } tls)
            return NoTls(peer, url, tls, exception);
        HttpRequestError error = exception switch
        {
            HttpRequestException e => e.HttpRequestError,
            HttpIOException e => e.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        SocketError? socket = Inner<SocketException>(exception)?.SocketErrorCode;
        return error switch
        {
            HttpRequestError.NameResolutionError =>
                Unreachable(peer, url, proxy is null ? "the host name cannot be resolved"
                : $"the name of the proxy {proxy} cannot be resolved", "Check the name and the DNS server",
                socket is SocketError.TryAgain, exception),
            HttpRequestError.ConnectionError =>
                Unreachable(peer, url, Words(socket) + By(proxy), $"Check that the {peer.Noun} is up, and the port, proxy and firewall",
                true, exception),
            HttpRequestError.SecureConnectionError => Handshake(peer, url, socket, exception),
            HttpRequestError.ProxyTunnelError =>
                Unreachable(peer, url, $"the proxy {proxy} refuses to connect to it", "Check HTTPS_PROXY and NO_PROXY", false, exception),
            HttpRequestError.ConfigurationLimitExceeded => new WebFailure(
                $"{peer.IdPrefix}AnswerInvalid",
                TrustErrorKind.LimitsExceeded,
                $"{WebText.Show(url)} answered with a header of more than {WebLimits.HeaderKilobytes} KiB, which was not read. " +
                $"Ask the administrator of the {peer.Noun}.",
                exception)
            {
                Target = WebText.Show(url),
            },
            HttpRequestError.InvalidResponse => new WebFailure(
                $"{peer.IdPrefix}AnswerInvalid",
                TrustErrorKind.InvalidData,
                $"{WebText.Show(url)} answered with something that is not HTTP. Check the host and the port.",
                exception)
            {
                Target = WebText.Show(url),
            },
            HttpRequestError.ResponseEnded =>
                Unreachable(peer, url, "the connection ended in the middle of its answer",
                "Try again, and look at the server's log if it stays so", true, exception),
            HttpRequestError.HttpProtocolError =>
                Unreachable(peer, url, "it broke the HTTP/2 connection off", "Try again, and look at the server's log if it stays so",
                true, exception),
            _ => Unreachable(peer, url, socket is null ? "the connection failed" : Words(socket),
                "Try again, and look at the server's log if it stays so", true, exception),
        };
    }

    private static WebFailure Handshake(WebPeer peer, Uri url, SocketError? socket, Exception exception)
    {
        // A connection that ends in the handshake is no matter of certificates, unless TLS itself says so.
        if (socket is not null || Inner<AuthenticationException>(exception) is not { } tls)
            return Unreachable(
                peer,
                url,
                "the connection ended before TLS was set up",
                "Try again; if it stays so, the server may not speak TLS on this port, or may want a client certificate (certs.d)",
                true,
                exception);
        string cause = (tls.InnerException ?? tls).Message.TrimEnd('.');
        return NoTls(peer, url, new TlsRefusal(Printable.Of(cause, Printable.NameLength * 2),
            "Check the host and the port, and look at the server's log"), exception);
    }

    // Where http is allowed already, it is tried, and there is nothing to advise.
    private static WebFailure NotTls(WebRequest request, Uri url, bool isHttp, Exception exception)
    {
        WebPeer peer = request.Peer;
        string? advice = peer == WebPeer.Registry && url.Authority == request.Url.Authority
            ? request.AllowHttp ? null : request.HttpAdvice
                ?? $"mark it insecure in registries.conf (insecure = true in the [[registry]] or [[registry.mirror]] with location = " +
                    $"\"{Host(url)}\")"
            : peer == WebPeer.Store ? "name the store by http://"
            : $"ask the administrator of the {peer.Noun}";
        string answer = isHttp ? $"with http, not https.{(advice is null ? "" : $" If that is meant, {advice}.")}"
            : $"with something that is not TLS. Check the host and the port{(advice is null ? "" : $"; if it should use http, {advice}")}.";
        return new WebFailure($"{peer.IdPrefix}TlsError", TrustErrorKind.ReadError, $"{WebText.Origin(url)} answers {answer}", exception)
        {
            Target = WebText.Show(url),
        };
    }

    private static WebFailure NoTls(WebPeer peer, Uri url, TlsRefusal refusal, Exception exception) =>
        new($"{peer.IdPrefix}TlsError", TrustErrorKind.ReadError,
            $"TLS could not be set up with {WebText.Origin(url)}: {refusal.Reason}. {refusal.Advice}.", exception)
        {
            Target = WebText.Show(url),
        };

    private static WebFailure Untrusted(WebPeer peer, Uri url, string reason, Exception exception) =>
        new($"{peer.IdPrefix}TlsError", TrustErrorKind.ReadError,
            $"{WebText.Origin(url)} is not trusted: {reason}. Put its certificate authority into " +
            $"/etc/containers/certs.d/{Host(url)}/ca.crt, or into the system's trust, or have its certificate renewed.", exception)
        {
            Target = WebText.Show(url),
        };

    private static WebFailure Unreachable(WebPeer peer, Uri url, string reason, string advice, bool isTransient, Exception exception) =>
        new($"{peer.IdPrefix}Unreachable", TrustErrorKind.ReadError, $"{WebText.Show(url)} cannot be read: {reason}. {advice}.", exception)
        {
            Target = WebText.Show(url),
            IsTransient = isTransient,
        };

    private static string By(ProxyAddress? proxy) => proxy is null ? "" : $" (by the proxy {proxy})";

    private static string Words(SocketError? error) => error switch
    {
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection was broken off",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
            "there is no route to the host",
        SocketError.TimedOut => "the connection timed out",
        SocketError.TryAgain => "the host name cannot be resolved just now",
        null => "there is no connection",
        _ => $"there is no connection ({error})",
    };

    private static string Host(Uri url) => Printable.Of(
        url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}",
        Printable.NameLength);

    private static TException? Inner<TException>(Exception exception)
        where TException : Exception
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is TException found)
                return found;
        }

        return null;
    }
}
