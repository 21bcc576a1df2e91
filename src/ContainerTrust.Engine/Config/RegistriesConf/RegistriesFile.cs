using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>One file of containers-registries.conf(5), in version 2 or 1, checked as containers/image checks it.</summary>
internal sealed class RegistriesFile
{
    /// <summary>Why version 1 is refused in drop-in files.</summary>
    public const string NotInDropIns = "which drop-in files cannot have";

    /// <summary>Why podman 6 refuses version 1 everywhere.</summary>
    public const string Outdated = "which podman 6 no longer reads";

    private const string InvalidId = "InvalidRegistriesConf";

    private readonly TomlDocument _document;

    private RegistriesFile(TomlDocument document) => _document = document;

    /// <summary>The registries, one for each prefix, in the order of their prefixes.</summary>
    public List<RegistryEntry> Registries { get; private set; } = [];

    /// <summary><c>unqualified-search-registries</c>; null if the file does not say.</summary>
    public List<string>? SearchRegistries { get; private set; }

    /// <summary><c>credential-helpers</c>; null if the file does not say.</summary>
    public List<string>? CredentialHelpers { get; private set; }

    /// <summary><c>short-name-mode</c>; null if the file does not say.</summary>
    public ShortNameMode? Mode { get; private set; }

    /// <summary><c>[aliases]</c>.</summary>
    public Dictionary<string, ShortNameAlias> Aliases { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="requireV2">Why version 1 is refused; null if it is not.</param>
    /// <param name="passesOverEmptyLists">
    /// Whether an empty list counts as none where the versions are told apart, as in containers/image before 5.24.
    /// </param>
    /// <exception cref="TrustFormatException"><c>InvalidToml</c>, <c>InvalidRegistriesConf</c>.</exception>
    public static RegistriesFile Read(string file, ReadOnlySpan<byte> content, string? requireV2, bool passesOverEmptyLists = false)
    {
        TomlDocument document = TomlReader.Read(file, content);
        var read = new RegistriesFile(document);
        TomlTable root = document.Root;
        IEnumerable<TomlTable>? tables = document.Tables(root, "registry");
        read.SearchRegistries = document.Strings(root, "unqualified-search-registries");
        read.CredentialHelpers = document.Strings(root, "credential-helpers");
        string mode = document.String(root, "short-name-mode");
        string layerStore = document.String(root, "additional-layer-store-auth-helper");
        TomlTable? aliases = document.Table(root, "aliases");
        bool Counts(int? count) => passesOverEmptyLists ? count > 0 : count is not null;
        bool hasV2 = Counts(tables?.Count()) || Counts(read.SearchRegistries?.Count) || Counts(read.CredentialHelpers?.Count)
            || mode.Length > 0 || layerStore.Length > 0 || Counts(aliases?.Members.Count);
        List<(RegistryEntry Entry, int Offset)> entries = [];
        if (!read.TryReadV1(hasV2, requireV2, passesOverEmptyLists, entries) && tables is not null)
        {
            foreach (TomlTable table in tables)
                entries.Add((read.ReadRegistry(table), table.Offset));
        }

        read.RequireNoConflicts(entries);
        read.Registries = [.. entries.Select(static e => e.Entry).DistinctBy(static e => e.Prefix)
            .OrderBy(static e => e.Prefix, StringComparer.Ordinal)];
        for (int i = 0; i < read.SearchRegistries?.Count; i++)
        {
            string registry = read.Location(read.SearchRegistries[i], 0);
            if (!ReferenceGrammar.IsDomain(registry))
                throw document.Error(
                    InvalidId,
                    0,
                    $"'{Printable.Of(registry, Printable.NameLength)}' in unqualified-search-registries is not a host[:port].");
            read.SearchRegistries[i] = registry;
        }

        read.Mode = mode switch
        {
            "" => null,
            "disabled" => ShortNameMode.Disabled,
            "enforcing" => ShortNameMode.Enforcing,
            "permissive" => ShortNameMode.Permissive,
            _ => throw document.Error(InvalidId, document.Find(root, "short-name-mode")!.Offset,
                $"'{Printable.Of(mode, Printable.NameLength)}' is not a short-name-mode; possible are enforcing, permissive and disabled."),
        };
        read.Aliases = ShortNames.ReadAliases(document);
        return read;
    }

    private bool TryReadV1(bool hasV2, string? requireV2, bool passesOverEmptyLists, List<(RegistryEntry Entry, int Offset)> entries)
    {
        if (_document.Table(_document.Root, "registries") is not { } v1)
            return false;
        List<string>? List(string name) => _document.Table(v1, name) is { } table ? _document.Strings(table, "registries") : null;
        List<string>? search = List("search");
        List<string>? insecure = List("insecure");
        List<string>? blocked = List("block");
        (string Name, List<string> Values)[] lists =
            [.. new[] { ("search", search), ("insecure", insecure), ("block", blocked) }.Where(static l => l.Item2 is not null)!];
        bool areEmpty = Array.TrueForAll(lists, static l => l.Values.Count == 0);
        if (lists.Length == 0 || (areEmpty && passesOverEmptyLists))
            return false;
        if (requireV2 is not null)
            throw _document.Error(InvalidId, v1.Offset, $"This is version 1 of the format, {requireV2}; " +
                (areEmpty ? "delete the empty tables of [registries]." : "write [[registry]] tables."));
        if (hasV2)
        {
            string names = string.Join(", ", lists.Select(static l => $"[registries.{l.Name}]"));
            throw _document.Error(InvalidId, v1.Offset, areEmpty
                ? $"The file mixes versions 1 and 2 of the format, which podman 4.4, skopeo 1.11 and later refuse even where the lists " +
                    $"of version 1 are empty; delete {names}."
                : "The file mixes versions 1 and 2 of the format; write [[registry]] tables and unqualified-search-registries only.");
        }

        SearchRegistries = search;
        List<string> insecureLocations = [.. (insecure ?? []).Select(r => Location(r, v1.Offset))];
        List<string> blockedLocations = [.. (blocked ?? []).Select(r => Location(r, v1.Offset))];
        HashSet<string> isInsecure = new(insecureLocations, StringComparer.Ordinal);
        HashSet<string> isBlocked = new(blockedLocations, StringComparer.Ordinal);
        foreach (string location in blockedLocations.Concat(insecureLocations).Distinct())
        {
            if (location.Length == 0)
                throw _document.Error(InvalidId, v1.Offset, "A registry's name is empty.");
            entries.Add((new RegistryEntry(location, new RegistryLocation(location, isInsecure.Contains(location), ""), [],
                isBlocked.Contains(location), false, _document.File), v1.Offset));
        }

        return true;
    }

    private RegistryEntry ReadRegistry(TomlTable table)
    {
        int at = table.Offset;
        string location = Location(_document.String(table, "location"), at);
        string prefix = Location(_document.String(table, "prefix"), at);
        bool isInsecure = _document.Switch(table, "insecure");
        bool isBlocked = _document.Switch(table, "blocked");
        bool byDigestOnly = _document.Switch(table, "mirror-by-digest-only");
        bool isWildcard = prefix.StartsWith("*.", StringComparison.Ordinal);
        if (location.Length == 0 && !isWildcard)
            throw _document.Error(InvalidId, at, prefix.Length == 0 ? "The registry has neither a location nor a prefix; give one."
                : "The registry has no location; only a prefix of the form *.example.com can do without.");
        if (prefix.Length == 0)
            prefix = location;
        if (prefix.StartsWith("*.", StringComparison.Ordinal) && prefix.AsSpan().IndexOfAny('/', '@', ':') >= 0)
            throw _document.Error(InvalidId, at,
                $"The prefix '{Printable.Of(prefix, Printable.NameLength)}' is not a wildcard; its form is " +
                "*.example.com, without port and path.");
        if (_document.String(table, "pull-from-mirror").Length > 0)
            throw _document.Error(InvalidId, at, "pull-from-mirror is for mirrors; write it in [[registry.mirror]].");

        List<RegistryLocation> mirrors = [];
        foreach (TomlTable mirror in _document.Tables(table, "mirror") ?? [])
        {
            string mirrorLocation = Location(_document.String(mirror, "location"), mirror.Offset);
            string pull = _document.String(mirror, "pull-from-mirror");
            if (mirrorLocation.Length == 0)
                throw _document.Error(InvalidId, mirror.Offset, "The mirror has no location; give one.");
            if (pull.Length > 0 && byDigestOnly)
                throw _document.Error(
                    InvalidId,
                    mirror.Offset,
                    "pull-from-mirror cannot be there together with the registry's mirror-by-digest-only; write one of them.");
            if (pull is not ("" or "all" or "digest-only" or "tag-only"))
                throw _document.Error(
                    InvalidId,
                    mirror.Offset,
                    $"'{Printable.Of(pull, Printable.NameLength)}' is not a pull-from-mirror; possible are all, digest-only and tag-only.");
            mirrors.Add(new RegistryLocation(mirrorLocation, _document.Switch(mirror, "insecure"), pull));
        }

        return new RegistryEntry(prefix, new RegistryLocation(location, isInsecure, ""), mirrors, isBlocked, byDigestOnly, _document.File);
    }

    // The same place cannot be secure by one name and insecure by another.
    private void RequireNoConflicts(List<(RegistryEntry Entry, int Offset)> entries)
    {
        Dictionary<string, RegistryEntry> first = new(StringComparer.Ordinal);
        foreach ((RegistryEntry entry, int offset) in entries)
        {
            string place = entry.Endpoint.Location.Length > 0 ? entry.Endpoint.Location : entry.Prefix;
            if (first.TryAdd(place, entry))
                continue;
            string? setting = first[place].Endpoint.IsInsecure != entry.Endpoint.IsInsecure ? "insecure"
                : first[place].IsBlocked != entry.IsBlocked ? "blocked" : null;
            if (setting is not null)
                throw _document.Error(InvalidId, offset,
                    $"The registry '{Printable.Of(place, Printable.NameLength)}' appears twice with different " +
                    $"'{setting}'; make them agree.");
        }
    }

    private string Location(string text, int offset)
    {
        string trimmed = text.TrimEnd('/');
        return trimmed.StartsWith("http://", StringComparison.Ordinal) || trimmed.StartsWith("https://", StringComparison.Ordinal)
            ? throw _document.Error(InvalidId, offset,
                $"'{Printable.Of(text, Printable.NameLength)}' is a URL; write host[:port][/path] without a scheme.")
            : trimmed;
    }
}
