using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>Plans changes of registries.d. Nothing is written here: the caller applies the plan under the host's lock.</summary>
public static class LookasideEditor
{
    private static readonly Dictionary<string, ReadOnlyMemory<byte>> s_none = [];

    // What is too large to be read as registries.d can still be deleted.
    private const int LargestDeleted = 1 << 30;

    /// <summary>
    /// Plans changes. A section that exists is changed in its file, line by line; a new one goes to a file of its own, named like the scope, or to
    /// <c>default.yaml</c> for <c>default-docker</c>.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory that <paramref name="current"/> was read from.</param>
    /// <param name="current">The configuration as it is, read under the same lock.</param>
    /// <param name="changes">What to change; at most one for a section.</param>
    /// <returns>The files to write and to delete.</returns>
    /// <exception cref="TrustException">
    /// <c>LookasideInvalidNamespace</c>, <c>LookasideInvalidStore</c>, <c>DuplicateChange</c>: a change makes no sense; <c>EditNotPossible</c>: a file is
    /// written in a way that cannot be edited safely; or a file cannot be read.
    /// </exception>
    /// <exception cref="FileChangedException">A file that <paramref name="current"/> does not know has appeared meanwhile.</exception>
    public static LookasideEdit Plan(ITrustHost host, string directory, LookasideConfiguration current, IReadOnlyList<SectionChange> changes)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(changes);
        directory = LookasideConfiguration.TrimEnd(directory);

        var warnings = new List<LookasideWarning>();
        var byPath = new SortedDictionary<string, List<SectionChange>>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (SectionChange change in changes)
        {
            if (!seen.Add(change.Namespace is null ? "d" : "n" + change.Namespace))
                throw Invalid("DuplicateChange", $"The change names {Describe(change)} twice; name it once.", change);
            LookasideEntry? entry = change.Namespace is null ? current.Default : current.Sections.GetValueOrDefault(change.Namespace);
            if (entry is null && change.NewSection is null or { IsEmpty: true })
                continue;
            string path = entry?.Path ?? LookasideConfiguration.Join(directory, NewFileName(change));
            Check(change, entry, path, warnings);
            if (!byPath.TryGetValue(path, out List<SectionChange>? list))
                byPath.Add(path, list = []);
            list.Add(change);
        }

        var files = new List<LookasideFileEdit>();
        foreach ((string path, List<SectionChange> list) in byPath)
        {
            if (PlanFile(host, path, current, list) is { } edit)
                files.Add(edit);
        }

        return new LookasideEdit(files, warnings);
    }

    /// <summary>Plans a reset as <c>atomic trust reset</c> does it: every <c>*.yaml</c> file but <c>default.yaml</c> goes, readable or not.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="shipped">Files that the distribution ships there, by their names: these stay or come back. Null or none for no such files.</param>
    /// <returns>The files to delete, and to write.</returns>
    /// <exception cref="TrustException">The directory or a file in it cannot be read.</exception>
    public static LookasideEdit PlanReset(ITrustHost host, string directory, IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? shipped = null)
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
            LookasideConfiguration now = LookasideConfiguration.FromFiles("/", [present]), then = LookasideConfiguration.FromFiles("/", [present with { Content = content }]);
            return now.Default?.Section == then.Default?.Section && now.Sections.Count == then.Sections.Count
                && now.Sections.All(s => then.Sections.TryGetValue(s.Key, out LookasideEntry? entry) && entry.Section == s.Value.Section);
        }
        catch (TrustException)
        {
            return false;
        }
    }

    private static LookasideFileEdit? PlanFile(ITrustHost host, string path, LookasideConfiguration current, List<SectionChange> changes)
    {
        HostFile? file = current.Files.FirstOrDefault(candidate => candidate.Path == path);
        if (file is null && host.TryReadFile(path, LookasideLimits.FileBytes) is not null)
            throw new FileChangedException(path);
        YamlText text = YamlText.Decode(path, file is null ? [] : file.Content.Span);
        var editor = new FileEditor(text);
        string? edited = editor.Apply(changes);
        if (edited is null)
            return null;
        if (editor.IsSpent && file is not null && changes.Exists(change => change.NewSection is null && OwnFileName(change) == path[(path.LastIndexOf('/') + 1)..]))
            return new LookasideFileEdit(path, file, null);
        byte[] content = text.Encode(edited);
        if (content.Length > LookasideLimits.FileBytes)
            throw new TrustException("LookasideTooLarge", TrustErrorKind.LimitsExceeded, $"{path} would become larger than {LookasideLimits.FileBytes} bytes; split the file.") { Target = path };
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
            warnings.Add(new LookasideWarning("UnencryptedStore", path, 0, $"The signature store of {Describe(change)} is read over unencrypted http; use https."));
        if (StoreUrl.HasUserInfo(store))
            warnings.Add(new LookasideWarning("SecretInStore", path, 0, $"The signature store of {Describe(change)} contains a user name or password, and everybody on the host can read the file."));
    }

    private static string Describe(SectionChange change) => change.Namespace ?? LookasideKey.DefaultDocker;

    private static TrustException Invalid(string errorId, string message, SectionChange change) =>
        new(errorId, TrustErrorKind.InvalidArgument, message) { Target = Describe(change) };
}
