using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Conformance.Tests.Lookaside;

/// <summary>Reads files of this machine, so that the reader sees what podman sees.</summary>
internal sealed class DiskHost : ITrustHost
{
    public string ComputerName => "disk";

    public string? HomeDirectory => null;

    public string? GetEnvironmentVariable(string name) => null;

    public bool Exists(string path) => Path.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes) =>
        File.Exists(path) ? new HostFile(path, File.ReadAllBytes(path), default) : null;

    public string ResolvePath(string path) => path;

    public IReadOnlyList<string> ListDirectory(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("These tests only read.");
}
