using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Travel;

/// <summary>
/// A host as it is once key files have been put there, for checking them before. Nothing can be changed through it.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="copies">The files; of several with one path the first counts.</param>
internal sealed class CopiedKeysHost(ITrustHost host, IReadOnlyList<KeyCopy> copies) : ITrustHost
{
    public string ComputerName => host.ComputerName;

    public string? HomeDirectory => host.HomeDirectory;

    public string? Machine => host.Machine;

    ITrustHost ITrustHost.Underlying => host.Underlying;

    /// <summary>The host, or a view of it if there is something to put there.</summary>
    public static ITrustHost Of(ITrustHost host, IReadOnlyList<KeyCopy> copies) =>
        copies.Count == 0 ? host : new CopiedKeysHost(host, copies);

    /// <summary>Whether a file is one that is put there.</summary>
    /// <param name="path">Its path on the host.</param>
    public bool Has(string path) => copies.Any(c => c.Path == path);

    public string? GetEnvironmentVariable(string name) => host.GetEnvironmentVariable(name);

    public bool Exists(string path) => Has(path) || host.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes) =>
        copies.FirstOrDefault(c => c.Path == path) is { } copy ? new HostFile(path, copy.Content, default)
            : host.TryReadFile(path, maxBytes);

    public void Prefetch(IReadOnlyList<string> paths) => host.Prefetch([.. paths.Where(p => !Has(p))]);

    public string ResolvePath(string path) => host.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path) => host.ListDirectory(path);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A view of a host cannot be written to.");
}
