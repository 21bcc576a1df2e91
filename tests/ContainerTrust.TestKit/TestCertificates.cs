using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.TestKit;

/// <summary>Certificates made for a test: an authority, and what it signs.</summary>
internal static class TestCertificates
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly ConditionalWeakTable<X509Certificate2, X509Certificate2Collection> s_chains = [];
    private static readonly Lazy<string> s_root = new(static () => Make("Test Root"));
    private static readonly Lazy<string> s_intermediate = new(static () => Make("Test Intermediate"));
    private static readonly Lazy<X509Certificate2> s_authority = new(() => Authority("CN=Test authority"));
    private static readonly Lazy<X509Certificate2> s_server = new(() => Leaf(s_authority.Value));

    /// <summary>The certificate of a CA, as PEM.</summary>
    public static string Root => s_root.Value;

    /// <summary>The certificate of another CA, as PEM.</summary>
    public static string Intermediate => s_intermediate.Value;

    public static X509Certificate2 SharedAuthority => s_authority.Value;

    /// <summary>A server certificate of <see cref="SharedAuthority"/> for 127.0.0.1 and localhost.</summary>
    public static X509Certificate2 SharedServer => s_server.Value;

    /// <summary>What a server sends beside its certificate.</summary>
    public static X509Certificate2Collection Chain(X509Certificate2 certificate) =>
        s_chains.TryGetValue(certificate, out X509Certificate2Collection? chain) ? chain : [];

    /// <summary>Makes the certificate of a CA, as PEM.</summary>
    /// <param name="name">Its common name.</param>
    public static string Make(string name)
    {
        using X509Certificate2 authority = Authority($"CN={name}");
        return authority.ExportCertificatePem() + "\n";
    }

    /// <summary>Makes a certificate that signs itself, as PEM.</summary>
    /// <param name="subject">Its name, such as <c>CN=CA</c>.</param>
    /// <param name="from">When it begins.</param>
    /// <param name="to">When it ends.</param>
    /// <param name="isCA">Whether it is a CA's.</param>
    /// <param name="rsaBits">The size of an RSA key. 0 for a key of P-256.</param>
    public static string Make(string subject, DateTimeOffset from, DateTimeOffset to, bool isCA = true, int rsaBits = 0)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA? rsa = rsaBits > 0 ? RSA.Create(rsaBits) : null;
        CertificateRequest request = rsa is null ? new(subject, key, HashAlgorithmName.SHA256)
            : new(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCA, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(from, to);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Makes an authority, with its key.</summary>
    /// <param name="subject">Its name.</param>
    /// <param name="issuer">Who signs it. Null: it does so itself.</param>
    public static X509Certificate2 Authority(string subject, X509Certificate2? issuer = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return issuer is null ? request.CreateSelfSigned(Days(-2), Days(100)) : Sign(request, issuer, key, Days(-2), Days(50));
    }

    public static X509Certificate2 Leaf(
        X509Certificate2? issuer, string subject = "CN=server", string[]? names = null, string use = ServerAuthentication,
        int validDays = 30, X509Certificate2? sent = null, ECDsa? signWith = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names ?? ["localhost", "127.0.0.1"])
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        if (names is not { Length: 0 })
            request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        X509Certificate2 certificate;
        if (issuer is null)
        {
            certificate = request.CreateSelfSigned(Days(-10), Days(validDays));
        }
        else if (signWith is not null)
        {
            using X509Certificate2 forged = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(signWith), Days(-1),
                Days(validDays), RandomNumberGenerator.GetBytes(8));
            certificate = forged.CopyWithPrivateKey(key);
        }
        else
        {
            certificate = Sign(request, issuer, key, Days(validDays < 0 ? -2 : -1), Days(validDays));
        }

        if (sent is not null)
            s_chains.Add(certificate, [sent]);
        return certificate;
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, ECDsa key, DateTimeOffset from,
        DateTimeOffset to)
    {
        using X509Certificate2 signed = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }

    private static DateTimeOffset Days(int days) => DateTimeOffset.UtcNow.AddDays(days);
}
