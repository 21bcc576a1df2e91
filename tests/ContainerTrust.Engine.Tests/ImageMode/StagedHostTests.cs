using System.Text;
using ContainerTrust.Engine.ImageMode;

namespace ContainerTrust.Engine.Tests.ImageMode;

/// <summary>A host as it will be once its staged system has been booted.</summary>
public sealed class StagedHostTests
{
    private const string Deployment = "/ostree/deploy/default/deploy/c.0";

    [Theory]
    [InlineData("old", "old", "new", "new")]
    [InlineData("mine", "old", "new", "mine")]
    [InlineData("mine", null, "new", "mine")]
    [InlineData("mine", null, null, "mine")]
    [InlineData(null, "old", "new", null)]
    [InlineData(null, null, "new", "new")]
    [InlineData("old", "old", null, null)]
    public void A_file_that_was_changed_stays_and_another_is_the_staged_systems(string? now, string? brought, string? staged,
        string? expected)
    {
        MemoryHost host = new();
        Put(host, "/etc/containers/policy.json", now);
        Put(host, "/usr/etc/containers/policy.json", brought);
        Put(host, $"{Deployment}/usr/etc/containers/policy.json", staged);
        StagedHost view = new(host, Deployment);
        Assert.Equal(expected, view.TryReadFile("/etc/containers/policy.json", 100) is { } file
            ? Encoding.UTF8.GetString(file.Content.Span) : null);
        Assert.Equal(expected is not null, view.Exists("/etc/containers/policy.json"));
        Assert.Equal(expected is null ? [] : ["policy.json"], view.ListDirectory("/etc/containers"));
    }

    [Fact]
    public void Usr_is_the_staged_systems_alone_and_links_lead_into_it()
    {
        MemoryHost host = new();
        Put(host, "/usr/share/containers/policy.json", "old");
        Put(host, $"{Deployment}/usr/share/containers/policy.json", "new");
        Put(host, "/etc/containers/policy.json", "old");
        Put(host, "/usr/etc/containers/policy.json", "old");
        Put(host, $"{Deployment}/usr/etc/containers/policy.json", "old");
        host.Links[$"{Deployment}/usr/etc/containers/policy.json"] = "/usr/share/containers/policy.json";
        StagedHost view = new(host, Deployment);
        Assert.Equal("new", Encoding.UTF8.GetString(view.TryReadFile("/usr/share/containers/policy.json", 100)!.Content.Span));
        Assert.Equal("new", Encoding.UTF8.GetString(view.TryReadFile("/etc/containers/policy.json", 100)!.Content.Span));
        Assert.Null(view.TryReadFile("/usr/share/none", 100));
        Put(host, "/var/lib/x", "shared");
        Assert.NotNull(view.TryReadFile("/var/lib/x", 100));
    }

    private static void Put(MemoryHost host, string path, string? text)
    {
        if (text is not null)
            host[path] = Encoding.UTF8.GetBytes(text);
    }
}
