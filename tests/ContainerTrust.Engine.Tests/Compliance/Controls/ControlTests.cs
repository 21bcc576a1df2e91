using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Controls;

namespace ContainerTrust.Engine.Tests.Compliance.Controls;

/// <summary>Which rules are evidence for which controls, and when a control is said to be met.</summary>
public sealed class ControlTests
{
    private static Control Verify => ControlFrameworks.Stig.Controls.Single(static c => c.Id == "V-257537");

    [Fact]
    public void Controls_name_rules_of_this_release_once()
    {
        foreach (ControlFramework framework in ControlFrameworks.All)
        {
            Assert.Equal(framework.Controls.Select(static c => c.Id).Distinct(), framework.Controls.Select(static c => c.Id));
            foreach (Control control in framework.Controls)
            {
                string[] rules = [.. control.Direct, .. control.Supporting];
                Assert.Equal(rules.Distinct(), rules);
                Assert.All(rules, static r => Assert.NotNull(ComplianceRules.Find(r)));
                Assert.True(control.Evidence != ImageTrustEvidence.None || control.Remark is not null, control.Id);
            }
        }
    }

    [Fact]
    public void Every_rule_that_always_runs_is_evidence_for_the_item_about_images()
    {
        foreach (string rule in (string[])["PolicyMissing", "PolicyInvalid", "DefaultAcceptsAnything"])
            Assert.Contains(ControlFrameworks.OfRule(rule), static c => c.Id == "V-257537" && c.Evidence == ImageTrustEvidence.Direct);
    }

    [Fact]
    public void A_good_host_meets_the_item()
    {
        ControlResult result = ControlResult.Of(Verify, AuditHost.Good().Check());
        Assert.Equal(ControlState.Met, result.State);
        Assert.Contains("DefaultAcceptsAnything", result.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_by_the_profile_alone()
    {
        ComplianceOptions options = new ComplianceOptions().ForProfile("stig-ocp4");
        ImageTrustCompliance host = AuditHost.Good().Check(options);
        Assert.Equal(ControlState.Met, ControlResult.Of(Verify, host).State);
        Assert.Equal("Stig-Ocp4", host.Profile);
        Assert.Equal(["V-257505", "V-257587", "V-257561"], host.NotCovered.Select(static c => c.Id));
        Assert.All(host.NotCovered, static c => Assert.False(string.IsNullOrEmpty(c.Remark)));
        Assert.Contains("BaselineScopeExtra", host.ExcludedRules);
        Assert.DoesNotContain("DefaultAcceptsAnything", host.ExcludedRules);
    }

    [Theory]
    [InlineData("insecureAcceptAnything", ControlState.NotMet)]
    [InlineData("reject", ControlState.Met)]
    public void The_default_decides(string type, object expected) =>
        Assert.Equal((ControlState)expected, ControlResult.Of(Verify, AuditHost.WithPolicy(
            """ "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}] """, type).Check()).State);

    [Fact]
    public void A_scope_that_accepts_anything_needs_a_person()
    {
        ControlResult result = ControlResult.Of(Verify, AuditHost.WithPolicy(
            """ "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}],"""
            + """ "quay.io/openshift-release-dev":[{"type":"insecureAcceptAnything"}] """).Check());
        Assert.Equal(ControlState.NeedsReview, result.State);
        Assert.Contains("quay.io/openshift-release-dev", result.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DefaultAcceptsAnything")]
    [InlineData("Key*")]
    [InlineData("CrioPolicy")]
    [InlineData("ScopeAcceptsAnything")]
    [InlineData("UserPolicy")]
    public void A_rule_that_was_left_out_keeps_the_item_from_being_met(string rule)
    {
        ImageTrustCompliance host = AuditHost.Good().Check(new ComplianceOptions { ExcludedRules = ComplianceRules.Excluded([rule]) });
        Assert.Equal(ControlState.NeedsReview, ControlResult.Of(Verify, host).State);
    }

    [Fact]
    public void All_images_of_registries_accepted_is_not_met() =>
        Assert.Equal(ControlState.NotMet,
            ControlResult.Of(Verify, AuditHost.WithPolicy(""" "":[{"type":"insecureAcceptAnything"}] """).Check()).State);

    [Theory]
    [InlineData("insecureAcceptAnything", "", ControlState.NotMet)]
    [InlineData("reject", """ "quay.io/x":[{"type":"insecureAcceptAnything"}] """, ControlState.NeedsReview)]
    public void A_baseline_approves_no_control(string type, string scopes, object expected)
    {
        AuditHost host = AuditHost.WithPolicy(scopes, type);
        ImageTrustCompliance found = host.Check(new ComplianceOptions
        {
            Baseline = TrustBaseline.Of(host.Store().Read(ContainerTrust.Engine.Trust.TrustQuery.All)),
        }.ForProfile("Stig-Ocp4"));
        Assert.Contains("BaselineScopeExtra", found.CheckedRules);
        Assert.All(found.Findings, static f => Assert.Equal(ImageTrustSeverity.Information, f.Severity));
        Assert.Equal((ControlState)expected, ControlResult.Of(Verify, found).State);
    }

    [Fact]
    public void A_stricter_policy_of_CRIO_needs_a_person_and_a_looser_one_does_not_meet()
    {
        static ControlState State(string type) => ControlResult.Of(Verify, AuditHost.Good()
            .With("/etc/crio/crio.conf", "[crio.image]\nsignature_policy = '/etc/crio/policy.json'\n")
            .With("/etc/crio/policy.json", $$"""{"default":[{"type":"{{type}}"}]}""").Check()).State;
        Assert.Equal(ControlState.NeedsReview, State("reject"));
        Assert.Equal(ControlState.NotMet, State("insecureAcceptAnything"));
    }

    [Fact]
    public void A_result_that_lost_its_findings_is_not_checked()
    {
        ImageTrustCompliance host = AuditHost.Good().Check();
        Assert.Equal(ControlState.NotChecked, ControlResult.Of(Verify, host with { Findings = null! }).State);
        Assert.Equal(ControlState.NotChecked, ControlResult.Of(Verify, host with { Findings = [null!] }).State);
        Assert.Equal(ControlState.NotChecked, ControlResult.Of(Verify, host with { ErrorId = "HostUnreachable" }).State);
    }

    [Fact]
    public void What_could_not_be_read_is_not_checked()
    {
        ImageTrustCompliance host = AuditHost.Good().With("/etc/containers/registries.d/x.yaml", "")
            .WithoutPermissions("/etc/containers/registries.d/x.yaml").Check();
        Assert.Equal(ControlState.NotChecked, ControlResult.Of(Verify, host).State);
    }

    [Fact]
    public void A_host_that_was_not_reached_is_not_checked_for_any_control()
    {
        ImageTrustCompliance host = ImageTrustCompliance.NotChecked("h", "HostUnreachable", "It is down.", ImageTrustSeverity.Warning);
        Assert.All(ControlFrameworks.All.SelectMany(static f => f.Controls),
            c => Assert.Equal(ControlState.NotChecked, ControlResult.Of(c, host).State));
    }

    [Fact]
    public void The_least_severity_of_the_audit_makes_nothing_met()
    {
        ImageTrustCompliance host = AuditHost.WithPolicy("""
            "quay.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]
            """).Check(new ComplianceOptions { MinimumSeverity = ImageTrustSeverity.Error });
        Assert.True(host.Compliant);
        Assert.Equal(ControlState.NotMet, ControlResult.Of(Verify, host).State);
    }

    [Fact]
    public void Supporting_rules_alone_never_meet_a_control() =>
        Assert.All(ControlFrameworks.All.SelectMany(static f => f.Controls).Where(static c => c.Direct.Count == 0),
            static c => Assert.Equal(ControlState.NeedsReview, ControlResult.Of(c, AuditHost.Good().Check()).State));

    [Fact]
    public void A_profile_that_is_not_known_is_refused() =>
        Assert.Equal("ProfileNotFound",
            Assert.Throws<TrustException>(static () => new ComplianceOptions().ForProfile("Stig-Rhel9")).ErrorId);

    [Theory]
    [InlineData("insecure = true", "registry.example.com", ImageTrustSeverity.Warning)]
    [InlineData("insecure = true", "localhost:5000", ImageTrustSeverity.Information)]
    [InlineData("insecure = true", "127.0.0.1:5000", ImageTrustSeverity.Information)]
    [InlineData("insecure = true", "[::1]:5000", ImageTrustSeverity.Information)]
    [InlineData("insecure = true", "localhost.example.com", ImageTrustSeverity.Warning)]
    [InlineData("insecure = true\nblocked = true", "registry.example.com", null)]
    [InlineData("insecure = false", "registry.example.com", null)]
    public void A_registry_without_TLS_is_found(string lines, string location, ImageTrustSeverity? severity)
    {
        ImageTrustFinding[] found = [.. AuditHost.Good().With("/etc/containers/registries.conf",
            $"[[registry]]\nlocation = '{location}'\n{lines}\n").Check().Findings.Where(static f => f.RuleId == "InsecureRegistry")];
        Assert.Equal(severity, found.SingleOrDefault()?.Severity);
    }

    [Fact]
    public void A_mirror_without_TLS_is_found()
    {
        ImageTrustFinding found = AuditHost.Good().With("/etc/containers/registries.conf",
            "[[registry]]\nlocation = 'quay.io'\n[[registry.mirror]]\nlocation = 'm.example.com/quay'\ninsecure = true\n").Check()
            .Findings.Single(static f => f.RuleId == "InsecureRegistry");
        Assert.Equal("m.example.com/quay", found.Scope);
        Assert.Contains("/etc/containers/certs.d/m.example.com,", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_for_all_hosts_of_a_domain_names_no_directory_that_nobody_reads()
    {
        ImageTrustFinding found = AuditHost.Good()
            .With("/etc/containers/registries.conf", "[[registry]]\nprefix = '*.e.com'\ninsecure = true\n").Check().Findings
            .Single(static f => f.RuleId == "InsecureRegistry");
        Assert.DoesNotContain("certs.d/*", found.Message, StringComparison.Ordinal);
    }
}
