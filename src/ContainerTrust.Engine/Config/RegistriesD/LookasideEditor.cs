using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>Plans changes of registries.d. Nothing is written here: the caller applies the plan under the host's lock.</summary>
internal static class LookasideEditor
{
    private static readonly Dictionary<string, ReadOnlyMemory<byte>> s_none = [];

    // What is too large to be read as registries.d can still be deleted.
    private const int LargestDeleted = 1 << 30;

    /// <summary>
    /// Plans changes. A section that exists is changed in its file, line by line; a new one goes to a file of its own, named like the
    /// scope, or to <c>default.yaml</c> for <c>default-docker</c>.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory that <paramref name="current"/> was read from.</param>
    /// <param name="current">The configuration as it is, read under the same lock.</param>
    /// <param name="changes">What to change; at most one for a section.</param>
    /// <returns>The files to write and to delete.</returns>
    /// <exception cref="TrustException">
    /// <c>LookasideInvalidNamespace</c>, <c>LookasideInvalidStore</c>, <c>DuplicateChange</c>: a change makes no sense;
    /// <c>EditNotPossible</c>: a file is written in a way that cannot be edited safely; or a file cannot be read.
    /// </exception>
    /// <exception cref="FileChangedException">A file that <paramref name="current"/> does not know has appeared meanwhile.</exception>
    public static LookasideEdit Plan(ITrustHost host, string directory, LookasideConfiguration current,
        IReadOnlyList<SectionChange> changes) =>
        Plan(host, directory, current, changes, current.Levels.Count > 0 ? current : null);

    /// <summary>Plans changes that podman 6 must be able to read too.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory that is written.</param>
    /// <param name="current">The configuration as it is, read under the same lock.</param>
    /// <param name="changes">What to change; at most one for a section.</param>
    /// <param name="allLevels">The configuration as podman 6 reads it. Null where that does not matter.</param>
    /// <returns>The files to write and to delete.</returns>
    /// <exception cref="TrustException">
    /// See <see cref="Plan(ITrustHost, string, LookasideConfiguration, IReadOnlyList{SectionChange})"/>.
    /// </exception>
    internal static LookasideEdit Plan(
        ITrustHost host, string directory, LookasideConfiguration current, IReadOnlyList<SectionChange> changes,
        LookasideConfiguration? allLevels)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(changes);
        directory = LookasideConfiguration.TrimEnd(directory);

        var warnings = new List<LookasideWarning>();
        var byPath = new SortedDictionary<string, List<SectionChange>>(StringComparer.Ordinal);
        var copies = new Dictionary<string, string>(StringComparer.Ordinal);
        SectionPlaces? places = allLevels is null ? null : new SectionPlaces(host, directory, current, allLevels);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (SectionChange change in changes)
        {
            if (!seen.Add(change.Namespace is null ? "d" : "n" + change.Namespace))
                throw Invalid("DuplicateChange", $"The change names {Describe(change)} twice; name it once.", change);
            LookasideEntry? entry = change.Namespace is null ? current.Default : current.Sections.GetValueOrDefault(change.Namespace);
            if (entry is null && change.NewSection is null or { IsEmpty: true })
                continue;
            if (entry is not null && change.NewSection is null && SectionPlaces.IsBelow(current, entry))
                continue;
            SectionPlace? place = entry is not null && current.Levels.Count == 0 ? null
                : places?.Find(change, entry is null ? NewFileName(change) : "");
            string path = place?.Path ?? entry?.Path ?? LookasideConfiguration.Join(directory, NewFileName(change));
            if (place?.CopyOf is { } copied && !current.Files.Any(f => f.Path == path))
                copies[path] = copied;
            Check(change, entry, path, warnings);
            if (!byPath.TryGetValue(path, out List<SectionChange>? list))
                byPath.Add(path, list = []);
            list.Add(change);
        }

        var files = new List<LookasideFileEdit>();
        foreach ((string path, List<SectionChange> list) in byPath)
        {
            if (copies.GetValueOrDefault(path) is { } copied)
            {
                files.Add(PlanCopy(host, path, copied, list));
                warnings.Add(new LookasideWarning(
                    "FileCopied",
                    path,
                    0,
                    $"The file begins as a copy of {copied}, which it hides: later changes there do not count until it is removed."));
            }
            else if (PlanFile(host, path, current, BackToBelow(host, current, path, list, out HostFile? below), below) is { } edit)
            {
                files.Add(edit);
            }
        }

        return new LookasideEdit(files, warnings);
    }

    /// <summary>
    /// Plans a reset as <c>atomic trust reset</c> does it: every <c>*.yaml</c> file but <c>default.yaml</c> goes, readable or not.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="shipped">
    /// Files that the distribution ships there, by their names: these stay or come back. Null or none for no such files.
    /// </param>
    /// <returns>The files to delete, and to write.</returns>
    /// <exception cref="TrustException">The directory or a file in it cannot be read.</exception>
    public static LookasideEdit PlanReset(ITrustHost host, string directory,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? shipped = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        directory = LookasideConfiguration.TrimEnd(directory);
        var files = new List<LookasideFileEdit>();
        foreach (string name in host.ListDirectory(directory))
        {
            if (!name.EndsWith(".yaml", StringComparison.Ordinal) || name == LookasideNames.DefaultFile)
                continue;
            string path = LookasideConfiguration.Join(directory, name);
            if (shipped?.ContainsKey(name) != true && host.TryReadFile(path, LargestDeleted) is { } file)
                files.Add(new LookasideFileEdit(path, file, null));
        }

        foreach ((string name, ReadOnlyMemory<byte> content) in (shipped ?? s_none).OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            string path = LookasideConfiguration.Join(directory, name);
            HostFile? present = host.TryReadFile(path, LargestDeleted);
            if (present is null || !MeansSame(present, content))
                files.Add(new LookasideFileEdit(path, present, content));
        }

        return new LookasideEdit(files, []);
    }

    // The vendor's own file has comments, which stay.
    private static bool MeansSame(HostFile present, ReadOnlyMemory<byte> content)
    {
        try
        {
            LookasideConfiguration now = LookasideConfiguration.FromFiles("/", [present]),
            then = LookasideConfiguration.FromFiles("/", [present with { Content = content }]);
            return now.Default?.Section == then.Default?.Section && now.Sections.Count == then.Sections.Count
                && now.Sections.All(s => then.Sections.TryGetValue(s.Key, out LookasideEntry? entry) && entry.Section == s.Value.Section);
        }
        catch (TrustException)
        {
            return false;
        }
    }

    private static LookasideFileEdit PlanCopy(ITrustHost host, string path, string copied, List<SectionChange> changes)
    {
        if (host.TryReadFile(path, LookasideLimits.FileBytes) is not null)
            throw new FileChangedException(path);
        HostFile source = host.TryReadFile(copied, LookasideLimits.FileBytes) ?? throw new FileChangedException(copied);
        YamlText text = YamlText.Decode(path, source.Content.Span);
        return new LookasideFileEdit(path, null, new FileEditor(text).Apply(changes) is { } edited ? text.Encode(edited) : source.Content);
    }

    // A file that hides one of the level below goes back to what that one says, and away when nothing else is left.
    private static List<SectionChange> BackToBelow(ITrustHost host, LookasideConfiguration current, string path,
        List<SectionChange> changes, out HostFile? below)
    {
        below = null;
        if (!changes.Exists(static c => c.NewSection is null) || current.SourceOf(path) is not { Hides: [{ } hidden, ..] })
            return changes;
        below = DropInFiles.TryRead(host, hidden, LookasideLimits.FileBytes);
        if (below is null)
            return changes;
        LookasideConfiguration then = LookasideConfiguration.FromFiles("/", [below]);
        return [.. changes.Select(c => c.NewSection is not null ? c : c with { NewSection = Find(then, c.Namespace)?.Section,
            ReplaceWhole = true })];
    }

    private static LookasideEntry? Find(LookasideConfiguration configuration, string? name) =>
        name is null ? configuration.Default : configuration.Sections.GetValueOrDefault(name);

    private static LookasideFileEdit? PlanFile(ITrustHost host, string path, LookasideConfiguration current, List<SectionChange> changes,
        HostFile? below)
    {
        HostFile? file = current.Files.FirstOrDefault(candidate => candidate.Path == path);
        if (file is null && host.TryReadFile(path, LookasideLimits.FileBytes) is not null)
            throw new FileChangedException(path);
        YamlText text = YamlText.Decode(path, file is null ? [] : file.Content.Span);
        var editor = new FileEditor(text);
        string? edited = editor.Apply(changes);
        if (edited is null)
            return null;
        if (editor.IsSpent && file is not null && below is null
            && changes.Exists(change => change.NewSection is null && OwnFileName(change) == path[(path.LastIndexOf('/') + 1)..]))
            return new LookasideFileEdit(path, file, null);
        byte[] content = text.Encode(edited);
        if (below is not null && file is not null && MeansSame(below, content))
            return new LookasideFileEdit(path, file, null);
        if (content.Length > LookasideLimits.FileBytes)
            throw new TrustException(
                "LookasideTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{path} would become larger than {LookasideLimits.FileBytes} bytes; split the file.")
            {
                Target = path,
            };
        return new LookasideFileEdit(path, file, content);
    }

    private static string? OwnFileName(SectionChange change) => change.Namespace is "" ? null : LookasideNames.FileName(change.Namespace);

    private static string NewFileName(SectionChange change) =>
        change.Namespace is not null && LookasideNames.Problem(change.Namespace) is { } problem
            ? throw Invalid("LookasideInvalidNamespace", $"'{change.Namespace}' cannot be a namespace of registries.d: {problem}", change)
            : LookasideNames.FileName(change.Namespace);

    private static void Check(SectionChange change, LookasideEntry? entry, string path, List<LookasideWarning> warnings)
    {
        CheckStore(change.NewSection?.SignatureStore, entry?.Section.SignatureStore, change, path, warnings);
        CheckStore(change.NewSection?.SignatureStoreStaging, entry?.Section.SignatureStoreStaging, change, path, warnings);
    }

    private static void CheckStore(string? store, string? old, SectionChange change, string path, List<LookasideWarning> warnings)
    {
        // What is there already is not judged again: the change may be about something else.
        if (string.IsNullOrEmpty(store) || store == old)
            return;
        if (StoreUrl.Problem(store) is { } problem)
            throw Invalid("LookasideInvalidStore", $"The signature store given for {Describe(change)} is not usable: {problem}", change);
        if (StoreUrl.IsUnencrypted(store))
            warnings.Add(new LookasideWarning(
                "UnencryptedStore",
                path,
                0,
                $"The signature store of {Describe(change)} is read over unencrypted http; use https."));
        if (StoreUrl.HasSecret(store))
        {
            string what = StoreUrl.HasQuery(store) ? "a query, which may hold a password or token" : "a user name or password";
            warnings.Add(new LookasideWarning("SecretInStore", path, 0,
                $"The signature store of {Describe(change)} contains {what}, and everybody on the host can read the file."));
        }
    }

    private static string Describe(SectionChange change) => change.Namespace ?? LookasideKey.DefaultDocker;

    private static TrustException Invalid(string errorId, string message, SectionChange change) =>
        new(errorId, TrustErrorKind.InvalidArgument, message) { Target = Describe(change) };
}
