using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// The key of a certificate, the signer's or a CA's: whoever has the key of a CA on the path has every signer's, so all are held to the
/// same. ECDSA on P-224, P-256, P-384 or P-521, RSA of 1,024 to 16,384 bits with an odd exponent above 1, and Ed25519 are possible. P-192
/// and curves that Go does not know are not, nor is RSA below 1,024 bits (Go since 1.24; older releases, and OpenSSL as .NET asks it,
/// take it from a CA). RSA below 2,048 bits is too short for new keys, but the reference takes it from CAs that exist, and so it counts
/// here too.
/// </summary>
internal static class CertificateKey
{
    /// <summary>Makes the key of a signer's certificate ready.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The key.</returns>
    /// <exception cref="SigstoreRefusal">It is of no kind that can be used.</exception>
    public static SigstorePublicKey Read(SigstoreCertificate certificate) =>
        TryRead(certificate, out SigstorePublicKey? key, out string problem)
        ? key
        : throw new SigstoreRefusal(SigstoreProblem.CertificateKey, $"The signer's certificate has no key that can be used: {problem}.");

    /// <summary>Whether a certificate has a key that may sign.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="problem">What is wrong with the key, a clause; empty if nothing is.</param>
    /// <returns>Whether it has.</returns>
    public static bool IsUsable(SigstoreCertificate certificate, out string problem) => IsUsable(certificate, out _, out problem);

    /// <summary>Whether a certificate has a key that may sign.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="rsaBits">The length of an RSA key; 0 for others, and for those that cannot be used.</param>
    /// <param name="problem">What is wrong with the key, a clause; empty if nothing is.</param>
    /// <returns>Whether it has.</returns>
    public static bool IsUsable(SigstoreCertificate certificate, out int rsaBits, out string problem)
    {
        rsaBits = 0;
        if (!TryRead(certificate, out SigstorePublicKey? key, out problem))
            return false;
        rsaBits = key.RsaBits;
        key.Dispose();
        return true;
    }

    /// <summary>
    /// Whether Go reads a certificate with this key at all. With one that it does not read, such as one on P-192, it refuses the whole
    /// file that the certificate is in, also where no path needs it (crypto/x509, <c>parsePublicKey</c>). Keys of an unknown algorithm
    /// and short RSA keys are read, and only refused where they are used.
    /// </summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="problem">What is wrong with the key, a clause; empty if nothing is.</param>
    /// <returns>Whether the certificate can stand in a file.</returns>
    public static bool IsReadable(SigstoreCertificate certificate, out string problem)
    {
        if (IsUsable(certificate, out problem))
            return true;
        byte[] der = certificate.SubjectPublicKeyInfo.ToArray();
        try
        {
            string algorithm = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence().ReadObjectIdentifier();
            if (algorithm is PemPublicKeyReader.EcOid or PemPublicKeyReader.Ed25519Oid)
                return false;
            if (algorithm == PemPublicKeyReader.RsaOid)
                _ = PemPublicKeyReader.ReadSubjectPublicKeyInfo(der, "the certificate");
            return true;
        }
        catch (Exception e) when (e is AsnContentException or TrustFormatException)
        {
            // The problem is said already: such a key cannot be used either.
            return false;
        }
    }

    private static bool TryRead(SigstoreCertificate certificate, [NotNullWhen(true)] out SigstorePublicKey? key, out string problem)
    {
        byte[] der = certificate.SubjectPublicKeyInfo.ToArray();
        try
        {
            TrustKey read = PemPublicKeyReader.ReadSubjectPublicKeyInfo(der, "the certificate");
            return SigstorePublicKey.TryCreate(read, der, out key, out problem);
        }
        catch (TrustFormatException e)
        {
            key = null;
            problem = e.Problem.TrimEnd('.');
            return false;
        }
    }
}
