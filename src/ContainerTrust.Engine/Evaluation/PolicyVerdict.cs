namespace ContainerTrust.Engine.Evaluation;

/// <summary>What a requirement list makes of an image.</summary>
/// <param name="IsAccepted">Whether every requirement is satisfied.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Requirements">Each requirement with its verdict, in order.</param>
/// <param name="Signatures">Each signature as the requirement judged it that knows most of it, in order.</param>
internal sealed record PolicyVerdict(bool IsAccepted, string Reason, IReadOnlyList<RequirementVerdict> Requirements,
    IReadOnlyList<ImageSignature> Signatures)
{
    /// <summary>Sums up verdicts on requirements.</summary>
    /// <param name="requirements">The verdicts.</param>
    /// <param name="untrustedSignatures">The signatures they were about.</param>
    /// <returns>The whole; an empty list accepts nothing.</returns>
    internal static PolicyVerdict Of(IReadOnlyList<RequirementVerdict> requirements, IReadOnlyList<StoredSignature> untrustedSignatures)
    {
        RequirementVerdict[] open = [.. requirements.Where(static r => !r.IsSatisfied)];
        bool isAccepted = requirements.Count > 0 && open.Length == 0;
        string reason =
            requirements.Count == 0 ? "The list of requirements is empty, which accepts nothing."
            : string.Join(' ', (isAccepted ? requirements : open).Select(static r => r.Reason).Distinct());
        ImageSignature[] signatures = new ImageSignature[untrustedSignatures.Count];
        for (int i = 0; i < signatures.Length; i++)
            signatures[i] = Merge(requirements, i, untrustedSignatures[i]);
        return new PolicyVerdict(isAccepted, reason, requirements, signatures);
    }

    // Several requirements may look at one signature with different keys: shown is the verdict of the one that got furthest.
    private static ImageSignature Merge(IReadOnlyList<RequirementVerdict> requirements, int index, StoredSignature found)
    {
        ImageSignature? best = null;
        foreach (RequirementVerdict requirement in requirements)
        {
            if (requirement.Signatures.Count > index && (best is null || Progress(requirement.Signatures[index]) > Progress(best)))
                best = requirement.Signatures[index];
        }

        return best ?? new ImageSignature
        {
            Source = found.Blob.Source,
            Kind = found.Kind,
            IsValid = false,
            Reason = "No requirement looks at signatures.",
        };
    }

    private static int Progress(ImageSignature signature) =>
        signature.IsValid ? 3
        : signature.Digest is not null ? 2
        : signature.Fingerprint is not null ? 1
        : 0;
}
