using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies bundles by public keys, as <c>cosign verify --key</c> does: the signature by one of the keys, and that it is for this manifest.
/// Where logs are named, one of them must have taken the signature in; without any, log entries give nothing. Nor do certificates: who
/// has named keys trusts those.
/// </summary>
/// <param name="keys">The keys.</param>
/// <param name="root">Whose logs and time stamp authorities are trusted. Null for none.</param>
internal sealed class BundleVerifier(IReadOnlyList<SigstorePublicKey> keys, TrustedRoot? root = null)
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="manifestDigest">The digest of the manifest that it must be for, <c>sha256:…</c>.</param>
    /// <param name="manifest">The manifest's bytes. Null if only the digest is known.</param>
    /// <param name="now">The time at which a log's key must count where nothing proves when the signature was made.</param>
    /// <returns>The fingerprint of the key that has signed, and what its log proves. Null for that without a log.</returns>
    /// <exception cref="SigstoreRefusal">It is not by one of the keys, or not for this manifest.</exception>
    public (string Fingerprint, LoggedSignature? Logged) Verify(
        SigstoreBundle bundle, string manifestDigest, ReadOnlyMemory<byte>? manifest, DateTimeOffset now)
    {
        string hex = BundleContent.RequireSha256(manifestDigest);
        if (root is not null)
            BundleContent.RequireThirdVersion(bundle);
        byte[] signedBytes = BundleContent.SignedBytes(bundle, hex, manifest);
        SigstorePublicKey signer = Signer(signedBytes, bundle.UntrustedSignature.Span);
        LoggedSignature? logged = null;
        if (root is not null)
        {
            logged = new BundleLog(root).Verify(bundle, signer.SubjectPublicKeyInfo, isKey: true, signedBytes);
            foreach (DateTimeOffset time in logged.Times.DefaultIfEmpty(now))
                logged.RequireLogsAt(time);
        }

        BundleContent.RequireImage(bundle, hex);
        return (signer.Fingerprint, logged);
    }

    private SigstorePublicKey Signer(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        foreach (SigstorePublicKey key in keys)
        {
            if (key.Verify(content, signature) || key.VerifyByCurve(content, signature))
                return key;
        }

        throw new SigstoreRefusal(SigstoreProblem.WrongSignature, "The signature is by none of the accepted keys.");
    }
}
