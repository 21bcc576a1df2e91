using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// Makes MachineConfigs of entries: the policy.json that demands what they demand, with their signature stores and keys where asked for.
/// What the machine-config-operator would refuse is refused here, with the reason. Not for several threads at once.
/// </summary>
public sealed class MachineConfigBuilder
{
    private const int FileMode = 0x1A4;

    private static readonly TrustLocations Locations = new(
        TrustLocations.SystemPolicyPath,
        TrustLocations.SystemRegistriesDirectory,
        PolicyExists: true,
        IsUserPolicy: false);

    private readonly MachineConfigOptions _options;
    private readonly TrustMessages _messages;
    private readonly OpenShiftRelease _release;
    private readonly IgnitionTarget _target;
    private readonly IReadOnlyList<(string Role, string Name)> _names;

    /// <summary>Prepares the making.</summary>
    /// <param name="options">What MachineConfigs shall be made.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <exception cref="TrustException">
    /// A version (<c>UnknownOpenShiftVersion</c>), role (<c>InvalidRole</c>, <c>DuplicateRole</c>), name (<c>InvalidName</c>,
    /// <c>ReservedName</c>, <c>NameNotDistinct</c>, <c>NameTooEarly</c>) or label (<c>InvalidLabel</c>) is not possible, or the cluster
    /// would
    /// not use the MachineConfig, or lose its own policy by it (<c>OperatorPolicyWins</c>).
    /// </exception>
    public MachineConfigBuilder(MachineConfigOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        _options = options;
        _messages = messages;
        _release = OpenShiftRelease.Parse(options.OpenShiftVersion ?? IgnitionVersions.NewestOpenShift, options.ClusterType);
        _target = IgnitionVersions.For(_release);
        _names = MachineConfigNames.For(options, _release);
        foreach ((string role, string name) in _names)
        {
            CheckOutcome(role, name);
            if (options.OSImageStream?.Invoke(role) is { } stream && options.Operator is null)
                NodeStreams.Require(stream, _release);
        }

        MachineConfigNames.Labels(options.Labels, _names[0].Role);
        if (options.NoReboot && options.Keys.Count == 0)
            throw new TrustException(
                "NoRebootNeedsKeys",
                TrustErrorKind.InvalidArgument,
                $"{TrustOption.NoReboot} says where key files go, and there are none. Give them with {TrustOption.KeyFile}.");
    }

    /// <summary>The release that they are made for.</summary>
    public OpenShiftRelease Release => _release;

    /// <summary>Makes the MachineConfigs.</summary>
    /// <param name="entries">
    /// The entries. If the policy's default is among them, they are the whole policy. Otherwise the distribution's default is added to
    /// them: everything else is accepted.
    /// </param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One MachineConfig a role, in the order of the roles.</returns>
    /// <exception cref="TrustException">
    /// The entries cannot become one policy, a key file does not fit, or a MachineConfig would be too large.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<MachineConfigTrust> Build(IReadOnlyList<ImageTrust> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0)
            throw new TrustException(
                "NoEntries",
                TrustErrorKind.InvalidArgument,
                $"There are no entries, and a policy that accepts everything is none. Give entries from {TrustOperation.Get}, " +
                $"or {TrustOption.Preset.With("RedHat")}.");
        List<TrustChange> changes = ToChanges(entries);
        if (_options.Default is { } given && !changes.Exists(static c => c.IsDefault))
            changes.Add(new TrustChange { Transport = "", Registry = "", IsDefault = true, Requirements = [given] });
        bool isWhole = changes.Exists(static c => c.IsDefault);
        if (!isWhole && !_options.AcceptsTheRest && _options.Operator is null)
            _messages.Warning("The policy's default is not among the entries, so nodes accept every image that no scope governs. To " +
                $"refuse those, pipe the default along: {TrustOperation.Get} without parameters has it.");
        if (TrustPresets.LeftOut([.. changes.Where(static c => c.Requirements!.Any(static r => r is SignedByRequirement))
            .Select(static c => c.Registry)]) is { } leftOut)
            _messages.Warning(leftOut);

        IReadOnlyDictionary<string, byte[]> keys = NodeKeys.Place(_options.Keys, changes.SelectMany(static c => c.Requirements!));
        if (_options.NoReboot)
        {
            changes = [.. changes.Select(c => c with { Requirements = NodeKeys.OnKeyring(c.Requirements!, c.ToString(), keys) })];
            keys = new Dictionary<string, byte[]> { [NodeKeys.NoRebootPath] = NodeKeys.Keyring(keys) };
        }

        List<MachineConfigTrust> made = [];
        foreach ((string role, string name) in _names)
        {
            OperatorPart? part = _options.Operator?.Invoke(role);
            part?.RequireComplete(_release, role);
            part?.Later?.RequireSame(name, role, changes);
            RhcosDefaults defaults = NodeStreams.Defaults(Stream(role), _release);
            IReadOnlyList<MachineConfigFile> node = [.. Underneath(part, entries)];
            RequireNoCollision(new DocumentHost("the nodes", node, defaults.Files), defaults, static c => c.IsOfTheSystem, null);
            IReadOnlyList<TrustChange> wanted = part is null ? changes : PolicyMerger.Merge(part, changes);
            List<MachineConfigFile> files = Files(wanted, isWhole, (part, node), keys, defaults, cancellationToken);
            RequireReadable(files, node, defaults);
            if (made.Count == 0 || part is not null || _options.OSImageStream is not null)
            {
                CheckKeys([.. wanted], files);
                foreach (string doubt in NodeDoubts.Of(wanted, files, node, defaults, _options.IncludeRegistriesD))
                    _messages.Warning(doubt);
                CheckNeeds(files, part);
                WarnOfStreams(role, wanted, files);
                if (OldBootImages.Doubt(_release, _options.InstalledVersion, Policy(files)) is { } old)
                    _messages.Warning(old);
            }

            made.Add(Make(role, name, files, part, changes));
        }

        return made;
    }

    private void CheckOutcome(string role, string name)
    {
        bool isMerged = _options.Operator is not null;
        if (OutcomeRules.Refusal(name, role, _release, isMerged, _options.OpenShiftVersion is not null) is { } refusal)
        {
            // A merged policy that comes too early is of no use to anybody.
            if (!_options.Force || isMerged)
                throw refusal;
            _messages.Warning(refusal.Message);
        }
        else if (OutcomeRules.Doubt(name, role, _release, isMerged) is { } doubt)
        {
            _messages.Warning(doubt);
        }
        else if (OutcomeRules.Condition(name, role, _release, isMerged) is { } condition)
        {
            _messages.Verbose(condition);
        }
    }

    // What the operator's own policy refuses is the cluster's matter.
    private void CheckNeeds(List<MachineConfigFile> files, OperatorPart? part)
    {
        PolicyDocument policy = Policy(files);
        string[] refused = [.. ClusterNeeds.Refused(policy, _release, _options.ReleaseRepositories)
            .Except(part is null ? [] : ClusterNeeds.Refused(part.Policy, _release, _options.ReleaseRepositories))];
        if (refused.Length == 0)
            return;
        string message = $"The policy refuses images that {_release} cannot do without: {string.Join(", ", refused)}.";
        if (!_options.Force)
            throw new TrustException(
                "ClusterImagesRefused",
                TrustErrorKind.InvalidArgument,
                $"{message} Nodes would not start, or not be updated. Add entries for them: " +
                $"{TrustOption.Preset.With(MachineConfigPresets.OpenShift)} has those of the vendor's release." +
                ClusterNeeds.BesidesThePreset(policy, _release, _options.ReleaseRepositories));
        _messages.Warning(message);
    }

    private string? Stream(string role) => _options.OSImageStream?.Invoke(role);

    private static PolicyDocument Policy(List<MachineConfigFile> files) =>
        PolicyReader.Read(files[0].Content, TrustLocations.SystemPolicyPath);

    // Where nobody says which stream the nodes have, they are taken for those of RHEL 9.
    private void WarnOfStreams(string role, IReadOnlyList<TrustChange> changes, List<MachineConfigFile> files)
    {
        if (!NodeStreams.IsOpen(Stream(role), _release))
            return;
        string[] lost = [.. RhcosDefaults.Rhel9.Files.Where(f => files.All(o => o.Path != f.Path))
            .Select(static f => f.Path[(f.Path.LastIndexOf('/') + 1)..^".yaml".Length])
            .Where(h => changes.Any(c => c.Transport == "docker"
                && (c.Registry == h || c.Registry.StartsWith(h + "/", StringComparison.Ordinal))
                && c.Requirements!.Any(static r => r is SignedByRequirement)))];
        if (lost.Length > 0)
            _messages.Warning($"Nodes of the stream rhel-10 have no signature store for {string.Join(", ", lost)}, and accept no image " +
                $"of it by GPG signatures. If the pool {role} has that stream, specify {TrustOption.OSImageStream.With("rhel-10")} and " +
                $"{TrustOption.IncludeRegistriesD}, or require sigstore signatures.");
    }

    // With what is in registries.d on the nodes already: a scope in two files ends every pull there.
    private static void RequireReadable(List<MachineConfigFile> files, IReadOnlyList<MachineConfigFile> node, RhcosDefaults defaults)
    {
        DocumentHost host = new("the nodes", files, [.. node, .. defaults.Files]);
        try
        {
            LookasideConfiguration.Load(host, TrustLocations.SystemRegistriesDirectory);
        }
        catch (TrustException e)
        {
            if (e.ErrorId == "DuplicateNamespace")
                RequireNoCollision(host, defaults, static _ => true, e);
            throw Conflict($"With what is in {TrustLocations.SystemRegistriesDirectory} on the nodes, every pull would fail there: " +
                e.Message, e.Target, e);
        }
    }

    // What image policies of the cluster have done to the nodes: no MachineConfig changes it.
    private static void RequireNoCollision(DocumentHost host, RhcosDefaults defaults, Func<ScopeCollision, bool> counts, Exception? inner)
    {
        ScopeCollision[] collisions = [.. ScopeCollision.Of(host, defaults).Where(counts)];
        if (collisions.Length > 0)
            throw Conflict(string.Join(' ', collisions.Select(static c => c.Describe([], null))), collisions[0].Path, inner);
    }

    private static TrustException Conflict(string message, string? target, Exception? inner) =>
        new("RegistriesConflict", TrustErrorKind.InvalidData, message, inner) { Target = target };

    // What is in registries.d on the nodes besides what the MachineConfig brings.
    private IEnumerable<MachineConfigFile> Underneath(OperatorPart? part, IReadOnlyList<ImageTrust> entries) =>
        (part?.RegistriesD ?? OperatorFiles.Expected(_release, OperatorFiles.ScopesOf(_options.NodeRegistriesD)
                .Concat(OperatorFiles.ScopesOf(entries))))
            .Concat(_options.NodeRegistriesD)
            .DistinctBy(static f => DocumentHost.Normalize(f.Path));

    // What contradicts itself is refused: which entry was meant cannot be told, and the weaker one must not win by coming last.
    private List<TrustChange> ToChanges(IReadOnlyList<ImageTrust> entries)
    {
        List<TrustChange> changes = [];
        Dictionary<string, int> places = [];
        foreach (ImageTrust entry in entries)
        {
            TrustChange change = ToChange(entry);
            string scope = change.IsDefault ? "" : $"{change.Transport}\0{change.Registry}";
            if (places.TryAdd(scope, changes.Count))
                changes.Add(change);
            else if (HasNoStores(changes[places[scope]]) != HasNoStores(change)
                && RequirementWriter.MeansSame(changes[places[scope]].Requirements!, change.Requirements!))
                // One that was read from a policy alone says nothing of stores.
                changes[places[scope]] = HasNoStores(change) ? changes[places[scope]] : change;
            else if (!MeansSame(changes[places[scope]], change))
                throw new TrustException(
                    "ScopeConflict",
                    TrustErrorKind.InvalidArgument,
                    $"There are several entries for {change} that demand different things, and a node has one policy. Choose one of them.")
                {
                    Target = change.ToString(),
                };
        }

        return changes;
    }

    private TrustChange ToChange(ImageTrust entry)
    {
        if (entry.Transport is null || entry.Registry is null || entry.Requirements is null || entry.Requirements.Count == 0
            || entry.Requirements.Any(static r => r is null))
            throw new TrustException(
                "IncompleteEntry",
                TrustErrorKind.InvalidArgument,
                $"An entry needs Transport, Registry and Requirements. Give an entry from {TrustOperation.Get}.")
            {
                Target = entry.Registry,
            };
        SecretKeys.RequireNone(entry.Requirements);
        return new EntryRules(new SetRequest { Force = _options.Force }, given: null).ToChange(entry);
    }

    private static bool HasNoStores(TrustChange change) =>
        change is { Section: null or { IsEmpty: true }, InForce: null or { IsEmpty: true } };

    private bool MeansSame(TrustChange left, TrustChange right) =>
        RequirementWriter.MeansSame(left.Requirements!, right.Requirements!)
        && (!_options.IncludeRegistriesD || (left.Section == right.Section && left.InForce == right.InForce));

    private List<MachineConfigFile> Files(IReadOnlyList<TrustChange> changes, bool isWhole,
        (OperatorPart? Part, IReadOnlyList<MachineConfigFile> RegistriesD) node, IReadOnlyDictionary<string, byte[]> keys,
        RhcosDefaults defaults, CancellationToken cancellationToken)
    {
        OperatorPart? part = node.Part;
        // Where the default is not given, the distribution's is meant, and with it what that accepts from the local docker daemon.
        List<TrustChange> all = [.. changes];
        if (part is null && !isWhole && !all.Exists(static c => c is { Transport: "docker-daemon", Registry: "" }))
            all.Add(new TrustChange { Transport = "docker-daemon", Registry = "", Requirements = [new AcceptRequirement()] });

        // What nodes have is added to, and nothing is taken from it.
        all = [.. all.Select(c => _options.IncludeRegistriesD ? c with { ReplaceSection = false }
            : c with { ReplaceSection = false, Section = null, InForce = null, SwitchOnAttachments = false })];
        DocumentHost host = new("", [new MachineConfigFile { Path = TrustLocations.SystemPolicyPath,
            Content = part?.PolicyContent ?? EmptyPolicy.ToArray() }], node.RegistriesD.Concat(Switches(defaults)));
        Dictionary<string, byte[]> before = host.Paths.ToDictionary(static p => p, p => Content(host, p));
        new TrustStore(host, Locations, TrustMessages.None).Apply(all, new TrustEditOptions(), cancellationToken);
        OperatorFiles.RequireUntouched(host, before);
        IEnumerable<string> paths = host.Paths
            .Where(p => p == TrustLocations.SystemPolicyPath || !before.TryGetValue(p, out byte[]? old)
                || !old.SequenceEqual(Content(host, p)) || IsOurs(p, Content(host, p), all))
            .OrderBy(static p => p == TrustLocations.SystemPolicyPath ? 0 : 1);
        List<MachineConfigFile> files = [.. paths.Select(p => ToFile(p, Content(host, p)))];
        files.AddRange(keys.Select(k => ToFile(k.Key, k.Value)));
        return files;
    }

    // A file of the image's name replaces the image's own: a store is added to the switch that RHEL 10 has there, and does not take its
    // place.
    private static IReadOnlyList<MachineConfigFile> Switches(RhcosDefaults defaults) =>
        defaults == RhcosDefaults.Rhel10 ? defaults.Files : [];

    // A file that nodes have may be there because an earlier MachineConfig of this name brought it: without it, it would go.
    private bool IsOurs(string path, byte[] content, IReadOnlyList<TrustChange> changes)
    {
        if (!_options.IncludeRegistriesD || path == OperatorFiles.Path)
            return false;
        DocumentHost alone = new("", [new MachineConfigFile { Path = path, Content = content }]);
        IReadOnlyDictionary<string, LookasideEntry> sections =
            LookasideConfiguration.Load(alone, TrustLocations.SystemRegistriesDirectory).Sections;
        return changes.Any(c => c is { Transport: "docker", IsDefault: false } && (c.Section ?? c.InForce) is not null
            && sections.ContainsKey(c.Registry));
    }

    private static byte[] Content(DocumentHost host, string path) => host.TryReadFile(path, int.MaxValue)!.Content.ToArray();

    // The distribution's, without what it accepts from the local docker daemon.
    private static ReadOnlySpan<byte> EmptyPolicy =>
        """
        {
            "default": [
                {
                    "type": "insecureAcceptAnything"
                }
            ]
        }

        """u8;

    private MachineConfigFile ToFile(string path, byte[] content)
    {
        DataUrlContent encoded = DataUrl.Encode(content, _target.AllowsCompression);
        return new MachineConfigFile { Path = path, Mode = FileMode, Overwrite = true, Content = content, Compression = encoded.Compression,
            Source = encoded.Source };
    }

    // A key that goes along must be able to do its work; one that is on the nodes, or nowhere, is another matter.
    private void CheckKeys(List<TrustChange> changes, List<MachineConfigFile> files)
    {
        KeyFiles keys = new(new KeyMaterialFiles(new DocumentHost("", files)));
        foreach (TrustException fault in KeyCheck.Faults(keys, [.. changes.SelectMany(static c => c.Requirements!).Distinct()],
            DateTimeOffset.UtcNow, _messages))
        {
            if (fault.ErrorId == "KeyFileNotFound")
                continue;
            if (!_options.Force)
                throw fault;
            _messages.Warning(fault.Message);
        }
    }

    private MachineConfigTrust Make(string role, string name, List<MachineConfigFile> files, OperatorPart? part,
        IReadOnlyList<TrustChange> changes)
    {
        IReadOnlyDictionary<string, string> labels = MachineConfigNames.Labels(_options.Labels, role);
        IReadOnlyDictionary<string, string> annotations = part is null ? new Dictionary<string, string>() : MergeMark.Of(part, changes);
        DocumentNode node = MachineConfigShape.ToNode(name, labels, annotations, _target.Ignition, files);
        ObjectSize.Require(name, node, annotations, _messages);
        if (part is not null)
            _messages.Verbose($"{name} is merged with the policy of {Printable.Of(part.Source, Printable.NameLength)} ({part.Hash}).");
        _messages.Verbose($"MachineConfig {name} for {_release} (Ignition {_target.Ignition}): " +
            $"{string.Join(", ", files.Select(static f => f.Path))}. {NodeDisruption.Of(_release, files.Select(static f => f.Path))}");
        return new MachineConfigTrust
        {
            Name = name,
            Role = role,
            OpenShiftVersion = _target.OpenShift,
            IgnitionVersion = _target.Ignition,
            Labels = labels,
            Files = files.ToArray(),
            Trust = MachineConfigReader.ReadTrust(new DocumentHost(name, files), TrustMessages.None),
            Yaml = DocumentYaml.Header + DocumentYaml.Write(node),
            MergedFrom = part?.Hash,
            Butane = part is null ? ButaneText.Write(name, labels, _target, files) : null,
        };
    }
}
