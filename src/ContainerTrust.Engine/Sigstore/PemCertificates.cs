using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>Reads X.509 certificates out of PEM text, as the two loaders of the reference do.</summary>
internal static class PemCertificates
{
    // Real chains have two or three.
    private const int MaxCount = 32;

    /// <summary>
    /// Reads every block of a text that has nothing else; one that is no certificate refuses the text. Stricter than the reference: every block must be
    /// labelled <c>CERTIFICATE</c>, and there can be at most 32.
    /// </summary>
    /// <param name="text">PEM.</param>
    /// <param name="certificates">The certificates; none for a text of white space.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether the text could be read.</returns>
    public static bool TryReadAll(ReadOnlySpan<byte> text, out List<SigstoreCertificate> certificates, out string problem)
    {
        certificates = [];
        text = text.Trim(" \t\r\n\v\f"u8);
        while (!text.IsEmpty)
        {
            if (!PemBlock.TryFind(text, out PemBlock block))
            {
                problem = certificates.Count == 0 ? "it has no PEM certificate" : "something that is no PEM certificate follows the last one";
                return false;
            }

            if (!block.Label.SequenceEqual("CERTIFICATE"u8))
            {
                problem = "it has a PEM block that is no certificate";
                return false;
            }

            if (certificates.Count == MaxCount)
            {
                problem = $"it has more than {MaxCount} certificates";
                return false;
            }

            if (!SigstoreCertificate.TryParse(block.Content, out SigstoreCertificate? certificate, out problem))
                return false;
            certificates.Add(certificate);
            text = block.Rest;
        }

        problem = "";
        return true;
    }

    /// <summary>Reads the certificates of a pool of CAs; what is no certificate is passed over.</summary>
    /// <param name="source">The file.</param>
    /// <param name="warnings">Takes a sentence for each certificate that cannot be used.</param>
    /// <returns>The certificates, at least one.</returns>
    /// <exception cref="TrustFormatException">There is none (<c>NoUsableCertificate</c>).</exception>
    public static List<SigstoreCertificate> ReadPool(SigstoreKeySource source, List<string> warnings)
    {
        List<SigstoreCertificate> pool = [];
        ReadOnlySpan<byte> text = source.Content.Span;
        int number = 0;
        while (PemBlock.TryFind(text, out PemBlock block))
        {
            text = block.Rest;
            if (!block.Label.SequenceEqual("CERTIFICATE"u8) || block.HasHeaders)
                continue;
            number++;
            if (SigstoreCertificate.TryParse(block.Content, out SigstoreCertificate? certificate, out string problem))
                pool.Add(certificate);
            else
                warnings.Add($"{source.Name}: certificate {number} is not used: {problem}.");
        }

        if (pool.Count == 0)
        {
            string problem = number == 0
                ? "it has no PEM certificate (-----BEGIN CERTIFICATE-----); give the CA's certificates."
                : "none of its certificates can be read; get the file again.";
            throw NoUsableCertificate(source.Name, problem);
        }

        return pool;
    }

    public static TrustFormatException NoUsableCertificate(string path, string problem) => new("NoUsableCertificate", path, 0, 0, "", problem);
}
