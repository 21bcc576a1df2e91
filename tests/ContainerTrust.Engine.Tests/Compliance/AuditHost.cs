using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>A host in memory that is audited.</summary>
internal sealed class AuditHost : MemoryHost
{
    public const string Policy = TrustLocations.SystemPolicyPath;
    public const string Key = "/etc/pki/signer.asc";
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public AuditHost() => ComputerName = "audited";

    /// <summary>A host without findings: everything is rejected but what one strong key has signed.</summary>
    public static AuditHost Good() => new AuditHost()
        .With(Policy, """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]}}}""")
        .With("/etc/containers/registries.d/example.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs\n")
        .With(Key, AuditKeys.Good);

    public static AuditHost WithPolicy(string docker, string @default = "reject") =>
        Good().With(Policy, $$"""{"default":[{"type":"{{@default}}"}],"transports":{"docker":{ {{docker}} } } }""");

    public new AuditHost With(string path, string content, uint mode = 0x1A4, uint owner = 0) =>
        With(path, Encoding.UTF8.GetBytes(content), mode, owner);

    public new AuditHost With(string path, byte[] content, uint mode = 0x1A4, uint owner = 0) =>
        (AuditHost)base.With(path, content, mode, owner);

    public new AuditHost WithoutPermissions(string path) => (AuditHost)base.WithoutPermissions(path);

    public new AuditHost Without(string path) => (AuditHost)base.Without(path);

    public byte[] Bytes(string path) => this[path];

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
}
