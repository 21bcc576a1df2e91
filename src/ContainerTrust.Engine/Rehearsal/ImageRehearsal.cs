using System.Collections.Concurrent;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Rehearsal.Sources;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>
/// What would break if a proposed policy were in force: the images that hosts run or name, each judged by the policy in force on its host
/// and by the proposed one, with the host's own keys, stores and mirrors. One object serves a run over many hosts, on many threads: what
/// one host's verdicts have asked of a registry, those of another do not ask again. Nothing is pulled.
/// </summary>
public sealed class ImageRehearsal : IDisposable
{
    private const int ImagesAtOnce = 8;

    private readonly RehearsalOptions _options;
    private readonly SharedRegistries _registries = new();

    // A user's file that calls a registry insecure does not send another user's credentials over the open wire.
    private readonly SharedRegistries _strict = new();
    private readonly ConcurrentBag<JudgedImage> _judged = [];
    private readonly ConcurrentBag<string> _unread = [];
    private readonly ConcurrentDictionary<string, byte> _otherTransports = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _ownFiles = new(StringComparer.Ordinal);

    /// <summary>A rehearsal; nothing has been read yet.</summary>
    /// <param name="options">What is rehearsed.</param>
    public ImageRehearsal(RehearsalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options with
        {
            Verification = options.Verification with
            {
                KeyPaths = null, Signer = null, SignatureStores = null, SignatureConfigMaps = null, Fingerprints = null,
                RequireSignature = false,
                Web = options.Verification.Web with { RemembersAnswers = true },
            },
        };
    }

    /// <summary>Judges the images of a host.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="messages">Where words for the user go; called on this thread.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One result for each user and image, those that would break first.</returns>
    /// <exception cref="TrustException">
    /// The proposal cannot be set there, a document is refused (<c>InvalidWorkload</c>), or the connection to the host has ended.
    /// </exception>
    public IReadOnlyList<ImageEnforcementResult> Run(TrustStore store, TrustMessages messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(messages);
        List<ImageEnforcementResult> results = [];
        IReadOnlyList<UserImages> users = Collect(store.Host, messages, results, cancellationToken);
        TrustStore rootStore = HostUser.IsRoot(store.Host) ? store : OfUser(store, new(HostUserPlace.RootName, "/root", 0), store.Host);
        IReadOnlyList<PlannedFile> proposed = _options.Proposal.FilesOn(rootStore);
        IReadOnlyList<Candidate> candidates = [.. _options.KeyPaths.Select(k => Candidate.Read(k, rootStore))];
        foreach (ImageEnforcementResult unread in results)
            _unread.Add($"{unread.ComputerName}: {string.Join(", ", unread.Owner)}");
        if (users.Sum(static u => u.Images.Count) == 0)
        {
            messages.Warning($"No image was found on {store.Host.ComputerName}, so nothing was judged there.");
            return results;
        }

        WarnOfCrio(store, messages);
        foreach (UserImages user in users)
            results.AddRange(Judge(store, user, proposed, candidates, messages, cancellationToken));
        return [.. results.OrderBy(static r => r.Status).ThenBy(static r => r.User, StringComparer.Ordinal)
            .ThenBy(static r => r.Image, StringComparer.Ordinal)];
    }

    /// <summary>The smallest policy that accepts what is signed of all that was judged, and rejects the rest.</summary>
    /// <returns>The policy.</returns>
    public SmallestPolicy Suggest() => SmallestPolicy.Of([.. _judged.OrderBy(static j => j.Image.Name, StringComparer.Ordinal)],
        [.. _otherTransports.Keys], [.. _unread], [.. _ownFiles.Keys]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _registries.Dispose();
        _strict.Dispose();
    }

    private IReadOnlyList<UserImages> Collect(
        ITrustHost host, TrustMessages messages, List<ImageEnforcementResult> results, CancellationToken cancellationToken)
    {
        if (_options.Documents.Count > 0 || _options.Images.Count > 0)
        {
            List<NamedImage> given = [.. _options.Images.Select(static i => new NamedImage(i, "given by name"))];
            foreach (ReadOnlyMemory<byte> document in _options.Documents)
                given.AddRange(WorkloadReader.Read(document, ""));
            return [new UserImages(new HostUserPlace(HostUserPlace.RootName, "/root", 0), given)];
        }

        HostImages search = new(host, messages);
        IReadOnlyList<UserImages> found = search.Collect(_options.WorkloadPaths, cancellationToken);
        results.AddRange(search.Failures.Select(f => new ImageEnforcementResult
        {
            Status = ImageEnforcementStatus.NotChecked,
            ComputerName = host.ComputerName,
            Image = "",
            Owner = [f.Path],
            Reason = $"It could not be read, and may name images: {f.Error.Message}",
            ErrorId = f.Error.ErrorId,
        }));
        return found;
    }

    private ImageEnforcementResult[] Judge(TrustStore store, UserImages user, IReadOnlyList<PlannedFile> proposed,
        IReadOnlyList<Candidate> candidates, TrustMessages messages, CancellationToken cancellationToken)
    {
        // The current user's files are those that were asked for; another's are found as that user finds them.
        bool isCurrent = HostUser.IsRoot(store.Host) ? user.User.IsRoot
            : user.User.Home is { } home && home == store.Host.HomeDirectory?.TrimEnd('/');
        TrustStore now = isCurrent ? store : OfUser(store, user.User, store.Host);
        PlannedHost planned = new(store.Host, proposed);
        TrustStore then = isCurrent ? OnPlan(store, planned) : OfUser(store, user.User, planned);

        // What is said on other threads is heard on this one.
        ConcurrentQueue<(string Text, bool IsWarning)> said = new();
        TrustMessages later = new() { Warning = t => said.Enqueue((t, true)), Verbose = t => said.Enqueue((t, false)) };
        now.PrefetchPolicyFiles();
        then.PrefetchPolicyFiles();

        // Credentials are the caller's, whichever user's images are judged.
        VerificationOptions verification = _options.Verification with
        {
            ClientHost = _options.Verification.ClientHost ?? store.Host,
            Shared = isCurrent ? _registries : _strict,
            Web = isCurrent ? _options.Verification.Web
                : _options.Verification.Web with { VerifyTls = _options.Verification.Web.VerifyTls ?? true },
        };
        using Judges judges = new(verification, now, then,
            [.. candidates.Select(c => (c.Stored, OnPlan(store, new PlannedHost(store.Host, c.Files))))], later);
        IReadOnlyList<NamedGroup> groups = NamedGroup.Of(user.Images);
        JudgedImage[] judged = new JudgedImage[groups.Count];
        Parallel.ForAsync(0, groups.Count, new ParallelOptions
        {
            MaxDegreeOfParallelism = ImagesAtOnce,
            CancellationToken = cancellationToken,
        }, async (i, token) => judged[i] = await judges.JudgeAsync(groups[i], token).ConfigureAwait(false)).GetAwaiter().GetResult();
        foreach ((string text, bool isWarning) in said)
            (isWarning ? messages.Warning : messages.Verbose)(text);
        // What a user of no rights trusts must not become what the host trusts.
        bool hasOwnFiles = !user.User.IsRoot && user.User.Home is { } place
            && (store.Host.Exists($"{place}/.config/containers/policy.json")
                || store.Host.Exists($"{place}/.config/containers/registries.d"));
        if (hasOwnFiles)
            _ownFiles.TryAdd($"{user.User.Name} on {store.Host.ComputerName}", 0);
        foreach (JudgedImage image in judged)
            _judged.Add(hasOwnFiles ? image with { Forms = [.. image.Forms.Where(static f => f.IsOffered)] } : image);
        foreach (string transport in now.AcceptedTransports())
            _otherTransports.TryAdd(transport, 0);
        return [.. judged.Select(j => j.ToResult(store.Host.ComputerName, user.User.Name))];
    }

    // A policy that cannot be read is told with each image.
    private static void WarnOfCrio(TrustStore store, TrustMessages messages)
    {
        try
        {
            store.WarnWhereCrioDiffers();
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            messages.Verbose($"CRI-O was not looked at: {e.Message}");
        }
    }

    private static TrustStore OnPlan(TrustStore store, PlannedHost planned) => store.Over(planned,
        store.Locations.PolicyPath == TrustLocations.VendorPolicyPath && planned.Exists(TrustLocations.SystemPolicyPath)
            ? store.Locations with { PolicyPath = TrustLocations.SystemPolicyPath, PolicyExists = true }
            : store.Locations with { PolicyExists = planned.Exists(store.Locations.PolicyPath) });

    private static TrustStore OfUser(TrustStore store, HostUserPlace user, ITrustHost host)
    {
        // Files that the caller named are those for everyone.
        bool isNamed = store.Locations.IsNamed;
        return TrustStore.Open(user.ViewOf(host), new TrustStoreOptions
        {
            PolicyPath = isNamed ? store.Locations.PolicyPath : null,
            RegistriesDirectory = isNamed ? store.Locations.RegistriesDirectory : null,
        }, TrustMessages.None);
    }
}
