using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Formats.Pem;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// CA certificates as the schema takes them: PEM blocks <c>CERTIFICATE</c>, the first at the beginning and the last at the end. Stricter
/// than what reads them on the nodes, which passes over a damaged block: here every block must be a certificate, so that none is trusted
/// or dropped unseen.
/// </summary>
internal static class CertificateBundle
{
    private const string Begin = "-----BEGIN CERTIFICATE-----";
    private const string End = "-----END CERTIFICATE-----";

    /// <summary>Reads a file of certificates. Text around the blocks, as openssl writes it, is left out.</summary>
    /// <param name="content">The file.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <returns>The file itself where it has nothing around the blocks; else the same certificates written anew.</returns>
    /// <exception cref="TrustException">
    /// There is no certificate (<c>NoCertificate</c>), or a block is none (<c>InvalidCertificate</c>).
    /// </exception>
    public static byte[] Read(ReadOnlySpan<byte> content, string name)
    {
        List<byte[]> certificates = [];
        StringBuilder? body = null;
        int number = 0;
        int start = 0;
        foreach (string whole in Encoding.Latin1.GetString(content).Split('\n'))
        {
            number++;
            string line = whole.TrimEnd('\r', ' ', '\t');
            if (body is null)
            {
                if (line == Begin)
                    (body, start) = (new StringBuilder(), number);
                else if (line.Contains("-----BEGIN", StringComparison.Ordinal) || line.Contains("-----END", StringComparison.Ordinal))
                {
                    bool isFirst = certificates.Count == 0;
                    throw Invalid(name, number, isFirst && SpoiledBlock.Describe(content, "CERTIFICATE"u8) is { } spoiled
                        ? $"{spoiled}."
                        : $"this line does not belong to a certificate. Leave only whole blocks '{Begin}' in the file.");
                }
            }
            else if (line == End)
            {
                certificates.Add(Decode(body.ToString(), name, start));
                body = null;
            }
            else
            {
                body.Append(line);
            }
        }

        if (body is not null)
            throw Invalid(name, start, "the certificate that begins here has no end. Get the file again.");
        if (certificates.Count == 0)
            throw new TrustException(
                "NoCertificate",
                TrustErrorKind.InvalidData,
                $"{name} holds no PEM certificate. Give the CA's certificates.")
            {
                Target = name,
            };
        return PemMarks.IsWhole(content, "CERTIFICATE", certificates.Count)
            ? content.ToArray()
            : Encoding.ASCII.GetBytes(string.Concat(certificates.Select(static c => PemEncoding.WriteString("CERTIFICATE", c) + "\n")));
    }

    private static byte[] Decode(string base64, string name, int line)
    {
        try
        {
            if (!Base64.IsValid(base64))
                throw new CryptographicException("The block is not base64.");
            byte[] der = Convert.FromBase64String(base64);
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
            if (certificate.RawDataMemory.Length != der.Length)
                throw new CryptographicException("Something follows the certificate.");
            return der;
        }
        catch (CryptographicException e)
        {
            throw Invalid(name, line, "the block that begins here is not an X.509 certificate. Fix it or leave it out.", e);
        }
    }

    private static TrustFormatException Invalid(string name, int line, string problem, Exception? cause = null) =>
        new("InvalidCertificate", name, line, 0, "", problem, cause);
}
