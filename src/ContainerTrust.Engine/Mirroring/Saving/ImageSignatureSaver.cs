using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// Fetches the signatures of images, verifies them, and saves those that are good for the other side of an air gap. What was not verified
/// is never written. One object serves a whole run and many threads.
/// </summary>
public sealed class ImageSignatureSaver : IDisposable
{
    private readonly SaveOptions _options;
    private readonly IReadOnlyList<SignatureTarget> _targets;
    private readonly IReadOnlyList<SavingJudge> _judges;
    private readonly MirrorDemands? _given;

    /// <summary>A saver; nothing has been read yet but keys.</summary>
    /// <param name="store">The host whose policy, registries.conf, credentials and certificates are used.</param>
    /// <param name="options">What is saved where.</param>
    /// <param name="messages">Where words for the user go; called from several threads.</param>
    /// <exception cref="TrustException">
    /// <c>TargetMissing</c>, <c>InvalidPath</c>, <c>KeyPathMissing</c>, <c>WrongKeyKind</c>, <c>InvalidOpenShiftVersion</c>; or keys
    /// cannot be used.
    /// </exception>
    public ImageSignatureSaver(TrustStore store, SaveOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        _options = options;
        _targets = Targets(options);
        _given = options.OpenShiftVersion is { } version ? MirrorDemands.Parse(version) : null;
        _judges = SavingJudge.Make(options, [.. _targets.Select(static t => t.Kind).Distinct()],
            verification => new ImageVerifier(store, verification, messages));
    }

    /// <summary>Refuses keys of which none can be used, before anything is asked.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException"><c>NoUsableKey</c>.</exception>
    public async Task RequireUsableKeysAsync(CancellationToken cancellationToken)
    {
        foreach (SavingJudge judge in _judges.Where(static j => j.Verifier.HasOwnKeys))
            await KeyKinds.RequireUsableAsync(judge.Verifier, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what a release consists of, and of which of its images a cluster asks for which signatures.</summary>
    /// <param name="release">The release image.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>All images, and what of each is to be saved.</returns>
    /// <exception cref="TrustException">
    /// The release cannot be read; <c>OpenShiftVersionUnknown</c>: its name is not a version, and none was given.
    /// </exception>
    public Task<SavePlan> PlanAsync(string release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        ImageVerifier images = _judges[0].Verifier;
        return images.WithinAsync(release, async token =>
        {
            await RequireUsableKeysAsync(token).ConfigureAwait(false);
            ReleaseParts parts = await ReleaseParts.ReadAsync(images, release, token).ConfigureAwait(false);
            RequireRegistry(parts.Top.Name);
            MirrorDemands demands = _given ?? parts.Demands(release);
            bool hasOpenPgp = _targets.Any(static t => t.Kind == ImageSignatureKind.SimpleSigning);
            bool hasSigstore = _targets.Any(static t => t.Kind == ImageSignatureKind.Sigstore);
            if (hasSigstore && !demands.AttachmentsOfRelease)
                images.Messages.Warning($"{(demands.IsOkd ? "OKD" : "OpenShift")} {demands.Version} asks for no sigstore signatures, so " +
                    $"none are saved. To save those that another version asks for, specify {TrustOption.OpenShiftVersion}.");
            List<SaveItem> items =
            [
                new SaveItem { Image = parts.Pinned, Name = MirrorItem.ReleaseName, WantsOpenPgp = hasOpenPgp, HasOneOpenPgp = true,
                    WantsSigstore = hasSigstore && demands.AttachmentsOfRelease },
            ];
            items.AddRange(parts.Contents.Select(content => new SaveItem { Image = content.Image, Name = content.Name,
                WantsOpenPgp = false, WantsSigstore = hasSigstore && demands.AttachmentsOfComponents }));
            return new SavePlan(parts.Pinned, demands.Version, items);
        }, cancellationToken);
    }

    /// <summary>Saves the signatures of one image, and of a multi-arch one those of its list and of each instance.</summary>
    /// <param name="item">The image.</param>
    /// <param name="cancellationToken">Ends the work. What is being written is written whole.</param>
    /// <returns>One answer about each manifest and form.</returns>
    public async Task<IReadOnlyList<SaveAnswer>> SaveAsync(SaveItem item, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(item);
        List<SaveAnswer> answers = [];
        foreach (SavingJudge judge in _judges)
        {
            SignatureTarget[] targets = [.. _targets.Where(t => judge.Kinds.Contains(t.Kind) && IsWanted(item, t.Kind))];
            if (targets.Length == 0)
                continue;
            List<SaveAnswer> found = [];
            try
            {
                await judge.Verifier.WithinAsync(item.Image, async token =>
                {
                    await new SavingImage(judge.Verifier, item, targets, _options, found).SaveAsync(token).ConfigureAwait(false);
                    return true;
                }, cancellationToken).ConfigureAwait(false);
            }
            catch (TrustException e)
            {
                // What was saved before is saved all the same; of the rest nothing is known.
                found.AddRange(targets.Select(t => SavingImage.Failed(item, t.Form, e)));
            }

            answers.AddRange(found);
        }

        return answers;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ImageVerifier verifier in _judges.Select(static j => j.Verifier).Distinct())
            verifier.Dispose();
        foreach (LayoutTarget target in _targets.OfType<LayoutTarget>())
            target.Dispose();
    }

    /// <summary>Refuses an image that is in no registry: it has no name that a signature could be found by.</summary>
    internal static void RequireRegistry(ImageName name)
    {
        if (name.Reference is null)
            throw new TrustException("TransportNotSupported", TrustErrorKind.NotSupported,
                $"{name.FullName} is in no registry, so it has no name that its signatures could be saved by. Specify an image as " +
                "registry.example.com/app@sha256:….") { Target = name.FullName };
    }

    private static bool IsWanted(SaveItem item, ImageSignatureKind kind) =>
        kind == ImageSignatureKind.Sigstore ? item.WantsSigstore : item.WantsOpenPgp;

    private static List<SignatureTarget> Targets(SaveOptions options)
    {
        List<SignatureTarget> targets = [];
        if (options.StoreDirectory is { } store)
            targets.Add(new StoreTarget(AbsolutePath.Require(store, "the directory of the store"), options));
        if (options.ConfigMapDirectory is { } maps)
            targets.Add(new ConfigMapTarget(AbsolutePath.Require(maps, "the directory of the ConfigMaps"), options));
        if (options.LayoutDirectory is { } layout)
        {
            if (layout.Contains(':'))
                throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument,
                    $"'{layout}' has a colon in it, and no tool finds an OCI layout by such a path. Specify another directory.")
                    { Target = layout };
            targets.Add(new LayoutTarget(AbsolutePath.Require(layout, "the directory of the layout"), options));
        }

        return targets.Count > 0 ? targets : throw new TrustException("TargetMissing", TrustErrorKind.InvalidArgument,
            $"Nothing says where signatures are to be saved. Specify {TrustOption.StoreDirectory}, {TrustOption.ConfigMapDirectory} or " +
            $"{TrustOption.LayoutDirectory}.");
    }
}
