using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Timestamps;

/// <summary>A time stamp authority that is trusted (RFC 3161).</summary>
/// <param name="chain">Its certificate first, its root last.</param>
/// <param name="window">When it counts.</param>
internal sealed class TimestampAuthority(IReadOnlyList<SigstoreCertificate> chain, ValidityWindow window)
{
    /// <summary>Verifies a time stamp.</summary>
    /// <param name="untrustedToken">The time stamp.</param>
    /// <param name="signature">The signature that it must be for.</param>
    /// <returns>Whether this authority has stamped the signature at the time that the stamp says.</returns>
    public bool HasStamped(TimestampToken untrustedToken, ReadOnlySpan<byte> signature)
    {
        SigstoreCertificate signer = chain[0];
        DateTimeOffset time = untrustedToken.Time;
        if (!untrustedToken.Imprint.AsSpan().SequenceEqual(TimestampToken.Hash(untrustedToken.ImprintHash, signature))
            || !untrustedToken.CertificateHash.AsSpan().SequenceEqual(
                TimestampToken.Hash(untrustedToken.CertificateHashAlgorithm, signer.Raw.Span))
            || !window.Contains(time) || !CertificateFitness.IsForTimestampsOnly(signer))
            return false;
        try
        {
            using SigstorePublicKey key = CertificateKey.Read(signer);
            if (!key.Verify(untrustedToken.SignedBytes, untrustedToken.Signature, untrustedToken.SignatureHash, untrustedToken.IsEcdsa))
                return false;
            CertificatePath.Verify(signer, [chain[^1]], [.. chain.Skip(1).SkipLast(1)], time, ignoresUnknownNames: false,
                usage: CertificateFitness.TimeStamping);
            return true;
        }
        catch (SigstoreRefusal)
        {
            return false;
        }
    }
}
