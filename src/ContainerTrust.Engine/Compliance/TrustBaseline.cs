using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.Compliance;

/// <summary>What a host is to be like. Immutable, and for many hosts.</summary>
public sealed class TrustBaseline
{
    private readonly Dictionary<(string Transport, string Registry), Item> _items = [];
    private readonly List<Item> _order = [];

    private TrustBaseline()
    {
    }

    /// <summary>The entries, in the order in which they were given.</summary>
    public IEnumerable<ImageTrust> Entries => _order.Select(static i => i.Entry);

    /// <summary>The entries, and whether they say which signature stores there are to be.</summary>
    internal IReadOnlyList<Item> Items => _order;

    /// <summary>A baseline of entries.</summary>
    /// <param name="entries">Entries, each scope once (or twice the same).</param>
    /// <returns>The baseline.</returns>
    /// <exception cref="TrustException">There are none (<c>EmptyBaseline</c>), one is not complete, or two contradict each other
    /// (<c>InvalidBaseline</c>).</exception>
    public static TrustBaseline Of(IEnumerable<ImageTrust> entries) => Combine([(entries, true)]);

    /// <summary>What a path stands for, to be combined with more.</summary>
    /// <param name="path">
    /// A policy.json, which says nothing of signature stores and keys' contents; a document with one MachineConfig that has a policy, or a
    /// Butane config of one (<c>*.yaml</c>, <c>*.yml</c>, <c>*.bu</c>); a trust file, whatever it is called; or a directory that is the
    /// root of a host that is as it should be.
    /// </param>
    /// <returns>Entries, and whether they say which signature stores there are to be.</returns>
    /// <exception cref="TrustException">It is not there or cannot be read, or the policy is refused.</exception>
    public static (IEnumerable<ImageTrust> Entries, bool HasStores) ReadPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return ([.. TrustStore.Open(new TrustStoreOptions { RootDirectory = path }, TrustMessages.None).Read(TrustQuery.All)], true);
        HostFile file = LocalHost.Instance.TryReadFile(path, PolicyReader.MaxBytes)
            ?? throw new TrustException("BaselineNotFound", TrustErrorKind.NotFound,
                $"The baseline {path} does not exist. Give a policy.json, a trust file, a MachineConfig, or the root directory of a host.")
                { Target = path };
        if (TrustFile.IsOne(file.Content.Span))
            return OfTrustFile(file);
        if (Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml" or ".bu")
            return OfMachineConfig(file);
        PolicyDocument policy = PolicyReader.Read(file.Content.Span, path);
        ImageTrust Entry(string transport, string scope, bool isDefault, IReadOnlyList<TrustRequirement> requirements) =>
            new() { ComputerName = LocalHost.Instance.ComputerName, Transport = transport, Registry = scope, IsDefault = isDefault,
                Requirements = requirements, PolicyPath = path };
        return ([Entry("all", "default", true, policy.Default),
            .. policy.Transports.SelectMany(t => t.Scopes.Select(s => Entry(t.Name, s.Name, false, s.Requirements)))], false);
    }

    // A file with the policy's default is a whole policy, and says of every scope which stores there are to be.
    private static (IEnumerable<ImageTrust> Entries, bool HasStores) OfTrustFile(HostFile file)
    {
        IReadOnlyList<ImageTrust> entries = TrustFile.Read(file.Content, file.Path);
        return (entries.Any(static e => e.IsDefault) ? [.. entries.Select(e => e with { PolicyPath = file.Path })] : entries, true);
    }

    private static (IEnumerable<ImageTrust> Entries, bool HasStores) OfMachineConfig(HostFile file)
    {
        MachineConfigTrust[] configs = [.. MachineConfigReader.Read(file.Content, file.Path, TrustMessages.None)
            .Where(static c => c.Trust.Count > 0)];
        if (configs.Length != 1)
        {
            throw new TrustException("InvalidBaseline", TrustErrorKind.InvalidData,
                $"{file.Path} has {configs.Length} MachineConfigs with a policy.json, and a baseline is one. Put the one that is " +
                "meant into a file of its own.")
            {
                Target = file.Path,
            };
        }

        // Without registries.d in it, the nodes' own files say where signatures are.
        return (configs[0].Trust,
            configs[0].Files.Any(static f => f.Path.StartsWith(TrustLocations.SystemRegistriesDirectory + "/", StringComparison.Ordinal)));
    }

    /// <summary>A baseline of several parts.</summary>
    /// <param name="parts">Entries, and whether they say which signature stores there are to be.</param>
    /// <returns>The baseline.</returns>
    /// <exception cref="TrustException">As for <see cref="Of"/>.</exception>
    public static TrustBaseline Combine(IEnumerable<(IEnumerable<ImageTrust> Entries, bool HasStores)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        TrustBaseline baseline = new();
        foreach ((IEnumerable<ImageTrust> entries, bool hasStores) in parts)
        {
            foreach (ImageTrust entry in entries)
                baseline.Add(entry, hasStores);
        }

        if (baseline._order.Count == 0)
            throw new TrustException("EmptyBaseline", TrustErrorKind.InvalidArgument,
                "The baseline has no entries; perhaps a variable is not set, or a filter lets nothing through. Nothing was compared.");
        return baseline;
    }

    /// <summary>Whether the baseline has an entry of the same scope that amounts to the same.</summary>
    internal bool HasSame(PolicyEntry entry) => Find(entry) is { } item && item.Entry.Type == entry.Type;

    internal Item? Find(PolicyEntry entry) =>
        _items.GetValueOrDefault(entry.IsDefault ? ("all", "default") : (entry.Transport, entry.Scope));

    private void Add(ImageTrust entry, bool hasStores)
    {
        if (entry is null || entry.Transport is null || entry.Registry is null || entry.Requirements is not { Count: > 0 }
            || entry.Requirements.Any(static r => r is null))
            throw new TrustException("InvalidBaseline", TrustErrorKind.InvalidArgument,
                "An entry of the baseline is not complete: it needs Transport, Registry and Requirements. Give " +
                $"entries from {TrustOperation.Get}.") { Target = entry?.Registry };
        Item item = new(entry, hasStores && SaysStores(entry));
        (string, string) key = entry.IsDefault ? ("all", "default") : (entry.Transport, entry.Registry);
        if (_items.TryAdd(key, item))
            _order.Add(item);
        else if (!RequirementWriter.MeansSame(_items[key].Entry.Requirements, entry.Requirements))
            throw new TrustException("InvalidBaseline", TrustErrorKind.InvalidArgument,
                $"The baseline has {entry.Transport}:{Printable.Of(entry.Registry, Printable.NameLength)} twice, with different " +
                "requirements. Give the entries of one host.") { Target = entry.Registry };
    }

    // An entry that was made in memory, and names no store, leaves them as they are.
    private static bool SaysStores(ImageTrust entry) => entry.PolicyPath is not null || entry.IsWhole == true
        || entry.SignatureStore is not null || entry.SignatureStoreStaging is not null || entry.UseSigstoreAttachments is not null
        || entry.Section is not null;

    /// <summary>An entry of the baseline.</summary>
    /// <param name="Entry">The entry.</param>
    /// <param name="HasStores">Whether it says which signature stores there are to be.</param>
    internal sealed record Item(ImageTrust Entry, bool HasStores);
}
