using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Judges sigstore signatures for one requirement, in the reference implementation's order: log entry and certificate or key, signature,
/// claim, this image's name, this manifest. Nothing of the claim is looked at before the signature holds.
/// </summary>
internal sealed class SigstoreJudge(SigstoreTrust trust, IReadOnlyList<string> acceptedFingerprints, Func<string, string?> identityRefusal)
{
    /// <summary>Judges one signature.</summary>
    /// <param name="source">Where it came from.</param>
    /// <param name="untrustedSignature">The signature, taken apart.</param>
    /// <param name="manifest">The manifest that it must be about.</param>
    /// <param name="now">The time at which certificates of a private PKI must be valid.</param>
    /// <returns>The signature with its verdict.</returns>
    public ImageSignature Judge(string source, SigstoreSignature untrustedSignature, JudgedManifest manifest, DateTimeOffset now)
    {
        SigstoreVerification verification = trust.Verify(untrustedSignature, now);
        ImageSignature signature = new()
            { Source = source, Kind = ImageSignatureKind.Sigstore, IsValid = false, Reason = verification.Reason };
        if (!verification.IsGood || verification.Payload is not { } claim)
            return signature;
        signature = signature with
        {
            Fingerprint = verification.KeyFingerprint,
            KeyFingerprint = verification.KeyFingerprint,
            CertificateSubject = verification.CertificateSubject,
            CertificateIssuer = verification.CertificateIssuer,
            LogIndex = verification.LogIndex,
            IntegratedTime = verification.IntegratedTime,
            Reference = Printable.Of(claim.DockerReference, Printable.SentenceLength),
            Digest = claim.ManifestDigest,
            Creator = claim.Creator is null ? null : Printable.Of(claim.Creator, Printable.NameLength),
            Timestamp = claim.Timestamp,
        };
        if (acceptedFingerprints.Count > 0 && !acceptedFingerprints.Contains(verification.KeyFingerprint))
            return signature with { Reason = $"The signature is good, but its key {verification.KeyFingerprint} is not one " +
                "of the fingerprints asked for." };
        if (identityRefusal(claim.DockerReference) is { } refusal)
            return signature with { Reason = $"The signature is good, but {refusal}.{Hint(claim.DockerReference)}" };
        if (!manifest.Matches(claim.ManifestDigest))
            return signature with { Reason =
                $"The signature is good, but it is for another manifest: {claim.ManifestDigest}, not {manifest.Digest}." };
        return signature with { IsValid = true,
            Reason = $"Signed by {Signer(verification)} for {Printable.Of(claim.DockerReference, Printable.SentenceLength)}." };
    }

    // cosign writes no tag, which surprises everybody once.
    private static string Hint(string reference) =>
        reference.LastIndexOf(':') <= reference.LastIndexOf('/') && !reference.Contains('@', StringComparison.Ordinal)
            ? " Signatures by cosign name no tag, so only rules that compare repositories accept them."
            : "";

    private static string Signer(SigstoreVerification verification) =>
        verification.CertificateSubject is { } subject ? $"{subject} ({verification.CertificateIssuer})"
            : $"the key {verification.KeyFingerprint}";
}
