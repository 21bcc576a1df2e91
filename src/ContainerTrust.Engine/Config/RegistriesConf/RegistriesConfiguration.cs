using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>
/// Where images are fetched from, and what short names mean (containers-registries.conf(5)): the main file, its drop-in files, and the
/// aliases that podman recorded. Immutable once loaded, and for many threads.
/// </summary>
internal sealed class RegistriesConfiguration
{
    private const string DropIns = "registries.conf.d";
    private const string Extension = ".conf";
    private const string AliasFile = "/containers/short-name-aliases.conf";
    private const string AuthFileHelper = "containers-auth.json";

    private readonly ITrustHost _host;
    private readonly bool _passesOverEmptyLists;
    private readonly SortedDictionary<string, RegistryEntry> _registries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShortNameAlias> _aliases = new(StringComparer.Ordinal);
    private readonly Lazy<Dictionary<string, ShortNameAlias>> _recordedAliases;
    private readonly List<string> _files = [];
    private List<string> _searchRegistries = [];
    private List<string> _credentialHelpers = [];
    private string? _searchFile;

    private RegistriesConfiguration(ITrustHost host, bool passesOverEmptyLists)
    {
        _host = host;
        _passesOverEmptyLists = passesOverEmptyLists;
        _recordedAliases = new(() => ReadRecordedAliases(host));
    }

    /// <summary>The files that were read, in the order in which they were: later ones replace what earlier ones say.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The registries, one for each prefix, in the order of their prefixes.</summary>
    internal IReadOnlyCollection<RegistryEntry> Registries => _registries.Values;

    /// <summary>
    /// The programs that are asked for credentials, in order; <c>containers-auth.json</c> stands for the auth files. Never empty.
    /// </summary>
    public IReadOnlyList<string> CredentialHelpers => _credentialHelpers;

    /// <summary>The registries that a short name is looked for in, in order.</summary>
    public IReadOnlyList<string> UnqualifiedSearchRegistries => _searchRegistries;

    /// <summary>What is done with a short name that several registries could mean.</summary>
    public ShortNameMode ShortNameMode { get; private set; }

    /// <summary>
    /// Loads the configuration as containers/image does. The main file is the one given, else <c>$CONTAINERS_REGISTRIES_CONF</c> (or
    /// <c>$REGISTRIES_CONFIG_PATH</c>), else the user's own if it is there, else the system's; drop-in files come from the system's and
    /// then the user's <c>registries.conf.d</c>, from the user's alone where the main file is the user's own.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The main file, an absolute path. Null to find it.</param>
    /// <returns>The configuration; an empty one if there is no file and none was named.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidToml</c>, <c>InvalidRegistriesConf</c>; <c>RegistriesConfNotFound</c> for a named file that is not there;
    /// <c>PathNotAbsolute</c>; or a file cannot be read.
    /// </exception>
    public static RegistriesConfiguration Load(ITrustHost host, string? path = null) => Load(host, path, ContainersRelease.Find(host));

    /// <summary>Loads the configuration as a release does; podman 6 reads the drop-in files of all levels.</summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The main file, an absolute path. Null to find it.</param>
    /// <param name="release">By whose rules.</param>
    /// <returns>The configuration; an empty one if there is no file and none was named.</returns>
    /// <exception cref="TrustException">See <see cref="Load(ITrustHost, string)"/>.</exception>
    internal static RegistriesConfiguration Load(ITrustHost host, string? path, ContainersRelease release)
    {
        ArgumentNullException.ThrowIfNull(host);
        RegistriesConfiguration configuration = new(host, release.PassesOverEmptyLists);
        ContainersLookup lookup = new(host, release);
        if (release.ReadsAllLevels)
            configuration.LoadAllLevels(lookup, path);
        else
            configuration.LoadOneLevel(lookup, path);
        if (configuration._credentialHelpers.Count == 0)
            configuration._credentialHelpers = [AuthFileHelper];
        return configuration;
    }

    /// <summary>The places that an image may be fetched from.</summary>
    /// <remarks>
    /// A registry that is blocked is left out, and its mirrors are not: so clusters say that images come from their mirror only. A mirror
    /// is left out where its own name is blocked.
    /// </remarks>
    /// <param name="image">The image, by its full name.</param>
    /// <returns>
    /// The mirrors that are for this name, in order, then the registry itself. The policy is asked about <paramref name="image"/>, never
    /// about these.
    /// </returns>
    /// <exception cref="TrustException">
    /// <c>RegistryBlocked</c>: nothing is left. <c>InvalidRegistriesConf</c>: what a location makes of the name is not an image name.
    /// </exception>
    public IReadOnlyList<PullSource> PullSources(DockerReference image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Find(image.Name) is not { } entry)
            return [new PullSource(image, IsInsecure: false, IsMirror: false)];

        List<PullSource> sources = [];
        RegistryEntry? blocked = null;
        void Add(RegistryLocation endpoint, bool isMirror)
        {
            DockerReference place = Rewrite(image, entry, endpoint);
            RegistryEntry? blocking = !isMirror && entry.IsBlocked ? entry : Find(place.Name) is { IsBlocked: true } other ? other : null;
            blocked = blocking ?? blocked;
            if (blocking is null)
                sources.Add(new PullSource(place, endpoint.IsInsecure, isMirror) { IsElsewhere = place.Domain != image.Domain });
        }

        bool hasDigest = image.Digest is not null;
        foreach (RegistryLocation mirror in entry.Mirrors)
        {
            bool isForThis = entry.MirrorByDigestOnly ? hasDigest : mirror.PullFromMirror switch
            {
                "digest-only" => hasDigest,
                "tag-only" => !hasDigest,
                _ => true,
            };
            if (isForThis)
                Add(mirror, isMirror: true);
        }

        Add(entry.Endpoint, isMirror: false);
        return sources.Count > 0
            ? sources
            : throw new TrustException(
                "RegistryBlocked",
                TrustErrorKind.PermissionDenied,
                $"Images of {blocked!.Prefix} are blocked in {blocked.File}, so {image} cannot be fetched.")
            {
                Target = image.ToString(),
            };
    }

    /// <summary>
    /// The images that a name may mean, as <c>podman pull</c> takes it (a name with a transport, <c>docker://…</c>, is never a short
    /// one): a full name itself; of a short name its alias, else the name in each search registry. Where podman would ask, nothing is
    /// guessed.
    /// </summary>
    /// <param name="name">The name, with or without tag and digest.</param>
    /// <returns>The candidates in order; <c>latest</c> is added where there is neither tag nor digest.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidReference</c>; <c>ShortNameAmbiguous</c>: several registries could be meant and the mode is
    /// <see cref="ShortNameMode.Enforcing"/>; <c>ShortNameUnresolved</c>: no alias and no search registry; or the file of recorded
    /// aliases cannot be read.
    /// </exception>
    public IReadOnlyList<DockerReference> ResolveShortName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ShortNames.HasRegistry(name))
            return [WithTag(Parse(name, name))];
        int end = name.IndexOfAny(['@', ':']);
        string repository = end < 0 ? name : name[..end];
        string suffix = end < 0 ? "" : name[end..];
        if (!ReferenceGrammar.IsName(repository))
            throw Invalid(name, $"'{Printable.Of(repository, Printable.NameLength)}' is not a repository name");

        // An alias of nothing in the recorded ones hides the others.
        ShortNameAlias? alias = _recordedAliases.Value.GetValueOrDefault(repository) ?? _aliases.GetValueOrDefault(repository);
        if (alias?.Target is { } target)
            return [WithTag(Parse(target.Name + suffix, name))];

        if (_searchRegistries.Count == 0)
        {
            throw new TrustException("ShortNameUnresolved", TrustErrorKind.NotFound,
                $"'{Printable.Of(name, Printable.NameLength)}' has no registry in it, and " +
                (_searchFile is null ? "no registries.conf" : $"neither an alias nor unqualified-search-registries in {_searchFile}") +
                " says which is meant; write the full name.")
            {
                Target = name,
            };
        }

        List<DockerReference> candidates = [.. _searchRegistries.Select(registry => WithTag(Parse($"{registry}/{name}", name)))];
        if (candidates.Count > 1 && ShortNameMode == ShortNameMode.Enforcing)
        {
            throw new TrustException(
                "ShortNameAmbiguous",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(name, Printable.NameLength)}' could mean {string.Join(", ", candidates)}; " +
                $"write the one that is meant ({_searchFile} demands it).")
            {
                Target = name,
            };
        }

        return candidates;
    }

    private static string? Variable(ITrustHost host, string name) =>
        host.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static DockerReference WithTag(DockerReference reference) => reference.IsNameOnly ? reference.ForLookup() : reference;

    private static DockerReference Parse(string text, string name) =>
        DockerReference.TryParse(text, out DockerReference? reference, out string problem) ? reference : throw Invalid(name, problem);

    private static TrustException Invalid(string name, string problem) =>
        new("InvalidReference", TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(name, Printable.NameLength)}' is not an image name: {Printable.Of(problem, Printable.SentenceLength)}.")
            { Target = name };

    private static Dictionary<string, ShortNameAlias> ReadRecordedAliases(ITrustHost host)
    {
        string path = HostUser.IsRoot(host)
            ? "/var/cache" + AliasFile
            : (Variable(host, "XDG_CACHE_HOME") ?? host.HomeDirectory!.TrimEnd('/') + "/.cache").TrimEnd('/') + AliasFile;
        return path.StartsWith('/') && host.TryReadFile(path, TomlReader.MaxBytes) is { } file
            ? ShortNames.ReadAliases(TomlReader.Read(path, file.Content.Span))
            : [];
    }

    private static DockerReference Rewrite(DockerReference image, RegistryEntry entry, RegistryLocation endpoint)
    {
        if (endpoint.Location.Length == 0)
            return image;
        string full = image.ToString();
        string rewritten = endpoint.Location + full[entry.Match(full)..];
        if (DockerReference.TryParse(rewritten, out DockerReference? reference, out string problem) && reference.ToString() == rewritten)
            return reference;
        throw new TrustException(
            "InvalidRegistriesConf",
            TrustErrorKind.InvalidData,
            $"{entry.File}: the location '{Printable.Of(endpoint.Location, Printable.NameLength)}' of " +
            $"'{Printable.Of(entry.Prefix, Printable.NameLength)}' makes '{Printable.Of(rewritten, Printable.NameLength)}' of {image}, " +
            $"which is not a full image name{(problem.Length == 0 ? "" : $": {Printable.Of(problem, Printable.NameLength)}")}.")
        {
            Target = entry.File,
        };
    }

    private RegistryEntry? Find(string name)
    {
        RegistryEntry? best = null;
        foreach (RegistryEntry entry in _registries.Values)
        {
            if (entry.Match(name) >= 0 && entry.Prefix.Length > (best?.Prefix.Length ?? 0))
                best = entry;
        }

        return best;
    }

    private void LoadOneLevel(ContainersLookup lookup, string? path)
    {
        string? named = path ?? Variable(_host, ContainersLookup.RegistriesVariable) ?? Variable(_host, "REGISTRIES_CONFIG_PATH");
        string? userFile = lookup.UserDirectory is { } user ? $"{user}/registries.conf" : null;
        bool isUser = named is null && userFile is not null && _host.Exists(userFile);
        if (named is not null)
            AddNamed(named, requireV2: null);
        else if (_host.TryReadFile(isUser ? userFile! : $"{ContainersLookup.SystemDirectory}/registries.conf",
            TomlReader.MaxBytes) is { } main)
            Add(main.Path, main.Content.Span, isDropIn: false);
        if (!isUser)
            AddDirectory(_host, $"{ContainersLookup.SystemDirectory}/{DropIns}");
        if (lookup.UserDirectory is not null)
            AddDirectory(_host, $"{lookup.UserDirectory}/{DropIns}");
    }

    // The variable, unlike a program's option, stands for everything but the file that its other variable names.
    private void LoadAllLevels(ContainersLookup lookup, string? path)
    {
        string? variable = Variable(_host, ContainersLookup.RegistriesVariable);
        if ((path ?? variable) is { } named)
            AddNamed(named, RegistriesFile.Outdated);
        else if (lookup.RegistriesFiles().Select(f => _host.TryReadFile(f, TomlReader.MaxBytes))
            .FirstOrDefault(static f => f is not null) is { } main)
            Add(main.Path, main.Content.Span, isDropIn: false, RegistriesFile.Outdated);
        if (path is not null || variable is null)
        {
            foreach (DropInFile file in DropInFiles.Find(_host, lookup.RegistriesDropIns(), Extension))
            {
                if (DropInFiles.TryRead(_host, file.Path, TomlReader.MaxBytes) is { } read)
                    Add(file.Path, read.Content.Span, isDropIn: true, RegistriesFile.Outdated);
            }
        }

        if (Variable(_host, ContainersLookup.RegistriesVariable + "_OVERRIDE") is { } last)
            AddNamed(last, RegistriesFile.Outdated, isDropIn: true);
    }

    private void AddNamed(string named, string? requireV2, bool isDropIn = false)
    {
        string path = AbsolutePath.Require(named, "the file of registries");
        HostFile file = _host.TryReadFile(path, TomlReader.MaxBytes)
            ?? throw new TrustException(
                "RegistriesConfNotFound",
                TrustErrorKind.NotFound,
                $"{path} does not exist; check the path, or leave it out to use the host's own registries.conf.")
            {
                Target = path,
            };
        Add(path, file.Content.Span, isDropIn, requireV2);
    }

    private void AddDirectory(ITrustHost host, string directory)
    {
        if (!host.Exists(directory))
            return;
        foreach (string name in host.ListDirectory(directory))
        {
            string path = $"{directory}/{name}";
            if (!name.EndsWith(Extension, StringComparison.Ordinal))
                continue;
            if (TryReadFile(host, path) is { } file)
                Add(path, file.Content.Span, isDropIn: true, RegistriesFile.NotInDropIns);
        }
    }

    // A directory of such a name is passed over, as is a file that has gone meanwhile.
    private static HostFile? TryReadFile(ITrustHost host, string path)
    {
        try
        {
            return host.TryReadFile(path, TomlReader.MaxBytes);
        }
        catch (TrustException e) when (e.ErrorId == "IsADirectory")
        {
            return null;
        }
    }

    private void Add(string path, ReadOnlySpan<byte> content, bool isDropIn, string? requireV2 = null)
    {
        RegistriesFile file = RegistriesFile.Read(path, content, requireV2, _passesOverEmptyLists);
        _files.Add(path);
        foreach (RegistryEntry entry in file.Registries)
            _registries[entry.Prefix] = entry;
        if (file.SearchRegistries is not null || !isDropIn)
            (_searchRegistries, _searchFile) = (file.SearchRegistries ?? [], path);
        _credentialHelpers = file.CredentialHelpers ?? _credentialHelpers;
        ShortNameMode = file.Mode ?? ShortNameMode;
        foreach ((string name, ShortNameAlias alias) in file.Aliases)
            _aliases[name] = alias;
    }
}
