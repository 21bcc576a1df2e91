using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Sigstore;

/// <content>Bundles, which podman and skopeo do not read.</content>
internal sealed partial class SigstoreTrust
{
    /// <summary>Judges a bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="manifestDigest">The digest of the manifest that it must be for.</param>
    /// <param name="manifest">
    /// The manifest's bytes, to say of a bundle that signs them as a file that it does, which is not enough. Null if only the digest is
    /// known.
    /// </param>
    /// <param name="now">The time at which certificates of the user's own PKI must be valid. Null for now.</param>
    /// <returns>The verdict. It has no <see cref="SigstoreVerification.Payload"/>: a bundle is for a digest, and names no image.</returns>
    public SigstoreVerification Verify(
        SigstoreBundle bundle, string manifestDigest, ReadOnlyMemory<byte>? manifest = null, DateTimeOffset? now = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(manifestDigest);
        try
        {
            return _bundles is not null ? JudgeBundle(_bundles, _fulcio!, bundle, manifestDigest, manifest)
                : _pki is not null ? JudgeBundle(_pki, bundle, manifestDigest, manifest, now ?? DateTimeOffset.UtcNow)
                : JudgeBundle(bundle, manifestDigest, manifest, now ?? DateTimeOffset.UtcNow);
        }
        catch (SigstoreRefusal refusal)
        {
            return new SigstoreVerification { Problem = refusal.Problem, Reason = refusal.Message };
        }
    }

    private SigstoreVerification JudgeBundle(
        SigstoreBundle bundle, string manifestDigest, ReadOnlyMemory<byte>? manifest, DateTimeOffset now)
    {
        if (_keys.Count == 0 || _log is not null)
            throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "It is a bundle, which keys together with a log are not asked about.");
        (string fingerprint, LoggedSignature? logged) = new BundleVerifier(_keys, _root).Verify(bundle, manifestDigest, manifest, now);
        return Good(fingerprint) with
        {
            LogIndex = logged?.LogIndex,
            IntegratedTime = logged?.IntegratedTime,
            ProvenTime = logged is { Times: [var time, ..] } ? time : null,
        };
    }

    private static SigstoreVerification JudgeBundle(
        CertificateBundleVerifier bundles, FulcioTrust fulcio, SigstoreBundle bundle, string manifestDigest, ReadOnlyMemory<byte>? manifest)
    {
        string hex = BundleContent.RequireSha256(manifestDigest);
        ProvenSignature proven = bundles.Verify(bundle, BundleContent.SignedBytes(bundle, hex, manifest));
        fulcio.RequireIdentity(proven.Leaf);
        BundleContent.RequireImage(bundle, hex);
        return Good(proven.Fingerprint) with
        {
            CertificateSubject = fulcio.Subject,
            CertificateIssuer = fulcio.OidcIssuer,
            LogIndex = proven.LogIndex,
            IntegratedTime = proven.IntegratedTime,
            ProvenTime = proven.Time,
        };
    }

    private static SigstoreVerification JudgeBundle(
        PkiTrust pki, SigstoreBundle bundle, string manifestDigest, ReadOnlyMemory<byte>? manifest, DateTimeOffset now)
    {
        string hex = BundleContent.RequireSha256(manifestDigest);
        BundleContent.RequireThirdVersion(bundle);
        byte[] signedBytes = BundleContent.SignedBytes(bundle, hex, manifest);
        BundleSigner signer = BundleSigner.Read(bundle);
        string root = pki.Verify(signer.Leaf, signer.Intermediates, now);
        string fingerprint = signer.Verify(signedBytes, bundle.UntrustedSignature.Span);
        BundleContent.RequireImage(bundle, hex);
        return Good(fingerprint) with { CertificateSubject = pki.Subject, CertificateIssuer = root };
    }

    private static SigstoreVerification Good(string fingerprint) => new()
    {
        Problem = SigstoreProblem.None, Reason = $"The signature is good, by the key {fingerprint}.", KeyFingerprint = fingerprint,
    };
}
