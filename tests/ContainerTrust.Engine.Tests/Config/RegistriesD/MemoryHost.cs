using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

/// <summary>A host whose files are in memory: what the reader and the planner of registries.d need of one, and no writing.</summary>
internal sealed class MemoryHost : ITrustHost
{
    public const string Directory = "/etc/containers/registries.d";

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public string ComputerName => "memory";

    public string? HomeDirectory => null;

    /// <summary>Names that are directories: reading them fails as on a real host.</summary>
    public HashSet<string> Directories { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that are listed and gone when read.</summary>
    public HashSet<string> Vanishing { get; } = new(StringComparer.Ordinal);

    public static MemoryHost With(params (string Name, string Content)[] files)
    {
        var host = new MemoryHost();
        foreach ((string name, string content) in files)
            host.Set(name, content);
        return host;
    }

    public void Set(string name, string content) => Set(name, Encoding.UTF8.GetBytes(content));

    public void Set(string name, byte[] content) => _files[name] = content;

    public string Text(string name) => Encoding.UTF8.GetString(_files[name]);

    public IEnumerable<string> Names => _files.Keys;

    /// <summary>Does what a plan says.</summary>
    public void Apply(LookasideEdit edit)
    {
        foreach (LookasideFileEdit file in edit.Files)
        {
            string name = file.Path[(Directory.Length + 1)..];
            Assert.Equal(_files.ContainsKey(name), file.Expected is not null);
            if (file.NewContent is { } content)
                _files[name] = content.ToArray();
            else
                Assert.True(_files.Remove(name));
        }
    }

    public string? GetEnvironmentVariable(string name) => null;

    public bool Exists(string path) => path == Directory || _files.ContainsKey(path[(Directory.Length + 1)..]);

    public HostFile? TryReadFile(string path, int maxBytes)
    {
        string name = path[(Directory.Length + 1)..];
        if (Directories.Contains(name))
            throw new TrustException("NotAFile", TrustErrorKind.ReadError, $"{path} is a directory.");
        if (Vanishing.Contains(name) || !_files.TryGetValue(name, out byte[]? content))
            return null;
        return content.Length <= maxBytes
            ? new HostFile(path, content, default)
            : throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is too large.");
    }

    public string ResolvePath(string path) => path;

    public IReadOnlyList<string> ListDirectory(string path) =>
        path == Directory ? [.. _files.Keys.Concat(Directories).Concat(Vanishing).Order(StringComparer.Ordinal)] : [];

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Plans are made without writing.");
}
