using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>A host whose files are in memory, under any path.</summary>
internal sealed class FileHost : ITrustHost
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public string ComputerName => "memory";

    public string? HomeDirectory { get; set; }

    public string? Machine { get; set; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>The paths that were asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    public byte[] this[string path]
    {
        get => _files[path];
        set => _files[path] = value;
    }

    public FileHost With(string path, string content)
    {
        _files[path] = Encoding.UTF8.GetBytes(content);
        return this;
    }

    public FileHost With(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    public bool Exists(string path) => _files.ContainsKey(path) || IsDirectory(path);

    public HostFile? TryReadFile(string path, int maxBytes)
    {
        Asked.Add(path);
        if (IsDirectory(path))
            throw new TrustException("IsADirectory", TrustErrorKind.InvalidData, $"{path} is a directory.");
        if (!_files.TryGetValue(path, out byte[]? content))
            return null;
        return content.Length <= maxBytes
            ? new HostFile(path, content, default)
            : throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is too large.");
    }

    public string ResolvePath(string path) => path;

    public IReadOnlyList<string> ListDirectory(string path) =>
        [.. _files.Keys.Where(k => k.StartsWith(path + "/", StringComparison.Ordinal)).Select(k => k[(path.Length + 1)..].Split('/')[0])
            .Distinct()];

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("These tests only read.");

    private bool IsDirectory(string path) => _files.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal));
}
