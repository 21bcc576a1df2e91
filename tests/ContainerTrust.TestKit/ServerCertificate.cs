using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.TestKit;

/// <summary>The certificate of servers on loopback, as files for programs, and the authority that it is from.</summary>
internal sealed class ServerCertificate : IDisposable
{
    /// <summary>Makes both.</summary>
    /// <param name="directory">Where the files go.</param>
    public ServerCertificate(string directory)
    {
        using X509Certificate2 authority = TestCertificates.Authority("CN=ContainerTrust tests");
        Server = TestCertificates.Leaf(authority);
        using ECDsa key = Server.GetECDsaPrivateKey()!;
        CertificateFile = Path.Combine(directory, "server.pem");
        KeyFile = Path.Combine(directory, "server.key");
        File.WriteAllText(CertificateFile, Server.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        AuthorityDirectory = Directory.CreateDirectory(Path.Combine(directory, "certs")).FullName;
        AuthorityFile = Path.Combine(AuthorityDirectory, "ca.crt");
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
    }

    /// <summary>The servers' certificate with its private key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The servers' certificate as PEM.</summary>
    public string CertificateFile { get; }

    /// <summary>Its private key as PEM.</summary>
    public string KeyFile { get; }

    /// <summary>The authority's certificate as PEM.</summary>
    public string AuthorityFile { get; }

    /// <summary>A directory as <c>--src-cert-dir</c> takes it, with the authority's certificate.</summary>
    public string AuthorityDirectory { get; }

    public void Dispose() => Server.Dispose();
}
