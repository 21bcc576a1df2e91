using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Defaults;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Looser;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust;

/// <summary>Works out which files changes of scopes make different, and how. Reads, and writes nothing.</summary>
internal sealed class TrustPlanner
{
    private readonly ITrustHost _host;
    private readonly TrustLocations _locations;
    private readonly AdviceTarget _target;
    private readonly KeyContent _keys;
    private readonly IReadOnlyList<TrustChange> _changes;
    private readonly List<string> _warnings = [];
    private readonly List<TrustChange> _notFound = [];

    // registries.d as podman 6 reads it, which a change must suit too where nothing says that an older release is there. Null where that
    // does not matter.
    private LookasideConfiguration? _allLevels;

    private TrustPlanner(TrustStore store, IReadOnlyList<TrustChange> changes)
    {
        _host = store.Host;
        _locations = store.Locations;
        _target = store.Target;
        _changes = changes;
        KeyCopy[] copies = [.. changes.SelectMany(static c => c.Copies)];
        _keys = new KeyContent(copies.Length == 0 ? store.KeyMaterials : new KeyMaterialFiles(new CopiedKeysHost(_host, copies)));
    }

    // The distribution's own file under /usr is never written: a change of it becomes the system's file.
    private string PolicyPath => WritePath(_locations);

    public static string WritePath(TrustLocations locations) =>
        locations is { PolicyPath: TrustLocations.VendorPolicyPath, IsNamed: false } ? TrustLocations.SystemPolicyPath
            : locations.PolicyPath;

    /// <exception cref="TrustException">The changes are not possible, or a file cannot be read or is refused.</exception>
    public static TrustPlan Make(TrustStore store, IReadOnlyList<TrustChange> changes)
    {
        // Of one scope the later change counts, but not which of two keys has a name.
        KeyCopies.RequireAgreement(changes.SelectMany(static c => c.Copies));
        return new TrustPlanner(store, TrustChanges.Fold(changes)).Make();
    }

    private TrustPlan Make()
    {
        IReadOnlyList<TrustChange> changes = _changes;
        LookasideConfiguration lookaside = LookasideConfiguration.Load(_host, _locations);
        _allLevels = lookaside.Levels.Count > 0 ? lookaside : OtherReading(_host);
        PlanCheck.RequireNoBarePath(changes, lookaside);
        List<SectionChange> sections = Sections(changes, lookaside);
        HashSet<string> removed = [.. sections.Where(static s => s.NewSection is null && s.Namespace is not null)
            .Select(static s => s.Namespace!)];
        (PlannedFile? policy, PolicyEditor? editor) = PlanPolicy(changes, removed);
        if (editor?.After is { } accepted)
            CompareMeaning(changes, editor.Before, accepted);

        LookasideConfiguration after = lookaside;
        LookasideEdit edit = new([], []);
        List<TrustChange> switchedOn = [];
        if (sections.Count > 0 || changes.Any(static c => c.InForce is not null || c.SwitchOnAttachments))
        {
            (edit, after) = PlanLookaside(lookaside, sections);
            if (AddWhatIsNotInherited(changes, sections, after))
                (edit, after) = PlanLookaside(lookaside, sections);
            switchedOn = SwitchOnAttachments(changes, sections, after);
            if (switchedOn.Count > 0)
                (edit, after) = PlanLookaside(lookaside, sections);
        }

        _warnings.AddRange(edit.Warnings.Select(static w => w.Message));
        WarnOfUserFiles(edit);
        foreach (TrustChange change in changes.Where(static c => !c.Remove && c.Requirements is not null))
        {
            if (!change.IsDefault && ScopeRules.Doubt(change.Transport, change.Registry) is { } doubt)
                _warnings.Add(doubt);
        }

        Lazy<Mirrors> mirrors = new(() => Mirrors.Load(_host, _locations.Release));
        _warnings.AddRange(SigstoreDoubts.Of(changes, _target, scope => ReadsAttachments(scope, after), scope => mirrors.Value.Of(scope)));
        foreach (TrustChange change in changes)
        {
            if (change is { IsDefault: false, Transport: "docker", Registry: "", InForce.SignatureStore: { } store }
                && AsksForSignatures(change.Requirements) && after.ForScope("docker", "")?.SignatureStore != store)
                _warnings.Add("The default of transport docker cannot have a section of its own, "
                    + $"so its signature store {StoreUrl.WithoutUser(store)} is not copied. {SetsStore(store)}");
        }

        bool losesStores = editor is not null && (removed.Count > 0 || changes.Any(static c => c.WithoutStore));
        List<string> lost = losesStores ? [.. new LostStores(_target).Find(changes, editor!, lookaside, after)] : [];
        _warnings.AddRange(lost);

        // Of a store that is missed it is said already.
        _warnings.AddRange(changes.SelectMany(c => StoreRemoval.Losses(c, lookaside, _host.ComputerName)
            .Where(loss => !loss.Contains(" signature store ", StringComparison.Ordinal)
                || !lost.Any(l => l.StartsWith(LostStores.Beginning(c), StringComparison.Ordinal)))));
        _warnings.AddRange(changes.Select(c => StoreRemoval.Inherited(c, after)).OfType<string>());

        // No policy names a key that is missing.
        List<PlannedFile> files = [.. KeyCopies.Plan(_host, _locations, changes, editor?.Before, _warnings)];
        if (policy is not null)
            files.Add(policy);
        files.AddRange(edit.Files.Select(static f => new PlannedFile(f.Path, f.Expected, f.NewContent)));
        PlanCheck.RequireNoVendorFile(_host, files);
        if (policy is not null && CrioNotice.Of(_host, _locations) is { } notice)
            _warnings.Add(notice);
        return new TrustPlan(files, _notFound, _warnings)
        {
            AttachmentsSwitchedOn = switchedOn,
            Notes = SigstoreDoubts.Notes(changes),
            LinksReplaced = [.. PlanCheck.LinksReplaced(_host, files)],
        };
    }

    private (LookasideEdit Edit, LookasideConfiguration After) PlanLookaside(LookasideConfiguration lookaside, List<SectionChange> sections)
    {
        LookasideEdit edit = LookasideEditor.Plan(_host, _locations.RegistriesDirectory, lookaside, sections, _allLevels);
        if (edit.Files.Count == 0)
            return (edit, lookaside);
        PlannedHost planned = new(_host, edit);
        try
        {
            if (_allLevels is not null && !_locations.ReadsAllRegistries)
                _ = LookasideConfiguration.LoadAllLevels(planned, _locations.RegistriesDirectory, ContainersRelease.Six);
            if (_allLevels is not null)
                PlanCheck.RequireReadableForOthers(_host, planned, _locations.RegistriesDirectory);
            return (edit, LookasideConfiguration.Load(planned, _locations));
        }
        catch (TrustFormatException e)
        {
            throw PlanCheck.Refused(e);
        }
    }

    private LookasideConfiguration? OtherReading(ITrustHost host)
    {
        if (_locations.Release is { IsCertain: true, ReadsAllLevels: false })
            return null;
        try
        {
            return LookasideConfiguration.LoadAllLevels(host, _locations.RegistriesDirectory, ContainersRelease.Six);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // What podman 6 refuses already cannot be made worse for it.
            return null;
        }
    }

    private (PlannedFile? File, PolicyEditor? Editor) PlanPolicy(IReadOnlyList<TrustChange> changes, HashSet<string> sectionsRemoved)
    {
        HostFile? present = _host.TryReadFile(PolicyPath, PolicyReader.MaxBytes);
        if (present is null && _locations.IsFromVariable)
            throw PolicyErrors.VariableNamesNothing(PolicyPath);
        (ReadOnlyMemory<byte> text, string origin, bool isWanted) = present is null ? Origin() : (present.Content, PolicyPath, true);
        if (!isWanted && changes.All(static c => c.Remove))
        {
            _notFound.AddRange(changes.Where(c => !sectionsRemoved.Contains(c.Registry)));
            return (null, null);
        }

        PolicyEditor editor = PolicyErrors.Advised(_target, () => new PolicyEditor(text, origin));
        foreach (TrustChange change in changes)
        {
            if (change.Remove)
            {
                // A scope that only registries.d knows is removed there.
                if (!editor.RemoveScope(change.Transport, change.Registry) && !sectionsRemoved.Contains(change.Registry))
                    _notFound.Add(change);
            }
            else if (change.Requirements is not null)
            {
                SecretKeys.RequireNone(change.Requirements);
                PlanCheck.RequireMadeFrom(change, editor);
                _ = change.IsDefault ? editor.SetDefault(change.Requirements)
                    : editor.SetScope(change.Transport, change.Registry, change.Requirements);
            }
        }

        // A missing policy is written even if what is asked for is what the default says: without the file nothing is in force.
        if (!editor.HasChanges && (present is not null || changes.All(static c => c.Remove || c.Requirements is null)))
            return (null, editor);
        if (present is null)
            WarnOfNewPolicy(editor, origin, changes);
        return (new PlannedFile(PolicyPath, present, editor.HasChanges ? editor.ToBytes() : text), editor);
    }

    private void CompareMeaning(IReadOnlyList<TrustChange> changes, PolicyDocument before, PolicyDocument after)
    {
        if (LooserScopes.Describe(LooserScopes.Find(before, after, _keys)) is { } looser)
        {
            if (changes.Any(static c => c.MustNotWeaken))
                throw PlanCheck.Weaker(looser, PolicyPath);
            _warnings.Add(looser);
        }

        if (InstalledReleases.Refusal(_host, _locations.Release, before, after) is not { } refusal)
            return;
        if (!changes.Any(static c => c.IsForced))
            throw PlanCheck.RefusedByRelease(refusal, PolicyPath);
        _warnings.Add(refusal);
    }

    // What a new policy starts from: what has been in force so far, so that nothing that was demanded is lost.
    private (ReadOnlyMemory<byte> Text, string Origin, bool Exists) Origin()
    {
        string[] candidates = _locations.IsUserPolicy ? [TrustLocations.SystemPolicyPath, TrustLocations.VendorPolicyPath]
            : [TrustLocations.VendorPolicyPath];
        foreach (string candidate in candidates)
        {
            if (_host.TryReadFile(candidate, PolicyReader.MaxBytes) is { } file)
                return (file.Content, candidate, true);
        }

        return (DistributionDefault.Find(_host)?.Policy ?? DefaultPolicy.Text.ToArray(), PolicyPath, false);
    }

    private void WarnOfNewPolicy(PolicyEditor editor, string origin, IReadOnlyList<TrustChange> changes)
    {
        string source = origin == PolicyPath ? "the distribution's default" : $"a copy of {origin}, which it replaces whole";
        bool acceptsAll = ImageTrust.Summarize(editor.Before.Default) == TrustType.Accept
            && !changes.Any(static c => c.IsDefault && c.Requirements is not null);
        Advice refuse = Advice.Of(TrustOperation.Set, _target, TrustOption.Default.With(), TrustOption.Type.With("reject"));
        string advice = acceptsAll ? $" It accepts every image that no scope governs; {refuse} refuses those." : "";
        if (acceptsAll || origin != PolicyPath)
            _warnings.Add($"{PolicyPath} did not exist; it is made from {source}.{advice}");
    }

    /// <summary>Refuses a change for reasons that are in no file.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="TrustException">It is not possible.</exception>
    public static void Check(TrustChange change)
    {
        RequireNoStrangeSection(change);
        if (change is { Remove: false, Requirements: not null })
            SecretKeys.RequireNone(change.Requirements);
    }

    private static void RequireNoStrangeSection(TrustChange change)
    {
        if (!HasSection(change) && (change.Section is { IsEmpty: false } || change.WithoutStore || change.WithoutStaging))
        {
            throw new TrustException(
                "NoSignatureStore",
                TrustErrorKind.InvalidArgument,
                $"Signature stores and attachments belong to scopes of transport docker; {change} cannot have them. Leave them out.")
            {
                Target = change.ToString(),
            };
        }
    }

    private List<SectionChange> Sections(IReadOnlyList<TrustChange> changes, LookasideConfiguration lookaside)
    {
        List<SectionChange> sections = [];
        foreach (TrustChange change in changes)
        {
            RequireNoStrangeSection(change);
            if (!HasSection(change))
                continue;

            string? name = change.IsDefault ? null : change.Registry;
            LookasideEntry? entry = name is null ? lookaside.Default : lookaside.Sections.GetValueOrDefault(name);
            bool isBelow = entry is not null && SectionPlaces.IsBelow(lookaside, entry);
            bool isThere = entry is not null && !isBelow;
            if (isBelow && name is not null && (change.Remove ? !change.KeepSection : change.Section is null && change.ReplaceSection))
                _warnings.Add($"{change} keeps the section that {entry!.Path} has for it, which is not changed from here.");
            if (change.Remove ? !change.KeepSection && name is not null && isThere : change.Section is null && change.ReplaceSection
                && isThere && name is not null)
                sections.Add(new SectionChange(name, null, true));
            else if (!change.Remove && change.Section is not null)
                sections.Add(new SectionChange(name, change.Section, change.ReplaceSection));
            if (!change.Remove)
                StoreRemoval.Plan(change, name, entry, isBelow, sections);
        }

        return sections;
    }

    private static bool HasSection(TrustChange change) => change.IsDefault || (change.Transport == "docker" && change.Registry.Length > 0);

    // A copied scope whose store came from a section that is not copied along would lose it, and images with it.
    private static bool AddWhatIsNotInherited(IReadOnlyList<TrustChange> changes, List<SectionChange> sections,
        LookasideConfiguration after)
    {
        bool added = false;
        foreach (TrustChange change in changes)
        {
            if (change.InForce is not { IsEmpty: false } wanted || !HasSection(change) || change.IsDefault
                || !AsksForSignatures(change.Requirements))
                continue;
            EffectiveLookaside? now = after.ForScope("docker", change.Registry);
            LookasideSection difference = new()
            {
                SignatureStore = now?.SignatureStore == wanted.SignatureStore ? null : wanted.SignatureStore,
                SignatureStoreStaging = now?.SignatureStoreStaging == wanted.SignatureStoreStaging ? null : wanted.SignatureStoreStaging,
                UseSigstoreAttachments = now?.UseSigstoreAttachments == wanted.UseSigstoreAttachments ? null
                    : wanted.UseSigstoreAttachments,
            };
            if (difference.IsEmpty)
                continue;
            sections.RemoveAll(s => s.Namespace == change.Registry);
            sections.Add(new SectionChange(change.Registry, new LookasideSection
            {
                SignatureStore = change.Section?.SignatureStore ?? difference.SignatureStore,
                SignatureStoreStaging = change.Section?.SignatureStoreStaging ?? difference.SignatureStoreStaging,
                UseSigstoreAttachments = change.Section?.UseSigstoreAttachments ?? difference.UseSigstoreAttachments,
            }, true));
            added = true;
        }

        return added;
    }

    private static bool AsksForSignatures(IReadOnlyList<TrustRequirement>? requirements) =>
        requirements is not null && requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement);

    // Without the switch nobody would read the signatures that the new requirements ask for.
    private List<TrustChange> SwitchOnAttachments(IReadOnlyList<TrustChange> changes, List<SectionChange> sections,
        LookasideConfiguration after)
    {
        List<TrustChange> switchedOn = [];
        foreach (TrustChange change in changes)
        {
            if (!change.SwitchOnAttachments || change.Remove || !_locations.AreOfOneLevel || !HasSection(change)
                || ReadsAttachments(change.IsDefault ? "" : change.Registry, after)
                || change.Requirements?.Any(static r => r is SigstoreSignedRequirement) != true)
            {
                continue;
            }

            string? name = change.IsDefault ? null : change.Registry;
            int planned = sections.FindIndex(s => s.Namespace == name);
            if (planned < 0)
                sections.Add(new SectionChange(name, new LookasideSection { UseSigstoreAttachments = true }, false));
            else
                sections[planned] = sections[planned] with { NewSection =
                    (sections[planned].NewSection ?? new LookasideSection()) with { UseSigstoreAttachments = true } };
            switchedOn.Add(change);
        }

        return switchedOn;
    }

    private static bool ReadsAttachments(string scope, LookasideConfiguration lookaside) =>
        lookaside.ForScope("docker", scope)?.UseSigstoreAttachments == true;

    private void WarnOfUserFiles(LookasideEdit edit)
    {
        if (!_locations.IsUserRegistries || _locations.ReadsAllRegistries || !edit.Files.Any(static f => f.NewContent is not null)
            || _host.Exists(_locations.RegistriesDirectory))
            return;
        string[] system = [.. _host.ListDirectory(TrustLocations.SystemRegistriesDirectory)
            .Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal))];
        if (system.Length > 0)
            _warnings.Add($"{_locations.RegistriesDirectory} did not exist; from now on it replaces " +
                $"{TrustLocations.SystemRegistriesDirectory} whole, and the stores in {string.Join(", ", system)} there no longer count " +
                "for this user. Copy those files if they should.");
    }

    // No password on a command line.
    private string SetsStore(string store) => StoreUrl.HasSecret(store)
        ? $"{Advice.Of(TrustOperation.Set, _target, TrustOption.Default.With())} sets it, with {TrustOption.SignatureStore}."
        : $"{Advice.Of(TrustOperation.Set, _target, TrustOption.Default.With(), TrustOption.SignatureStore.With(store))} sets it.";
}
