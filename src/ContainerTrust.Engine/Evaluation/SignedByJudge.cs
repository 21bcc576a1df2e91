using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Judges simple-signing signatures for one requirement, in the reference implementation's order: the signature holds, its signer is
/// accepted, the claim is well-formed, it is about this manifest and about this image's name. Nothing of the claim is looked at before
/// the signature holds.
/// </summary>
internal sealed class SignedByJudge(OpenPgpKeyring keyring, IReadOnlyList<string> acceptedFingerprints,
    Func<string, string?> identityRefusal)
{
    /// <summary>Judges one signature.</summary>
    /// <param name="source">Where it came from.</param>
    /// <param name="untrustedMessage">The OpenPGP message.</param>
    /// <param name="manifest">The manifest that it must be about.</param>
    /// <param name="now">The time at which keys must be valid.</param>
    /// <returns>The signature with its verdict.</returns>
    public ImageSignature Judge(string source, ReadOnlySpan<byte> untrustedMessage, JudgedManifest manifest, DateTimeOffset now)
    {
        OpenPgpVerification verification = keyring.Verify(untrustedMessage, now);
        if (!verification.IsGood)
        {
            return new ImageSignature
            {
                Source = source,
                Kind = ImageSignatureKind.SimpleSigning,
                IsValid = false,
                Reason = verification.Reason,
                UntrustedKeyId = verification.UntrustedKeyId,
            };
        }

        ImageSignature signature = new()
        {
            Source = source,
            Kind = ImageSignatureKind.SimpleSigning,
            IsValid = false,
            Reason = "",
            Fingerprint = verification.Fingerprint,
            KeyFingerprint = verification.KeyFingerprint,
            UserId = verification.UserId,
            Created = verification.Created,
            Note = verification.Note,
            UntrustedKeyId = verification.UntrustedKeyId,
        };
        if (acceptedFingerprints.Count > 0 && !acceptedFingerprints.Contains(verification.Fingerprint)
            && !acceptedFingerprints.Contains(verification.KeyFingerprint))
            return signature with { Reason = $"The signature is good, but its key {verification.KeyFingerprint} is not one " +
                "of the fingerprints asked for." };
        if (!SimpleSigningClaim.TryParse(verification.Content.Span, out SimpleSigningClaim? claim, out string problem))
            return signature with { Reason = $"The signature is good, but what it signs is not a claim about an image: {problem}." };

        signature = signature with
        {
            Reference = Printable.Of(claim.DockerReference, Printable.SentenceLength),
            Digest = claim.ManifestDigest,
            Creator = claim.Creator is null ? null : Printable.Of(claim.Creator, Printable.NameLength),
            Timestamp = claim.Timestamp,
        };
        if (!manifest.Matches(claim.ManifestDigest))
            return signature with { Reason =
                $"The signature is good, but it is for another manifest: {claim.ManifestDigest}, not {manifest.Digest}." };
        if (identityRefusal(claim.DockerReference) is { } refusal)
            return signature with { Reason = $"The signature is good, but {refusal}." };
        return signature with { IsValid = true, Reason = $"Signed by {Signer(verification)} for {claim.DockerReference}." };
    }

    private static string Signer(OpenPgpVerification verification) =>
        verification.UserId is { } id ? $"{id} ({verification.Fingerprint})" : verification.Fingerprint!;
}
