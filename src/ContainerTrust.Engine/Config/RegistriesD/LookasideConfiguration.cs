using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// A host's registries.d directory, all files merged (containers-registries.d(5)), and what it says for a scope. Immutable.
/// </summary>
internal sealed class LookasideConfiguration
{
    private readonly Dictionary<string, LookasideEntry> _sections;
    private readonly PodmanView _podman;
    private readonly int _longestNamespace;

    private LookasideConfiguration(string directory, IReadOnlyList<HostFile> files, Merged merged)
    {
        Directory = directory;
        Files = files;
        _sections = merged.Sections;
        Default = merged.Default;
        Warnings = merged.Warnings;
        _podman = merged.Podman;
        foreach (string name in _sections.Keys)
            _longestNamespace = Math.Max(_longestNamespace, name.Length);
    }

    /// <summary>The directory, without a slash at its end.</summary>
    public string Directory { get; }

    /// <summary>The <c>*.yaml</c> files, in ordinal order of their names, as they were read.</summary>
    public IReadOnlyList<HostFile> Files { get; }

    /// <summary>The sections under <c>docker</c> by namespace (ordinal).</summary>
    public IReadOnlyDictionary<string, LookasideEntry> Sections => _sections;

    /// <summary>The <c>default-docker</c> section. Null if there is none.</summary>
    public LookasideEntry? Default { get; }

    /// <summary>What is allowed and probably not meant, in the order of files and lines.</summary>
    public IReadOnlyList<LookasideWarning> Warnings { get; }

    /// <summary>
    /// The directories that were read together, the one whose files count most first. Empty where only <see cref="Directory"/> was.
    /// </summary>
    internal IReadOnlyList<LookupDirectory> Levels { get; private init; } = [];

    /// <summary>The files of <see cref="Levels"/>, in the order in which they were read, with those that are hidden.</summary>
    internal IReadOnlyList<DropInFile> Sources { get; private init; } = [];

    /// <summary>Where a file that was read stands among the levels. Null where levels were not read.</summary>
    internal DropInFile? SourceOf(string path) => Sources.FirstOrDefault(s => s.Path == path);

    /// <summary>Reads what is in force by locations: one directory, or those of all levels as podman 6 merges them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Which directory, and by which release's rules.</param>
    /// <returns>The merged configuration.</returns>
    /// <exception cref="TrustFormatException">
    /// See <see cref="Load(ITrustHost, string)"/>; also for a section of two levels under different file names.
    /// </exception>
    /// <exception cref="TrustException">A directory or a file cannot be read.</exception>
    internal static LookasideConfiguration Load(ITrustHost host, TrustLocations locations) =>
        locations.ReadsAllRegistries ? LoadAllLevels(host, locations.RegistriesDirectory, locations.Release)
            : Load(host, locations.RegistriesDirectory);

    /// <summary>Reads the directories of all levels together.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The one that is written.</param>
    /// <param name="release">A release with the rules of podman 6.</param>
    /// <returns>The merged configuration.</returns>
    /// <exception cref="TrustException">See <see cref="Load(ITrustHost, TrustLocations)"/>.</exception>
    internal static LookasideConfiguration LoadAllLevels(ITrustHost host, string directory, ContainersRelease release)
    {
        IReadOnlyList<LookupDirectory> levels = new ContainersLookup(host, release).RegistriesDirectories();
        IReadOnlyList<DropInFile> sources = DropInFiles.Find(host, levels, LookasideNames.Extension);
        List<HostFile> files = [];
        long total = 0;
        foreach (DropInFile source in sources)
        {
            if (DropInFiles.TryRead(host, source.Path, LookasideLimits.FileBytes) is not { } file)
                continue;
            total += file.Content.Length;
            RequireSmall(total, directory);
            files.Add(file);
        }

        return FromFiles(TrimEnd(directory), files, levels, sources, levels.SelectMany(l => Misnamed(host, l.Path)));
    }

    /// <summary>Reads a directory. One that is missing is an empty one; names that do not end in <c>.yaml</c> do not count.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">An absolute path on it.</param>
    /// <returns>The merged configuration.</returns>
    /// <exception cref="TrustFormatException">
    /// A file is refused: <c>LookasideSyntaxError</c>, <c>LookasideEncoding</c>, <c>LookasideWrongType</c>, <c>LookasideDuplicateKey</c>,
    /// <c>LookasideUnsupportedYaml</c>, <c>LookasideTooLarge</c>; or two define the same section: <c>DuplicateNamespace</c>.
    /// </exception>
    /// <exception cref="TrustException">The directory or a file cannot be read.</exception>
    public static LookasideConfiguration Load(ITrustHost host, string directory)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        directory = TrimEnd(directory);
        return FromFiles(directory, ReadFiles(host, directory), misnamed: Misnamed(host, directory));
    }

    /// <summary>
    /// What is in force for an entry of the policy, or for an image. Only the <c>docker</c> transport has signature stores.
    /// </summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">
    /// A scope of the policy, or an image's fully expanded reference with either tag or digest; empty for the transport's or the policy's
    /// default.
    /// </param>
    /// <returns>The settings in force; null for a transport other than <c>docker</c>.</returns>
    public EffectiveLookaside? ForScope(string transport, string scope)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(scope);
        return transport == "docker" ? Resolve(scope, _sections, Default, _longestNamespace) : null;
    }

    /// <summary>What sections say in the end for a scope, wherever they are from.</summary>
    /// <param name="scope">The scope; empty for a default.</param>
    /// <param name="sections">The sections by namespace.</param>
    /// <param name="default">The section <c>default-docker</c>. Null if there is none.</param>
    /// <param name="longest">The length of the longest namespace.</param>
    internal static EffectiveLookaside Resolve(
        string scope, IReadOnlyDictionary<string, LookasideEntry> sections, LookasideEntry? @default, int longest)
    {
        LookasideEntry? read = null;
        LookasideEntry? write = null;
        LookasideEntry? attachments = null;
        foreach (string name in LookasideChain.Of(scope, longest))
        {
            if (sections.TryGetValue(name, out LookasideEntry? entry))
                Consider(entry, ref read, ref write, ref attachments);
        }

        if (@default is not null)
            Consider(@default, ref read, ref write, ref attachments);
        return new EffectiveLookaside
        {
            SignatureStore = read?.Section.SignatureStore,
            SignatureStoreSource = read,
            SignatureStoreStaging = write?.Section.SignatureStoreStaging,
            WriteStore = write?.Section.SignatureStoreStaging ?? write?.Section.SignatureStore,
            WriteStoreSource = write,
            UseSigstoreAttachments = attachments?.Section.UseSigstoreAttachments,
            UseSigstoreAttachmentsSource = attachments,
        };
    }

    /// <summary>
    /// The store that <c>podman image trust show</c> 4.x prints for an entry of any transport. Not what is in force (see
    /// <see cref="ForScope"/>): it looks at one section only, knows no wildcards and no tags, and takes key names without regard to case.
    /// </summary>
    /// <param name="scope">The scope; empty for a default.</param>
    /// <returns>The store; empty if podman prints none.</returns>
    public string AsPodmanShows(string scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return _podman.Store(scope);
    }

    /// <summary>
    /// The <c>*.yaml</c> files of a directory; one that vanishes between listing and reading is skipped, as the reference does.
    /// </summary>
    internal static List<HostFile> ReadFiles(ITrustHost host, string directory)
    {
        var files = new List<HostFile>();
        long total = 0;
        foreach (string name in host.ListDirectory(directory))
        {
            if (!name.EndsWith(LookasideNames.Extension, StringComparison.Ordinal))
                continue;
            HostFile? file = host.TryReadFile(Join(directory, name), LookasideLimits.FileBytes);
            if (file is null)
                continue;
            total += file.Content.Length;
            RequireSmall(total, directory);
            files.Add(file);
        }

        return files;
    }

    private static void RequireSmall(long total, string directory)
    {
        if (total <= LookasideLimits.TotalBytes)
            return;
        throw new TrustException(
            "LookasideTooLarge",
            TrustErrorKind.LimitsExceeded,
            $"The .yaml files in {directory} are larger than {LookasideLimits.TotalBytes} bytes together; " +
            "remove what does not belong there.")
        {
            Target = directory,
        };
    }

    /// <summary>Merges files that are already read.</summary>
    internal static LookasideConfiguration FromFiles(
        string directory, IReadOnlyList<HostFile> files, IReadOnlyList<LookupDirectory>? levels = null,
        IReadOnlyList<DropInFile>? sources = null, IEnumerable<LookasideWarning>? misnamed = null)
    {
        var merged = new Merged();
        merged.Warnings.AddRange(misnamed ?? []);
        foreach (HostFile file in files)
            merged.Add(file);
        return new LookasideConfiguration(directory, files, merged) { Levels = levels ?? [], Sources = sources ?? [] };
    }

    private static IEnumerable<LookasideWarning> Misnamed(ITrustHost host, string directory) =>
        host.ListDirectory(directory).Where(LookasideNames.IsMisnamed).Select(n => new LookasideWarning(
            "MisnamedFile",
            Join(directory, n),
            0,
            $"podman and skopeo read only files whose names end in {LookasideNames.Extension}, so this one does not count. "
                + $"If it should, rename it to {n[..n.LastIndexOf('.')]}{LookasideNames.Extension}."));

    internal static string TrimEnd(string directory) =>
        directory.Length > 1 ? directory.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : directory;

    internal static string Join(string directory, string name) => directory.EndsWith('/') ? directory + name : $"{directory}/{name}";

    private static void Consider(LookasideEntry entry, ref LookasideEntry? read, ref LookasideEntry? write, ref LookasideEntry? attachments)
    {
        if (entry.Section.SignatureStore is not null)
            read ??= entry;
        if (entry.Section.SignatureStoreStaging is not null || entry.Section.SignatureStore is not null)
            write ??= entry;
        if (entry.Section.UseSigstoreAttachments is not null)
            attachments ??= entry;
    }

    private sealed class Merged
    {
        public Dictionary<string, LookasideEntry> Sections { get; } = new(StringComparer.Ordinal);

        public LookasideEntry? Default { get; private set; }

        public List<LookasideWarning> Warnings { get; } = [];

        public PodmanView Podman { get; } = new();

        public void Add(HostFile file)
        {
            YamlText text = YamlText.Decode(file.Path, file.Content.Span);
            YamlDocument document = PlainYaml.TryParse(text) ?? YamlAdapter.Parse(text);
            FileSections sections = LookasideReader.Read(text, document, Warnings);
            if (sections.Default is not null)
            {
                LookasideEntry entry = Entry(sections.Default, file.Path);
                if (Default is not null)
                    throw Duplicate(entry, Default, LookasideKey.DefaultDocker, LookasideKey.DefaultDocker);
                Default = entry;
            }

            foreach (SectionNode section in sections.Namespaces)
            {
                LookasideEntry entry = Entry(section, file.Path);
                if (!Sections.TryAdd(entry.Namespace!, entry))
                    throw Duplicate(
                        entry,
                        Sections[entry.Namespace!],
                        $"{LookasideKey.Docker}.{entry.Namespace}",
                        $"namespace {entry.Namespace}");
            }

            Podman.Add(document, sections);
        }

        private static LookasideEntry Entry(SectionNode node, string path) => new()
        {
            Namespace = node.Namespace,
            Section = node.Raw.ToSection(),
            Path = path,
            Line = node.Line,
            Keys = node.Raw.Keys,
            Raw = node.Raw,
        };

        private static TrustFormatException Duplicate(LookasideEntry entry, LookasideEntry earlier, string documentPath, string what) =>
            new(
                "DuplicateNamespace",
                entry.Path,
                entry.Line,
                0,
                documentPath,
                $"The {what} is also defined in {earlier.Path}:{earlier.Line}; keep one of the two.");
    }
}
