using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Keys;

/// <summary>Whether a file of CA certificates can do its work, before a policy is written that names it. No chain is built here.</summary>
internal static class CertificateCheck
{
    /// <summary>Looks at a file.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="content">PEM certificates.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="now">The moment at which they must be in force.</param>
    /// <param name="messages">Where warnings go.</param>
    /// <exception cref="TrustException">
    /// <c>PrivateKey</c>: a private key is among them; <c>NoCertificate</c>: there is none that the verifier would take;
    /// <c>NoValidCertificate</c>: none that it could accept an image by (no root is in force, or all have faults).
    /// </exception>
    public static void Require(string name, ReadOnlySpan<byte> content, KeyMaterialUse use, DateTimeOffset now, TrustMessages messages)
    {
        if (SecretKeys.AreIn(content))
            throw new TrustException(
                "PrivateKey",
                TrustErrorKind.InvalidData,
                $"{name} holds a private key, which must not lie where policies point everybody to. " +
                "Give a file with the CA's certificates alone.")
            {
                Target = name,
            };
        List<string> faults = [];
        List<CertificateFacts> certificates = Read(content, use, faults);
        if (certificates.Count == 0 || (use == KeyMaterialUse.PkiIntermediates && faults.Count > 0))
        {
            string problem = certificates.Count == 0 ? "holds no PEM certificate that can be used"
                : "holds more than sound PEM certificates, so it is refused whole";
            string detail = faults.Count == 0 ? "" : $" ({string.Join("; ", faults)})";
            throw new TrustException(
                "NoCertificate",
                TrustErrorKind.InvalidData,
                $"{name} {problem}{detail}. Give the CA's certificates, or use {TrustOption.Force}.")
            {
                Target = name,
            };
        }

        foreach (string fault in faults)
            messages.Warning($"In {name}, {fault}; the other certificates are used.");
        RequireUsable(name, certificates, use, now.UtcDateTime, messages);
    }

    /// <summary>
    /// The certificates of a file that the verifier can read. Of roots it passes over what it cannot, as podman and skopeo do;
    /// intermediates it takes all or none.
    /// </summary>
    /// <param name="content">PEM certificates.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="faults">Takes what is wrong with the file, in clauses.</param>
    /// <returns>The certificates.</returns>
    internal static List<CertificateFacts> Read(ReadOnlySpan<byte> content, KeyMaterialUse use, List<string> faults)
    {
        List<CertificateFacts> certificates = [];
        ReadOnlySpan<byte> rest = content;
        for (int number = 1; PemBlock.TryFind(rest, out PemBlock block); number++)
        {
            rest = block.Rest;
            if (!block.Label.SequenceEqual("CERTIFICATE"u8))
                faults.Add($"block {number} is not a certificate but " +
                    $"{Printable.Of(Encoding.Latin1.GetString(block.Label), Printable.NameLength)}");
            else if (block.HasHeaders && use != KeyMaterialUse.PkiIntermediates)
                faults.Add($"certificate {number} cannot be used, as it has lines before its base64");
            else if (CertificateFacts.TryRead(block.Content, use, out CertificateFacts? facts, out string problem))
                certificates.Add(facts);
            else
                faults.Add($"certificate {number}{SubjectOf(block.Content)} cannot be used, as {problem}");
        }

        if (certificates.Count == 0 && faults.Count == 0 && SpoiledBlock.Describe(content, "CERTIFICATE"u8) is { } spoiled)
            faults.Add(spoiled);
        if (use == KeyMaterialUse.PkiIntermediates && faults.Count == 0
            && !PemCertificates.TryReadIntermediates(content, out _, out string fault))
            faults.Add(fault);
        return certificates;
    }

    // What the verifier cannot read may have a name all the same, by which it is found in the file.
    private static string SubjectOf(byte[] content)
    {
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(content);
            return $" ({Printable.Of(certificate.Subject, Printable.NameLength)})";
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    private static void RequireUsable(string name, List<CertificateFacts> certificates, KeyMaterialUse use, DateTime now,
        TrustMessages messages)
    {
        if (CertificateFacts.IsNoneUsable(certificates, use, now))
        {
            string when = certificates.TrueForAll(static c => c.IsUseless) ? "can be used" : "can be used now";
            string reasons = string.Join("; ", certificates.Select(c => $"{c.Subject} {(c.IsUseless ? c.Fault : DescribeTime(c, now))}"));
            throw new TrustException(
                "NoValidCertificate",
                TrustErrorKind.InvalidData,
                $"No certificate in {name} {when}, so no image would be accepted: {reasons}. Get the CA's current certificates, " +
                $"or use {TrustOption.Force}.")
            {
                Target = name,
            };
        }

        string rest = use == KeyMaterialUse.FulcioCA ? "; only signatures of its time can be accepted by it" : "";
        foreach (CertificateFacts certificate in certificates)
        {
            string who = $"In {name}, {certificate.Subject}";
            if (certificate.Fault is { } fault)
                messages.Warning($"{who} {fault}.{(certificate.IsUseless ? " No signature that depends on it is accepted." : "")}");
            if (certificate.IsShort)
                messages.Warning($"{who} has an RSA key of {certificate.RsaBits} bits, too short for a CA that is trusted from now on. " +
                    "Get a certificate with 2,048 bits or more.");
            if (DescribeTime(certificate, now) is { } time)
                messages.Warning($"{who} {time}{rest}.");
            else
                messages.Verbose($"Certificate {certificate.Subject} in {name} is in force.");
        }
    }

    private static string? DescribeTime(CertificateFacts certificate, DateTime now) =>
        certificate.Ends < now ? $"ended on {Day(certificate.Ends)}"
        : certificate.Begins > now ? $"begins only on {Day(certificate.Begins)}"
        : null;

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
