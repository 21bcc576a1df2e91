using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A certification authority of the tests, and the certificate it gave to the servers on loopback.</summary>
internal sealed class TestCertificates : IDisposable
{
    public TestCertificates(string directory)
    {
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-1), end = DateTimeOffset.UtcNow.AddDays(7);
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authority = new("CN=ContainerTrust tests", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions
            .Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        authority.CertificateExtensions
            .Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        using X509Certificate2 root = authority.CreateSelfSigned(start, end);

        using ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest server = new("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        server.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        server.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using X509Certificate2 issued = server.Create(root, start, end, [1, 2, 3, 4, 5, 6, 7, 8]);
        using X509Certificate2 pair = issued.CopyWithPrivateKey(serverKey);
        Server = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);

        CertificateFile = Path.Combine(directory, "server.pem");
        KeyFile = Path.Combine(directory, "server.key");
        File.WriteAllText(CertificateFile, issued.ExportCertificatePem());
        File.WriteAllText(KeyFile, serverKey.ExportPkcs8PrivateKeyPem());
        AuthorityDirectory = Directory.CreateDirectory(Path.Combine(directory, "certs")).FullName;
        File.WriteAllText(Path.Combine(AuthorityDirectory, "ca.crt"), root.ExportCertificatePem());
    }

    /// <summary>The servers' certificate with its private key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The servers' certificate as PEM.</summary>
    public string CertificateFile { get; }

    /// <summary>Its private key as PEM.</summary>
    public string KeyFile { get; }

    /// <summary>A directory as <c>--src-cert-dir</c> takes it, with the authority's certificate.</summary>
    public string AuthorityDirectory { get; }

    public void Dispose() => Server.Dispose();
}
