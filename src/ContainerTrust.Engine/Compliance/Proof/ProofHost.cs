using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>
/// A host as it would be after a fix: files of its own in memory, and below them those that the audit has read. A host far away is asked
/// for nothing more: what was not read of it has no answer here.
/// </summary>
/// <param name="host">The host.</param>
internal sealed class ProofHost(ITrustHost host) : ITrustHost
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>?> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FilePermissions> _permissions = new(StringComparer.Ordinal);
    private readonly SshHost? _far = host.Underlying as SshHost;

    public string ComputerName => host.ComputerName;

    public string? HomeDirectory => host.HomeDirectory;

    ITrustHost ITrustHost.Underlying => host.Underlying;

    /// <summary>Writes a file, or deletes it where there is no content.</summary>
    public void Write(string path, ReadOnlyMemory<byte>? content) => _files[path] = content;

    /// <summary>Changes who may do what with a file.</summary>
    public void Change(string path, FilePermissions permissions) => _permissions[path] = permissions;

    public string? GetEnvironmentVariable(string name) => host.GetEnvironmentVariable(name);

    public bool Exists(string path)
    {
        if (_files.TryGetValue(path, out ReadOnlyMemory<byte>? content))
            return content is not null;
        if (IsParent(path))
            return true;
        Require(_far?.Answers(path, withContent: false), path);
        return host.Exists(path);
    }

    public HostFile? TryReadFile(string path, int maxBytes)
    {
        HostFile? file;
        if (!_files.TryGetValue(path, out ReadOnlyMemory<byte>? written))
        {
            Require(_far?.Answers(path, withContent: true), path);
            file = host.TryReadFile(path, maxBytes);
        }
        else if (written is not { } content)
        {
            return null;
        }
        else
        {
            // A file that is replaced keeps its mode and owner; a new one can be read by all.
            Require(_far?.Answers(path, withContent: true), path);
            HostFile? old = host.TryReadFile(path, int.MaxValue);
            file = new HostFile(path, content, default) { Permissions = old is null ? new FilePermissions(0x1A4, 0, 0) : old.Permissions };
        }

        return file is not null
            && _permissions.TryGetValue(path, out FilePermissions changed) ? file with { Permissions = changed } : file;
    }

    public string ResolvePath(string path)
    {
        Require(_far?.AnswersTarget(path), path);
        return host.ResolvePath(path);
    }

    public IReadOnlyList<string> ListDirectory(string path)
    {
        string directory = path.Length > 1 ? path.TrimEnd('/') : path;
        Require(_far?.AnswersNames(directory), path);
        IReadOnlyList<string> present = host.ListDirectory(path);
        if (_files.Count == 0)
            return present;
        SortedSet<string> names = new(present, StringComparer.Ordinal);
        foreach ((string file, ReadOnlyMemory<byte>? content) in _files)
        {
            int slash = file.LastIndexOf('/');
            if (file.AsSpan(0, slash).SequenceEqual(directory))
                _ = content is null ? names.Remove(file[(slash + 1)..]) : names.Add(file[(slash + 1)..]);
        }

        return [.. names];
    }

    public void RequireSafe(string path, bool isDeletion) => host.RequireSafe(path, isDeletion);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A proof writes nothing.");

    private bool IsParent(string path) => _files.Any(f => f.Value is not null && f.Key.StartsWith(path + "/", StringComparison.Ordinal));

    private static void Require(bool? isAnswered, string path)
    {
        if (isAnswered == false)
            throw new NotReadException(path);
    }
}

/// <summary>A proof needs what the audit has not read. Not an error of the host: it must not become a finding.</summary>
/// <param name="path">What was not read.</param>
internal sealed class NotReadException(string path) : Exception($"{path} was not read.");
