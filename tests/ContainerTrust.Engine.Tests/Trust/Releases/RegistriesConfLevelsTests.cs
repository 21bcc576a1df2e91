using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Tests.Trust.Releases;

/// <summary>registries.conf and certs.d over levels, by release. The expected answers are written from the rules of containers/image, not
/// from the code.</summary>
public sealed class RegistriesConfLevelsTests
{
    private const string User = "/home/u/.config/containers/registries.conf";
    private const string Etc = "/etc/containers/registries.conf";
    private const string Usr = "/usr/share/containers/registries.conf";

    [Theory]
    [InlineData("5", Usr, "")]
    [InlineData("6", Usr, Usr)]
    [InlineData("6", Etc + " " + Usr, Etc)]
    [InlineData("6", User + " " + Etc + " " + Usr, User)]
    [InlineData("5", User + " " + Etc + " " + Etc + ".d/a.conf", User)]
    [InlineData("6", User + " " + Etc + ".d/a.conf " + Usr + ".d/b.conf", User + " " + Etc + ".d/a.conf " + Usr + ".d/b.conf")]
    [InlineData("6", Usr + ".d/99.conf " + Etc + ".d/50.conf " + User + ".d/70.conf", Etc + ".d/50.conf " + User + ".d/70.conf " + Usr +
        ".d/99.conf")]
    [InlineData("5", Etc + ".d/50.conf " + User + ".d/10.conf", Etc + ".d/50.conf " + User + ".d/10.conf")]
    [InlineData("6", Usr + ".d/a.conf " + Etc + ".d/a.conf " + User + ".d/a.conf", User + ".d/a.conf")]
    [InlineData("6", "/etc/containers/registries.rootless.conf.d/1000/a.conf " + Etc + ".d/a.conf",
        "/etc/containers/registries.rootless.conf.d/1000/a.conf")]
    [InlineData("6", "/etc/containers/registries.rootless.conf.d/a.conf /usr/share/containers/registries.rootful.conf.d/b.conf",
        "/etc/containers/registries.rootless.conf.d/a.conf")]
    public void The_files_that_count_are_read_in_order(string version, string files, string expected)
    {
        using LevelsHost host = new("/home/u", ("_CONTAINERS_ROOTLESS_UID", "1000"));
        foreach (string file in files.Split(' '))
            host.Write(file, "");
        Assert.Equal(expected, string.Join(' ', Load(host, version).Files));
    }

    [Fact]
    public void A_vendors_drop_in_beats_the_systems_main_file()
    {
        using LevelsHost host = new();
        host.Write(Etc, "unqualified-search-registries = [\"mine.example\"]\n");
        host.Write($"{Usr}.d/00-vendor.conf", "unqualified-search-registries = [\"vendor.example\"]\n");
        Assert.Equal(["vendor.example"], Load(host, "6").UnqualifiedSearchRegistries);
        Assert.Equal(["mine.example"], Load(host, "5").UnqualifiedSearchRegistries);
    }

    [Fact]
    public void The_variable_stands_for_all_and_its_override_comes_last()
    {
        using LevelsHost host = new("/home/u", ("CONTAINERS_REGISTRIES_CONF", "/env.conf"),
            ("CONTAINERS_REGISTRIES_CONF_OVERRIDE", "/last.conf"));
        foreach (string file in (string[])["/env.conf", "/last.conf", Etc, $"{Etc}.d/a.conf", "/option.conf"])
            host.Write(file, "");
        Assert.Equal(["/env.conf", "/last.conf"], Load(host, "6").Files);
        Assert.Equal(["/env.conf", $"{Etc}.d/a.conf"], Load(host, "5").Files);
        Assert.Equal(["/option.conf", $"{Etc}.d/a.conf", "/last.conf"],
            RegistriesConfiguration.Load(host, "/option.conf", ContainersRelease.Six).Files);
        File.Delete(host.Root.Full("/last.conf"));
        Assert.Equal("RegistriesConfNotFound", Assert.Throws<TrustException>(() => Load(host, "6")).ErrorId);
    }

    [Fact]
    public void Version_1_of_the_format_is_for_older_releases()
    {
        using LevelsHost host = new();
        host.Write(Etc, "[registries.search]\nregistries = [\"old.example\"]\n");
        Assert.Equal(["old.example"], Load(host, "5").UnqualifiedSearchRegistries);
        TrustException e = Assert.ThrowsAny<TrustException>(() => Load(host, "6"));
        Assert.Equal("InvalidRegistriesConf", e.ErrorId);
        Assert.Contains("which podman 6 no longer reads", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5", "/usr/share/containers/certs.d /etc/docker/certs.d", "/etc/docker/certs.d")]
    [InlineData("6", "/usr/share/containers/certs.d /etc/docker/certs.d", "/usr/share/containers/certs.d")]
    [InlineData("6", "/usr/share/containers/certs.rootless.d /usr/share/containers/certs.d", "/usr/share/containers/certs.rootless.d")]
    [InlineData("6", "/etc/containers/certs.d /usr/share/containers/certs.rootless.d", "/etc/containers/certs.d")]
    [InlineData("6", "/home/u/.config/containers/certs.d /etc/containers/certs.rootless.d/1000", "/home/u/.config/containers/certs.d")]
    [InlineData("6", "/etc/containers/certs.rootless.d/1000 /etc/containers/certs.d", "/etc/containers/certs.rootless.d/1000")]
    [InlineData("6", "/etc/containers/certs.rootful.d", null)]
    public void The_first_directory_of_a_server_counts_alone(string version, string directories, string? expected)
    {
        using LevelsHost host = new("/home/u", ("_CONTAINERS_ROOTLESS_UID", "1000"));
        foreach (string directory in directories.Split(' '))
            host.Write($"{directory}/registry.example:5000/ca.crt", "");
        Assert.Equal(expected is null ? null : $"{expected}/registry.example:5000",
            CertificateDirectory.Find(host, ContainersRelease.Parse(version), "registry.example:5000", static _ => { }));
    }

    private static RegistriesConfiguration Load(LevelsHost host, string version) =>
        RegistriesConfiguration.Load(host, null, ContainersRelease.Parse(version));
}
