using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Travel;

/// <summary>Key files that are put on a host along with a change: where, and what may be there already.</summary>
internal static class KeyCopies
{
    private const int Shown = 5;

    // The shell of a host holds the locks of four directories at once, of which the policy and the stores have two.
    private const int DirectoriesOverSsh = 2;

    /// <summary>The files of options that are to be copied, read on this machine.</summary>
    /// <param name="options">Options whose paths are those of this machine.</param>
    /// <returns>The files, by the path that was given.</returns>
    /// <exception cref="TrustException">One is missing, empty, unreadable, or holds a private key.</exception>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Read(RequirementOptions options)
    {
        StoredFiles files = new(LocalHost.Instance);
        bool isOpenPgp = options is { HasSigstoreParts: false, Type: null or TrustType.SignedBy };
        Dictionary<string, ReadOnlyMemory<byte>> read = new(StringComparer.Ordinal);
        foreach (string path in Paths(options))
            read[path] = files.Read(path, options.BaseDirectory, isOpenPgp);
        return read;
    }

    /// <summary>The paths on hosts that the files of options are put to, as far as no user's own policy is meant.</summary>
    /// <param name="options">Options whose paths are those of this machine.</param>
    public static IReadOnlyList<string> Targets(RequirementOptions options) =>
        [.. Paths(options).Select(path => Target(options.KeyDirectory ?? KeyCopy.Directory, path))];

    /// <summary>Options by whose paths the files are on a host, and the files.</summary>
    /// <param name="options">Options whose paths are those of this machine.</param>
    /// <param name="locations">The host's files.</param>
    /// <exception cref="TrustException">
    /// A file cannot be read, the directory is not an absolute path (<c>InvalidKeyPath</c>), or two files have one name
    /// (<c>KeyCopiesDiffer</c>).
    /// </exception>
    public static (RequirementOptions There, IReadOnlyList<KeyCopy> Copies) Of(RequirementOptions options, TrustLocations locations)
    {
        if (options.InlineKey)
            throw Invalid("ParametersNotTogether",
                $"{TrustOption.InlineKey} stores keys in the policy, and {TrustOption.CopyKey} copies their files. Specify one of them.",
                null);
        string directory = options.KeyDirectory ?? Default(locations);
        RequireDirectory(directory);
        List<KeyCopy> copies = [];
        foreach ((string path, ReadOnlyMemory<byte> content) in options.FilesRead ?? Read(options))
            copies.Add(new KeyCopy(Target(directory, path), content, path));
        RequireAgreement(copies);
        string There(string path) => Target(directory, path);
        return (options with
        {
            KeyPaths = [.. options.KeyPaths.Select(There)],
            RekorPublicKeyPaths = [.. options.RekorPublicKeyPaths.Select(There)],
            FulcioCAPath = options.FulcioCAPath is { } fulcio ? There(fulcio) : null,
            CARootsPath = options.CARootsPath is { } roots ? There(roots) : null,
            CAIntermediatesPath = options.CAIntermediatesPath is { } intermediates ? There(intermediates) : null,
            CopyKey = false,
        }, copies);
    }

    /// <summary>The directory for key files where none is named: a user's own policy has them beside it.</summary>
    /// <param name="locations">The host's files.</param>
    public static string Default(TrustLocations locations) => locations.IsUserPolicy
        ? locations.PolicyPath[..Math.Max(locations.PolicyPath.LastIndexOf('/'), 0)] + "/keys" : KeyCopy.Directory;

    /// <summary>Refuses files that would be put to the same path and differ.</summary>
    /// <param name="copies">The files.</param>
    /// <exception cref="TrustException">There are such (<c>KeyCopiesDiffer</c>).</exception>
    public static void RequireAgreement(IEnumerable<KeyCopy> copies)
    {
        Dictionary<string, KeyCopy> first = new(StringComparer.Ordinal);
        foreach (KeyCopy copy in copies)
        {
            if (!first.TryAdd(copy.Path, copy) && !first[copy.Path].Content.Span.SequenceEqual(copy.Content.Span))
                throw Invalid("KeyCopiesDiffer",
                    $"{InWords(first[copy.Path].Source)} and {InWords(copy.Source)} differ, and both would be put to " +
                    $"{InWords(copy.Path)}. Give the files different names.", copy.Path);
        }
    }

    /// <summary>
    /// Whether a fault says that what is put on the host, or into its policy, is not a key or certificate at all. One that has ended, or
    /// cannot sign, is one.
    /// </summary>
    /// <param name="fault">The fault, of a file as it would be on the host.</param>
    /// <param name="copies">The files that are put there.</param>
    /// <param name="isInline">Whether files are put into the policy.</param>
    public static bool IsNoKey(TrustException fault, IReadOnlyList<KeyCopy> copies, bool isInline) =>
        fault.ErrorId is not ("NoSigningKey" or "NoValidCertificate")
            && (copies.Any(c => c.Path == fault.Target || fault.Message.Contains(c.Path, StringComparison.Ordinal))
                || (isInline && fault.Target?.StartsWith('/') != true));

    /// <summary>A fault of a key file in the words of where that was read.</summary>
    /// <param name="fault">The fault, of a file as it would be on the host.</param>
    /// <param name="copies">The files that are put there.</param>
    public static TrustException AtSource(TrustException fault, IReadOnlyList<KeyCopy> copies) =>
        copies.FirstOrDefault(c => c.Source != c.Path && fault.Message.Contains(c.Path, StringComparison.Ordinal)) is { } copy
            ? new TrustException(fault.ErrorId, fault.Kind, fault.Message.Replace(copy.Path, copy.Source, StringComparison.Ordinal), fault)
            {
                Target = copy.Source,
            }
            : fault;

    /// <summary>The files that a plan writes, before the policy that names them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Its files.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="policy">The policy so far. Null if there is none.</param>
    /// <param name="warnings">Takes what the user should know.</param>
    /// <returns>The files that are not there yet as they are to be.</returns>
    /// <exception cref="TrustException">
    /// Another file is there and may not be replaced (<c>KeyFileDiffers</c>), or the path is that of a file of the configuration
    /// (<c>InvalidKeyPath</c>).
    /// </exception>
    public static IReadOnlyList<PlannedFile> Plan(ITrustHost host, TrustLocations locations, IReadOnlyList<TrustChange> changes,
        PolicyDocument? policy, List<string> warnings)
    {
        RequireAgreement(changes.SelectMany(static c => c.Copies));
        List<PlannedFile> files = [];
        foreach (KeyCopy copy in changes.SelectMany(static c => c.Copies).DistinctBy(static c => c.Path))
        {
            if (copy.Path == TrustPlanner.WritePath(locations) || copy.Path.EndsWith("/policy.json", StringComparison.Ordinal)
                || copy.Path.StartsWith(locations.RegistriesDirectory.TrimEnd('/') + "/", StringComparison.Ordinal))
                throw Invalid("InvalidKeyPath",
                    $"{InWords(copy.Path)} is a place for configuration and not for keys. Specify another {TrustOption.KeyDirectory}.",
                    copy.Path);
            HostFile? present = host.TryReadFile(copy.Path, KeyMaterialFiles.MaxBytes);
            if (present is not null && present.Content.Span.SequenceEqual(copy.Content.Span))
                continue;
            if (present is not null)
                Replace(copy, policy, [.. changes.Where(c => c.Copies.Any(o => o.Path == copy.Path))], warnings);
            files.Add(new PlannedFile(copy.Path, present, copy.Content) { IsKey = true });
        }

        RequireLockable(host, locations, files);
        return files;
    }

    private static void RequireLockable(ITrustHost host, TrustLocations locations, List<PlannedFile> files)
    {
        if (host.Underlying is not SshHost)
            return;
        static string Parent(string path) => path[..path.LastIndexOf('/')];
        string[] directories = [.. files.Select(static f => Parent(f.Path)).Distinct(StringComparer.Ordinal)
            .Where(d => d != Parent(TrustPlanner.WritePath(locations)) && d != locations.RegistriesDirectory.TrimEnd('/'))];
        if (directories.Length > DirectoriesOverSsh)
            throw Invalid("TooManyKeyDirectories",
                $"Key files would be put into {directories.Length} directories of {InWords(host.ComputerName)} in one change, of which " +
                $"over SSH at most {DirectoriesOverSsh} can be locked: {string.Join(", ", directories.Take(Shown).Select(InWords))}. " +
                $"Nothing was changed. Specify one {TrustOption.KeyDirectory} for all of them, or set the scopes one after the other.",
                directories[DirectoriesOverSsh]);
    }

    // An exchange replaces no file: its force is for keys, and what it was made from may have changed.
    private static void Replace(KeyCopy copy, PolicyDocument? policy, TrustChange[] changes, List<string> warnings)
    {
        bool isExchange = changes.Any(static c => c.MadeFrom is not null);
        string force = isExchange ? "" : $", or use {TrustOption.Force} to replace it for all of them";
        string[] scopes = policy is null ? [] : [.. NamedBy(policy, copy.Path)];
        string users = scopes.Length == 0 ? "No scope of this policy names it, but other programs may use it"
            : $"It is named for {string.Join(", ", scopes.Take(Shown))}"
                + (scopes.Length > Shown ? $" and {scopes.Length - Shown} more" : "");
        if (isExchange || !changes.Any(static c => c.ReplacesKeys))
            throw Invalid("KeyFileDiffers",
                $"{InWords(copy.Path)} exists on the host and is not the file {InWords(copy.Source)}. {users}. Nothing was changed. Give " +
                $"the file another name or specify {TrustOption.KeyDirectory}{force}.",
                copy.Path);
        warnings.Add($"{InWords(copy.Path)} is replaced by {InWords(copy.Source)}, which differs. {users}: " +
            "from now on the keys of the new file count there.");
    }

    private static IEnumerable<string> NamedBy(PolicyDocument policy, string path)
    {
        bool Names(IReadOnlyList<TrustRequirement> requirements) => PolicyFiles.Of(requirements).Contains(path);
        if (Names(policy.Default))
            yield return "the default";
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes.Where(s => Names(s.Requirements)))
            {
                string name = scope.Name.Length == 0 ? $"all of {transport.Name}"
                    : transport.Name == "docker" ? scope.Name : $"{transport.Name}:{scope.Name}";
                yield return InWords(name);
            }
        }
    }

    private static IEnumerable<string> Paths(RequirementOptions options) =>
    [
        .. options.KeyPaths, .. options.RekorPublicKeyPaths,
        .. new[] { options.FulcioCAPath, options.CARootsPath, options.CAIntermediatesPath }.OfType<string>(),
    ];

    /// <summary>Where a file is put.</summary>
    /// <param name="directory">The directory of the host.</param>
    /// <param name="path">The file, whose name remains.</param>
    /// <exception cref="TrustException">The path does not end in a name (<c>InvalidKeyPath</c>).</exception>
    internal static string Target(string directory, string path) =>
        path[(path.LastIndexOf('/') + 1)..] is { Length: > 0 } name and not ("." or "..") ? $"{directory.TrimEnd('/')}/{name}"
            : throw Invalid("InvalidKeyPath", $"{InWords(path)} does not end in the name of a file. Specify the file.", path);

    /// <summary>Refuses a directory that key files are not put in: its path must say where it is by itself.</summary>
    /// <param name="directory">The directory of the host.</param>
    /// <exception cref="TrustException">It is refused (<c>InvalidKeyPath</c>).</exception>
    internal static void RequireDirectory(string directory)
    {
        StoredFiles.RequirePath(directory, TrustOption.KeyDirectory, inline: false);
        if (directory.TrimEnd('/')[Math.Min(1, directory.TrimEnd('/').Length)..].Split('/').Any(static s => s is "" or "." or ".."))
            throw Invalid("InvalidKeyPath",
                $"{InWords(directory)} has '.', '..' or an empty name in it. Specify {TrustOption.KeyDirectory} as a plain absolute path.",
                directory);
    }

    private static string InWords(string path) => Printable.Of(path, Printable.NameLength);

    private static TrustException Invalid(string id, string message, string? target) =>
        new(id, TrustErrorKind.InvalidArgument, message) { Target = target };
}
