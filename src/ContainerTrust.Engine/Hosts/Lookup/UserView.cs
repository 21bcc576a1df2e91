using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// A host as a user other than the current one finds it: the places that depend on the user are that user's. It is only read.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="home">The user's home. Null for a user who has no files of the user's own.</param>
/// <param name="number">The user's number. Null if it is not known.</param>
/// <param name="configuration">What <c>XDG_CONFIG_HOME</c> is for the user. Null where it is not set.</param>
internal sealed class UserView(ITrustHost host, string? home, uint? number, string? configuration = null) : ITrustHost
{
    public string ComputerName => host.ComputerName;

    public string HomeDirectory => home ?? "/";

    public string? Machine => host.Machine;

    public string? GetEnvironmentVariable(string name) => name switch
    {
        HostUser.RootlessUser => number?.ToString(CultureInfo.InvariantCulture),

        // Set to an empty text, it leads nowhere.
        ContainersLookup.ConfigurationHome => configuration ?? (home is null ? "" : null),
        _ => null,
    };

    public bool Exists(string path) => host.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes) => host.TryReadFile(path, maxBytes);

    public string ResolvePath(string path) => host.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path) => host.ListDirectory(path);

    public void Prefetch(IReadOnlyList<string> paths) => host.Prefetch(paths);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Another user's view of a host is only read.");
}
