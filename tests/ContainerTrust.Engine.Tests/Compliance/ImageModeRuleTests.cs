using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>The rules about operating systems that are images, on hosts, in images, and where neither is looked at.</summary>
public sealed class ImageModeRuleTests
{
    private const string Signed = """ "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}] """;
    private static readonly string[] s_rules =
        ["BootcDefaultAccepts", "BootcTransportRejected", "BootcKeyNotInImage", "EtcDiffersFromUsrEtc"];

    [Theory]
    [InlineData("reject")]
    [InlineData("insecureAcceptAnything")]
    public void On_other_hosts_nothing_is_found(string @default) =>
        Assert.Empty(Found(AuditHost.WithPolicy(Signed, @default).With("/etc/pki/x", "")));

    [Theory]
    [InlineData("/run/ostree-booted")]
    [InlineData("/usr/lib/bootc/install/x.toml")]
    [InlineData("/usr/lib/ostree-boot/vmlinuz")]
    [InlineData("/sysroot/ostree/repo/config")]
    public void Each_mark_tells_image_mode(string mark) =>
        Assert.Equal(["BootcTransportRejected"], Found(AuditHost.Good().With(mark, "")).Select(static f => f.RuleId));

    // npm puts an npmrc there, and SUSE's packages their defaults.
    [Fact]
    public void Usr_etc_alone_is_not_image_mode() =>
        Assert.Empty(Found(AuditHost.Good().With("/usr/etc/npmrc", "").With("/usr/etc/passwd", "")));

    [Fact]
    public void A_policy_of_a_user_is_not_bootcs()
    {
        AuditHost host = AuditHost.Good().With("/usr/lib/bootc/x", "").With("/srv/policy.json", "{\"default\":[{\"type\":\"reject\"}]}");
        Assert.DoesNotContain(host.Check(target: new TrustStoreOptions { PolicyPath = "/srv/policy.json" }).Findings,
            static f => s_rules.Contains(f.RuleId));
    }

    [Fact]
    public void The_fix_of_an_accepting_default_leaves_what_the_image_is_installed_from()
    {
        AuditHost host = AuditHost.WithPolicy(Signed, "insecureAcceptAnything").With("/usr/lib/bootc/x", "");
        foreach (string rule in (string[])["BootcDefaultAccepts", "DefaultAcceptsAnything"])
        {
            ImageTrustFinding finding = Assert.Single(host.Check().Findings, f => f.RuleId == rule);
            Assert.Equal(
                "Set-ImageTrust '' -Transport containers-storage -Force -Type Accept && Set-ImageTrust -Default -Type Reject", finding.Fix);
        }

        AuditHost said = host.With(AuditHost.Policy,
            """{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{ """ + Signed +
            """ },"containers-storage":{"":[{"type":"insecureAcceptAnything"}]} } }""");
        Assert.Equal("Set-ImageTrust -Default -Type Reject",
            Assert.Single(said.Check().Findings, static f => f.RuleId == "BootcDefaultAccepts").Fix);
    }

    // No command makes a host accept more and is called a fix; what the message advises does what it says all the same.
    [Fact]
    public void What_is_advised_for_a_rejected_transport_ends_the_finding()
    {
        AuditHost host = AuditHost.Good().With("/usr/lib/bootc/x", "");
        ImageTrustFinding finding = Assert.Single(Found(host));
        Assert.Null(finding.Fix);
        Assert.EndsWith("run: Set-ImageTrust '' -Transport containers-storage -Force -Type Accept.", finding.Message,
            StringComparison.Ordinal);
        TrustStore store = host.Store();
        OperationAdvice advice = new(TrustOperation.Set,
            [TrustOption.Transport.With("containers-storage"), TrustOption.Force.With(), TrustOption.Type.With("accept")], store.Target)
        {
            Scope = "",
        };
        TrustPlan plan = TrustPlanner.Make(store, AdvisedChanges.Of(advice, store)!);
        foreach (PlannedFile file in plan.Files)
            host.With(file.Path, file.Content!.Value.ToArray());
        Assert.Empty(Found(host));
    }

    [Fact]
    public void On_a_host_that_runs_a_rejected_transport_and_a_key_of_its_own_are_notes()
    {
        AuditHost host = AuditHost.WithPolicy(Signed.Replace("/etc/pki", "/var/pki", StringComparison.Ordinal))
            .With("/var/pki/signer.asc", AuditKeys.Good).With("/run/ostree-booted", "");
        Assert.Equal(["BootcTransportRejected", "BootcKeyNotInImage"], Found(host).Select(static f => f.RuleId));
        Assert.All(Found(host), static f => Assert.Equal(ImageTrustSeverity.Information, f.Severity));
    }

    [Theory]
    [InlineData("/usr/share/pki/signer.asc", null, false)]
    [InlineData("/usr/local/pki/signer.asc", null, false)]
    [InlineData("/usr/local/pki/signer.asc", "/var/usrlocal/pki/signer.asc", true)]
    [InlineData("/root/signer.asc", null, true)]
    [InlineData("/home/joe/signer.asc", null, true)]
    [InlineData("/opt/signer.asc", null, true)]
    public void A_key_is_part_of_the_image_below_usr_and_etc_alone(string path, string? leadsTo, bool isFound)
    {
        AuditHost host = AuditHost.WithPolicy(Signed.Replace("/etc/pki/signer.asc", path, StringComparison.Ordinal))
            .With(path, AuditKeys.Good).With("/usr/lib/bootc/x", "");
        if (leadsTo is not null)
            host.Links[path] = leadsTo;
        Assert.Equal(isFound, Found(host).Any(static f => f.RuleId == "BootcKeyNotInImage"));
    }

    [Fact]
    public void What_is_as_the_image_brought_it_follows_updates()
    {
        AuditHost host = AuditHost.Good().With("/run/ostree-booted", "");
        host.With("/usr/etc/containers/policy.json", host.Bytes(AuditHost.Policy));
        Assert.DoesNotContain(Found(host), static f => f.RuleId == "EtcDiffersFromUsrEtc");
        host.With("/usr/etc/containers/policy.json", "{}");
        Assert.Contains(Found(host), static f => f.RuleId == "EtcDiffersFromUsrEtc");
    }

    private static ImageTrustFinding[] Found(AuditHost host) =>
        [.. host.Check().Findings.Where(static f => s_rules.Contains(f.RuleId))];
}
