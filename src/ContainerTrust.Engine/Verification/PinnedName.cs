using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The reference by digest of an image that was judged by another name. A policy may refuse by digest what it accepts by tag: another scope
/// can govern that name, <c>matchExact</c> wants the tag, and registries.conf can have other mirrors for it.
/// </summary>
/// <param name="verifier">What judges.</param>
internal sealed class PinnedName(ImageVerifier verifier)
{
    /// <summary>The reference by digest, if the policy accepts that too.</summary>
    /// <param name="fetched">The image, which is accepted.</param>
    /// <param name="judgement">How it was judged.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The reference; or null, and why, a sentence. Neither for an image that has no docker reference.</returns>
    public Task<(string? Reference, string Refusal)> FindAsync(FetchedImage fetched, Judgement judgement,
        CancellationToken cancellationToken) =>
        FindAsync(fetched, judgement, AgainAsync, cancellationToken);

    /// <summary>The reference by the list's digest, if every instance is accepted by that name too.</summary>
    /// <param name="list">The list, whose instances are accepted.</param>
    /// <param name="judgement">How the list was judged.</param>
    /// <param name="refusal">Judges every instance again, by another name; gives why it is refused, or an empty text.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>As above.</returns>
    public Task<(string? Reference, string Refusal)> FindAsync(
        FetchedImage list, Judgement judgement, Func<FetchedImage, CancellationToken, Task<string>> refusal,
            CancellationToken cancellationToken) =>
        FindAsync(
            list,
            judgement,
            async (_, name, _, token) => await refusal(await verifier.FetchAsync(name, token).ConfigureAwait(false),
                token).ConfigureAwait(false),
            cancellationToken);

    private async Task<(string? Reference, string Refusal)> FindAsync(
        FetchedImage fetched, Judgement judgement, Func<FetchedImage, ImageName, Judgement, CancellationToken, Task<string>> again,
        CancellationToken cancellationToken)
    {
        if (fetched.Name.Reference is not { } reference)
            return (null, "");
        string text = $"{reference.Name}@{fetched.Judged.Digest}";
        if (verifier.HasOwnKeys || reference.ToString() == text)
            return (text, "");
        ImageName name = ImageName.Parse($"docker://{text}", static path => path);
        IReadOnlyList<TrustRequirement> requirements = verifier.Requirements(name).Requirements;
        if (!IsElsewhere(fetched, name) && ReferenceEquals(requirements, judgement.Requirements) && !requirements.Any(static r =>
            IsForTags(r)))
            return (text, "");
        string unknown = "";
        string? refusal = await BriefLookup.TryAsync(
            async token => await again(fetched, name, judgement, token).ConfigureAwait(false), verifier.ImageTimeout, why => unknown = why,
            cancellationToken).ConfigureAwait(false);
        return refusal switch
        {
            null => (null, "Whether podman would pull it by its digest could not be found out, so there is no " +
                $"reference by digest. {unknown}"),
            "" => (text, ""),
            _ => (null, $"By its digest podman would not pull it, so there is no reference by digest: {refusal}"),
        };
    }

    private async Task<string> AgainAsync(FetchedImage fetched, ImageName name, Judgement judgement, CancellationToken cancellationToken)
    {
        bool isElsewhere = IsElsewhere(fetched, name);
        FetchedImage again = isElsewhere && PolicyEvaluator.NeedsSignatures(verifier.Requirements(name).Requirements)
            ? await verifier.FetchAsync(name, cancellationToken).ConfigureAwait(false)
            : fetched with { Name = name };
        bool isKnown = !isElsewhere && PolicyEvaluator.NeedsSignatures(judgement.Requirements);
        Judgement second = await verifier.EvaluateAsync(again, isKnown ? judgement.Input : null, cancellationToken).ConfigureAwait(false);
        return second.Verdict.IsAccepted ? "" : second.Failure is null ? second.Verdict.Reason : throw second.Failure;
    }

    private bool IsElsewhere(FetchedImage fetched, ImageName name) =>
        fetched.Source is not null && !verifier.HasOwnStores && !HaveSamePlaces(fetched.Name.Reference!, name.Reference!);

    // Whether two names of one repository are fetched from the same places, and their signatures looked for in the same stores.
    private bool HaveSamePlaces(DockerReference one, DockerReference other)
    {
        IReadOnlyList<PullSource> first = verifier.Registries.PullSources(one);
        IReadOnlyList<PullSource> second = verifier.Registries.PullSources(other);
        return first.Count == second.Count && first.Zip(second).All(pair =>
            pair.First.Reference.Name == pair.Second.Reference.Name
            && pair.First.IsInsecure == pair.Second.IsInsecure
            && Signing(pair.First) == Signing(pair.Second));

        (string?, bool?) Signing(PullSource place) => verifier.Lookaside.ForScope("docker",
            place.Reference.ForLookup().ToString()) is { } found
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
