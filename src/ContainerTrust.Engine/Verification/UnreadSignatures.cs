using ContainerTrust.Engine.Evaluation;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// "There is none" is not all that can be said where a signature is in a form that podman does not read. It is said where signatures were
/// looked for in the registry and nothing but their absence is at fault.
/// </summary>
/// <param name="verifier">What has judged.</param>
internal sealed class UnreadSignatures(ImageVerifier verifier)
{
    /// <summary>Adds what there is to a refusal.</summary>
    /// <param name="fetched">The image.</param>
    /// <param name="result">The verdict.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict, with a reason that says more or as it was.</returns>
    public async Task<ImageSignatureResult> ExplainAsync(FetchedImage fetched, ImageSignatureResult result,
        CancellationToken cancellationToken)
    {
        if (result.IsValid || fetched.Source is not { AttachmentsHint: null } source || verifier.HasOwnKeys || verifier.HasOwnStores)
            return result;
        RequirementVerdict[] refused = [.. result.Requirements.Where(static r => !r.IsSatisfied)];
        if (refused.Length == 0 || !refused.All(static r => r.Requirement is SigstoreSignedRequirement
            && r.Reason.StartsWith(PolicyEvaluator.NoneFound, StringComparison.Ordinal)))
            return result;
        bool comparesTags = refused.Any(static r =>
            ((SigstoreSignedRequirement)r.Requirement).SignedIdentity is not (MatchRepositoryIdentity or ExactRepositoryIdentity));
        string digest = fetched.Judged.Digest;
        string? found = await BriefLookup.TryAsync(
            token => source.FindUnreadSignaturesAsync(digest, token), verifier.ImageTimeout,
            why => verifier.Messages.Verbose($"Whether {digest} has signatures that podman does not read could not be found out: {why}"),
            cancellationToken).ConfigureAwait(false);
        return found is null ? result : result with { Reason = $"{result.Reason} {found}{(comparesTags ? NoTag : "")}" };
    }

    private const string NoTag =
        " cosign names no tag unless its option --sign-container-identity does; the policy accepts that only with " +
            "matchRepository or exactRepository.";
}
