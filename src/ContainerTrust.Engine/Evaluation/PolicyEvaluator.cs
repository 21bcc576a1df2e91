using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Whether requirements accept an image, and why (containers-policy.json(5), "Policy Requirements"). All requirements of the list must be
/// satisfied; one accepted signature satisfies a <c>signedBy</c>. Reads nothing: keys come from <see cref="RequirementKeys"/>, the rest
/// with the image.
/// </summary>
internal static class PolicyEvaluator
{
    /// <summary>What the reason of a requirement that found no signature begins with.</summary>
    internal const string NoneFound = "A signature is required, and there is none";

    private const string NoBundles = "It is a sigstore bundle, which no policy looks at.";

    /// <summary>Finds the entry that governs an image and evaluates it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="name">The image's name.</param>
    /// <param name="image">The image.</param>
    /// <param name="keys">The keys of the policy's requirements.</param>
    /// <returns>The verdict.</returns>
    public static PolicyVerdict Evaluate(PolicyDocument policy, ImageName name, ImageToJudge image, RequirementKeys keys)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(name);
        (PolicyScope? scope, string _) = PolicyLookup.Find(policy, name);
        return Evaluate(scope?.Requirements ?? policy.Default, image, keys);
    }

    /// <summary>Evaluates a requirement list.</summary>
    /// <param name="requirements">The requirements that govern the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="keys">The keys of the requirements.</param>
    /// <returns>The verdict.</returns>
    public static PolicyVerdict Evaluate(IReadOnlyList<TrustRequirement> requirements, ImageToJudge image, RequirementKeys keys) =>
        Evaluate(requirements, image, keys, []);

    /// <summary>Evaluates a requirement list, taking only signatures by certain keys.</summary>
    /// <param name="requirements">The requirements that govern the image.</param>
    /// <param name="image">The image.</param>
    /// <param name="keys">The keys of the requirements.</param>
    /// <param name="acceptedFingerprints">Fingerprints, of primary keys or subkeys, upper-case hex; empty for any.</param>
    /// <returns>The verdict.</returns>
    public static PolicyVerdict Evaluate(IReadOnlyList<TrustRequirement> requirements, ImageToJudge image, RequirementKeys keys,
        IReadOnlyList<string> acceptedFingerprints)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(acceptedFingerprints);
        StoredSignature[] signatures = [.. image.UntrustedSignatures.Select(StoredSignature.Of)];
        RequirementVerdict[] verdicts = new RequirementVerdict[requirements.Count];
        for (int i = 0; i < verdicts.Length; i++)
            verdicts[i] = Evaluate(requirements[i], image, signatures, keys, acceptedFingerprints);
        return PolicyVerdict.Of(verdicts, signatures);
    }

    /// <summary>Whether a requirement list looks at signatures at all.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <returns>True if a requirement cannot be judged without them.</returns>
    public static bool NeedsSignatures(IReadOnlyList<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        return requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement);
    }

    private static RequirementVerdict Evaluate(TrustRequirement requirement, ImageToJudge image, StoredSignature[] signatures,
        RequirementKeys keys, IReadOnlyList<string> acceptedFingerprints) => requirement switch
    {
        AcceptRequirement => new RequirementVerdict
            { Requirement = requirement, IsSatisfied = true,
            Reason = "The policy accepts any image here, signed or not; no signature was looked at." },
        RejectRequirement => Refused(requirement, "The policy rejects every image here."),
        SignedByRequirement signedBy => SignedBy(signedBy, image, signatures, keys, acceptedFingerprints),
        SigstoreSignedRequirement sigstore => SigstoreSigned(sigstore, image, signatures, keys, acceptedFingerprints),
        SignedBaseLayerRequirement =>
            Refused(requirement, "signedBaseLayer is not implemented by podman and skopeo, so it refuses every image."),
        _ => Refused(requirement, $"The requirement type {requirement.Type} is not known."),
    };

    private static RequirementVerdict SignedBy(SignedByRequirement requirement, ImageToJudge image, StoredSignature[] signatures,
        RequirementKeys keys, IReadOnlyList<string> acceptedFingerprints)
    {
        RequirementKeyring keyring = keys.For(requirement);
        SignedByJudge? judge = keyring.Keyring is null
            ? null
            : new SignedByJudge(keyring.Keyring, acceptedFingerprints,
                signed => IdentityMatcher.Refusal(requirement.SignedIdentity, image.Reference, signed));
        ImageSignature[] judged = [.. signatures.Select(s => Judge(s, judge, keyring.Problem, image))];
        return Verdict(requirement, judged, image.SearchedStores, judge is null ? keyring.Problem : null)
            .ByKey(keys.NameOf(requirement));
    }

    private static RequirementVerdict SigstoreSigned(SigstoreSignedRequirement requirement, ImageToJudge image,
        StoredSignature[] signatures, RequirementKeys keys, IReadOnlyList<string> acceptedFingerprints)
    {
        RequirementSigstoreTrust trust = keys.For(requirement);
        SigstoreJudge? judge = trust.Trust is null
            ? null
            : new SigstoreJudge(trust.Trust, acceptedFingerprints,
                signed => IdentityMatcher.Refusal(requirement.SignedIdentity, image.Reference, signed));
        BundleJudge? bundles = trust.Trust is null || !image.TakesBundles
            ? null
            : new BundleJudge(trust.Trust, acceptedFingerprints, requiresName: requirement.SignedIdentity is not null);
        ImageSignature[] judged = [.. signatures.Select(s => s.Kind == ImageSignatureKind.SigstoreBundle
            ? bundles?.Judge(s.Blob, image.Manifest, image.Now) ?? NotValid(s, judge is null ? trust.Problem : NoBundles)
            : Judge(s, judge, trust.Problem, image))];
        RequirementVerdict verdict = Verdict(requirement, judged, image.SearchedStores, judge is null ? trust.Problem : null);
        bool isHint = !verdict.IsSatisfied
            && judge is not null && image.AttachmentsHint is not null && !judged.Any(static s => s.Kind == ImageSignatureKind.Sigstore);
        return isHint ? verdict with { Reason = $"{verdict.Reason} {image.AttachmentsHint}" } : verdict;
    }

    private static ImageSignature Judge(StoredSignature found, SigstoreJudge? judge, string trustProblem, ImageToJudge image) =>
        found.Kind switch
        {
            ImageSignatureKind.Sigstore when found.UntrustedSigstore!.UntrustedMimeType != SigstoreSignature.ImageSignatureMimeType =>
                NotValid(found, "It is an attachment of another kind, not an image signature."),
            ImageSignatureKind.Sigstore when judge is not null =>
                judge.Judge(found.Blob.Source, found.UntrustedSigstore!, image.Manifest, image.Now),
            ImageSignatureKind.Sigstore => NotValid(found, trustProblem),
            ImageSignatureKind.SimpleSigning =>
                NotValid(found, "It is an OpenPGP signature, which a sigstoreSigned requirement does not look at."),
            _ => NotValid(found, $"Its format cannot be told: {found.Problem}."),
        };

    private static ImageSignature Judge(StoredSignature found, SignedByJudge? judge, string keyProblem, ImageToJudge image) =>
        found.Kind switch
        {
            ImageSignatureKind.SigstoreBundle => NotValid(found, NoBundles),
            ImageSignatureKind.SimpleSigning when judge is not null =>
                judge.Judge(found.Blob.Source, found.UntrustedContent.Span, image.Manifest, image.Now),
            ImageSignatureKind.SimpleSigning => NotValid(found, keyProblem),
            ImageSignatureKind.Sigstore =>
                NotValid(found, "It is a sigstore signature, which a signedBy requirement does not look at."),
            _ => NotValid(found, $"Its format cannot be told: {found.Problem}."),
        };

    /// <summary>Sums up what a <c>signedBy</c> requirement made of the signatures.</summary>
    internal static RequirementVerdict Verdict(TrustRequirement requirement, IReadOnlyList<ImageSignature> judged,
        IReadOnlyList<string> searchedStores, string? keyProblem)
    {
        // The reference reads all signatures before it judges any, so one that it cannot read spoils the others.
        ImageSignature? unreadable = judged.FirstOrDefault(static s => s.Kind == ImageSignatureKind.Unknown);
        ImageSignature? accepted = judged.FirstOrDefault(static s => s.IsValid);
        bool isSatisfied = accepted is not null && unreadable is null && keyProblem is null;
        string reason =
            isSatisfied ? accepted!.Reason
            : keyProblem is not null ? keyProblem
            : unreadable is not null ? $"{Cause(unreadable)} podman and skopeo refuse an image with a signature that cannot be " +
                $"read. Signature: {unreadable.Source}."
            : judged.Count == 0 ? $"{NoneFound}{Where(searchedStores)}."
            : judged.Count == 1 ? $"{Cause(judged[0])} Signature: {judged[0].Source}."
            : $"{string.Join(' ', judged.Select(Cause).Distinct())} None of the {judged.Count} signatures was accepted.";
        return new RequirementVerdict { Requirement = requirement, IsSatisfied = isSatisfied, Reason = reason, Signatures = judged };
    }

    /// <summary>Says by which key a requirement is not satisfied, where it is one of several that must all have signed.</summary>
    internal static RequirementVerdict ByKey(this RequirementVerdict verdict, string? name) =>
        name is null || verdict.IsSatisfied ? verdict : verdict with { Reason = $"By the key {name}: {verdict.Reason}" };

    // The cause comes first, where a narrow table still shows it; a signature's own reason may begin with a pronoun.
    private static string Cause(ImageSignature signature)
    {
        string reason = signature.Reason;
        return reason.StartsWith("It ", StringComparison.Ordinal) ? $"The signature{reason.AsSpan(2)}"
            : reason.StartsWith("Its signature ", StringComparison.Ordinal) ? $"The {reason.AsSpan(4)}"
            : reason.StartsWith("Its ", StringComparison.Ordinal) ? $"The signature's{reason.AsSpan(3)}"
            : reason;
    }

    private static string Where(IReadOnlyList<string> stores) => stores.Count == 0 ? "" : $" in {string.Join(", ", stores)}";

    private static ImageSignature NotValid(StoredSignature found, string reason) =>
        new() { Source = found.Blob.Source, Kind = found.Kind, IsValid = false, Reason = reason };

    private static RequirementVerdict Refused(TrustRequirement requirement, string reason) =>
        new() { Requirement = requirement, IsSatisfied = false, Reason = reason };
}
