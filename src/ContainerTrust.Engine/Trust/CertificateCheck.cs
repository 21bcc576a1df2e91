using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Policy;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Trust;

/// <summary>What a file of certificates is for.</summary>
internal enum CertificateUse
{
    /// <summary>The CA of <c>fulcio</c>: judged at the time that the log gives, so that certificates that have ended still count for old signatures.</summary>
    FulcioCA,

    /// <summary>The roots of <c>pki</c>: judged at the time of the check.</summary>
    Roots,

    /// <summary>The intermediates of <c>pki</c>.</summary>
    Intermediates,
}

/// <summary>Whether a file of CA certificates can do its work, before a policy is written that names it. No chain is built here.</summary>
internal static class CertificateCheck
{
    // Below the first no signature counts (CertificateKey); below the second a key is too short to begin with, and the audit says so.
    private const int SmallestUsableRsa = 1024;
    private const int SmallestRsa = 2048;

    /// <summary>Looks at a file.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="content">PEM certificates.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="now">The moment at which they must be in force.</param>
    /// <param name="messages">Where warnings go.</param>
    /// <exception cref="TrustException">
    /// <c>PrivateKey</c>: a private key is among them; <c>NoCertificate</c>: there is none that podman and skopeo would take; <c>NoValidCertificate</c>: no root
    /// is in force, so no image would be accepted.
    /// </exception>
    public static void Require(string name, ReadOnlySpan<byte> content, CertificateUse use, DateTimeOffset now, TrustMessages messages)
    {
        if (SecretKeys.AreIn(content))
            throw new TrustException("PrivateKey", TrustErrorKind.InvalidData, $"{name} holds a private key, which must not lie where policies point everybody to. Give a file with the CA's certificates alone.") { Target = name };
        List<string> faults = [];
        List<Facts> certificates = Read(content, use, faults);
        if (certificates.Count == 0 || (use == CertificateUse.Intermediates && faults.Count > 0))
        {
            string problem = certificates.Count == 0 ? "holds no PEM certificate that can be read" : "holds more than sound PEM certificates, so podman and skopeo refuse it whole";
            string detail = faults.Count == 0 ? "" : $" ({string.Join("; ", faults)})";
            throw new TrustException("NoCertificate", TrustErrorKind.InvalidData, $"{name} {problem}{detail}. Give the CA's certificates, or use -Force.") { Target = name };
        }

        foreach (string fault in faults)
            messages.Warning($"In {name}, {fault}; the other certificates are used.");
        RequireInForce(name, certificates, use, now.UtcDateTime, messages);
    }

    // A certificate can be loaded and still have parts that cannot be read, so all are read at once.
    internal sealed record Facts(string Subject, DateTime Begins, DateTime Ends, bool IsCA, int RsaBits)
    {
        public static Facts Of(byte[] content)
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(content);

            // Certificates before version 3 cannot say what they are.
            bool isCA = certificate.Version < 3 || certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()?.CertificateAuthority == true;
            using RSA? rsa = certificate.GetRSAPublicKey();
            return new Facts(Printable.Of(certificate.Subject, Printable.NameLength), certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), isCA, rsa?.KeySize ?? 0);
        }
    }

    /// <summary>The certificates of a file. Of roots the reference implementation passes over what it cannot read; intermediates it takes all or none.</summary>
    /// <param name="content">PEM certificates.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="faults">Takes what is wrong with the file, in clauses.</param>
    internal static List<Facts> Read(ReadOnlySpan<byte> content, CertificateUse use, List<string> faults)
    {
        List<Facts> certificates = [];
        ReadOnlySpan<byte> rest = content;
        for (int number = 1; PemBlock.TryFind(rest, out PemBlock block); number++)
        {
            rest = block.Rest;
            if (!block.Label.SequenceEqual("CERTIFICATE"u8))
            {
                faults.Add($"block {number} is no certificate but {Printable.Of(Encoding.Latin1.GetString(block.Label), Printable.NameLength)}");
                continue;
            }

            try
            {
                certificates.Add(Facts.Of(block.Content));
            }
            catch (CryptographicException)
            {
                faults.Add($"certificate {number} is malformed");
            }
        }

        if (use == CertificateUse.Intermediates && !rest.Trim(" \t\r\n"u8).IsEmpty)
            faults.Add("something follows the last certificate");
        return certificates;
    }

    private static void RequireInForce(string name, List<Facts> certificates, CertificateUse use, DateTime now, TrustMessages messages)
    {
        List<string> reasons = [];
        foreach (Facts certificate in certificates)
        {
            if (certificate.Ends < now)
                reasons.Add($"{certificate.Subject} ended on {Day(certificate.Ends)}");
            else if (certificate.Begins > now)
                reasons.Add($"{certificate.Subject} begins only on {Day(certificate.Begins)}");
            else
                messages.Verbose($"Certificate {certificate.Subject} in {name} is in force.");
            if (certificate.RsaBits is > 0 and < SmallestRsa)
                messages.Warning(DescribeShortKey(name, certificate));
            if (!certificate.IsCA)
                messages.Warning($"In {name}, {certificate.Subject} is no CA's certificate, so no signer's certificate can come from it.");
        }

        if (reasons.Count == certificates.Count && use == CertificateUse.Roots)
            throw new TrustException("NoValidCertificate", TrustErrorKind.InvalidData, $"No certificate in {name} is in force now, so no image would be accepted: {string.Join("; ", reasons)}. Get the current certificates, or use -Force.") { Target = name };
        foreach (string reason in reasons)
            messages.Warning($"In {name}, {reason}{(use == CertificateUse.FulcioCA ? "; only signatures of its time can be accepted by it" : "")}.");
    }

    private static string DescribeShortKey(string name, Facts certificate)
    {
        string key = $"In {name}, {certificate.Subject} has an RSA key of {certificate.RsaBits} bits";
        return certificate.RsaBits < SmallestUsableRsa
            ? $"{key}, which can be broken: no signature that depends on it is accepted. Get a certificate with 2,048 bits or more."
            : $"{key}, too short for a CA that is trusted from now on. Get a certificate with 2,048 bits or more.";
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
