using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies bundles by public keys, as <c>cosign verify --key</c> does: the signature by one of the keys, and that it is for this manifest.
/// Certificates and log entries in a bundle give nothing here: who has named keys trusts those.
/// </summary>
/// <param name="keys">The keys.</param>
internal sealed class BundleVerifier(IReadOnlyList<SigstorePublicKey> keys)
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="manifestDigest">The digest of the manifest that it must be for, <c>sha256:…</c>.</param>
    /// <returns>The fingerprint of the key that has signed.</returns>
    /// <exception cref="SigstoreRefusal">It is not by one of the keys, or not for this manifest.</exception>
    public string Verify(SigstoreBundle bundle, string manifestDigest)
    {
        string hex = BundleContent.RequireSha256(manifestDigest);

        // Of any file that the key has signed somebody could make an image's manifest, so only what says that it is about an image counts.
        DsseEnvelope envelope = bundle.UntrustedEnvelope
            ?? throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "The bundle is for a file, and does not say that it signs an image.");
        string signer = Signer(envelope.SignedBytes(), bundle.UntrustedSignature.Span);
        BundleContent.RequireImage(envelope, hex);
        return signer;
    }

    private string Signer(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        foreach (SigstorePublicKey key in keys)
        {
            if (key.Verify(content, signature) || key.VerifyByCurve(content, signature))
                return key.Fingerprint;
        }

        throw new SigstoreRefusal(SigstoreProblem.WrongSignature, "The signature is by none of the accepted keys.");
    }
}
