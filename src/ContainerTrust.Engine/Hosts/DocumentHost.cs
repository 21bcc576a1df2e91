using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// A host that consists of the files of a document, in memory: what a MachineConfig puts on a node is read and edited as a host's own
/// files are. There are no links, every directory that a file lies in is there, and nobody is logged in.
/// </summary>
internal sealed class DocumentHost : ITrustHost
{
    private readonly Dictionary<string, Entry> _files = new(StringComparer.Ordinal);
    private ulong _revision;
    private int _isBeingChanged;

    /// <summary>A host without files.</summary>
    /// <param name="name">Its name.</param>
    public DocumentHost(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ComputerName = name;
    }

    /// <summary>A host with files.</summary>
    /// <param name="name">Its name, such as a MachineConfig's.</param>
    /// <param name="files">The files.</param>
    /// <param name="underneath">
    /// Files that are there where <paramref name="files"/> does not have any of that path, such as <see cref="RhcosDefaults"/>.
    /// </param>
    /// <exception cref="TrustException">Two of the files have the same path (<c>DuplicateFile</c>).</exception>
    public DocumentHost(string name, IEnumerable<MachineConfigFile> files, IEnumerable<MachineConfigFile>? underneath = null)
        : this(name)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (MachineConfigFile file in files)
        {
            if (!_files.TryAdd(Normalize(file.Path), new Entry(file.Content, ++_revision, ToPermissions(file.Mode), null)))
                throw new TrustException(
                    "DuplicateFile",
                    TrustErrorKind.InvalidData,
                    $"{name} has the file {Printable.Of(file.Path, Printable.NameLength)} twice. Leave one of them out.")
                {
                    Target = file.Path,
                };
        }

        foreach (MachineConfigFile file in underneath ?? [])
            _files.TryAdd(Normalize(file.Path), new Entry(file.Content, ++_revision, ToPermissions(file.Mode), null));
    }

    /// <summary>The name that the host was given.</summary>
    public string ComputerName { get; }

    /// <summary>Always null: nobody is logged in.</summary>
    public string? HomeDirectory => null;

    /// <summary>The paths of all files, sorted by ordinal.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Always null: there is no environment.</summary>
    /// <param name="name">The variable's name.</param>
    /// <returns>Null.</returns>
    public string? GetEnvironmentVariable(string name) => null;

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        path = Normalize(path);
        return path == "/" || _files.ContainsKey(path) || IsDirectory(path);
    }

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes)
    {
        string normal = Normalize(path);
        if (!_files.TryGetValue(normal, out Entry? file))
        {
            return IsDirectory(normal)
                ? throw new TrustException(
                    "IsADirectory",
                    TrustErrorKind.InvalidData,
                    $"'{Printable.Of(path, Printable.NameLength)}' is a directory in {ComputerName}, not a file. Name a file.")
                {
                    Target = path,
                }
                : null;
        }

        if (file.Problem is { } problem)
            throw new TrustException(problem.ErrorId, problem.Kind, problem.Message, problem) { Target = path };
        if (file.Content.Length > maxBytes)
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"'{Printable.Of(path, Printable.NameLength)}' in {ComputerName} has {file.Content.Length} bytes, " +
                $"more than the {maxBytes} that are read.")
            {
                Target = path,
            };
        return new HostFile(path, file.Content, file.Stamp) { Permissions = file.Permissions };
    }

    /// <inheritdoc/>
    public string ResolvePath(string path) => Normalize(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path)
    {
        string directory = Normalize(path);
        if (_files.ContainsKey(directory))
            throw new TrustException(
                "NotADirectory",
                TrustErrorKind.ReadError,
                $"'{Printable.Of(path, Printable.NameLength)}' is a file in {ComputerName}, not a directory. Check the path.")
            {
                Target = path,
            };
        string prefix = directory == "/" ? directory : directory + "/";
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string file in _files.Keys)
        {
            if (!file.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            int slash = file.IndexOf('/', prefix.Length);
            names.Add(slash < 0 ? file[prefix.Length..] : file[prefix.Length..slash]);
        }

        return [.. names];
    }

    /// <summary>
    /// Begins a change. The document is this program's alone, so nobody is waited for: a second change at the same time is refused.
    /// </summary>
    /// <param name="directories">Not needed: directories come with their files.</param>
    /// <param name="timeout">Not needed.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>The change; dispose it to let others begin one.</returns>
    /// <exception cref="TrustException">Another change has begun and not ended (<c>LockTimeout</c>).</exception>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken)
    {
        return Interlocked.Exchange(ref _isBeingChanged, 1) == 0
            ? new Change(this)
            : throw new TrustException(
                "LockTimeout",
                TrustErrorKind.ResourceBusy,
                $"The files of {ComputerName} are being changed already. Try again when that has finished.")
            {
                Target = ComputerName,
            };
    }

    /// <summary>Adds a file that is there and cannot be read; whoever reads it gets the reason.</summary>
    internal void AddUnreadable(string path, TrustException problem)
    {
        if (!_files.TryAdd(Normalize(path), new Entry(Array.Empty<byte>(), ++_revision, null, problem)))
            throw new TrustException(
                "DuplicateFile",
                TrustErrorKind.InvalidData,
                $"{ComputerName} has the file {Printable.Of(path, Printable.NameLength)} twice. Leave one of them out.")
            {
                Target = path,
            };
    }

    /// <summary>The path without <c>.</c>, <c>..</c>, doubled slashes and a slash at the end.</summary>
    internal static string Normalize(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        List<string> names = [];
        foreach (string name in path.Split('/'))
        {
            if (name == "..")
            {
                if (names.Count > 0)
                    names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "."))
            {
                names.Add(name);
            }
        }

        return "/" + string.Join('/', names);
    }

    private static FilePermissions? ToPermissions(int? mode) => new((uint)(mode ?? 0x1A4), 0, 0);

    private bool IsDirectory(string path)
    {
        string prefix = path == "/" ? path : path + "/";
        return _files.Keys.Any(f => f.StartsWith(prefix, StringComparison.Ordinal));
    }

    private sealed record Entry(ReadOnlyMemory<byte> Content, ulong Revision, FilePermissions? Permissions, TrustException? Problem)
    {
        public FileStamp Stamp => new(0, Revision, Content.Length, 0, 0);
    }

    private sealed class Change(DocumentHost host) : IHostChange
    {
        private bool _disposed;

        public void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected)
        {
            string normal = Normalize(path);
            Entry? present = Require(normal, path, expected);
            if (present is not null && present.Content.Span.SequenceEqual(content))
                return;
            host._files[normal] = new Entry(content.ToArray(), ++host._revision, present?.Permissions ?? ToPermissions(null), null);
        }

        public void RequireWritable(string path)
        {
            // A document takes any file.
        }

        public void Delete(string path, HostFile expected)
        {
            string normal = Normalize(path);
            Require(normal, path, expected);
            host._files.Remove(normal);
        }

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            Interlocked.Exchange(ref host._isBeingChanged, 0);
        }

        private Entry? Require(string normal, string path, HostFile? expected)
        {
            Entry? present = host._files.GetValueOrDefault(normal);
            return present?.Stamp == expected?.Stamp ? present : throw new FileChangedException(path);
        }
    }
}
