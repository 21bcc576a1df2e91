using System.Globalization;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Judges bundles of sigstore by keys or certificates. A bundle is for a digest and names no image, which the verdict says.
/// </summary>
/// <param name="trust">The keys, or the CAs and logs.</param>
/// <param name="acceptedFingerprints">Fingerprints of the keys that may have signed; empty for any.</param>
/// <param name="requiresName">Whether the signature must name an image, which none does.</param>
internal sealed class BundleJudge(SigstoreTrust trust, IReadOnlyList<string> acceptedFingerprints, bool requiresName)
{
    /// <summary>Judges one bundle.</summary>
    /// <param name="blob">The bundle.</param>
    /// <param name="manifest">The manifest that it must be about.</param>
    /// <param name="now">The time at which certificates of a private PKI must be valid.</param>
    /// <returns>The signature with its verdict.</returns>
    public ImageSignature Judge(SignatureBlob blob, JudgedManifest manifest, DateTimeOffset now)
    {
        ImageSignature signature = new()
        {
            Source = blob.Source, Kind = ImageSignatureKind.SigstoreBundle, IsValid = false, Reason = "It was not looked at.",
        };
        if (!SigstoreBundle.TryParse(blob.UntrustedContent.Span, out SigstoreBundle? bundle, out string problem))
            return signature with { Reason = $"It cannot be read as a sigstore bundle: {problem}." };
        SigstoreVerification verification = trust.Verify(bundle, manifest.Digest, manifest.Content, now);
        if (!verification.IsGood)
            return signature with { Reason = verification.Reason };
        signature = signature with
        {
            Fingerprint = verification.KeyFingerprint,
            KeyFingerprint = verification.KeyFingerprint,
            CertificateSubject = verification.CertificateSubject,
            CertificateIssuer = verification.CertificateIssuer,
            LogIndex = verification.LogIndex,
            IntegratedTime = verification.IntegratedTime,
            Digest = manifest.Digest,
        };
        if (acceptedFingerprints.Count > 0 && !acceptedFingerprints.Contains(verification.KeyFingerprint))
            return signature with { Reason = $"The signature is good, but its key {verification.KeyFingerprint} is not one " +
                "of the fingerprints asked for." };
        if (requiresName)
            return signature with { Reason =
                "The signature is good, but it is in a bundle, which names no image, and a name is asked for." };
        return signature with
        {
            IsValid = true,
            Reason = $"Signed by {Signer(verification)} for this digest. The signature is in a bundle, which names no image; podman and " +
                "skopeo do not read it.",
        };
    }

    private static string Signer(SigstoreVerification verification) =>
        (verification.CertificateSubject is { } subject ? $"{subject} ({verification.CertificateIssuer})"
            : $"the key {verification.KeyFingerprint}")
        + (verification.ProvenTime is { } time ? string.Create(CultureInfo.InvariantCulture,
            $", at {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC at the latest,") : "");
}
