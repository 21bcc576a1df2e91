using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Presets;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// What is to be set, in the words of the command line: scopes, the default, a vendor's preset, or entries that are written as they are.
/// Every front end fills in one of these; what it means for a host is decided here alone.
/// </summary>
public sealed record SetRequest
{
    /// <summary>The policy's default, and with it registries.d's <c>default-docker</c>.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Scopes.</summary>
    public IReadOnlyList<string> Registries { get; init; } = [];

    /// <summary>The transport of <see cref="Registries"/>. Null if none was named: then it is <c>docker</c>.</summary>
    public string? Transport { get; init; }

    /// <summary>A preset, which brings its own registries, type and stores. Null for none.</summary>
    public string? Preset { get; init; }

    /// <summary>The presets that can be named.</summary>
    public PresetCatalog Presets { get; init; } = PresetCatalog.BuiltIn;

    /// <summary>
    /// Entries to write as they are, but for what is given besides; alone, without scopes and preset. Null if entries are not what is set.
    /// </summary>
    public IReadOnlyList<ImageTrust>? Entries { get; init; }

    /// <summary>What is demanded.</summary>
    public RequirementOptions Options { get; init; } = new();

    /// <summary>The stores and the switch for attachments, as far as they were given. Where nothing else is, only they are set.</summary>
    public LookasideSection Stores { get; init; } = new();

    /// <summary>Take away the store that signatures are read from.</summary>
    public bool WithoutStore { get; init; }

    /// <summary>Take away the store that signatures are written to.</summary>
    public bool WithoutStaging { get; init; }

    /// <summary>The files that entries need on the host, read where the entries live. Null if they are not copied.</summary>
    public Func<ImageTrust, IReadOnlyList<KeyCopy>>? Carried { get; init; }

    /// <summary>Take keys that are missing or cannot sign now, and scopes that no image has.</summary>
    public bool Force { get; init; }

    /// <summary>The files of the host that are going to be read.</summary>
    public IReadOnlyList<string> Files =>
    [
        .. Options.CopyKey ? KeyCopies.Targets(Options) : Paths(Options),
        .. (Entries ?? []).Where(static e => e.Requirements is not null)
            .SelectMany(static e => PolicyFiles.Of(e.Requirements.OfType<TrustRequirement>())),
        .. Preset is null || Options.KeyPaths.Count > 0 ? [] : Presets.Files(Preset),
    ];

    /// <summary>Whether entries are set with the keys that they name themselves.</summary>
    public bool CarriesKeys => Entries is not null && Said.IsEmpty;

    // Keys that travel with entries say nothing of what is demanded.
    private RequirementOptions Said => Options with { SignedIdentity = null, InlineKey = false, CopyKey = false };

    /// <summary>Refuses what is not possible on any host.</summary>
    /// <exception cref="TrustException">
    /// Nothing is said to be set (<c>MissingRegistry</c>), a store is empty (<c>EmptyStore</c>), a preset is not alone
    /// (<c>PresetAlone</c>), or the identity is not valid (<c>InvalidIdentity</c>).
    /// </exception>
    public void RequirePossible()
    {
        bool hasScopes = IsDefault || Registries.Count > 0;
        if (Entries is not null && (hasScopes || Preset is not null))
            throw new InvalidOperationException("Entries are set alone.");
        RequirementFactory.RequireValid(Options.SignedIdentity);
        if (Stores.SignatureStore is "" || Stores.SignatureStoreStaging is "")
        {
            throw Invalid(
                "EmptyStore",
                "A signature store is empty; perhaps a variable is not set. To forget a scope with its " +
                    $"stores use {TrustOperation.Remove}.");
        }

        bool hasMore = hasScopes || Transport is not null || Options.Type is not null || Options.HasSigstoreParts
            || ChangesStores;
        if (Preset is not null && hasMore)
        {
            throw Invalid(
                "PresetAlone",
                $"{TrustOption.Preset} brings its own registries, type and stores. Leave out the registry, " +
                    $"{TrustOption.Default}, {TrustOption.Transport}, "
                + $"{TrustOption.Type}, the options of sigstore and the store options.");
        }

        if (Preset is not null && Options is { CopyKey: true, KeyPaths.Count: 0 })
            throw Invalid("MissingKey",
                $"{TrustOption.CopyKey} copies a key file of this machine. Specify it with {TrustOption.KeyPath}; the preset's own is " +
                "the host's.");
        if (Preset is null && Entries is null && !hasScopes)
            throw Invalid("MissingRegistry", $"Say what to set: a registry, {TrustOption.Default}, or {TrustOption.Preset}.");
    }

    /// <summary>What becomes of which scope of a host. Keys are checked there (<see cref="TrustStore.CheckKeys"/>).</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="refused">Takes the fault of one scope or entry, and the others get their turn. Null: the first fault is thrown.</param>
    /// <returns>The changes that are possible.</returns>
    /// <exception cref="TrustException">
    /// See <see cref="RequirePossible"/>, <see cref="RequirementFactory.Build"/>, <see cref="ScopeRules.Require"/> and <see
    /// cref="TrustStore.Preset"/>; or an
    /// entry lacks something (<c>IncompleteEntry</c>, <c>IdentityAmbiguous</c>, <c>KeysNotUsed</c>).
    /// </exception>
    public IReadOnlyList<TrustChange> ToChanges(TrustStore store, Action<TrustException>? refused = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        RequirePossible();
        return Preset is not null ? OfPreset(store) : Entries is not null ? OfEntries(store, Entries, refused) : OfScopes(store, refused);
    }

    private bool ChangesStores => !Stores.IsEmpty || WithoutStore || WithoutStaging;

    private List<TrustChange> OfScopes(TrustStore store, Action<TrustException>? refused)
    {
        IReadOnlyList<KeyCopy> copies = [];
        List<TrustChange> changes = OfScopes(options =>
        {
            (IReadOnlyList<TrustRequirement> requirements, copies) = Build(store, options);
            return requirements;
        }, refused);
        return [.. changes.Select(c => c with { Copies = copies })];
    }

    /// <summary>What becomes of the scopes that are named.</summary>
    /// <param name="build">Builds the requirements, and checks their keys.</param>
    /// <param name="refused">Takes the fault of one scope. Null: the first fault is thrown.</param>
    internal List<TrustChange> OfScopes(
        Func<RequirementOptions, IReadOnlyList<TrustRequirement>> build, Action<TrustException>? refused)
    {
        LookasideSection? stores = Stores.IsEmpty ? null : Stores;
        IReadOnlyList<TrustRequirement>? requirements = Options.IsEmpty && ChangesStores ? null : build(Options);

        // Who says nothing of attachments, and asks for signatures that lie there, wants them read.
        TrustChange change = new()
        {
            Transport = "all",
            Registry = "default",
            IsDefault = true,
            Requirements = requirements,
            RequiresKeys = !Force,
            IsForced = Force,
            ReplacesKeys = Force,
            Section = stores,
            WithoutStore = WithoutStore,
            WithoutStaging = WithoutStaging,
            SwitchOnAttachments = requirements is not null && Stores.UseSigstoreAttachments is null,
        };
        List<TrustChange> changes = IsDefault ? [change] : [];
        string transport = Transport ?? "docker";
        foreach (string name in Registries)
        {
            Attempt(refused, () =>
            {
                ScopeRules.Require(transport, name, Force);
                changes.Add(change with { Transport = transport, Registry = name, IsDefault = false });
            });
        }

        return changes;
    }

    // Who brings a key brings one of the form that the stores are for.
    private List<TrustChange> OfPreset(TrustStore store) =>
    [
        .. store.Preset(Preset!, Options.KeyPaths.Count > 0, Force, Presets).Select(entry =>
        {
            (IReadOnlyList<TrustRequirement> requirements, IReadOnlyList<KeyCopy> copies) = Build(store, entry.Complete(Options));
            return new TrustChange
            {
                Transport = entry.Transport,
                Registry = entry.Registry,
                Requirements = requirements,
                RequiresKeys = !Force,
                IsForced = Force,
                Copies = copies,
                ReplacesKeys = Force,
                Section = entry.Section.IsEmpty ? null : entry.Section,
            };
        }),
    ];

    private List<TrustChange> OfEntries(TrustStore store, IReadOnlyList<ImageTrust> entries, Action<TrustException>? refused)
    {
        IReadOnlyList<TrustRequirement>? given = null;
        IReadOnlyList<KeyCopy> copied = [];
        if (!Said.IsEmpty)
            (given, copied) = Build(store, Options);
        EntryRules rules = new(this, given);
        List<TrustChange> changes = [];
        foreach (ImageTrust entry in entries)
        {
            Attempt(refused, () =>
            {
                TrustChange change = rules.ToChange(entry);
                IReadOnlyList<KeyCopy> copies = given is null ? Carried?.Invoke(entry) ?? [] : copied;
                if (given is null)
                    store.CheckKeysThen(change.Requirements!, copies, Force, Options.InlineKey, entries.Count > 1 ? $"{change}" : null);
                changes.Add(change with
                {
                    RequiresKeys = !Force,
                    IsForced = Force,
                    Copies = copies,
                    ReplacesKeys = Force,
                    WithoutStore = WithoutStore,
                    WithoutStaging = WithoutStaging,
                });
            });
        }

        return changes;
    }

    private (IReadOnlyList<TrustRequirement> Requirements, IReadOnlyList<KeyCopy> Copies) Build(
        TrustStore store, RequirementOptions options)
    {
        (RequirementOptions there, IReadOnlyList<KeyCopy> copies) =
            options.CopyKey && Paths(options).Any() ? KeyCopies.Of(options, store.Locations) : (options, []);
        IReadOnlyList<TrustRequirement> requirements = store.Requirements.Build(there);
        store.CheckKeysThen(requirements, copies, Force, options.InlineKey || options.TrustedRoot is not null);
        return (requirements, copies);
    }

    private static IEnumerable<string> Paths(RequirementOptions options) =>
    [
        .. options.KeyPaths, .. options.RekorPublicKeyPaths,
        .. new[] { options.FulcioCAPath, options.CARootsPath, options.CAIntermediatesPath }.OfType<string>(),
    ];

    private static void Attempt(Action<TrustException>? refused, Action action)
    {
        try
        {
            action();
        }
        catch (TrustException e) when (refused is not null)
        {
            refused(e);
        }
    }

    private static TrustException Invalid(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
