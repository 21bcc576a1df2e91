using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.TestKit;

/// <summary>The files of another host, for a user with a home directory and an environment that a test sets.</summary>
/// <param name="files">The host whose files it has.</param>
/// <param name="home">The user's home directory. Null: nobody is logged in.</param>
/// <param name="name">The host's name.</param>
internal class UserHost(ITrustHost files, string? home, string name = "user") : ITrustHost
{
    /// <inheritdoc/>
    public string ComputerName => name;

    /// <inheritdoc/>
    public string? HomeDirectory => home;

    /// <summary>The variables of the user's environment.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>How often it was asked to forget what was read.</summary>
    public int Refreshes { get; private set; }

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    /// <inheritdoc/>
    public void Refresh() => Refreshes++;

    /// <inheritdoc/>
    public bool Exists(string path) => files.Exists(path);

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes) => files.TryReadFile(path, maxBytes);

    /// <inheritdoc/>
    public string ResolvePath(string path) => files.ResolvePath(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path) => files.ListDirectory(path);

    /// <inheritdoc/>
    public void RequireSafe(string path, bool isDeletion) => files.RequireSafe(path, isDeletion);

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        files.BeginChange(directories, timeout, cancellationToken);
}
