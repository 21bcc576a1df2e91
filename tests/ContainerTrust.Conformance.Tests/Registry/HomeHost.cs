using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Conformance.Tests.Registry;

/// <summary>This host with another home directory, as the tools get it from <c>HOME</c>.</summary>
internal sealed class HomeHost(string home) : ITrustHost
{
    public string ComputerName => "home";

    public string? HomeDirectory => home;

    public Dictionary<string, string> Environment { get; } = [];

    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    public bool Exists(string path) => LocalHost.Instance.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes) => LocalHost.Instance.TryReadFile(path, maxBytes);

    public string ResolvePath(string path) => LocalHost.Instance.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path) => LocalHost.Instance.ListDirectory(path);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        LocalHost.Instance.BeginChange(directories, timeout, cancellationToken);
}
