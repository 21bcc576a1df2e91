using ContainerTrust.Engine.Evaluation;

namespace ContainerTrust.Engine.Verification;

/// <summary>What the requirements say to a manifest, before it is told to anybody.</summary>
/// <param name="Requirements">The requirements.</param>
/// <param name="Scope">The scope of the policy that has them. Null if no policy was asked.</param>
/// <param name="ScopeReason">Why that scope governs the image. Null if no policy was asked.</param>
/// <param name="Input">What was judged.</param>
/// <param name="Verdict">The verdict.</param>
internal sealed record Judgement(
    IReadOnlyList<TrustRequirement> Requirements, string? Scope, string? ScopeReason, ImageToJudge Input, PolicyVerdict Verdict)
{
    /// <summary>
    /// Why one of several places of signatures could not be read. Without it an image that is not accepted cannot be judged.
    /// </summary>
    public TrustException? Failure { get; init; }

    /// <summary>The release whose verdict it is, in words. Null for none in particular.</summary>
    public string? JudgedAs { get; init; }

    /// <summary>What is told of it.</summary>
    /// <param name="fetched">The image that was judged.</param>
    /// <param name="computerName">The host by whose policy.</param>
    /// <returns>The result.</returns>
    public ImageSignatureResult ToResult(FetchedImage fetched, string computerName) => new()
    {
        ComputerName = computerName,
        Image = fetched.Name.FullName,
        Platform = fetched.Platform?.ToString(),
        ManifestDigest = fetched.Judged.Digest,
        ListDigest = fetched.ListDigest,
        IsValid = Verdict.IsAccepted,
        JudgedAs = JudgedAs,
        Reason = Verdict.Reason,
        Scope = Scope,
        ScopeReason = ScopeReason,
        Requirements = Verdict.Requirements,
        Signatures = Verdict.Signatures,
        ManifestSource = fetched.Manifest?.Source,
    };
}
