namespace ContainerTrust.Engine.Sigstore;

/// <summary>The key of a certificate.</summary>
internal static class CertificateKey
{
    /// <summary>Makes a certificate's key ready.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The key.</returns>
    /// <exception cref="SigstoreRefusal">It is of no kind that can be used.</exception>
    public static SigstorePublicKey Read(SigstoreCertificate certificate)
    {
        byte[] der = certificate.SubjectPublicKeyInfo.ToArray();
        string problem;
        try
        {
            TrustKey key = PemPublicKeyReader.ReadSubjectPublicKeyInfo(der, "the certificate");
            if (SigstorePublicKey.TryCreate(key, der, out SigstorePublicKey? publicKey, out problem))
                return publicKey;
        }
        catch (TrustFormatException e)
        {
            problem = e.Problem.TrimEnd('.');
        }

        throw new SigstoreRefusal(SigstoreProblem.CertificateKey, $"The signer's certificate has no key that can be used: {problem}.");
    }
}
