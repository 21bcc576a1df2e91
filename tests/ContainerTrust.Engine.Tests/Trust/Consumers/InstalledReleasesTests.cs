using ContainerTrust.Engine.Tests.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust.Consumers;

/// <summary>A policy that the host's own release refuses is not written, unless that is asked for.</summary>
public sealed class InstalledReleasesTests
{
    private const string Policy = LevelsHost.Policy;
    private const string Reject = """{"default":[{"type":"reject"}]}""";
    private static readonly SignedByRequirement s_several = new() { KeyPaths = ["/a", "/b"] };
    private static readonly SigstoreSignedRequirement s_pki = new()
        { Pki = new PkiIdentity { CaRootsPath = "/ca.pem", SubjectEmail = "a@example.com" } };

    private static LevelsHost Make(string system, string version)
    {
        LevelsHost host = new();
        host.Write(Policy, Reject);
        if (system == "debian")
        {
            host.Write("/var/lib/dpkg/info/podman.list", "");
            host.Write("/var/lib/dpkg/status", $"Package: podman\nStatus: install ok installed\nVersion: {version}\n");
        }
        else
        {
            host.Write("/etc/os-release", $"ID={system}\nVERSION_ID={version}\n");
        }

        return host;
    }

    private static TrustChange Set(TrustRequirement requirement, bool isForced = false) =>
        new() { Transport = "docker", Registry = "a.example.com", Requirements = [requirement], IsForced = isForced };

    public static TheoryData<string, string, TrustRequirement, string?> Hosts() => new()
    {
        { "debian", "4.3.1+ds1-8", s_pki, "podman 4.3" },
        { "debian", "4.3.1+ds1-8", s_several, null },
        { "debian", "5.3.2-1", s_pki, "podman 5.3" },

        // Of containers/image 5.34 some releases know it.
        { "debian", "5.4.2+ds1-2", s_pki, null },
        { "debian", "5.6.0-1", s_pki, null },
        { "debian", "4.3.1+ds1-8", new SignedByRequirement { KeyPath = "/a" }, null },
        { "rhel", "8.6", s_several, "podman of RHEL 8.6" },
        { "rhel", "9.0", s_several, "podman of RHEL 9.0" },
        { "rhel", "9.1", s_several, null },
        { "rhel", "9.2", s_several, null },
        { "rhel", "7.9", new SigstoreSignedRequirement { KeyPath = "/a" }, "podman of RHEL 7.9" },
        { "fedora", "30", s_pki, null },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_member_that_it_does_not_know_is_refused(string system, string version, TrustRequirement requirement, string? refusedBy)
    {
        using LevelsHost host = Make(system, version);
        if (refusedBy is null)
        {
            Assert.Single(host.Open().Apply([Set(requirement)], new TrustEditOptions(), CancellationToken.None).Files);
            return;
        }

        TrustException e = Assert.Throws<TrustException>(() => host.Open().Preview([Set(requirement)]));
        Assert.Equal("ChangeWouldBeRefused", e.ErrorId);
        Assert.EndsWith($" {refusedBy} is one of those. Use -Force to write it all the same.", e.Message, StringComparison.Ordinal);
        Assert.Throws<TrustException>(() => host.Open().Apply([Set(requirement)], new TrustEditOptions(), CancellationToken.None));
        Assert.Equal(Reject, host.Root.Read(Policy));
        TrustEditResult forced = host.Open().Apply([Set(requirement, isForced: true)], new TrustEditOptions(), CancellationToken.None);
        Assert.Contains(forced.Warnings, w => w.EndsWith($"{refusedBy} is one of those.", StringComparison.Ordinal));

        // What is refused already cannot be made worse, and can be made better.
        Assert.Single(host.Open().Apply([Set(new RejectRequirement())], new TrustEditOptions(), CancellationToken.None).Files);
    }

    [Fact]
    public void A_release_that_the_user_names_counts()
    {
        using LevelsHost host = new();
        host.Write(Policy, Reject);
        Assert.Throws<TrustException>(() => host.Open("4.9").Preview([Set(s_pki)]));
        Assert.Single(host.Open("5").Preview([Set(s_pki)]).Files);
        Assert.Single(host.Open("5.8").Preview([Set(s_pki)]).Files);
    }
}
