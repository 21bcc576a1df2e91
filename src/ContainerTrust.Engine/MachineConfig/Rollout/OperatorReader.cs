using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What a cluster's operator makes for pools, for policies that are to be merged with it.</summary>
/// <param name="Release">The cluster's release; one that is newer than what is known counts as the newest known.</param>
/// <param name="ReleaseRepositories">
/// Where it asks for its release images: the vendor's repositories, and the one that it names itself. Mirrors are asked for by their
/// sources' names, and need no entries.
/// </param>
/// <param name="Parts">The operator's part for each role.</param>
/// <param name="Merged">The merged MachineConfig that a pool has already, by role; roles without one are left out.</param>
public sealed record OperatorAnswers(OpenShiftRelease Release, IReadOnlyList<string> ReleaseRepositories,
    IReadOnlyDictionary<string, OperatorPart> Parts, IReadOnlyDictionary<string, MergedConfig> Merged)
{
    /// <summary>The stream of operating system images of each role's nodes; null where it is that of the release.</summary>
    public IReadOnlyDictionary<string, string?> Streams { get; init; } = new Dictionary<string, string?>();

    /// <summary>The version that the cluster was installed with, as far as it remembers. May be empty.</summary>
    public string InstalledVersion { get; init; } = "";
}

/// <summary>What was merged into a MachineConfig, without the operator's part.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Keys">The key files that it brings.</param>
/// <param name="HasRegistriesD">Whether it brings signature stores or switches for attachments.</param>
/// <param name="Labels">Its labels, without the role's.</param>
public sealed record MergedConfig(IReadOnlyList<ImageTrust> Entries, IReadOnlyList<MachineConfigKey> Keys, bool HasRegistriesD,
    IReadOnlyDictionary<string, string> Labels);

/// <summary>Asks a cluster what its operator makes for pools. Changes nothing there.</summary>
internal sealed class OperatorReader
{
    private readonly ClusterObjects _objects;
    private readonly SurroundingsReader _surroundings;
    private readonly TrustMessages _messages;

    /// <summary>A reader for a cluster.</summary>
    /// <param name="client">How the cluster is asked.</param>
    /// <param name="messages">Where words for the user go, on any thread.</param>
    public OperatorReader(ClusterClient client, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(messages);
        _objects = new ClusterObjects(client);
        _surroundings = new SurroundingsReader(client);
        _messages = messages;
    }

    /// <summary>Asks.</summary>
    /// <param name="names">The pools, each with the name of the MachineConfig that is to be made for it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answers.</returns>
    /// <exception cref="TrustException">
    /// The cluster does not answer, has no such pool (<c>PoolNotFound</c>), no pools at all (<c>PoolsAreHosted</c>), or a MachineConfig of
    /// someone else comes after the one that is to be made (<c>OtherPolicyWins</c>).
    /// </exception>
    public async Task<OperatorAnswers> ReadAsync(IReadOnlyList<(string Role, string Name)> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<Told<ClusterVersionDocument>> asked = SurroundingsReader.TellAsync(_objects.VersionAsync(end.Token));
        Task<Told<string>> stream = SurroundingsReader.TellAsync(_surroundings.DefaultStreamAsync(end.Token));
        Task<Told<IReadOnlyList<PoolDocument>>> poolsAsked = SurroundingsReader.TellAsync(_objects.PoolsAsync(end.Token));
        try
        {
            ClusterVersionDocument version = Value(await asked.ConfigureAwait(false));
            return await PartsAsync(names, version, poolsAsked, stream, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(asked, stream, poolsAsked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<OperatorAnswers> PartsAsync(IReadOnlyList<(string Role, string Name)> names, ClusterVersionDocument version,
        Task<Told<IReadOnlyList<PoolDocument>>> poolsAsked, Task<Told<string>> stream, CancellationToken cancellationToken)
    {
        OpenShiftRelease release = OpenShiftRelease.OfCluster(version.Version, version.Type, out bool isNewer);
        if (isNewer)
            _messages.Warning($"The cluster's version {Shown(version.Version)} is newer than what is known, and counts as {release}. " +
                "Read what its release notes say of policy.json.");
        if (version.IsHosted)
            throw HostedPools.Error(version);
        IReadOnlyList<PoolDocument> pools = Value(await poolsAsked.ConfigureAwait(false));
        Told<string> streamTold = await stream.ConfigureAwait(false);
        string? defaultStream = streamTold.Value;
        if (streamTold is { Problem: { } problem, IsUnknownResource: false } && release.Minor >= NodeStreams.FirstWithStreams)
            _messages.Warning("Which operating system the nodes have could not be read from the cluster's OSImageStream " +
                $"({problem.ErrorId}), so they are taken for those of RHEL 9.");
        Dictionary<string, OperatorPart> parts = [];
        Dictionary<string, MergedConfig> merged = [];
        foreach ((string role, string name) in names)
        {
            PoolDocument pool = pools.FirstOrDefault(p => p.Name == role) ?? throw NoPool(role, pools);
            if (pool.Selector is not { } selector)
                throw new TrustException(
                    "ClusterAnswerInvalid",
                    TrustErrorKind.InvalidData,
                    $"The selector of the pool {role} cannot be understood, so it cannot be told what its nodes have.");
            IReadOnlyList<ConfigDocument> configs = MergeOrder.Of(
                (await _objects.ConfigsAsync(selector, cancellationToken).ConfigureAwait(false)).Where(static c => !c.IsDeleting),
                release.MergesWorkerFirst);
            parts[role] = Part(configs, role, name, release, names);
            if (configs.FirstOrDefault(c => c.Name == name) is { } old && Merged(old) is { } found)
                merged[role] = found;
        }

        return new OperatorAnswers(release, ClusterNeeds.ReleaseRepositories(release, version.ReleaseRepository), parts, merged)
        {
            Streams = names.Select(static n => n.Role).Distinct()
                .ToDictionary(static r => r, r => PoolStreams.Of(r, pools, defaultStream, version)),
            InstalledVersion = version.OldestVersion,
        };
    }

    private static T Value<T>(Told<T> told)
        where T : class => told.Value ?? throw told.Problem!;

    private OperatorPart Part(IReadOnlyList<ConfigDocument> configs, string role, string name, OpenShiftRelease release,
        IReadOnlyList<(string Role, string Name)> names)
    {
        ConfigDocument[] others = [.. configs.Where(c => c.Name != name)];
        foreach (ConfigDocument config in others)
        {
            if (config.Problem is { } problem)
                throw new TrustException("ClusterAnswerInvalid", TrustErrorKind.InvalidData, problem) { Target = config.Name };
        }

        ConfigDocument[] policies = [.. others.Where(static c => c.Sets(TrustLocations.SystemPolicyPath))];
        bool isCustom = !OpenShiftRelease.IsBuiltIn(role) && release.MergesWorkerFirst;
        ConfigDocument? later = policies.LastOrDefault(c => string.CompareOrdinal(c.Name, name) > 0 && (!isCustom || c.Role != "worker"));
        LaterPolicy? same = null;
        if (later is not null)
        {
            // Those that are made in one go have the same entries.
            if (later.Role == role || MergeMark.HashOf(later.Annotations) is null
                || MergeMark.ScopesOf(later.Annotations) is not { } scopes)
                throw LaterPolicy.Wins(later.Name, name, role, ", or remove the file from it");
            if (!names.Any(n => n.Name == later.Name))
                same = new LaterPolicy(later.Name, scopes,
                    PolicyReader.Read(later.Find(TrustLocations.SystemPolicyPath)!.Content, later.Name));
        }

        OperatorPart part = OperatorPart.Of(
            Source(others, OpenShiftRelease.GeneratedName(role)),
            Source(others, OpenShiftRelease.TemplateName(role)),
            others.SelectMany(static c => c.Paths.Where(c.Sets).Where(static p => MachineConfigDocument.IsTrustFile(p))
                .Select(p => c.Find(p)!)),
            same);
        WarnOfDisplaced(policies, part, role);
        return part;
    }

    // A policy that decides today, or would without the operator's, and that the merged one takes the place of.
    private void WarnOfDisplaced(ConfigDocument[] policies, OperatorPart part, string role)
    {
        string[] own = [OpenShiftRelease.GeneratedName(role), OpenShiftRelease.TemplateName(role)];
        if (policies.LastOrDefault() is not { } winner || own.Contains(winner.Name))
            return;
        _messages.Warning($"{Shown(winner.Name)} decides on the pool {role} now. The merged policy takes its place, and has its entries " +
            $"only where they are among those given here; it is merged with the operator's own, of {Shown(part.Source)}.");
    }

    private static (string Name, MachineConfigFile? Policy)? Source(ConfigDocument[] configs, string name) =>
        configs.FirstOrDefault(c => c.Name == name) is { } config
            ? (name, config.Sets(TrustLocations.SystemPolicyPath) ? config.Find(TrustLocations.SystemPolicyPath) : null) : null;

    private static MergedConfig? Merged(ConfigDocument old)
    {
        if (MergeMark.ScopesOf(old.Annotations) is not { } scopes)
            return null;
        MachineConfigFile[] files = [.. old.Paths.Where(old.Sets).Select(p => old.Find(p)!)];
        ImageTrust[] trust = MachineConfigReader.ReadTrust(
            new DocumentHost(old.Name, files.Where(static f => MachineConfigDocument.IsTrustFile(f.Path))),
            TrustMessages.None);
        return new MergedConfig(
            [.. trust.Where(t => scopes.Contains(t.IsDefault ? (null, "") : (t.Transport, t.Registry)))],
            [.. files.Where(static f => !MachineConfigDocument.IsTrustFile(f.Path))
                .Select(static f => new MachineConfigKey(f.Path, f.Content))],
            files.Any(static f => MachineConfigDocument.IsTrustFile(f.Path) && f.Path != TrustLocations.SystemPolicyPath),
            old.Labels.Where(static l => l.Key != MachineConfigDocument.RoleLabel).ToDictionary());
    }

    private static TrustException NoPool(string role, IReadOnlyList<PoolDocument> pools) => new(
        "PoolNotFound",
        TrustErrorKind.NotFound,
        $"The cluster has no machine config pool '{Shown(role)}'. It has {string.Join(", ", pools.Select(static p => Shown(p.Name)))}.")
    {
        Target = role,
    };

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
