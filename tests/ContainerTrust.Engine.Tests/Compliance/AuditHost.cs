using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>A host in memory whose files have owners and modes.</summary>
internal sealed class AuditHost : ITrustHost
{
    public const string Policy = TrustLocations.SystemPolicyPath;
    public const string Key = "/etc/pki/signer.asc";
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SortedDictionary<string, (byte[] Content, FilePermissions? Permissions)> _files = new(StringComparer.Ordinal);

    public string ComputerName => "audited";

    public string? HomeDirectory { get; set; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths that fail when they are read, listed or looked at.</summary>
    public HashSet<string> Denied { get; } = new(StringComparer.Ordinal);

    /// <summary>Symbolic links, for <see cref="ResolvePath"/>.</summary>
    public Dictionary<string, string> Links { get; } = new(StringComparer.Ordinal);

    /// <summary>A host without findings: everything is rejected but what one strong key has signed.</summary>
    public static AuditHost Good() => new AuditHost()
        .With(Policy, """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]}}}""")
        .With("/etc/containers/registries.d/example.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs\n")
        .With(Key, AuditKeys.Good);

    public static AuditHost WithPolicy(string docker, string @default = "reject") =>
        Good().With(Policy, $$"""{"default":[{"type":"{{@default}}"}],"transports":{"docker":{ {{docker}} } } }""");

    public AuditHost With(string path, string content, uint mode = 0x1A4, uint owner = 0) =>
        With(path, Encoding.UTF8.GetBytes(content), mode, owner);

    public AuditHost With(string path, byte[] content, uint mode = 0x1A4, uint owner = 0)
    {
        _files[path] = (content, new FilePermissions(mode, owner, owner));
        return this;
    }

    public AuditHost WithoutPermissions(string path)
    {
        _files[path] = (_files[path].Content, null);
        return this;
    }

    public AuditHost Without(string path)
    {
        _files.Remove(path);
        return this;
    }

    public byte[] Bytes(string path) => _files[path].Content;

    public TrustStore Store(TrustStoreOptions? target = null)
    {
        ContainersLookup lookup = new(this, ContainersRelease.Find(this, target?.PodmanVersion));
        TrustLocations locations = TrustLocations.Find(lookup, this, target?.PolicyPath is { } path && Exists(path) ? path : null, null,
            currentUser: false);
        return new TrustStore(this, locations, TrustMessages.None)
            { Target = (target ?? new TrustStoreOptions()).TargetOn(this, locations) };
    }

    public ImageTrustCompliance Check(ComplianceOptions? options = null, TrustStoreOptions? target = null) =>
        ComplianceChecker.Check(Store(target), (options ?? new ComplianceOptions()) with { Now = Now });

    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    public bool Exists(string path)
    {
        Deny(path);
        return _files.ContainsKey(path) || IsDirectory(path);
    }

    public HostFile? TryReadFile(string path, int maxBytes)
    {
        Deny(path);
        if (IsDirectory(path))
            throw new TrustException("IsADirectory", TrustErrorKind.InvalidData, $"{path} is a directory.");
        if (!_files.TryGetValue(path, out (byte[] Content, FilePermissions? Permissions) file))
            return null;
        return file.Content.Length <= maxBytes
            ? new HostFile(path, file.Content, default) { Permissions = file.Permissions }
            : throw new TrustException("FileTooLarge", TrustErrorKind.LimitsExceeded, $"{path} is too large.");
    }

    public string ResolvePath(string path) => Links.GetValueOrDefault(path, path);

    public IReadOnlyList<string> ListDirectory(string path)
    {
        Deny(path);
        return [.. _files.Keys.Where(k => k.StartsWith(path + "/", StringComparison.Ordinal))
            .Select(k => k[(path.Length + 1)..].Split('/')[0]).Distinct()];
    }

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException("An audit writes nothing.");

    private void Deny(string path)
    {
        if (Denied.Any(d => path == d || path.StartsWith(d + "/", StringComparison.Ordinal)))
            throw new TrustException("PermissionDenied", TrustErrorKind.PermissionDenied, $"{path} may not be read.") { Target = path };
    }

    private bool IsDirectory(string path) => _files.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal));
}
