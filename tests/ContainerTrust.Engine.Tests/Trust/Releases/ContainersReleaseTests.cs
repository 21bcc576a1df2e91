using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust.Releases;

/// <summary>Which release a host has, from its files and from what the user says.</summary>
public sealed class ContainersReleaseTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("/usr/share/containers/policy.json", true, false)]
    [InlineData("/usr/share/containers/policy.json /usr/share/containers/registries.conf", true, true)]
    [InlineData("/usr/share/containers/policy.json /usr/share/containers/registries.d/default.yaml", true, true)]
    [InlineData("/usr/share/containers/registries.d/x.yaml", false, false)]
    [InlineData("/usr/share/containers/registries.conf", false, false)]
    [InlineData("/etc/containers/policy.json", false, false)]
    public void The_vendors_files_say_podman_6(string file, bool isSix, bool isCertain)
    {
        using LevelsHost host = new();
        foreach (string path in file.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            host.Write(path, "");
        ContainersRelease release = ContainersRelease.Find(host);
        Assert.Equal((isSix, isCertain), (release.ReadsAllLevels, release.IsCertain));
    }

    [Theory]
    [InlineData("/etc/containers/mine.json", false)]
    [InlineData("/usr/lib/containers/mine.json", true)]
    public void A_link_out_of_usr_is_not_the_vendors(string target, bool isSix)
    {
        using LevelsHost host = new();
        host.Write(target, "{}");
        host.Link("/usr/share/containers/policy.json", target);
        Assert.Equal(isSix, ContainersRelease.Find(host).ReadsAllLevels);
    }

    [Theory]
    [InlineData("Package: podman\nStatus: install ok installed\nVersion: 5.4.2+ds1-2+b2\n", false)]
    [InlineData("Package: podman\nStatus: install ok installed\nVersion: 6.0.0~rc1+ds1-1\n", true)]
    [InlineData("Package: podman\nStatus: hold ok installed\nVersion: 1:6.1.0-1\n", true)]
    [InlineData("Package: a\nVersion: 9\n\nPackage: podman\nStatus: install ok installed\nVersion: 4.3.1+ds1-8\n\nPackage: z\n", false)]
    [InlineData("Package: skopeo\nStatus: install ok installed\nVersion: 1.23.0-1\n", true)]
    [InlineData("Package: skopeo\nStatus: install ok installed\nVersion: 1.22.3-1\n", false)]
    [InlineData("Package: buildah\nStatus: install ok installed\nVersion: 1.44.0-1\n", true)]
    [InlineData("Package: skopeo\nStatus: install ok installed\nVersion: 1.23.0-1\n\nPackage: podman\nStatus: install ok " +
        "installed\nVersion: 5.8.0-1\n", false)]
    [InlineData("Package: podman\nStatus: deinstall ok config-files\nVersion: 6.0.0-1\n", null)]
    [InlineData("Package: podman-compose\nStatus: install ok installed\nVersion: 6.0.0-1\n", null)]
    [InlineData("Package: podman\nStatus: install ok installed\nVersion: snapshot\n", null)]
    [InlineData("", null)]
    public void Debians_package_database_says_which(string database, bool? isSix)
    {
        using LevelsHost host = new();
        host.Write("/var/lib/dpkg/status", database);
        host.Write("/var/lib/dpkg/info/buildah.list", "");
        if (isSix == false)
            host.Write("/usr/share/containers/policy.json", "{}");
        ContainersRelease release = ContainersRelease.Find(host);
        Assert.Equal((isSix ?? false, isSix is not null), (release.ReadsAllLevels, release.IsCertain));
    }

    [Theory]
    [InlineData("5", false)]
    [InlineData("4.9.4", false)]
    [InlineData("5.8", false)]
    [InlineData("6", true)]
    [InlineData("v6.0", true)]
    [InlineData("6.1.0", true)]
    [InlineData("10", true)]
    [InlineData("6.0.0-rc1", true)]
    [InlineData("6.0.0~rc1", true)]
    [InlineData("5.8.0-dev", false)]
    public void What_is_said_counts_before_what_is_found(string version, bool isSix)
    {
        using LevelsHost host = new();
        host.Write("/usr/share/containers/policy.json", "{}");
        ContainersRelease release = ContainersRelease.Find(host, version);
        Assert.Equal((isSix, true), (release.ReadsAllLevels, release.IsCertain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("six")]
    [InlineData("6.")]
    [InlineData("-6")]
    [InlineData("6.0.0.0")]
    [InlineData("99999")]
    [InlineData("6.0-")]
    [InlineData("~rc1")]
    public void What_is_no_version_is_refused(string version)
    {
        using LevelsHost host = new();
        TrustException e = Assert.Throws<TrustException>(() => host.Open(version));
        Assert.Equal(("InvalidPodmanVersion", TrustErrorKind.InvalidArgument, version), (e.ErrorId, e.Kind, e.Target));
    }
}
