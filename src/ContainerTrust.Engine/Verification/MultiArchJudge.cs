using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The verdict on a multi-arch image, as containers/image's <c>copy.Image</c> comes to it: a pull chooses an instance and asks the policy about that alone; a copy of
/// all asks about each instance. Neither asks about the list, and neither takes a list for an instance.
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
    public async Task<IReadOnlyList<ImageSignatureResult>> JudgeAsync(FetchedImage list, PlatformChoice choice, CancellationToken cancellationToken) =>
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
            result = await JudgeInstanceAsync(list, digest, platform, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ((Task)listJudgement).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await listJudgement.ConfigureAwait(false) is { } judgement
            ? result with { Reason = result.Reason + Difference(result, list, judgement) }
            : result;
    }

    private async Task<ImageSignatureResult> JudgeInstanceAsync(FetchedImage list, string digest, ImagePlatform? platform, CancellationToken cancellationToken)
    {
        FetchedImage instance = await ImageVerifier.FetchInstanceAsync(list, digest, platform, cancellationToken).ConfigureAwait(false);
        if (!ManifestList.IsList(instance.Manifest!))
            return await verifier.JudgeAsync(instance, requireSignature, cancellationToken).ConfigureAwait(false);
        Judgement judgement = await verifier.EvaluateAsync(instance, null, cancellationToken).ConfigureAwait(false);
        return verifier.ToResult(instance, judgement) with
        {
            IsValid = false,
            Reason = $"The multi-arch list has another list for {platform?.ToString() ?? "an instance"}, and podman and skopeo do not pull an image out of a list in a list.",
        };
    }

    private async Task<IReadOnlyList<ImageSignatureResult>> JudgeAllAsync(FetchedImage list, CancellationToken cancellationToken)
    {
        List<ImageSignatureResult> results = [];
        foreach (ManifestInstance[] some in ManifestList.Instances(list.Manifest!).DistinctBy(static i => i.Digest).Chunk(Parallelism))
            results.AddRange(await Task.WhenAll(some.Select(i => JudgeInstanceAsync(list, i.Digest, i.Platform, cancellationToken))).ConfigureAwait(false));
        Judgement judgement = await verifier.EvaluateAsync(list, null, cancellationToken).ConfigureAwait(false);
        ImageSignatureResult[] refused = [.. results.Where(static r => !r.IsValid)];
        bool isValid = refused.Length == 0 && results.Count > 0;
        string reason = results.Count == 0
            ? "The multi-arch list names no instance, so there is nothing to pull."
            : isValid
            ? $"All {results.Count} instances are accepted."
            : $"Of {results.Count} instances {refused.Length} are refused: {string.Join(", ", refused.Take(Named).Select(static r => r.Platform ?? r.ManifestDigest))}{(refused.Length > Named ? ", …" : "")}.";
        ImageSignatureResult whole = verifier.ToResult(list, judgement) with { Platform = PlatformChoice.All.Name, IsValid = isValid };
        (string? pinned, string _) = isValid
            ? await new PinnedName(verifier).FindAsync(list, judgement, cancellationToken).ConfigureAwait(false)
            : (null, "");
        return [.. results, whole with { Reason = reason + Difference(whole, list, judgement), PinnedReference = pinned }];
    }

    // What is said of the list is help, and no part of the verdict: where it cannot be had, the verdict stands without.
    private async Task<Judgement?> JudgeListAsync(FetchedImage list, CancellationToken cancellationToken)
    {
        if (!PolicyEvaluator.NeedsSignatures(verifier.Requirements(list.Name).Requirements))
            return null;
        try
        {
            Judgement judgement = await verifier.EvaluateAsync(list, null, cancellationToken).ConfigureAwait(false);
            return judgement.Failure is null || judgement.Verdict.IsAccepted ? judgement : throw judgement.Failure;
        }
        catch (TrustException e)
        {
            verifier.Messages.Verbose($"Whether the multi-arch list {list.Judged.Digest} is signed could not be found out: {e.Message}");
            return null;
        }
    }

    // The platform that podman on the judged host pulls for; that of this machine where the host does not tell.
    private ImagePlatform HostPlatform()
    {
        if (verifier.Host.Machine is { } machine && ImagePlatform.OfMachine(machine) is { } platform)
            return platform;
        platform = LocalHost.Instance.Machine is { } own ? ImagePlatform.OfMachine(own) : null;
        verifier.Messages.Verbose($"Nothing tells which machine the judged system is for; it is taken for one like this, {platform}.");
        return platform ?? throw new TrustException(
            "PlatformRequired",
            TrustErrorKind.InvalidArgument,
            $"This machine's architecture is not known, so the instance that is pulled here is not either. Specify {TrustOption.Platform}.");
    }

    private static string Difference(ImageSignatureResult result, FetchedImage list, Judgement judgement)
    {
        if (!PolicyEvaluator.VerifiesSignatures(judgement.Requirements) || result.IsValid == judgement.Verdict.IsAccepted)
            return "";
        return result.IsValid
            ? $" The multi-arch list {list.Judged.Digest} is not signed so, which podman and skopeo do not ask for."
            : $" The multi-arch list {list.Judged.Digest} has a good signature; podman and skopeo ask for one of each instance that they pull, so its signer must sign the instances too, as 'cosign sign --recursive' and 'skopeo copy --all --sign-by' do.";
    }
}
