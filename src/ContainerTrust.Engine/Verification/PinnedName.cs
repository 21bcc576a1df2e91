using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The reference by digest of an image that was judged by another name. A policy may refuse by digest what it accepts by tag: another scope can govern that name,
/// <c>matchExact</c> wants the tag, and registries.conf can have other mirrors for it.
/// </summary>
/// <param name="verifier">What judges.</param>
internal sealed class PinnedName(ImageVerifier verifier)
{
    /// <summary>The reference by digest, if the policy accepts that too.</summary>
    /// <param name="fetched">The image, which is accepted.</param>
    /// <param name="judgement">How it was judged.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The reference; or null, and why, a sentence. Neither for an image that has no docker reference.</returns>
    public async Task<(string? Reference, string Refusal)> FindAsync(FetchedImage fetched, Judgement judgement, CancellationToken cancellationToken)
    {
        if (fetched.Name.Reference is not { } reference)
            return (null, "");
        string text = $"{reference.Name}@{fetched.Judged.Digest}";
        if (verifier.HasOwnKeys || reference.ToString() == text)
            return (text, "");
        ImageName name = ImageName.Parse($"docker://{text}", static path => path);
        IReadOnlyList<TrustRequirement> requirements = verifier.Requirements(name).Requirements;
        bool isElsewhere = fetched.Source is not null && !verifier.HasOwnStores && !HaveSamePlaces(reference, name.Reference!);
        if (!isElsewhere && ReferenceEquals(requirements, judgement.Requirements) && !requirements.Any(static r => IsForTags(r)))
            return (text, "");
        try
        {
            FetchedImage again = isElsewhere && PolicyEvaluator.NeedsSignatures(requirements)
                ? await verifier.FetchAsync(name, cancellationToken).ConfigureAwait(false)
                : fetched with { Name = name };
            bool isKnown = !isElsewhere && PolicyEvaluator.NeedsSignatures(judgement.Requirements);
            PolicyVerdict verdict = (await verifier.EvaluateAsync(again, isKnown ? judgement.Input : null, cancellationToken).ConfigureAwait(false)).Verdict;
            return verdict.IsAccepted ? (text, "") : (null, verdict.Reason);
        }
        catch (TrustException e)
        {
            return (null, e.Message);
        }
    }

    // Whether two names of one repository are fetched from the same places, and their signatures looked for in the same stores.
    private bool HaveSamePlaces(DockerReference one, DockerReference other)
    {
        IReadOnlyList<PullSource> first = verifier.Registries.PullSources(one);
        IReadOnlyList<PullSource> second = verifier.Registries.PullSources(other);
        return first.Count == second.Count && first.Zip(second).All(pair =>
            pair.First.Reference.Name == pair.Second.Reference.Name
            && pair.First.IsInsecure == pair.Second.IsInsecure
            && Signing(pair.First) == Signing(pair.Second));

        (string?, bool?) Signing(PullSource place) => verifier.Lookaside.ForScope("docker", place.Reference.ForLookup().ToString()) is { } found
            ? (found.SignatureStore, found.UseSigstoreAttachments)
            : default;
    }

    // By every other rule a digest asks for no more than a tag does.
    private static bool IsForTags(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement signedBy => signedBy.SignedIdentity is MatchExactIdentity,
        SigstoreSignedRequirement sigstore => sigstore.SignedIdentity is MatchExactIdentity,
        _ => false,
    };
}
