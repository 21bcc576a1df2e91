using ContainerTrust.Engine.Formats.Pem;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>Reads X.509 certificates out of PEM text, as the two loaders of the reference do.</summary>
internal static class PemCertificates
{
    // Real chains have two or three.
    private const int MaxCount = 32;

    /// <summary>
    /// Reads every block of a text that has nothing else; one that is not a certificate refuses the text. Stricter than the reference:
    /// every block must be labelled <c>CERTIFICATE</c>, and there can be at most 32.
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
                problem = certificates.Count == 0
                    ? SpoiledBlock.Describe(text, "CERTIFICATE"u8) ?? "it has no PEM certificate"
                    : "something that is not a PEM certificate follows the last one";
                return false;
            }

            if (!block.Label.SequenceEqual("CERTIFICATE"u8))
            {
                problem = "it has a PEM block that is not a certificate";
                return false;
            }

            if (certificates.Count == MaxCount)
            {
                problem = $"it has more than {MaxCount} certificates";
                return false;
            }

            if (!SigstoreCertificate.TryParse(block.Content, out SigstoreCertificate? certificate, out string fault))
            {
                problem = $"certificate {certificates.Count + 1} cannot be used, as {fault}";
                return false;
            }

            certificates.Add(certificate);
            text = block.Rest;
        }

        problem = "";
        return true;
    }

    /// <summary>
    /// Reads the intermediate CAs of a policy. One whose key cannot be used refuses the text, though nobody may use it: the reference, too,
    /// reads no certificate with a curve that it does not know.
    /// </summary>
    /// <param name="text">PEM.</param>
    /// <param name="certificates">The certificates; none for a text of white space.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether the text can be used.</returns>
    public static bool TryReadIntermediates(ReadOnlySpan<byte> text, out List<SigstoreCertificate> certificates, out string problem)
    {
        if (!TryReadAll(text, out certificates, out problem))
            return false;
        for (int i = 0; i < certificates.Count; i++)
        {
            if (CertificateKey.IsUsable(certificates[i], out string fault))
                continue;
            string name = Printable.Of(certificates[i].SubjectName, Printable.NameLength);
            problem = $"certificate {i + 1} ({name}) has no key that can be used: {fault}";
            return false;
        }

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
        string last = "";
        while (PemBlock.TryFind(text, out PemBlock block))
        {
            text = block.Rest;
            if (!block.Label.SequenceEqual("CERTIFICATE"u8) || block.HasHeaders)
                continue;
            number++;
            if (SigstoreCertificate.TryParse(block.Content, out SigstoreCertificate? certificate, out string problem))
            {
                pool.Add(certificate);
                continue;
            }

            last = $"certificate {number} is not, as {problem}";
            warnings.Add($"{source.Name}: certificate {number} is not used, as {problem}.");
        }

        if (pool.Count == 0)
        {
            string problem = number == 0
                ? SpoiledBlock.Describe(source.Content.Span, "CERTIFICATE"u8) is { } spoiled ? $"it has a PEM certificate, but {spoiled}."
                    : "it has no PEM certificate (-----BEGIN CERTIFICATE-----); give the CA's certificates."
                : $"none of its certificates can be used: {last}; give sound certificates of the CA.";
            throw NoUsableCertificate(source.Name, problem);
        }

        return pool;
    }

    public static TrustFormatException NoUsableCertificate(string path, string problem) =>
        new("NoUsableCertificate", path, 0, 0, "", problem);
}
