using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Compliance.Comparison;

/// <summary>One side of a comparison: the entries of a host, a root, a file, or of several such that agree.</summary>
public sealed class TrustSide
{
    private readonly Dictionary<(string Transport, string Scope), ImageTrust> _entries = [];
    private PolicyDocument? _policy;

    private TrustSide(string name, bool hasStores)
    {
        Name = name;
        HasStores = hasStores;
    }

    /// <summary>What the side is called.</summary>
    public string Name { get; }

    /// <summary>Whether the entries say which signature stores are in force; a policy.json alone does not.</summary>
    internal bool HasStores { get; }

    /// <summary>The entries, in the order in which they were given.</summary>
    internal IEnumerable<ImageTrust> Entries => _entries.Values;

    /// <summary>Whether the policy's default is among the entries: without it nobody knows what governs the rest.</summary>
    internal bool HasDefault => _entries.ContainsKey(Default);

    /// <summary>The default's place among scopes.</summary>
    internal static (string Transport, string Scope) Default => ("all", "default");

    private PolicyDocument Policy => _policy ??= ToPolicy();

    /// <summary>A side of entries.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="hasStores">Whether they say which signature stores are in force.</param>
    /// <returns>The side.</returns>
    /// <exception cref="TrustException">
    /// There are none (<c>EmptyBaseline</c>), one is not complete, or two contradict each other (<c>InvalidBaseline</c>).
    /// </exception>
    public static TrustSide Of(string name, IEnumerable<ImageTrust> entries, bool hasStores = true)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(entries);
        TrustSide side = new(name, hasStores);
        ImageTrust[] all = [.. entries];
        _ = TrustBaseline.Of(all);
        foreach (ImageTrust entry in all)
        {
            if (!side._entries.TryAdd(KeyOf(entry), entry) && side._entries[KeyOf(entry)] != entry)
                throw new TrustException("InvalidBaseline", TrustErrorKind.InvalidArgument,
                    $"{Printable.Of(name, Printable.NameLength)} has " +
                    $"{Printable.Of($"{entry.Transport}:{entry.Registry}", Printable.NameLength)} twice, with different keys or " +
                    "stores. Give the entries of one host.") { Target = entry.Registry };
        }

        return side;
    }

    /// <summary>A side of what a path stands for, see <see cref="TrustBaseline.ReadPath"/>.</summary>
    /// <param name="path">A policy.json, a MachineConfig, or a host's root.</param>
    /// <returns>The side.</returns>
    /// <exception cref="TrustException">It is not there or cannot be read, or the policy is refused.</exception>
    public static TrustSide OfPath(string path)
    {
        (IEnumerable<ImageTrust> entries, bool hasStores) = TrustBaseline.ReadPath(path);
        return Of(path, entries, hasStores);
    }

    /// <summary>The entry of a scope, exactly that scope.</summary>
    internal ImageTrust? Find((string Transport, string Scope) scope) => _entries.GetValueOrDefault(scope);

    /// <summary>The entry that governs the images of a scope: its own, else the nearest above it, else the default.</summary>
    /// <returns>The entry. Null where the default would govern and is not among the entries.</returns>
    internal ImageTrust? Governing((string Transport, string Scope) scope)
    {
        if (_entries.TryGetValue(scope, out ImageTrust? own))
            return own;
        string? name = scope == Default ? null : PolicyLookup.Governing(Policy, scope.Transport, scope.Scope).Scope;
        return _entries.GetValueOrDefault(name is null ? Default : (scope.Transport, name));
    }

    /// <summary>Where an entry stands.</summary>
    internal static (string Transport, string Scope) KeyOf(ImageTrust entry) =>
        entry.IsDefault ? Default : (entry.Transport, entry.Registry);

    private PolicyDocument ToPolicy()
    {
        List<PolicyTransport> transports = [];
        foreach (IGrouping<string, ImageTrust> group in _entries.Values.Where(static e => !e.IsDefault).GroupBy(static e => e.Transport))
        {
            List<PolicyScope> scopes = [.. group.Select(static e => new PolicyScope(e.Registry, e.Requirements))];
            transports.Add(new PolicyTransport(
                group.Key, scopes, scopes.ToDictionary(static s => s.Name, static s => s.Requirements, StringComparer.Ordinal)));
        }

        return new PolicyDocument([new RejectRequirement()], true, transports);
    }
}
