using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>Saves the signatures of one image.</summary>
/// <param name="verifier">Fetches and judges.</param>
/// <param name="item">The image.</param>
/// <param name="targets">Where to.</param>
/// <param name="options">Whether all is fetched again.</param>
/// <param name="answers">What came of it is added there.</param>
internal sealed class SavingImage(ImageVerifier verifier, SaveItem item, IReadOnlyList<SignatureTarget> targets, SaveOptions options,
    List<SaveAnswer> answers)
{
    private const int MaxListDepth = 4;

    // So many manifests of one image are looked at, lists and instances.
    private const int MaxManifests = 512;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>The answer for an image of which nothing could be found out.</summary>
    public static SaveAnswer Failed(SaveItem item, SavedSignatureForm form, TrustException failure)
    {
        const string Docker = "docker://";
        string image = item.Image.StartsWith(Docker, StringComparison.Ordinal) ? item.Image[Docker.Length..] : item.Image;
        return new(
            new SavedSignatureResult
            {
                Status = SavedSignatureStatus.Failed,
                Image = image,
                Name = item.Name,
                Digest = DockerReference.TryParse(image, out DockerReference? reference, out _) ? reference.Digest : null,
                Form = form,
                Saved = 0,
                AlreadySaved = 0,
                Signer = [],
                NotSaved = [failure.Message],
            }, failure);
    }

    /// <summary>Does it.</summary>
    /// <exception cref="TrustException">The image cannot be reached.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        bool isAlone = item.HasOneOpenPgp && targets.All(static t => t.Kind == ImageSignatureKind.SimpleSigning);

        // Of a digest stores say all that there is to say.
        FetchedImage top = isAlone && verifier.HasOwnStores
            ? await verifier.IdentifyAsync(item.Image, cancellationToken).ConfigureAwait(false)
            : await verifier.FetchAsync(item.Image, cancellationToken).ConfigureAwait(false);
        ImageSignatureSaver.RequireRegistry(top.Name);
        if (isAlone || top.Manifest is null || !ManifestList.IsList(top.Manifest))
        {
            await SaveAsync(top, null, targets, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (item.Platform.Platform is { } platform)
        {
            FetchedImage instance = await verifier.SelectAsync(top, platform, cancellationToken).ConfigureAwait(false);
            await SaveAsync(instance, platform.ToString(), targets, cancellationToken).ConfigureAwait(false);
        }
        else if (item.Platform == PlatformChoice.List)
        {
            await SaveAsync(top, "list", targets, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await SaveAllAsync(top, "list", 0, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SaveAllAsync(FetchedImage image, string? platform, int depth, CancellationToken cancellationToken)
    {
        // Also where a list names itself or one image a thousand times.
        if (!IsNew(image.Judged.Digest, depth))
            return;
        await SaveAsync(image, platform, Wanted(depth), cancellationToken).ConfigureAwait(false);
        if (!ManifestList.IsList(image.Manifest!))
            return;
        foreach (ManifestInstance instance in ManifestList.Instances(image.Manifest!))
        {
            if (_seen.Contains(instance.Digest))
                continue;
            string? name = instance.Platform?.ToString();
            FetchedImage fetched;
            try
            {
                fetched = await image.FetchInstanceAsync(instance.Digest, instance.Platform, cancellationToken).ConfigureAwait(false);
            }
            catch (TrustException e)
            {
                // Not every registry has all that its lists name. The other instances get their turn.
                IsNew(instance.Digest, depth + 1);
                SignedManifest missing = new(image.Name.Reference!, instance.Digest);
                answers.AddRange(Wanted(depth + 1).Select(t => Failed(Answer(missing, name, t.Form, SavedSignatureStatus.Failed), e)));
                continue;
            }

            await SaveAllAsync(fetched, name, depth + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsNew(string digest, int depth)
    {
        if (!_seen.Add(digest))
            return false;
        return _seen.Count <= MaxManifests && depth <= MaxListDepth ? true : throw new TrustException(
            "ManifestListTooLarge", TrustErrorKind.LimitsExceeded,
            $"The list of {item.Image} has more than {MaxManifests} images, or lists more than {MaxListDepth} deep. Specify " +
            $"{TrustOption.Platform}.") { Target = item.Image };
    }

    // The cluster-version-operator asks about the digest that the update names, and about no instance.
    private IReadOnlyList<SignatureTarget> Wanted(int depth) =>
        [.. targets.Where(t => depth == 0 || !item.HasOneOpenPgp || t.Kind != ImageSignatureKind.SimpleSigning)];

    private async Task SaveAsync(FetchedImage image, string? platform, IReadOnlyList<SignatureTarget> wanted,
        CancellationToken cancellationToken)
    {
        SignedManifest manifest = new(image.Name.Reference!, image.Judged.Digest);
        List<SignatureTarget> open = [];
        foreach (SignatureTarget target in wanted)
        {
            if (await FindSavedAsync(image, manifest, platform, target, cancellationToken).ConfigureAwait(false) is { } saved)
                answers.Add(saved);
            else
                open.Add(target);
        }

        if (open.Count == 0)
            return;
        Judgement judgement;
        try
        {
            judgement = await verifier.EvaluateAsync(image, null, cancellationToken).ConfigureAwait(false);
            if (judgement.Failure is { } failure)
                verifier.WarnOnce(judgement.Verdict.IsAccepted ? $"{failure.Message} Another signature is accepted." : throw failure);
        }
        catch (TrustException e)
        {
            // The other instances get their turn.
            answers.AddRange(open.Select(t => Failed(Answer(manifest, platform, t.Form, SavedSignatureStatus.Failed), e)));
            return;
        }

        foreach (SignatureTarget target in open)
        {
            SaveAnswer answer = await SaveAsync(manifest, platform, target, judgement, cancellationToken).ConfigureAwait(false);
            answers.Add(await ExplainAsync(image, target, answer, cancellationToken).ConfigureAwait(false));
        }
    }

    // "There is none" is not all that can be said where a signature is in a form that podman does not read.
    private async Task<SaveAnswer> ExplainAsync(FetchedImage image, SignatureTarget target, SaveAnswer answer,
        CancellationToken cancellationToken)
    {
        if (target.Kind != ImageSignatureKind.Sigstore || answer.Result.Status != SavedSignatureStatus.Missing
            || image.Source is not { } source)
            return answer;
        string? found = await BriefLookup.TryAsync(
            token => source.FindUnreadSignaturesAsync(image.Judged.Digest, token), verifier.ImageTimeout,
            why => verifier.Messages.Verbose($"Whether {image.Judged.Digest} has signatures that podman does not read could not be found " +
                $"out: {why}"), cancellationToken).ConfigureAwait(false);
        return found is null ? answer : answer with { Result = answer.Result with { NotSaved = [.. answer.Result.NotSaved, found] } };
    }

    // What was saved before, and is good by what decides now, need not be fetched.
    private async Task<SaveAnswer?> FindSavedAsync(FetchedImage image, SignedManifest manifest, string? platform, SignatureTarget target,
        CancellationToken cancellationToken)
    {
        if (options.Force)
            return null;
        IReadOnlyList<SignatureBlob> present;
        try
        {
            present = target.Read(manifest);
        }
        catch (TrustException e)
        {
            // What is wrong with it is said where something is to be added.
            verifier.Messages.Verbose(e.Message);
            return null;
        }

        if (present.Count == 0)
            return null;
        ImageToJudge known = new()
        {
            Reference = image.Name.Reference,
            Manifest = image.Judged,
            UntrustedSignatures = present,
            Now = DateTimeOffset.UtcNow,
        };
        Judgement judgement = await verifier.EvaluateAsync(image, known, cancellationToken).ConfigureAwait(false);
        ImageSignature[] good = [.. Verified(judgement, target.Kind).Select(static v => v.Signature)];
        if (!judgement.Verdict.IsAccepted || good.Length == 0)
            return null;
        SaveAnswer answer = Answer(manifest, platform, target.Form, SavedSignatureStatus.Unchanged);
        return answer with { Result = answer.Result with { AlreadySaved = good.Length, Signer = Signers(good),
            Path = target.PathOf(manifest) } };
    }

    private async Task<SaveAnswer> SaveAsync(SignedManifest manifest, string? platform, SignatureTarget target, Judgement judgement,
        CancellationToken cancellationToken)
    {
        (StoredSignature Stored, ImageSignature Signature)[] verified = [.. Verified(judgement, target.Kind)];
        string[] refused = Refused(judgement, target.Kind);
        SaveAnswer answer = Answer(manifest, platform, target.Form, SavedSignatureStatus.Failed);
        if (judgement.Verdict.IsAccepted && !PolicyEvaluator.NeedsSignatures(judgement.Requirements))
            return Failed(answer, new TrustException("SignaturesNotChecked", TrustErrorKind.InvalidData,
                $"The policy accepts {manifest} without a look at signatures, so none was verified. Specify " +
                (target.Kind == ImageSignatureKind.Sigstore ? TrustOption.SigstoreKeyPath : TrustOption.KeyPath) + ".")
                { Target = item.Image });
        if (!judgement.Verdict.IsAccepted || verified.Length == 0)
        {
            bool isThere = judgement.Verdict.Signatures.Any(s => s.Kind == target.Kind || s.Kind == ImageSignatureKind.Unknown);

            // The reason of the whole repeats those of the signatures, unless something else is at fault.
            bool isSaid = refused.Length > 0 && refused.Length == judgement.Verdict.Signatures.Count;
            return answer with
            {
                Result = answer.Result with
                {
                    Status = isThere ? SavedSignatureStatus.Invalid : SavedSignatureStatus.Missing,
                    NotSaved = isSaid ? refused : [WhyNothing(judgement, target.Kind), .. refused],
                },
            };
        }

        try
        {
            TargetOutcome outcome = await target.AddAsync(manifest, [.. verified.Select(static v => v.Stored)], cancellationToken)
                .ConfigureAwait(false);
            return answer with
            {
                Result = answer.Result with
                {
                    Status = outcome.Saved > 0 ? SavedSignatureStatus.Saved : SavedSignatureStatus.Unchanged,
                    Saved = outcome.Saved,
                    AlreadySaved = outcome.AlreadySaved,
                    Signer = Signers(verified.Select(static v => v.Signature)),
                    NotSaved = refused,
                    Path = target.PathOf(manifest),
                },
            };
        }
        catch (TrustException e)
        {
            return Failed(answer, e);
        }
    }

    private static SaveAnswer Failed(SaveAnswer answer, TrustException failure) =>
        new(answer.Result with { NotSaved = [failure.Message] }, failure);

    private SaveAnswer Answer(SignedManifest manifest, string? platform, SavedSignatureForm form, SavedSignatureStatus status) => new(
        new SavedSignatureResult
        {
            Status = status,
            Image = manifest.ToString(),
            Name = item.Name,
            Platform = platform,
            Digest = manifest.Digest,
            Form = form,
            Saved = 0,
            AlreadySaved = 0,
            Signer = [],
            NotSaved = [],
        }, null);

    // A signature is saved if it is good by itself, and the image is accepted: what the policy refuses here, it would refuse there.
    private static IEnumerable<(StoredSignature Stored, ImageSignature Signature)> Verified(Judgement judgement, ImageSignatureKind kind) =>
        judgement.Input.UntrustedSignatures.Select(StoredSignature.Of).Zip(judgement.Verdict.Signatures)
            .Where(pair => pair.Second.IsValid && pair.First.Kind == kind && pair.Second.Kind == kind)
            .Select(static pair => (pair.First, pair.Second));

    private static string[] Refused(Judgement judgement, ImageSignatureKind kind) =>
        [.. judgement.Verdict.Signatures.Where(s => !s.IsValid && s.Kind == kind).Select(static s => $"{s.Source}: {s.Reason}")];

    private static string WhyNothing(Judgement judgement, ImageSignatureKind kind)
    {
        string word = kind == ImageSignatureKind.Sigstore ? "sigstore" : "OpenPGP";
        return !judgement.Verdict.IsAccepted ? judgement.Verdict.Reason
            : $"The image is accepted without {word} signatures, so none of them was verified.";
    }

    private static string[] Signers(IEnumerable<ImageSignature> signatures) => [.. signatures.Select(static s =>
        s.CertificateSubject is { } subject ? $"{subject} ({s.CertificateIssuer})"
        : s.UserId is { } user ? $"{user} ({s.Fingerprint})" : s.Fingerprint ?? "").Where(static s => s.Length > 0).Distinct()];
}
