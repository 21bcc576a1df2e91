using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Fuzz;

/// <summary>A host whose files are in memory, and stay as they are.</summary>
internal sealed class FuzzHost : ITrustHost
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string ComputerName => "fuzz";

    /// <inheritdoc/>
    public string? HomeDirectory => "/root";

    /// <summary>Puts a file there.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="content">Its content.</param>
    /// <returns>This.</returns>
    public FuzzHost With(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => null;

    /// <inheritdoc/>
    public bool Exists(string path) => _files.Keys.Any(f => f == path || f.StartsWith(path + "/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes)
    {
        if (!_files.TryGetValue(path, out byte[]? content))
            return null;
        return content.Length <= maxBytes
            ? new HostFile(path, content, default)
            : throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is too large.");
    }

    /// <inheritdoc/>
    public string ResolvePath(string path) => path;

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path) =>
        [.. _files.Keys.Where(f => f.StartsWith(path + "/", StringComparison.Ordinal)).Select(f => f[(path.Length + 1)..])];

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing is written here.");
}
