using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies bundles by public keys, as <c>cosign verify --key</c> does: the signature by one of the keys, and that it is for this
/// manifest. Certificates and log
/// entries in a bundle give nothing here: who has named keys trusts those.
/// </summary>
/// <param name="keys">The keys.</param>
internal sealed class BundleVerifier(IReadOnlyList<SigstorePublicKey> keys)
{
    private const string Sha256 = "sha256:";

    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="manifestDigest">The digest of the manifest that it must be for, <c>sha256:…</c>.</param>
    /// <returns>The fingerprint of the key that has signed.</returns>
    /// <exception cref="SigstoreRefusal">It is not by one of the keys, or not for this manifest.</exception>
    public string Verify(SigstoreBundle bundle, string manifestDigest)
    {
        if (!manifestDigest.StartsWith(Sha256, StringComparison.Ordinal))
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
                "The manifest has no SHA-256 digest, which a bundle's signature is for.");

        // Of any file that the key has signed somebody could make an image's manifest, so only what says that it is about an image counts.
        return bundle.UntrustedEnvelope is { } envelope
            ? VerifyEnvelope(bundle, envelope, manifestDigest[Sha256.Length..])
            : throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "The bundle is for a file, and does not say that it signs an image.");
    }

    private string VerifyEnvelope(SigstoreBundle bundle, DsseEnvelope envelope, string digest)
    {
        string signer = Signer(envelope.SignedBytes(), bundle.UntrustedSignature.Span);
        if (envelope.PayloadType != DsseEnvelope.InToto)
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
                "The signature holds, but what was signed is not an in-toto statement.");
        if (!InTotoStatement.TryParse(envelope.Payload.Span, out InTotoStatement? statement, out string problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
                $"The signature holds, but what was signed cannot be read: {problem}.");
        if (statement.PredicateType != InTotoStatement.SignaturePredicate)
        {
            throw new SigstoreRefusal(
                SigstoreProblem.OtherMediaType,
                $"It is an attestation ({Printable.Of(statement.PredicateType, Printable.NameLength)}), which says something of " +
                    "the image, and not a signature.");
        }

        return statement.Sha256.Contains(digest)
            ? signer
            : throw new SigstoreRefusal(SigstoreProblem.MalformedPayload, "The signature is good, but it is for another manifest.");
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
