namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Why TLS could not be set up with a server, where its certificate is not to blame: what OpenSSL says, in words that a person can act on.
/// </summary>
/// <param name="Reason">A clause.</param>
/// <param name="Advice">A sentence without its full stop.</param>
internal sealed record TlsRefusal(string Reason, string Advice)
{
    private const string Library = "SSL routines";

    // As OpenSSL 1.1 to 3.5 name them; the alerts are those of RFC 8446 section 6.
    private static readonly string[] s_versions =
        ["alert protocol version", "unsupported protocol", "no protocols available", "unsupported ssl version", "wrong ssl version",
            "alert inappropriate fallback"];

    private static readonly string[] s_ciphers =
        ["alert handshake failure", "alert insufficient security", "no shared cipher", "no ciphers available", "dh key too small",
            "unsafe legacy renegotiation disabled", "wrong cipher returned", "wrong signature type", "bad ecpoint"];

    private static readonly string[] s_clients =
        ["alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate unknown",
            "alert certificate expired", "alert certificate revoked", "alert unsupported certificate", "alert access denied"];

    /// <summary>Finds it.</summary>
    /// <param name="peer">What kind of server it is.</param>
    /// <param name="host">The server, <c>host[:port]</c>.</param>
    /// <param name="exception">What was thrown.</param>
    /// <returns>Why; null if OpenSSL said nothing.</returns>
    public static TlsRefusal? Find(WebPeer peer, string host, Exception exception)
    {
        string? said = null;
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e.Message.Contains(Library, StringComparison.Ordinal))
                said = e.Message;
        }

        if (said is null)
            return null;
        string client = peer == WebPeer.TokenServer ? $"ask the administrator of the {peer.Noun}"
            : $"put it into /etc/containers/certs.d/{host}/ as client.cert, with its key as client.key";
        if (Says(said, s_versions))
            return new("the server and this machine have no version of TLS in common", "Enable TLS 1.2 or a later version on the server");
        if (Says(said, s_clients))
            return new("the server demands a client certificate that it knows", $"If you have one, {client}");
        if (Says(said, s_ciphers))
        {
            return new("the server accepts none of the ciphers and keys that this machine offers, or demands a client certificate",
                $"Compare the server's ciphers with those of this machine. If you have a client certificate, {client}");
        }

        if (Says(said, ["unrecognized name"]))
            return new("the server does not know that host name", "Check the host name");
        string reason = said[(said.IndexOf(Library, StringComparison.Ordinal) + Library.Length)..].Trim(':', '.', ' ');
        return new(Printable.Of(reason, Printable.NameLength), "Check the host and the port, and look at the server's log");
    }

    private static bool Says(string said, string[] words) =>
        Array.Exists(words, w => said.Contains(w, StringComparison.OrdinalIgnoreCase));
}
