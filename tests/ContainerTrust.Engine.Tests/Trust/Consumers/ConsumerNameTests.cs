using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Tests.Trust.Consumers;

/// <summary>Names of releases, and which rules they stand for.</summary>
public sealed class ConsumerNameTests
{
    private static readonly OperatingSystemRelease Fedora = new("fedora", "45", "Fedora Linux 45");
    private static readonly OperatingSystemRelease OlderFedora = new("fedora", "42", "Fedora Linux 42");
    private static readonly OperatingSystemRelease Rhel = new("rhel", "10.1", "RHEL 10.1");

    [Theory]
    [InlineData("podman4.9", 29, 29, false, "podman 4.9")]
    [InlineData("podman5", 30, 39, false, "podman 5")]
    [InlineData("podman5.5", 35, 35, false, "podman 5.5")]
    [InlineData("podman5.6.2", 36, 36, false, "podman 5.6.2")]
    [InlineData("Podman6", 40, 41, true, "podman 6")]
    [InlineData("podman6.1", 41, 41, true, "podman 6.1")]
    [InlineData("skopeo1.9", 21, 21, false, "skopeo 1.9")]
    [InlineData("buildah1.32", 28, 28, false, "Buildah 1.32")]
    [InlineData("buildah1.34", 29, 29, false, "Buildah 1.34")]
    [InlineData("crio1.27", 25, 25, false, "CRI-O 1.27")]
    [InlineData("crio1.28", 27, 27, false, "CRI-O 1.28")]
    [InlineData("crio1.30", 29, 29, false, "CRI-O 1.30")]
    [InlineData("crio1.33", 35, 35, false, "CRI-O 1.33")]
    [InlineData("crio1.36", 38, 38, false, "CRI-O 1.36")]
    [InlineData("skopeo1.22", 39, 39, false, "skopeo 1.22")]
    [InlineData("skopeo1.23", 40, 40, true, "skopeo 1.23")]
    [InlineData("buildah1.44", 40, 40, true, "Buildah 1.44")]
    [InlineData("cri-o1.34", 36, 36, false, "CRI-O 1.34")]
    public void A_name_has_a_release(string name, int from, int to, bool readsAllLevels, string program)
    {
        ConsumerName consumer = ConsumerName.Parse(name);
        Assert.Equal((from, to), (consumer.ImageFrom, consumer.ImageTo));
        Assert.Equal(readsAllLevels, consumer.Release.ReadsAllLevels);
        Assert.Equal(program, consumer.On(null).Program);
    }

    [Fact]
    public void What_it_verifies_with_is_said_or_the_hosts_or_GnuPG()
    {
        Assert.Equal(OpenPgpLibrary.Sequoia, ConsumerName.Parse("podman6").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman6").On(OlderFedora).Library);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman5.5").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman5.6").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.Sequoia, ConsumerName.Parse("podman5.7").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.Sequoia, ConsumerName.Parse("skopeo1.21").On(Fedora).Library);
        Assert.Equal("podman 5 built with gpgme (GnuPG) or Sequoia", ConsumerName.Parse("podman5").On(Fedora).Name);
        Assert.Equal("CRI-O 1.34 built with gpgme (GnuPG) or Go's OpenPGP", ConsumerName.Parse("crio1.34").On(Fedora).Name);
        Assert.Null(ConsumerName.Parse("crio1.34/gpg").On(Fedora).Other);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman6").On(Rhel).Library);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman6").On(null).Library);
        Assert.Equal(OpenPgpLibrary.GnuPg, ConsumerName.Parse("podman6/gpg").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.Go, ConsumerName.Parse("podman6/go").On(Fedora).Library);
        Assert.Equal(OpenPgpLibrary.Sequoia, ConsumerName.Parse("skopeo1.23/sequoia").On(Rhel).Library);
        Assert.Equal("podman 6 built with Sequoia", ConsumerName.Parse("podman6").On(Fedora).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("podman")]
    [InlineData("podman7")]
    [InlineData("podman3.4")]
    [InlineData("podman5.")]
    [InlineData("podman.5")]
    [InlineData("podman5.4.3.2")]
    [InlineData("podman-5")]
    [InlineData("podman5.4/gpgme")]
    [InlineData("podman5.4/gpg/go")]
    [InlineData("podman5.4/sequoia")]
    [InlineData("podman5.6/sequoia")]
    [InlineData("podman5/sequoia")]
    [InlineData("podman5.99")]
    [InlineData("podman6.9")]
    [InlineData("skopeo1.99")]
    [InlineData("buildah1.99")]
    [InlineData("docker28")]
    [InlineData("5.4")]
    [InlineData("crio1")]
    [InlineData("crio1.99")]
    [InlineData("skopeo1.8")]
    [InlineData("podman5.4\u001b[2J")]
    public void Another_name_is_refused_with_what_to_do(string name)
    {
        TrustException e = Assert.Throws<TrustException>(() => KnownConsumers.Require(name));
        Assert.Equal("UnknownConsumer", e.ErrorId);
        Assert.Equal(TrustErrorKind.InvalidArgument, e.Kind);
        Assert.Contains("Specify podman, skopeo, buildah or crio and the version", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', e.Message);
    }

    [Fact]
    public void All_examples_are_names_and_no_name_is_fine()
    {
        Assert.All(KnownConsumers.Examples, static e => KnownConsumers.Require(e.Key));
        KnownConsumers.Require(null);
    }

    [Fact]
    public void One_release_is_enough()
    {
        TrustException e = Assert.Throws<TrustException>(
            () => new TrustStoreOptions { As = "podman5", PodmanVersion = "5.4" }.FindRelease(LocalHost.Instance));
        Assert.Equal("ReleaseGivenTwice", e.ErrorId);
    }

    [Fact]
    public void CRI_O_reads_no_users_files()
    {
        RootDirectoryHost host = new(Path.GetTempPath());
        Assert.Null(new TrustStoreOptions { As = "podman5.4" }.FindPolicyPath(host));
        Assert.Null(new TrustStoreOptions { As = "podman5.4" }.FindRegistriesDirectory());
        TrustStoreOptions crio = new() { As = "crio1.34" };
        Assert.Equal("/etc/containers/policy.json", crio.FindPolicyPath(host));
        Assert.Equal("/etc/containers/registries.d", crio.FindRegistriesDirectory());
        Assert.Equal("/p", (crio with { PolicyPath = "/p" }).FindPolicyPath(host));
        Assert.Equal(
            "ParametersNotTogether",
            Assert.Throws<TrustException>(() => (crio with { CurrentUser = true }).FindPolicyPath(host)).ErrorId);
    }

    [Theory]
    [InlineData("rhel", "8.10", true)]
    [InlineData("almalinux", "9.4", true)]
    [InlineData("centos", "9", true)]
    [InlineData("rhel", "10.1", false)]
    [InlineData("debian", "12", true)]
    [InlineData("debian", "13", false)]
    [InlineData("ubuntu", "22.04", true)]
    [InlineData("ubuntu", "24.04", false)]
    [InlineData("fedora", "41", false)]
    [InlineData("debian", "", false)]
    [InlineData("", "", false)]
    public void Which_systems_have_an_older_GnuPG(string id, string version, bool hasOlder) =>
        Assert.Equal(hasOlder, ConsumerName.HasOlderGnuPg(new(id, version, "x")));

    [Theory]
    [InlineData("""{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}""", 19)]
    [InlineData("""{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/k"]}""", 22)]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"/k"}""", 22)]
    [InlineData("""{"type":"sigstoreSigned","keyPath":"/k","rekorPublicKeyPath":"/r"}""", 24)]
    [InlineData("""{"type":"sigstoreSigned","keyPaths":["/k"]}""", 33)]
    [InlineData("""{"type":"sigstoreSigned","pki":{"caRootsPath":"/c","subjectEmail":"a@example.com"}}""", 35)]
    public void A_release_refuses_a_policy_with_a_member_that_it_does_not_know(string requirement, int since)
    {
        string text = $$$$"""{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{{{{requirement}}}}]}}}""";
        PolicyDocument policy = PolicyReader.Read(Encoding.UTF8.GetBytes(text), "/p");
        Assert.Null(PolicyMembers.FindUnknown(policy, since));
        string? unknown = PolicyMembers.FindUnknown(policy, since - 1);
        Assert.True(
            since switch
            {
                19 => unknown is null,
                33 => unknown!.Contains("since 5.32.2; not every release with containers/image 5.32 knows it", StringComparison.Ordinal),
                35 => unknown!.Contains("since 5.34.1; not every release with containers/image 5.34 knows it", StringComparison.Ordinal),
                _ => unknown!.Contains($"since 5.{since}; older ones refuse the whole policy", StringComparison.Ordinal),
            },
            unknown);
        Assert.True(since < 33 || PolicyMembers.FindUnknown(policy, 30)!.Contains("; older ones refuse", StringComparison.Ordinal));
    }
}
