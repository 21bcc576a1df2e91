namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>A key file with a key of version 6, for which GnuPG loses others: a fault where the host's is known to, else a note.</summary>
public sealed class LostKeyTests
{
    [Theory]
    [InlineData("ID=rhel\nVERSION_ID=8.10\n", ImageTrustSeverity.Error)]
    [InlineData("ID=rocky\nVERSION_ID=9.4\n", ImageTrustSeverity.Error)]
    [InlineData("ID=debian\nVERSION_ID=12\n", ImageTrustSeverity.Error)]
    [InlineData("ID=rhel\nVERSION_ID=10.1\n", ImageTrustSeverity.Information)]
    [InlineData("ID=fedora\nVERSION_ID=45\n", ImageTrustSeverity.Information)]
    [InlineData(null, ImageTrustSeverity.Information)]
    public void It_is_as_bad_as_the_host_makes_it(string? osRelease, ImageTrustSeverity severity)
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Key, AuditKeys.BeforeVersion6);
        if (osRelease is not null)
            host = host.With("/etc/os-release", osRelease);
        ImageTrustFinding finding = Assert.Single(host.Check().Findings);
        Assert.Equal(("KeyLost", severity, AuditHost.Key), (finding.RuleId, finding.Severity, finding.Path));
        Assert.Null(finding.Fix);
        Assert.Matches(
            $"^Key [0-9A-F]{{40}} in {AuditHost.Key}, required by .*, is lost: it is the last key before the key [0-9A-F]{{64}} of version "
                + $"6 in {AuditHost.Key}, at which GnuPG up to 2\\.4 stops and loses the key that it reads\\. So podman and skopeo "
                + (severity == ImageTrustSeverity.Error ? "on this host" : "built with gpgme")
                + " accept nothing that it signs\\. Export the key to a file of its own and name that file in the policy; leave the "
                + "vendor's file as it is\\.$",
            finding.Message);
    }

    [Fact]
    public void Beside_a_key_that_is_kept_it_is_a_warning()
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Key, (byte[])[.. AuditKeys.Other, .. AuditKeys.BeforeVersion6])
            .With("/etc/os-release", "ID=rhel\nVERSION_ID=9.7\n");
        Assert.Equal(ImageTrustSeverity.Warning, Assert.Single(host.Check().Findings).Severity);
    }

    [Fact]
    public void A_kept_key_that_has_ended_does_not_make_it_a_warning()
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Key, (byte[])[.. AuditKeys.OtherEnded, .. AuditKeys.BeforeVersion6])
            .With("/etc/os-release", "ID=rhel\nVERSION_ID=9.7\n");
        ImageTrustFinding finding = Assert.Single(host.Check().Findings, static f => f.RuleId == "KeyLost");
        Assert.Equal(ImageTrustSeverity.Error, finding.Severity);
    }

    [Theory]
    [InlineData("ID=rhel\nVERSION_ID=9.7\n", true)]
    [InlineData("ID=rhel\nVERSION_ID=10.1\n", false)]
    public void Keys_of_version_6_alone_are_a_fault_where_the_hosts_GnuPG_does_not_read_them(string osRelease, bool isFault)
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Key, AuditKeys.Version6).With("/etc/os-release", osRelease);
        if (!isFault)
        {
            Assert.DoesNotContain(host.Check().Findings, static f => f.RuleId == "KeyLost");
            return;
        }

        ImageTrustFinding finding = Assert.Single(host.Check().Findings, static f => f.RuleId == "KeyLost");
        Assert.Equal((ImageTrustSeverity.Error, AuditHost.Key), (finding.Severity, finding.Path));
        Assert.Contains("is of version 6, which the GnuPG of this host does not read", finding.Message, StringComparison.Ordinal);
        AuditHost both = host.With(AuditHost.Key, AuditKeys.Good);
        Assert.DoesNotContain(both.Check().Findings, static f => f.RuleId == "KeyLost");
    }

    [Fact]
    public void In_files_of_their_own_nothing_is_lost() =>
        Assert.Empty(AuditHost.Good().With("/etc/os-release", "ID=rhel\nVERSION_ID=9.7\n").Check().Findings);
}
