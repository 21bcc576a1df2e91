using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>
/// The policy that is proposed: a whole policy.json, or entries that are set scope by scope, and perhaps a
/// registries.d. Without any of them it is the policy in force with <c>reject</c> for its default.
/// </summary>
public sealed record Proposal
{
    private readonly ReadOnlyMemory<byte>? _policy;

    /// <summary>A proposal that only makes the default <c>reject</c>.</summary>
    public static Proposal RejectByDefault { get; } = new();

    /// <summary>The entries that are set. Null for none.</summary>
    public IReadOnlyList<ImageTrust>? Entries { get; init; }

    /// <summary>Files that take the place of those in registries.d: name and content. Null to leave it as it is.</summary>
    internal IReadOnlyList<(string Name, ReadOnlyMemory<byte> Content)>? RegistriesFiles { get; private init; }

    /// <summary>Whether nothing is proposed but another default.</summary>
    public bool IsDefaultOnly => _policy is null && Entries is null;

    /// <summary>Reads a proposal.</summary>
    /// <param name="path">A policy.json, or a trust file, of this machine.</param>
    /// <returns>The proposal.</returns>
    /// <exception cref="TrustException">It is missing (<c>ProposalNotFound</c>), or is refused by its format.</exception>
    public static Proposal Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        HostFile file = LocalHost.Instance.TryReadFile(path, PolicyReader.MaxBytes) ?? throw new TrustException(
            "ProposalNotFound", TrustErrorKind.NotFound,
            $"The proposed policy {path} does not exist. Give a policy.json or a trust file.") { Target = path };
        if (TrustFile.IsOne(file.Content.Span) || TrustFile.FormatOf(path) is TrustFileFormat.Yaml)
            return new Proposal { Entries = TrustFile.Read(file.Content, path) };

        // A policy that is refused would be refused on every host.
        _ = PolicyReader.Read(file.Content.Span, path);
        return new Proposal(file.Content);
    }

    /// <summary>The same proposal with a registries.d.</summary>
    /// <param name="directory">A directory of this machine.</param>
    /// <returns>The proposal.</returns>
    /// <exception cref="TrustException">It cannot be read, or has no file (<c>ProposalNotFound</c>).</exception>
    public Proposal WithRegistries(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        List<(string, ReadOnlyMemory<byte>)> files = [];
        foreach (string name in LocalHost.Instance.ListDirectory(directory))
        {
            if (name.EndsWith(".yaml", StringComparison.Ordinal)
                && LocalHost.Instance.TryReadFile($"{directory}/{name}", PolicyReader.MaxBytes) is { } file)
                files.Add((name, file.Content));
        }

        return files.Count > 0 ? this with { RegistriesFiles = files } : throw new TrustException(
            "ProposalNotFound", TrustErrorKind.NotFound, $"{directory} has no *.yaml file. Give a directory like registries.d.")
            { Target = directory };
    }

    private Proposal()
    {
    }

    private Proposal(ReadOnlyMemory<byte> policy) => _policy = policy;

    /// <summary>The files of a host as they would be.</summary>
    /// <param name="store">The host's files.</param>
    /// <returns>What would be replaced or deleted.</returns>
    /// <exception cref="TrustException">The entries cannot be set there, or a file cannot be read.</exception>
    internal IReadOnlyList<PlannedFile> FilesOn(TrustStore store)
    {
        List<PlannedFile> files = [];
        if (RegistriesFiles is { } registries)
        {
            string directory = store.Locations.RegistriesDirectory.TrimEnd('/');
            foreach (string old in store.Host.ListDirectory(directory).Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal)))
                files.Add(new PlannedFile($"{directory}/{old}", null, null));
            files.RemoveAll(f => registries.Any(r => f.Path == $"{directory}/{r.Name}"));
            files.AddRange(registries.Select(r => new PlannedFile($"{directory}/{r.Name}", null, r.Content.ToArray())));
        }

        // A policy of root's own is replaced as the system's is: both are the host's.
        if (_policy is { } policy)
        {
            SortedSet<string> paths = new(StringComparer.Ordinal) { TrustPlanner.WritePath(store.Locations) };
            if (!store.Locations.IsNamed && HostUser.IsRoot(store.Host))
                paths.Add(TrustLocations.SystemPolicyPath);
            return [.. files, .. paths.Select(p => new PlannedFile(p, null, policy.ToArray()))];
        }

        TrustStore with = files.Count == 0 ? store : store.Over(new PlannedHost(store.Host, files), store.Locations);
        IReadOnlyList<TrustChange> changes = Entries is null
            ? [new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Requirements = [new RejectRequirement()] }]
            : new SetRequest { Entries = Entries, Force = true }.ToChanges(with);
        PreparedChanges prepared = with.Prepare([.. changes.Select(static c => c with { RequiresKeys = false, IsForced = true })]);
        return [.. files, .. prepared.Plan.Files];
    }

    /// <summary>A policy that demands one thing of every image, for asking whether a key has signed it.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="requirement">What is demanded.</param>
    /// <returns>What would be replaced.</returns>
    internal static IReadOnlyList<PlannedFile> Demanding(TrustStore store, TrustRequirement requirement)
    {
        PlannedFile plain = new(TrustPlanner.WritePath(store.Locations), null, """{"default":[{"type":"reject"}]}"""u8.ToArray());
        TrustStore with = store.Over(new PlannedHost(store.Host, [plain]),
            store.Locations with { PolicyPath = plain.Path, PolicyExists = true });
        PreparedChanges prepared = with.Prepare(
        [
            new TrustChange
            {
                Transport = "all", Registry = "default", IsDefault = true, Requirements = [requirement], SwitchOnAttachments = true,
                IsForced = true,
            },
        ]);
        return [plain, .. prepared.Plan.Files];
    }
}
