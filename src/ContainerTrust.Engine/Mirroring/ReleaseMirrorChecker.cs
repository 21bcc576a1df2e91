using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>
/// Says of a mirror whether a cluster can be installed or updated from it: whether each image of a release is there by its digest, with
/// each instance, and with the signatures that the version asks for. What a registry does not answer is never taken for missing, and
/// never for there. One object serves a whole run and many threads.
/// </summary>
public sealed class ReleaseMirrorChecker : IDisposable
{
    private const int MaxListDepth = 4;
    private readonly MirrorOptions _options;
    private readonly ImageVerifier _images;
    private readonly IReadOnlyList<MirrorLayout> _layouts;
    private readonly MirrorDemands? _given;
    private readonly MirrorCopy _copy;
    private readonly Lazy<MirrorSignatures> _signatures;

    /// <summary>A checker; nothing has been read yet but keys.</summary>
    /// <param name="store">The host whose registries.conf, credentials and certificates are used.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="messages">Where words for the user go; called from several threads.</param>
    /// <exception cref="TrustException">
    /// <c>InvalidMirror</c>, <c>InvalidOpenShiftVersion</c>; or keys cannot be used.
    /// </exception>
    public ReleaseMirrorChecker(TrustStore store, MirrorOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        _options = options;
        _layouts = MirrorLayout.Candidates(options);
        _given = options.OpenShiftVersion is { } version ? MirrorDemands.Parse(version) : null;
        _copy = new MirrorCopy(options.Verification.Web.VerifyTls == false);
        _images = new ImageVerifier(
            store, options.Verification with { KeyPaths = null, SignatureStores = null, SignatureConfigMaps = null }, messages);
        _signatures = new Lazy<MirrorSignatures>(() =>
            new MirrorSignatures(_images.Client, options, verification => new ImageVerifier(store, verification, messages),
                messages.Verbose));
    }

    /// <summary>Reads what a release consists of, and finds out how the mirror is laid out.</summary>
    /// <param name="release">The release image: by its name where it comes from, or in the mirror.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is to be asked.</returns>
    /// <exception cref="TrustException">
    /// The release cannot be read; <c>OpenShiftVersionUnknown</c>: its name is not a version, and none was given; or the mirror cannot be
    /// reached.
    /// </exception>
    public Task<MirrorPlan> PlanAsync(string release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        MirrorSignatures signatures = _signatures.Value;
        return _images.WithinAsync(release, async token =>
        {
            await signatures.RequireUsableKeysAsync(token).ConfigureAwait(false);
            return await new MirrorPlanner(_images, _options, _layouts, _given, Exists).PlanAsync(release, token).ConfigureAwait(false);
        }, cancellationToken);
    }

    /// <summary>Asks the mirror for one image, and for each instance of its list.</summary>
    /// <param name="plan">What it belongs to.</param>
    /// <param name="item">The image.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One answer about each manifest: the image or its list first.</returns>
    /// <exception cref="TrustException">The keys, stores or files of the request cannot be used.</exception>
    public async Task<IReadOnlyList<MirrorAnswer>> CheckAsync(MirrorPlan plan, MirrorItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(item);
        List<MirrorAnswer> answers = [];
        string name = $"{item.Repository.Name}@{item.Digest}";
        try
        {
            await _images.WithinAsync(name, async token =>
            {
                await CheckAsync(new Question(plan, item, item.Digest, null, 0), answers, token).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e) when (e.ErrorId == "ImageTimeout")
        {
            // What was found before is true all the same; of the rest nothing is known.
            answers.Add(Answer(new Question(plan, item, item.Digest, null, 0), isThere: null, SignatureFinding.NotRequired,
                SignatureFinding.NotRequired, e));
        }

        return answers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_signatures.IsValueCreated)
            _signatures.Value.Dispose();
        _images.Dispose();
    }

    private async Task CheckAsync(Question question, List<MirrorAnswer> answers, CancellationToken cancellationToken)
    {
        (PullSource place, ImageManifest? manifest, bool? isThere, TrustException? failure) =
            await FetchAsync(question, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ManifestInstance> instances = [];
        try
        {
            if (manifest is not null && ManifestList.IsList(manifest))
            {
                instances = ManifestList.Instances(manifest);
                question = question with { Platform = question.Platform ?? "list" };
                if (question.Depth == MaxListDepth)
                    throw new TrustException("ManifestListTooDeep", TrustErrorKind.LimitsExceeded,
                        $"The lists of {place.Reference} are nested more than {MaxListDepth} deep.")
                        { Target = place.Reference.ToString() };
            }
        }
        catch (TrustException e)
        {
            // A list of which nobody can say what it consists of is not there for a cluster either; but it is not missing.
            (isThere, failure, instances) = (null, e, []);
        }

        (SignatureFinding openPgp, SignatureFinding sigstore) = failure is null
            ? await FindSignaturesAsync(question, place, cancellationToken).ConfigureAwait(false)
            : (SignatureFinding.NotRequired, SignatureFinding.NotRequired);
        answers.Add(Answer(question, isThere, openPgp, sigstore, failure));
        foreach (ManifestInstance instance in instances.DistinctBy(static i => i.Digest))
            await CheckAsync(question with { Digest = instance.Digest, Platform = instance.Platform?.ToString(),
                Depth = question.Depth + 1 }, answers, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(PullSource Place, ImageManifest? Manifest, bool? IsThere, TrustException? Failure)> FetchAsync(
        Question question, CancellationToken cancellationToken)
    {
        PullSource place = Place(question.Item.Repository, question.Digest);
        try
        {
            return (place, await _images.Client.GetManifestAsync(place, null, cancellationToken).ConfigureAwait(false), true, null);
        }
        catch (TrustException e) when (e.ErrorId == "ImageNotFound")
        {
            return (place, null, false, null);
        }
        catch (TrustException e)
        {
            return (place, null, null, e);
        }
    }

    private async Task<(SignatureFinding OpenPgp, SignatureFinding Sigstore)> FindSignaturesAsync(
        Question question, PullSource place, CancellationToken cancellationToken)
    {
        MirrorDemands demands = question.Plan.Demands;
        DockerReference source = question.Item.Source ?? question.Item.Repository;

        // The cluster-version-operator asks about the digest that the update names, and about no instance.
        SignatureFinding openPgp = question is { Item.IsRelease: true, Depth: 0 }
            ? await _signatures.Value.FindOpenPgpAsync(source, question.Digest, cancellationToken).ConfigureAwait(false)
            : SignatureFinding.NotRequired;
        SignatureFinding sigstore = (question.Item.IsRelease ? demands.AttachmentsOfRelease : demands.AttachmentsOfComponents)
            ? await _signatures.Value.FindAttachmentAsync(place, source, question.Digest, cancellationToken).ConfigureAwait(false)
            : SignatureFinding.NotRequired;
        return (openPgp, sigstore);
    }

    private MirrorAnswer Answer(Question question, bool? isThere, SignatureFinding openPgp, SignatureFinding sigstore,
        TrustException? failure)
    {
        MirrorItem item = question.Item;
        failure ??= openPgp.Failure ?? sigstore.Failure;
        List<string> missing = [];
        List<string?> copy = [];
        string image = $"{item.Repository.Name}@{question.Digest}";
        if (isThere == false)
        {
            missing.Add($"{image} is missing.");
            copy.Add(_copy.OfImage(item));
        }

        if (sigstore.State is MirroredSignature.Missing or MirroredSignature.Invalid)
            copy.Add(_copy.OfAttachment(item.Source, item.Repository, question.Digest));
        missing.AddRange(new[] { openPgp.Reason, sigstore.Reason }.Where(static r => r.Length > 0));
        if (failure is not null && !missing.Contains(failure.Message))
            missing.Add(failure.Message);
        if (copy.Contains(null))
            missing.Add($"Where the release comes from is not known. Specify {TrustOption.SourceRepository} to see what to copy.");
        ReleaseMirrorResult result = new()
        {
            Status = Status(isThere, openPgp.State, sigstore.State, failure),
            Name = item.Name,
            Platform = question.Platform,
            Digest = question.Digest,
            Source = item.Source is null ? null : $"{item.Source.Name}@{question.Digest}",
            Mirror = question.Plan.Mirror,
            MirrorImage = image,
            OpenPgpSignature = openPgp.State,
            SigstoreSignature = sigstore.State,
            Missing = [.. missing],
            Copy = [.. copy.OfType<string>()],
            Release = question.Plan.Release,
            OpenShiftVersion = question.Plan.Demands.Version,
        };
        return new MirrorAnswer(result, failure);
    }

    // What is known to be missing is said even where something else could not be found out: it is missing all the same.
    private ReleaseMirrorStatus Status(bool? isThere, MirroredSignature openPgp, MirroredSignature sigstore, TrustException? failure)
    {
        bool Any(MirroredSignature state) => openPgp == state || sigstore == state;
        return isThere == false ? ReleaseMirrorStatus.ImageMissing
            : failure is not null || isThere is null ? ReleaseMirrorStatus.Unknown
            : Any(MirroredSignature.Missing) ? ReleaseMirrorStatus.SignatureMissing
            : Any(MirroredSignature.Invalid) ? ReleaseMirrorStatus.SignatureInvalid
            : Any(MirroredSignature.Present) && !_options.SkipSignatureCheck ? ReleaseMirrorStatus.NotVerified
            : ReleaseMirrorStatus.Complete;
    }

    // The mirror itself, whatever registries.conf makes of the names of others; what it says of this registry counts.
    private PullSource Place(DockerReference repository, string digest)
    {
        if (!DockerReference.TryParse($"{repository.Name}@{digest}", out DockerReference? reference, out string problem))
            throw new TrustException("InvalidDigest", TrustErrorKind.InvalidData,
                $"'{Printable.Of(digest, Printable.NameLength)}' in a list is not a digest: {problem}.") { Target = digest };
        return _images.Registries.PullSources(reference).LastOrDefault(static p => !p.IsMirror)
            ?? throw new TrustException("RegistryBlocked", TrustErrorKind.PermissionDenied,
                $"registries.conf blocks {reference.Name}, so no host with that file pulls from the mirror. Remove the block, or " +
                $"specify {TrustOption.RegistriesConfPath}.") { Target = reference.Name };
    }

    private async Task<bool> Exists(DockerReference repository, string digest, CancellationToken cancellationToken)
    {
        try
        {
            await _images.Client.GetManifestAsync(Place(repository, digest), null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TrustException e) when (e.ErrorId == "ImageNotFound")
        {
            return false;
        }
    }

    private sealed record Question(MirrorPlan Plan, MirrorItem Item, string Digest, string? Platform, int Depth);
}
