using System.Text;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>The certificates that come with a signature.</summary>
internal static class UntrustedCertificates
{
    /// <summary>Reads the signer's certificate.</summary>
    /// <param name="untrustedText">PEM; exactly one certificate.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="SigstoreRefusal">There is none, or more than one.</exception>
    public static SigstoreCertificate ReadLeaf(string untrustedText)
    {
        if (!PemCertificates.TryReadAll(Encoding.UTF8.GetBytes(untrustedText), out List<SigstoreCertificate> certificates,
            out string problem))
            throw Malformed("signer's certificate", problem);
        return certificates.Count == 1 ? certificates[0] : throw Malformed("signer's certificate", "exactly one is needed");
    }

    /// <summary>
    /// Whether a text ends with its first PEM block, as the comparison with a log entry demands: not even an empty line may follow.
    /// </summary>
    /// <param name="untrustedText">PEM.</param>
    /// <returns>False if something follows.</returns>
    public static bool IsOneBlock(string untrustedText) =>
        PemBlock.TryFind(Encoding.UTF8.GetBytes(untrustedText), out PemBlock block) && block.Rest.IsEmpty;

    /// <summary>Reads the intermediate CAs: as in the reference, all but the last certificate of the chain, which is the root.</summary>
    /// <param name="untrustedText">PEM. Null if the signature brings none.</param>
    /// <returns>The intermediates.</returns>
    /// <exception cref="SigstoreRefusal">
    /// Something in the text is not a certificate, or is one that the reference cannot read: it refuses the text, also where no path needs
    /// the certificate.
    /// </exception>
    public static IReadOnlyList<SigstoreCertificate> ReadIntermediates(string? untrustedText)
    {
        if (string.IsNullOrEmpty(untrustedText))
            return [];
        if (!PemCertificates.TryReadAll(Encoding.UTF8.GetBytes(untrustedText), out List<SigstoreCertificate> certificates,
            out string problem))
            throw Malformed("certificate chain", problem);
        foreach (SigstoreCertificate certificate in certificates)
        {
            if (!CertificateKey.IsReadable(certificate, out string fault))
                throw new SigstoreRefusal(SigstoreProblem.CertificateKey, $"A CA's certificate has no key that can be used: {fault}.");
        }

        if (certificates.Count > 0)
            certificates.RemoveAt(certificates.Count - 1);
        return certificates;
    }

    private static SigstoreRefusal Malformed(string what, string problem) =>
        new(SigstoreProblem.MalformedCertificate, $"The {what} cannot be read: {problem}.");
}
