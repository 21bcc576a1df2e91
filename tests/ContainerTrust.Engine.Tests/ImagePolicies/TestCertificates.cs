using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

/// <summary>CA certificates made for these tests.</summary>
internal static class TestCertificates
{
    private static readonly Lazy<string> RootPem = new(static () => Make("Test Root"));
    private static readonly Lazy<string> MiddlePem = new(static () => Make("Test Intermediate"));

    public static string Root => RootPem.Value;

    public static string Intermediate => MiddlePem.Value;

    public static string Make(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return certificate.ExportCertificatePem() + "\n";
    }
}
