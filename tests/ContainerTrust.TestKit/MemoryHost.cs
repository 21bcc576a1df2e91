using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.TestKit;

/// <summary>A host whose files are in memory, under any path, and whose user and environment a test sets.</summary>
internal class MemoryHost : ITrustHost
{
    private const uint UsualMode = 0x1A4;
    private readonly SortedDictionary<string, (byte[] Content, FilePermissions? Permissions)> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string ComputerName { get; init; } = "memory";

    /// <inheritdoc/>
    public string? HomeDirectory { get; set; }

    /// <inheritdoc/>
    public string? Machine { get; set; }

    /// <summary>The variables of the user's environment.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>The paths that were read, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Paths that fail when they, or what is below them, are read, listed or looked for.</summary>
    public HashSet<string> Denied { get; } = new(StringComparer.Ordinal);

    /// <summary>Directories that exist without files in them.</summary>
    public HashSet<string> Directories { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that are listed and are gone when read.</summary>
    public HashSet<string> Vanishing { get; } = new(StringComparer.Ordinal);

    /// <summary>Symbolic links, for <see cref="ResolvePath"/>.</summary>
    public Dictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with each path that is read or listed, before it is.</summary>
    public Action<string>? Reading { get; init; }

    /// <summary>Begins a change. Null: what is tested changes nothing.</summary>
    public Func<IHostChange>? Changing { get; init; }

    /// <summary>The paths of all files, sorted by ordinal.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>A file's content.</summary>
    public byte[] this[string path]
    {
        get => _files[path].Content;
        set => With(path, value);
    }

    /// <summary>Puts a file there.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mode">Its permission bits; 0644 if they are not given.</param>
    /// <param name="owner">Its user and group.</param>
    /// <returns>This.</returns>
    public MemoryHost With(string path, byte[] content, uint mode = UsualMode, uint owner = 0)
    {
        _files[path] = (content, new FilePermissions(mode, owner, owner));
        return this;
    }

    /// <summary>Puts a text there.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mode">Its permission bits; 0644 if they are not given.</param>
    /// <param name="owner">Its user and group.</param>
    /// <returns>This.</returns>
    public MemoryHost With(string path, string content, uint mode = UsualMode, uint owner = 0) =>
        With(path, Encoding.UTF8.GetBytes(content), mode, owner);

    /// <summary>Makes a file one of which the host cannot tell who may do what.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>This.</returns>
    public MemoryHost WithoutPermissions(string path)
    {
        _files[path] = (_files[path].Content, null);
        return this;
    }

    /// <summary>Takes a file away.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>This.</returns>
    public MemoryHost Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    /// <summary>A file's content as text.</summary>
    /// <param name="path">Its path.</param>
    public string Text(string path) => Encoding.UTF8.GetString(this[path]);

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        Deny(path);
        return _files.ContainsKey(path) || IsDirectory(path);
    }

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes)
    {
        Reading?.Invoke(path);
        Asked.Add(path);
        Deny(path);
        if (Vanishing.Contains(path))
            return null;
        if (IsDirectory(path))
            throw new TrustException("IsADirectory", TrustErrorKind.InvalidData, $"{path} is a directory.");
        if (!_files.TryGetValue(path, out (byte[] Content, FilePermissions? Permissions) file))
            return null;
        return file.Content.Length <= maxBytes
            ? new HostFile(path, file.Content, default) { Permissions = file.Permissions }
            : throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is too large.");
    }

    /// <inheritdoc/>
    public string ResolvePath(string path) => Links.GetValueOrDefault(path, path);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path)
    {
        Reading?.Invoke(path);
        Deny(path);
        return [.. _files.Keys.Concat(Directories).Concat(Vanishing).Where(f => IsBelow(f, path))
            .Select(f => f[(path.Length + 1)..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        Changing?.Invoke() ?? throw new NotSupportedException("What is tested here changes nothing.");

    private static bool IsBelow(string path, string directory) => path.StartsWith(directory + "/", StringComparison.Ordinal);

    private bool IsDirectory(string path) => Directories.Contains(path) || _files.Keys.Any(f => IsBelow(f, path));

    private void Deny(string path)
    {
        if (Denied.Any(d => path == d || IsBelow(path, d)))
            throw new TrustException("PermissionDenied", TrustErrorKind.PermissionDenied, $"{path} may not be read.") { Target = path };
    }
}
