using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust.Presets;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// A host's trust: its policy.json, its registries.d and the keys they name. Reading gives <see cref="ImageTrust"/> objects, changes are
/// made by <see cref="Apply"/>. Not for several threads at once.
/// </summary>
public sealed partial class TrustStore
{
    private readonly TrustMessages _messages;
    private readonly KeyFiles _keys;
    private readonly ToldKeys _told;
    private (TrustLocations Of, PolicyLevels Levels)? _levels;

    /// <summary>A store over files that were found before.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Which files.</param>
    /// <param name="messages">Where words for the user go.</param>
    public TrustStore(ITrustHost host, TrustLocations locations, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentNullException.ThrowIfNull(messages);
        Host = host;
        Locations = locations;
        _messages = messages;
        Target = new TrustStoreOptions().TargetOn(host, locations);
        KeyMaterials = new KeyMaterialFiles(host);
        _keys = new KeyFiles(KeyMaterials);
        _told = new ToldKeys(_keys, messages);
        Requirements = new RequirementFactory(host);
    }

    /// <summary>The host.</summary>
    public ITrustHost Host { get; }

    /// <summary>The files; after a change those that are in force then.</summary>
    public TrustLocations Locations { get; private set; }

    private PolicyLevels PolicyLevel => ReferenceEquals(_levels?.Of, Locations) ? _levels!.Value.Levels
        : (_levels = (Locations, PolicyLevels.Of(Host, Locations))).Value.Levels;

    /// <summary>Finds the files again. Null where they were given.</summary>
    private Func<TrustLocations>? Find { get; init; }

    /// <summary>Whether it is told what changes make of scopes: on hosts, and not in documents.</summary>
    internal bool TellsChanges { get; init; }

    /// <summary>The cmdlet or command that works, as records name it. Null if it is not known.</summary>
    internal string? Command { get; init; }

    /// <summary>The id of the change that is made. Null for one of its own.</summary>
    internal string? ChangeId { get; init; }

    /// <summary>Which files advice is for.</summary>
    internal AdviceTarget Target { get; init; }

    /// <summary>Where entries that are read say that they come from. Null for the files of a document.</summary>
    internal ImageTrustOrigin? Origin { get; init; }

    /// <summary>The key and certificate files of the host, read once.</summary>
    internal KeyMaterialFiles KeyMaterials { get; }

    /// <summary>Whether key files that are not there are no reason for a warning, as with the files of a document: others may bring
    /// them.</summary>
    internal bool ExpectsMissingKeys { get; init; }

    /// <summary>Builds requirement lists from parameters.</summary>
    public RequirementFactory Requirements { get; }

    /// <summary>Finds the files of this host, or of the host whose root a directory is.</summary>
    /// <param name="options">Which files.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The store; nothing has been read yet.</returns>
    /// <exception cref="TrustException">The root directory or a path cannot be looked at.</exception>
    public static TrustStore Open(TrustStoreOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        return Open(LocalHost.OrRoot(options.RootDirectory), options, messages);
    }

    /// <summary>Finds the files of a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="options">Which files; <see cref="TrustStoreOptions.RootDirectory"/> only says how the host is called.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The store; nothing has been read yet.</returns>
    /// <exception cref="TrustException">A path cannot be looked at.</exception>
    public static TrustStore Open(ITrustHost host, TrustStoreOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        if (host is LocalHost { HasPolicy: false } && options.PolicyPath is null)
            throw LinuxOnly.NotHere();
        ContainersRelease release = options.FindRelease(host);
        string? policy = options.FindPolicyPath(host);
        TrustLocations Find() => TrustLocations.Find(new ContainersLookup(host, release), host, policy,
            options.FindRegistriesDirectory(), options.CurrentUser);
        TrustLocations locations = Find();
        if ((options.PolicyPath is null || options.RegistriesDirectory is null) && HostUser.FindUnusedHome(host) is { } home)
        {
            string instead = host.HomeDirectory is { } own ? $"{own} is used in its place" : "no user's files are used";
            messages.Warning(
                $"HOME is {Printable.Of(home, Printable.NameLength)}, which is not this user's: it belongs to another user, " +
                    "or another user could lead it "
                + $"elsewhere. So {instead}; podman and skopeo, run with this HOME, obey the files below it all the same. "
                + (host is LocalHost ? "Set HOME to the user's own (sudo -H)." : "Look at what sets HOME where that user logs in."));
        }

        messages.Verbose($"Using {locations.PolicyPath} and {locations.RegistriesDirectory} of " +
            $"{host.ComputerName}{(options.RootDirectory is null ? "" : $" under {options.RootDirectory}")}.");
        if (release.IsCertain)
            messages.Verbose($"Files are looked for as podman {(release.ReadsAllLevels ? "6 does" : "5 and older do")}: {release.Reason}.");
        if (locations.IsUserPolicy && !options.CurrentUser)
            messages.Verbose($"{locations.PolicyPath} is this user's own policy; it replaces {TrustLocations.SystemPolicyPath} whole.");
        return new TrustStore(host, locations, messages)
        {
            Target = options.TargetOn(host, locations),
            Find = Find,
            TellsChanges = host is LocalHost or RootDirectoryHost or SshHost,
            Command = options.Command,
            ChangeId = options.ChangeId,
            Origin = options.OriginOn(host, locations),
        };
    }

    /// <summary>The same store over another view of its host.</summary>
    /// <param name="host">The view.</param>
    /// <param name="locations">Which files are in force there.</param>
    internal TrustStore Over(ITrustHost host, TrustLocations locations) =>
        new(host, locations, TrustMessages.None) { Target = Target, ExpectsMissingKeys = ExpectsMissingKeys, Origin = Origin };

    /// <summary>The files as they would be after changes, for reading.</summary>
    /// <param name="prepared">The changes, worked out of this store.</param>
    internal TrustStore After(PreparedChanges prepared)
    {
        string written = TrustPlanner.WritePath(Locations);
        bool writesPolicy = prepared.Plan.Files.Any(f => f.Path == written && f.Content is not null);
        return Over(
            new PlannedHost(Host, prepared.Plan.Files),
            writesPolicy ? Locations with { PolicyPath = written, PolicyExists = true } : Locations);
    }

    /// <summary>Reads what is trusted: the policy's default first, then transports and scopes in the order of the file.</summary>
    /// <param name="query">Which scopes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One object a scope, as they are read.</returns>
    /// <exception cref="TrustException">There is no policy (<c>PolicyNotFound</c>), or a file cannot be read or is refused.</exception>
    public IEnumerable<ImageTrust> Read(TrustQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        PolicyDocument policy = ReadPolicy();
        LookasideConfiguration lookaside = ReadLookaside();
        if (query.IncludeKeys)
            Host.Prefetch(PolicyFiles.Of(policy));
        return Objects(policy, lookaside, query, cancellationToken);
    }

    /// <summary>The entry that governs an image: the most specific scope alone, else the transport's default, else the policy's.</summary>
    /// <param name="imageReference">The image, see <see cref="ImageName.Parse"/>.</param>
    /// <param name="includeKeys">Whether key files are read.</param>
    /// <returns>The entry, with <see cref="ImageTrust.Reference"/> and <see cref="ImageTrust.Reason"/>; the stores are those in force for
    /// the image itself.</returns>
    /// <exception cref="TrustException">The image's name is not valid (<c>InvalidReference</c>), or a file cannot be read or is
    /// refused.</exception>
    public ImageTrust Governing(string imageReference, bool includeKeys = true)
    {
        ImageName image = ImageName.Parse(imageReference, Host.ResolvePath);
        if (image.Assumption is not null)
            _told.WarnOnce(image.Assumption);
        PolicyDocument policy = ReadPolicy();
        LookasideConfiguration lookaside = ReadLookaside();
        (PolicyScope? scope, string reason) = PolicyLookup.Find(policy, image);
        ImageTrust trust = scope is null
            ? ToObject("", "", isDefault: true, policy.Default, lookaside, includeKeys)
            : ToObject(image.Transport, scope.Name, isDefault: false, scope.Requirements, lookaside, includeKeys);

        // The stores may come from a more specific section than the requirements do.
        EffectiveLookaside? effective = image.Transport == "docker" ? lookaside.ForScope(image.Transport, image.Expanded) : null;
        return (trust with
        {
            Reference = image.FullName,
            Reason = trust.PolicyHides is { } hidden ? $"{reason} {trust.PolicyPath} hides {hidden}." : reason,
            SignatureStore = effective?.SignatureStore,
            SignatureStoreStaging = effective?.SignatureStoreStaging,
            UseSigstoreAttachments = effective?.UseSigstoreAttachments,
        }).WithStoreFile(Locations, lookaside, effective);
    }

    /// <summary>Warns if CRI-O, where it is on the host, has another answer than podman, whose answer is read from here.</summary>
    /// <param name="imageReference">The image that is asked about. Null for all.</param>
    /// <exception cref="TrustException">The image's name is not valid, or a file cannot be read or is refused.</exception>
    public void WarnWhereCrioDiffers(string? imageReference = null)
    {
        if (!CrioConfiguration.MayBeThere(Host))
            return;
        ImageName? image = imageReference is null ? null : ImageName.Parse(imageReference, Host.ResolvePath);
        if (CrioAnswer.Difference(Host, Locations, ReadPolicy(), ReadLookaside(), image) is { } difference)
            _told.WarnOnce(difference);
    }

    /// <summary>Makes changes: policy.json in one write, then each file of registries.d that is concerned. What means the same already is
    /// not written.</summary>
    /// <param name="changes">The changes, in order; a later one of the same scope wins.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the wait for other writers; a write that has begun is finished.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="TrustException">Nothing was written, or the message says what was.</exception>
    public TrustEditResult Apply(IReadOnlyList<TrustChange> changes, TrustEditOptions options, CancellationToken cancellationToken) =>
        Changed(new TrustEditor(this, _messages).Apply(changes, null, options, cancellationToken));

    /// <summary>
    /// Makes changes that were prepared. If nothing changed meanwhile, what was prepared is done; otherwise what they mean now.
    /// </summary>
    /// <param name="prepared">The changes.</param>
    /// <param name="wanted">Those of them that are wanted.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the wait for other writers; a write that has begun is finished.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="TrustException">Nothing was written, or the message says what was.</exception>
    public TrustEditResult ApplyPrepared(
        PreparedChanges prepared, IReadOnlyList<TrustChange> wanted, TrustEditOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(wanted);
        if (prepared.IsOld)
        {
            Host.Refresh();
            PreparedChanges.RequireKeys(Host, wanted);
        }

        TrustPlan? plan = prepared.IsOld || wanted.Count < prepared.Changes.Count ? null : prepared.Plan;
        return Changed(new TrustEditor(this, _messages).Apply(wanted, plan, options, cancellationToken));
    }

    /// <summary>What <see cref="Apply"/> would do now, without doing it.</summary>
    /// <param name="changes">The changes.</param>
    /// <returns>What would be done.</returns>
    /// <exception cref="TrustException">The changes are not possible.</exception>
    public TrustEditResult Preview(IReadOnlyList<TrustChange> changes) => Prepare(changes).Result;

    /// <summary>Works out what changes would do, to be made later.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="inPart">
    /// Whether changes that are not possible are set apart (<see cref="PreparedChanges.Refused"/>). Nothing is left where changes are
    /// possible only without each other.
    /// </param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The changes that are possible, and what they would do.</returns>
    /// <exception cref="TrustException">The changes are not possible.</exception>
    public PreparedChanges Prepare(IReadOnlyList<TrustChange> changes, bool inPart = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return new TrustEditor(this, _messages).Prepare(changes, inPart, cancellationToken);
    }

    /// <summary>
    /// Back to the distribution's default: its policy.json, and no registries.d file but <c>default.yaml</c>. A user's own policy is
    /// deleted, so that the system's is in force again. Works on a broken policy too.
    /// </summary>
    /// <param name="keepSignatureStores">Leave registries.d alone.</param>
    /// <param name="preview">Only say what would be done.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <returns>What was done, or would be.</returns>
    /// <exception cref="TrustException">A file cannot be changed; the message says which.</exception>
    public TrustEditResult Reset(bool keepSignatureStores, bool preview, CancellationToken cancellationToken) =>
        preview
            ? new TrustReset(this, _messages).Run(keepSignatureStores, preview, cancellationToken)
            : Changed(new TrustReset(this, _messages).Run(keepSignatureStores, preview, cancellationToken));

    /// <summary>A preset's entries in the form of this host's release, with a warning where that replaces sigstore signatures by GPG
    /// ones.</summary>
    /// <param name="name">The preset, see <see cref="PresetCatalog.Names"/>.</param>
    /// <param name="hasOwnKeys">Whether the user brings keys in place of the vendor's: <c>RedHat</c> is then the form of RHEL 8 and
    /// 9.</param>
    /// <param name="force">Take a preset whose key is missing all the same.</param>
    /// <param name="presets">The presets that can be named. Null for those that are built in.</param>
    /// <returns>One entry per registry.</returns>
    /// <exception cref="TrustException">
    /// There is no such preset (<c>PresetNotFound</c>), its key has to be fetched first (<c>PresetKeyMissing</c>), or a file cannot be
    /// read.
    /// </exception>
    public IReadOnlyList<TrustPresetEntry> Preset(string name, bool hasOwnKeys = false, bool force = false, PresetCatalog? presets = null)
    {
        TrustPreset preset = (presets ?? PresetCatalog.BuiltIn).Find(name);
        (PresetForm form, string reason) = hasOwnKeys ? (preset.Forms[^1], "") : preset.FormFor(Host);
        IReadOnlyList<TrustPresetEntry> entries = hasOwnKeys ? preset.Default : form.For(Host);
        if (!hasOwnKeys && !force)
            TrustPresets.RequireFetchedKey(preset.Name, entries, Host);
        if (!hasOwnKeys && TrustPresets.OtherKey(entries, _keys) is { } other)
            _told.WarnOnce(other);
        _messages.Verbose($"The preset asks for {form.Description}. {reason}".TrimEnd());
        foreach (string doubt in TrustPresets.Replaced(entries, this))
            _told.WarnOnce(doubt);
        if (TrustPresets.LeftOut([.. entries.Where(static e => e.Type == TrustType.SignedBy).Select(static e => e.Registry)]) is
            { } leftOut)
            _messages.Verbose(leftOut);
        return entries;
    }

    /// <summary>Refuses requirements whose key files on the host are missing, unreadable, or have no key that could make a valid signature
    /// now.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <param name="force">Only warn, of every key file that is at fault.</param>
    /// <exception cref="TrustException">Names the first key file at fault and the reason.</exception>
    public void CheckKeys(IReadOnlyList<TrustRequirement> requirements, bool force = false) =>
        CheckKeysThen(requirements, [], force);

    // The files that are put there count as being there. What is published by the change itself must be a key, forced or not.
    internal void CheckKeysThen(
        IReadOnlyList<TrustRequirement> requirements, IReadOnlyList<KeyCopy> copies, bool force, bool isInline = false,
        string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        ITrustHost then = CopiedKeysHost.Of(Host, copies);
        then.Prefetch(PolicyFiles.Of(requirements));
        KeyFiles keys = copies.Count == 0 ? _keys : new KeyFiles(new KeyMaterialFiles(then));
        IReadOnlyList<TrustException> found = KeyCheck.Faults(keys, requirements, DateTimeOffset.UtcNow, _messages);
        IReadOnlyList<TrustException> faults = [.. found.Select(f => f.Of(scope)).Select(f => KeyCopies.AtSource(f, copies))];
        if (faults.Count > 0 && !force)
            throw faults[0];
        if (found.FirstOrDefault(f => KeyCopies.IsNoKey(f, copies, isInline)) is { } noKey)
            throw KeyCopies.AtSource(noKey, copies);
        foreach (TrustException fault in faults)
            _messages.Warning(fault.Message);
    }

    /// <summary>The user ids of the keys that requirements name, in the order of the files, for lists that show nothing else of a
    /// key.</summary>
    /// <param name="requirements">A requirement list.</param>
    /// <returns>User ids; for a key without any, the first 16 digits of its fingerprint. Scopes that share one key file get one and the
    /// same list.</returns>
    public IReadOnlyList<string> ReadUserIds(IReadOnlyList<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        return _keys.TryListUserIds(requirements)
            ?? [.. _told.Of(requirements, ExpectsMissingKeys)
                .SelectMany(static k => k.UserIds.Count > 0 ? k.UserIds : [k.Fingerprint[..16]])];
    }

    /// <summary>Says to the host that the files which the policy names are going to be read. A policy that cannot be read names
    /// none.</summary>
    public void PrefetchPolicyFiles()
    {
        try
        {
            Host.Prefetch([.. PolicyFiles.Of(ReadPolicy()), .. Defaults.OperatingSystemRelease.Files]);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            _messages.Verbose($"No files are read ahead: {e.Message}");
        }
    }

    /// <summary>The policy.json itself, not judged.</summary>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="TrustException">There is no policy (<c>PolicyNotFound</c>), or it cannot be read.</exception>
    public ReadOnlyMemory<byte> ReadPolicyText() =>
        (Host.TryReadFile(Locations.PolicyPath, PolicyReader.MaxBytes) ?? throw PolicyErrors.NotFound(Locations, Target)).Content;

    internal PolicyDocument ReadPolicy() =>
        PolicyErrors.Advised(Target, () => PolicyReader.Read(ReadPolicyText().Span, Locations.PolicyPath));

    // A file that was made or deleted can put another one in force, or out of it.
    private TrustEditResult Changed(TrustEditResult result)
    {
        if (result.Files.Count > 0 && Find is not null)
            Locations = Find();
        return result;
    }

    internal LookasideConfiguration ReadLookaside()
    {
        LookasideConfiguration configuration = LookasideConfiguration.Load(Host, Locations);
        foreach (LookasideWarning warning in configuration.Warnings)
            _told.WarnOnce(warning.Message);
        foreach (DropInFile source in configuration.Sources)
        {
            string hides = source.Hides.Count == 0 ? "" : $", which hides {string.Join(", ", source.Hides)}";
            _told.SayOnce($"registries.d: {source.Path}{hides}.");
        }

        return configuration;
    }
}
