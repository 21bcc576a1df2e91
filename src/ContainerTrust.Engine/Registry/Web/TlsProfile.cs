using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>How TLS is spoken with a server. Servers with equal profiles share a connection pool.</summary>
internal sealed class TlsProfile
{
    /// <summary>The system's authorities, verified, no client certificate.</summary>
    public static TlsProfile Default { get; } = new("", [], null, null, true);

    /// <summary>Creates a profile.</summary>
    /// <param name="key">What tells it from others: where its certificates are from.</param>
    /// <param name="authorities">Authorities that are trusted beside the system's.</param>
    /// <param name="clientCertificate">The certificate to show, if asked for one.</param>
    /// <param name="clientOrigin">The only server (<c>https://host:port</c>) that may see the client certificate.</param>
    /// <param name="verify">Whether the server's certificate is verified.</param>
    public TlsProfile(string key, IReadOnlyList<X509Certificate2> authorities, SslStreamCertificateContext? clientCertificate,
        Uri? clientOrigin, bool verify)
    {
        Authorities = authorities;
        ClientCertificate = clientCertificate;
        ClientOrigin = clientOrigin;
        Verify = verify;
        Key = $"{(verify ? "verified" : "unverified")} {key}{(clientCertificate is null ? "" : $" as {clientOrigin}")}";
        _plainKey = key;
    }

    private readonly string _plainKey;

    /// <summary>What tells the profile from others.</summary>
    public string Key { get; }

    /// <summary>Authorities that are trusted beside the system's.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; }

    /// <summary>The certificate to show, if asked for one.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; }

    /// <summary>The only server that may see the client certificate.</summary>
    public Uri? ClientOrigin { get; }

    /// <summary>Whether the server's certificate is verified.</summary>
    public bool Verify { get; }

    /// <summary>
    /// The profile for a server that a redirect or a token realm leads to: the same trust, and the client certificate only if it is meant
    /// for it.
    /// </summary>
    /// <param name="url">Where the request goes.</param>
    /// <returns>This profile, or one without client certificate.</returns>
    public TlsProfile For(Uri url) =>
        ClientCertificate is null || (ClientOrigin is not null && WebText.IsSameOrigin(ClientOrigin, url))
            ? this
            : new TlsProfile(_plainKey, Authorities, null, null, Verify);
}
