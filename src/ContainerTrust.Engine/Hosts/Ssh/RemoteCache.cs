namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>What is known of a host's files, from one moment.</summary>
internal sealed class RemoteCache
{
    private readonly Dictionary<string, RemoteEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RemoteDirectory> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Target, string Words)> _targets = new(StringComparer.Ordinal);

    /// <summary>The largest file that is being asked for singly.</summary>
    public int SingleLimit { get; set; }

    /// <summary>How programs that were run have ended. Null for one that the host does not have.</summary>
    public Dictionary<string, RemoteProgram?> Programs { get; } = new(StringComparer.Ordinal);

    /// <summary>The paths of files that are known of, or known to be missing.</summary>
    public IEnumerable<string> Paths => _entries.Keys;

    /// <summary>The directories that have been listed.</summary>
    public IEnumerable<KeyValuePair<string, RemoteDirectory>> Directories => _directories;

    public RemoteEntry? Find(string path) => _entries.GetValueOrDefault(path);

    public RemoteDirectory? FindDirectory(string path) => _directories.GetValueOrDefault(path);

    public (string Target, string Words)? FindTarget(string path) =>
        _targets.TryGetValue(path, out (string Target, string Words) target) ? target : null;

    public void Put(string path, RemoteEntry entry) => _entries[path] = entry;

    public void PutDirectory(string path, RemoteDirectory directory) => _directories[path] = directory;

    public void ForgetTarget(string path) => _targets.Remove(path);

    public void PutTarget(string path, string target, string words) => _targets[path] = (target, words);

    public void Clear()
    {
        _entries.Clear();
        _directories.Clear();
        _targets.Clear();
    }
}
