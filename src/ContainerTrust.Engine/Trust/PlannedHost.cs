using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// A host as it would be after an edit, for looking at what would then be in force. Nothing can be changed through it.
/// </summary>
internal sealed class PlannedHost : ITrustHost
{
    private readonly ITrustHost _host;
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _files = [];

    /// <summary>A host after an edit of registries.d.</summary>
    /// <param name="host">The host.</param>
    /// <param name="edit">The edit.</param>
    public PlannedHost(ITrustHost host, LookasideEdit edit)
    {
        _host = host;
        foreach (LookasideFileEdit file in edit.Files)
            _files.Add(file.Path, file.NewContent);
    }

    /// <summary>A host after all that a plan does.</summary>
    /// <param name="host">The host.</param>
    /// <param name="files">What the plan does.</param>
    public PlannedHost(ITrustHost host, IReadOnlyList<PlannedFile> files)
    {
        _host = host;
        foreach (PlannedFile file in files)
            _files[file.Path] = file.Content;
    }

    public string ComputerName => _host.ComputerName;

    public string? HomeDirectory => _host.HomeDirectory;

    public string? Machine => _host.Machine;

    public string? GetEnvironmentVariable(string name) => _host.GetEnvironmentVariable(name);

    public bool Exists(string path) =>
        _files.TryGetValue(path, out ReadOnlyMemory<byte>? content) ? content is not null : _host.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes)
    {
        if (!_files.TryGetValue(path, out ReadOnlyMemory<byte>? content))
            return _host.TryReadFile(path, maxBytes);
        return content is { } bytes ? new HostFile(path, bytes, default) : null;
    }

    public void Prefetch(IReadOnlyList<string> paths) => _host.Prefetch(paths);

    public string ResolvePath(string path) => _host.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path)
    {
        string directory = path.TrimEnd('/');
        SortedSet<string> planned = new(_host.ListDirectory(path), StringComparer.Ordinal);
        foreach ((string file, ReadOnlyMemory<byte>? content) in _files)
        {
            int slash = file.LastIndexOf('/');
            if (!file.AsSpan(0, slash).SequenceEqual(directory))
                continue;
            _ = content is null ? planned.Remove(file[(slash + 1)..]) : planned.Add(file[(slash + 1)..]);
        }

        return [.. planned];
    }

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A plan cannot be written to.");
}
