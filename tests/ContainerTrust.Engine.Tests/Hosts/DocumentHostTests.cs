using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts;

public sealed class DocumentHostTests
{
    private static readonly TrustLocations Locations = new(TrustLocations.SystemPolicyPath, TrustLocations.SystemRegistriesDirectory,
        PolicyExists: true, IsUserPolicy: false);

    [Fact]
    public void Files_and_the_directories_they_lie_in_are_there()
    {
        DocumentHost host = new("x", [File("/etc/a/b", "1"), File("/etc//a/./c", "2")], [File("/etc/a/b", "hidden"), File("/usr/d", "3")]);
        Assert.Equal(["/etc/a/b", "/etc/a/c", "/usr/d"], host.Paths);
        Assert.All(["/", "/etc", "/etc/a/", "/etc/a/b", "/etc/x/../a/c", "/usr/d"], p => Assert.True(host.Exists(p), p));
        Assert.All(["/et", "/etc/a/b/c", "/etc/a/bb", "/x"], p => Assert.False(host.Exists(p), p));
        Assert.Equal(["a"], host.ListDirectory("/etc"));
        Assert.Equal(["b", "c"], host.ListDirectory("/etc/a/"));
        Assert.Equal(["etc", "usr"], host.ListDirectory("/"));
        Assert.Empty(host.ListDirectory("/none"));
        Assert.Equal("1", Encoding.UTF8.GetString(host.TryReadFile("/etc/a//b", 10)!.Content.Span));
        Assert.Equal(0x1A4u, host.TryReadFile("/etc/a/b", 10)!.Permissions!.Value.Mode);
        Assert.Null(host.TryReadFile("/etc/none", 10));
        Assert.Equal("IsADirectory", Assert.Throws<TrustException>(() => host.TryReadFile("/etc/a", 10)).ErrorId);
        Assert.Equal("NotADirectory", Assert.Throws<TrustException>(() => host.ListDirectory("/etc/a/b")).ErrorId);
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => host.TryReadFile("/usr/d", 0)).ErrorId);
        Assert.Equal("DuplicateFile",
            Assert.Throws<TrustException>(() => new DocumentHost("x", [File("/a", ""), File("//a", "")])).ErrorId);
    }

    [Fact]
    public void Changes_are_made_as_on_a_host()
    {
        DocumentHost host = new("x", [File("/a", "1")]);
        HostFile before = host.TryReadFile("/a", 10)!;
        using (IHostChange change = host.BeginChange([], TimeSpan.Zero, CancellationToken.None))
        {
            Assert.Equal("LockTimeout",
                Assert.Throws<TrustException>(() => host.BeginChange([], TimeSpan.Zero, CancellationToken.None)).ErrorId);
            change.Replace("/a", "1"u8, before);
            Assert.Equal(before.Stamp, host.TryReadFile("/a", 10)!.Stamp);
            change.Replace("/a", "2"u8, before);
            Assert.Throws<FileChangedException>(() => change.Replace("/a", "3"u8, before));
            Assert.Throws<FileChangedException>(() => change.Delete("/a", before));
            Assert.Throws<FileChangedException>(() => change.Replace("/b", "3"u8, before));
            change.Replace("/b/c", "3"u8, null);
            change.Delete("/a", host.TryReadFile("/a", 10)!);
        }

        Assert.Equal(["/b/c"], host.Paths);
        using IHostChange next = host.BeginChange([], TimeSpan.Zero, CancellationToken.None);
        Assert.NotNull(next);
    }

    [Fact]
    public void Trust_is_edited_in_it_as_on_a_host()
    {
        DocumentHost host = new("x", [File("/etc/containers/policy.json", Encoding.UTF8.GetString(DefaultPolicy.Text))]);
        TrustStore store = new(host, Locations, TrustMessages.None);
        store.Apply([new TrustChange { Transport = "docker", Registry = "registry.example.com", Requirements = [new RejectRequirement()],
            Section = new LookasideSection { SignatureStore = "https://s.example.com" } }], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["/etc/containers/policy.json", "/etc/containers/registries.d/registry.example.com.yaml"], host.Paths);
        ImageTrust trust = new TrustStore(host, Locations, TrustMessages.None).Read(TrustQuery.All)
            .Single(static t => t.Registry == "registry.example.com");
        Assert.Equal((TrustType.Reject, "https://s.example.com", "x"), (trust.Type, trust.SignatureStore, trust.ComputerName));
    }

    [Fact]
    public void What_the_image_of_the_nodes_brings_gives_its_registries_stores()
    {
        DocumentHost host = new("x", [File("/etc/containers/policy.json", Encoding.UTF8.GetString(DefaultPolicy.Text))],
            RhcosDefaults.Rhel9.Files);
        TrustStore store = new(host, Locations, TrustMessages.None);
        Assert.Equal("https://registry.redhat.io/containers/sigstore", store.Governing("registry.redhat.io/ubi9").SignatureStore);
        Assert.Equal("https://access.redhat.com/webassets/docker/content/sigstore",
            store.Governing("registry.access.redhat.com/ubi9").SignatureStore);
    }

    private static MachineConfigFile File(string path, string content) => new() { Path = path, Content = Encoding.UTF8.GetBytes(content) };
}
