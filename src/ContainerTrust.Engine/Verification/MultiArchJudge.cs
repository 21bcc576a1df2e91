using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The verdict on a multi-arch image, as containers/image's <c>copy.Image</c> comes to it: <c>podman pull</c> chooses an instance and
/// asks the policy about that alone;
/// <c>skopeo copy --all</c> asks about each instance. Neither asks about the list, and neither takes a list for an instance.
/// </summary>
/// <param name="verifier">What judges.</param>
/// <param name="requireSignature">Whether what the policy accepts unseen is not valid.</param>
internal sealed class MultiArchJudge(ImageVerifier verifier, bool requireSignature)
{
    // So many instances are worked on at once.
    private const int Parallelism = 8;

    // So many are named in a reason.
    private const int Named = 5;

    /// <summary>Judges what is chosen of a multi-arch image.</summary>
    /// <param name="list">Its list.</param>
    /// <param name="choice">What is chosen.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict, or those of all instances and then that of the list.</returns>
    /// <exception cref="TrustException">There is no verdict, or no instance for the platform (<c>PlatformNotFound</c>).</exception>
    public async Task<IReadOnlyList<ImageSignatureResult>> JudgeAsync(FetchedImage list, PlatformChoice choice,
        CancellationToken cancellationToken) =>
        choice == PlatformChoice.All
            ? await JudgeAllAsync(list, cancellationToken).ConfigureAwait(false)
            : [await JudgeOneAsync(list, choice.Platform ?? HostPlatform(), cancellationToken).ConfigureAwait(false)];

    private async Task<ImageSignatureResult> JudgeOneAsync(FetchedImage list, ImagePlatform platform, CancellationToken cancellationToken)
    {
        string digest = ManifestList.SelectInstance(list.Manifest!, platform);
        verifier.Messages.Verbose($"The instance of {list.Name.FullName} for {platform} is {digest}.");
        Task<Judgement?> listJudgement = JudgeListAsync(list, cancellationToken);
        ImageSignatureResult result;
        try
        {
            FetchedImage instance = await list.FetchInstanceAsync(digest, platform, cancellationToken).ConfigureAwait(false);
            result = await JudgeInstanceAsync(instance, cancellationToken).ConfigureAwait(false);
            result = await new UnreadSignatures(verifier).ExplainAsync(instance, result, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ((Task)listJudgement).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await listJudgement.ConfigureAwait(false) is { } judgement
            ? result with { Reason = result.Reason + Difference(result.IsValid, list, judgement) }
            : result;
    }

    private async Task<ImageSignatureResult> JudgeInstanceAsync(FetchedImage instance, CancellationToken cancellationToken)
    {
        if (!ManifestList.IsList(instance.Manifest!))
            return await verifier.JudgeAsync(instance, requireSignature, cancellationToken).ConfigureAwait(false);
        Judgement judgement = await verifier.EvaluateAsync(instance, null, cancellationToken).ConfigureAwait(false);
        string platform = instance.Platform is { } named ? Printable.Of(named.ToString(), Printable.NameLength) : "an instance";
        return judgement.ToResult(instance, verifier.Host.ComputerName) with
        {
            IsValid = false,
            Reason = $"The multi-arch list has another list for {platform}, and podman and skopeo do not pull an " +
                "image out of a list in a list.",
        };
    }

    private async Task<IReadOnlyList<ImageSignatureResult>> JudgeAllAsync(FetchedImage list, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageSignatureResult> results = await JudgeInstancesAsync(list, cancellationToken).ConfigureAwait(false);
        Judgement judgement = await verifier.EvaluateAsync(list, null, cancellationToken).ConfigureAwait(false);
        string refusal = Refusal(results);
        bool isValid = refusal.Length == 0;
        string reason = isValid ? $"All {results.Count} instances are accepted." : refusal;
        string? pinned = null;
        if (isValid)
        {
            (pinned, string unpinned) = await new PinnedName(verifier).FindAsync(
                list, judgement, async (again, token) => Refusal(await JudgeInstancesAsync(again, token).ConfigureAwait(false)),
                cancellationToken).ConfigureAwait(false);
            if (unpinned.Length > 0)
                reason += $" {unpinned}";
        }

        // What the list's own signatures are is no part of this verdict.
        ImageSignatureResult whole = judgement.ToResult(list, verifier.Host.ComputerName) with
        {
            Platform = PlatformChoice.All.Name,
            IsValid = isValid,
            Reason = reason + Difference(isValid, list, judgement),
            PinnedReference = pinned,
            Requirements = [],
            Signatures = [],
        };
        return [.. results, whole];
    }

    private async Task<IReadOnlyList<ImageSignatureResult>> JudgeInstancesAsync(FetchedImage list, CancellationToken cancellationToken)
    {
        List<ImageSignatureResult> results = [];
        foreach (ManifestInstance[] some in ManifestList.Instances(list.Manifest!).DistinctBy(static i => i.Digest).Chunk(Parallelism))
            results.AddRange(await Task.WhenAll(some.Select(JudgeAsync)).ConfigureAwait(false));
        return results;

        async Task<ImageSignatureResult> JudgeAsync(ManifestInstance instance) => await JudgeInstanceAsync(
            await list.FetchInstanceAsync(instance.Digest, instance.Platform, cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    // Empty if every instance is accepted.
    private static string Refusal(IReadOnlyList<ImageSignatureResult> results)
    {
        if (results.Count == 0)
            return "The multi-arch list names no instance, so there is nothing to pull.";
        ImageSignatureResult[] refused = [.. results.Where(static r => !r.IsValid)];
        if (refused.Length == 0)
            return "";
        string names = string.Join(", ", refused.Take(Named).Select(static r => Printable.Of(r.Platform ?? r.ManifestDigest,
            Printable.NameLength)));
        return $"Of {results.Count} instances, {refused.Length} {(refused.Length == 1 ? "is" : "are")} refused: " +
            $"{names}{(refused.Length > Named ? ", …" : "")}.";
    }

    private async Task<Judgement?> JudgeListAsync(FetchedImage list, CancellationToken cancellationToken)
    {
        if (!PolicyEvaluator.NeedsSignatures(verifier.Requirements(list.Name).Requirements))
            return null;
        FetchedImage quiet = list with { Source = list.Source!.WithoutWarnings() };
        return await BriefLookup.TryAsync(
            async token => Known(await verifier.EvaluateAsync(quiet, null, token).ConfigureAwait(false)),
            verifier.ImageTimeout,
            why => verifier.Messages.Verbose($"Whether the multi-arch list {list.Judged.Digest} is signed could not be found out: {why}"),
            cancellationToken).ConfigureAwait(false);
    }

    // The platform that podman on the judged host pulls for; that of this machine where the host does not tell.
    private ImagePlatform HostPlatform()
    {
        if (verifier.Host.Machine is { } machine && ImagePlatform.OfMachine(machine) is { } platform)
        {
            // Programs tell what they need at least; podman goes by the processor.
            if (platform.Architecture == "arm" && verifier.Host.Underlying is RootDirectoryHost)
                verifier.WarnOnce($"The programs of the judged system are for {platform}, so what is pulled there is judged. If it runs " +
                    $"on another processor, specify {TrustOption.Platform}.");
            return platform;
        }

        platform = LocalHost.Instance.Machine is { } own ? ImagePlatform.OfMachine(own) : null;
        if (platform is null)
        {
            throw new TrustException(
                "PlatformRequired",
                TrustErrorKind.InvalidArgument,
                $"This machine's architecture is not known, so the instance to judge is not known. Specify {TrustOption.Platform}.");
        }

        verifier.WarnOnce($"Nothing tells which machine the judged system is for, so what is pulled on one like this, {platform}, is " +
            $"judged. Specify {TrustOption.Platform} for another.");
        return platform;
    }

    // Where a store could not be read, nothing is known but what another one accepts.
    private static Judgement Known(Judgement judgement) =>
        judgement.Failure is null || judgement.Verdict.IsAccepted ? judgement : throw judgement.Failure;

    private string Difference(bool isValid, FetchedImage list, Judgement judgement)
    {
        if (judgement.Failure is not null || !PolicyEvaluator.NeedsSignatures(judgement.Requirements)
            || isValid == judgement.Verdict.IsAccepted)
            return "";
        if (isValid)
            return $" The multi-arch list {list.Judged.Digest} has no such signature; podman pull does not need one.";
        string how = judgement.Requirements.Any(static r => r is SigstoreSignedRequirement)
            ? verifier.HasOwnKeys ? "'cosign sign --recursive'" : $"'cosign sign --recursive {ReferrerSignatures.AsPodmanReads}'"
            : "'skopeo copy --all --sign-by'";
        return $" The multi-arch list {list.Judged.Digest} has a good signature, but podman pull requires one on the instance. Its " +
            $"signer must sign the instances too, as {how} does.";
    }
}
