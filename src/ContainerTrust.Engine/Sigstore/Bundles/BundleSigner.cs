using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>The certificates of a bundle, read. Nothing of them is verified.</summary>
/// <param name="Leaf">The signer's.</param>
/// <param name="Intermediates">CAs that came with it.</param>
internal sealed record BundleSigner(SigstoreCertificate Leaf, IReadOnlyList<SigstoreCertificate> Intermediates)
{
    /// <summary>Reads the certificates of a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <returns>The certificates.</returns>
    /// <exception cref="SigstoreRefusal">There is none, one cannot be read, or they are not as the bundle's version has them.</exception>
    public static BundleSigner Read(SigstoreBundle bundle)
    {
        if (bundle.UntrustedMaterial.Certificates is not { Count: > 0 } raw)
            throw new SigstoreRefusal(SigstoreProblem.MissingCertificate, "The bundle has no certificate of its signer.");
        if (bundle.UntrustedMaterial.IsChain && !bundle.IsBeforeThird)
            throw new SigstoreRefusal(SigstoreProblem.MalformedCertificate,
                "The bundle has a chain of certificates, which its version does not allow.");
        List<SigstoreCertificate> certificates = [];
        foreach (byte[] der in raw)
        {
            certificates.Add(SigstoreCertificate.TryParse(der, out SigstoreCertificate? certificate, out string problem)
                ? certificate
                : throw new SigstoreRefusal(SigstoreProblem.MalformedCertificate,
                    $"A certificate of the bundle cannot be read, as {problem}."));
        }

        // What is trusted is for the user to say.
        if (certificates.Skip(1).Any(static c => c.IsSelfIssued))
            throw new SigstoreRefusal(SigstoreProblem.MalformedCertificate, "The bundle brings a root certificate, which no bundle can.");
        return new BundleSigner(certificates[0], certificates[1..]);
    }

    /// <summary>Verifies the bundle's signature by the certificate's key.</summary>
    /// <param name="signedBytes">What must be signed.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>The key's fingerprint.</returns>
    /// <exception cref="SigstoreRefusal">It is not by that key.</exception>
    public string Verify(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature)
    {
        using SigstorePublicKey key = CertificateKey.Read(Leaf);
        return key.Verify(signedBytes, signature) || key.VerifyByCurve(signedBytes, signature)
            ? key.Fingerprint
            : throw new SigstoreRefusal(SigstoreProblem.WrongSignature, "The signature is not by the certificate's key.");
    }
}
