using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Crio;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>Which policy CRI-O obeys, and that it is audited.</summary>
public sealed class CrioTests
{
    private const string Conf = "/etc/crio/crio.conf";
    private const string Package = "/etc/crio/crio.conf.d/10-crio.conf";
    private const string Own = "/etc/crio/policy.json";
    private const string Unit = "/usr/lib/systemd/system/crio.service";
    private const string Accept = """{"default":[{"type":"insecureAcceptAnything"}]}""";
    private const string Reject = """{"default":[{"type":"reject"}]}""";

    private static AuditHost Named(string path = Own) => AuditHost.Good().With(Package, $"[crio.image]\nsignature_policy = \"{path}\"\n");

    private static ImageTrustFinding[] Of(AuditHost host, string? version = null) =>
        [.. host.Check(target: new Engine.Trust.TrustStoreOptions { PodmanVersion = version }).Findings
            .Where(static f => f.RuleId == "CrioPolicy" || f.Message.Contains("CRI-O", StringComparison.Ordinal))];

    [Fact]
    public void The_packages_defaults_are_not_compliant_and_one_line_says_why()
    {
        ImageTrustCompliance found = Named().With(Own, Accept).Check();
        Assert.False(found.Compliant);
        ImageTrustFinding line = Assert.Single(found.Findings, static f => f.RuleId == "DefaultAcceptsAnything");
        Assert.Equal((ImageTrustSeverity.Error, Own, null), (line.Severity, line.Path, line.Fix));
        Assert.Equal("CRI-O's own policy /etc/crio/policy.json: The policy's default accepts any image that no " +
            "scope governs, signed or not.", line.Message);
        ImageTrustFinding fact = Assert.Single(found.Findings, static f => f.RuleId == "CrioPolicy");
        Assert.Equal(ImageTrustSeverity.Warning, fact.Severity);
        Assert.Equal(
            "CRI-O obeys /etc/crio/policy.json, as /etc/crio/crio.conf.d/10-crio.conf says, and nothing of /etc/containers/policy.json. "
            + "It accepts without a check what the other does not: the default (reject -> accept), registry.example.com (signedBy "
            + "/etc/pki/signer.asc -> accept).", fact.Message);
    }

    [Fact]
    public void The_same_policy_is_worth_knowing_and_another_is_a_warning()
    {
        AuditHost host = Named();
        ImageTrustCompliance found = host.With(Own, host.Bytes(AuditHost.Policy)).Check();
        Assert.True(found.Compliant);
        Assert.Equal(ImageTrustSeverity.Information, Assert.Single(found.Findings).Severity);
        Assert.EndsWith(" They say the same.", found.Findings[0].Message, StringComparison.Ordinal);
        ImageTrustFinding differs = Assert.Single(Named().With(Own, Reject).Check().Findings);
        Assert.Equal((ImageTrustSeverity.Warning, "CrioPolicy"), (differs.Severity, differs.RuleId));
        Assert.EndsWith(" They differ.", differs.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/containers/policy.json")]
    public void The_systems_own_policy_is_not_another(string path) => Assert.Empty(Of(Named(path).With(Own, Accept)));

    [Fact]
    public void Without_CRI_O_its_files_say_nothing() => Assert.Empty(Of(AuditHost.Good().With(Own, Accept)));

    [Fact]
    public void A_policy_that_is_missing_or_refused_stops_all_pulls()
    {
        Assert.Contains("pulls no image", Assert.Single(Of(Named())).Message, StringComparison.Ordinal);
        ImageTrustFinding refused = Assert.Single(Of(Named().With(Own, """{"default":[]}""")));
        Assert.Equal(ImageTrustSeverity.Error, refused.Severity);
        Assert.Contains("refuses the whole file", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/crio/crio.conf.d/99-last.conf", "[crio.image]\nsignature_policy = '/last.json'\n")]
    [InlineData("/etc/crio/crio.conf.d/99-sub/any-name", "[crio.image]\nsignature_policy = '/last.json'\n")]
    [InlineData("/usr/lib/systemd/system/crio.service", "[Service]\nExecStart=/usr/bin/crio \\\n  --signature-policy /last.json\n")]
    [InlineData("/lib/systemd/system/crio.service", "[Service]\nExecStart=/usr/bin/crio \"--signature-policy=/last.json\" $X\n")]
    [InlineData("/etc/systemd/system/crio.service.d/50-x.conf",
        "[Service]\nExecStart=\nExecStart=/usr/bin/crio -signature-policy=/last.json\n")]
    [InlineData("/usr/lib/systemd/system/crio.service",
        "[Service]\nEnvironment=P=/last.json\nExecStart=/usr/bin/crio --signature-policy=${P}\n")]
    [InlineData("/usr/lib/systemd/system/crio.service",
        "[Service]\nExecStart=/usr/bin/crio \\\n# a note\n  --signature-policy /last.json\n")]
    [InlineData("/etc/systemd/system/crio.service.d/50-x.conf", "[Service]\nEnvironment=A=b 'CONTAINER_SIGNATURE_POLICY=/last.json'\n")]
    public void The_last_setting_counts_and_the_unit_above_all(string path, string content)
    {
        AuditHost host = Named().With(Conf, "[crio.image]\nsignature_policy = '/first.json'\n").With("/last.json", Accept)
            .With(path, content);
        Assert.Contains(Of(host), f => f.Path == "/last.json"
            && f.Message.StartsWith($"CRI-O obeys /last.json, as {path} says", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ExecStart=/usr/bin/crio $OPTIONS\n", "OPTIONS=\"--log-level info --signature-policy /last.json\"\n")]
    [InlineData("ExecStart=/usr/bin/crio --signature-policy ${OPTIONS}\n", "OPTIONS=/last.json\n")]
    [InlineData("ExecStart=/usr/bin/crio\nEnvironment=CONTAINER_SIGNATURE_POLICY=/strict.json\n",
        "CONTAINER_SIGNATURE_POLICY=\\\n/last.json\n")]
    [InlineData("ExecStart=/usr/bin/crio\n", "# a comment\nCONTAINER_SIGNATURE_POLICY='/last.json'\n")]
    public void Variables_of_the_unit_are_followed(string command, string variables)
    {
        AuditHost host = Named().With(Own, Reject).With("/last.json", Accept).With("/etc/sysconfig/crio", variables)
            .With(Unit, $"[Service]\nEnvironmentFile=-/etc/sysconfig/crio\n{command}");
        Assert.Contains(Of(host), static f => f.Message.Contains("as /etc/sysconfig/crio says", StringComparison.Ordinal));
    }

    [Fact]
    public void A_configuration_elsewhere_is_read()
    {
        AuditHost host = AuditHost.Good().With(Unit, "[Service]\nExecStart=/usr/bin/crio --config /srv/crio.conf -d /srv/crio.d/\n")
            .With(Own, Accept)
            .With("/srv/crio.conf", "[crio]\n").With("/srv/crio.d/a", $"[crio.image]\nsignature_policy = '{Own}'\n")
                .With(Conf, "[crio.image]\nsignature_policy = '/other.json'\n");
        Assert.Contains(Of(host), static f => f.RuleId == "DefaultAcceptsAnything" && f.Path == Own);
    }

    [Theory]
    [InlineData("/etc/crio/policies", "")]
    [InlineData("/srv/policies", "[crio.image]\nsignature_policy_dir = '/srv/policies/'\n")]
    public void A_namespaces_policy_is_audited(string directory, string setting)
    {
        AuditHost host = AuditHost.Good().With(Conf, setting).With($"{directory}/team-a.json", Accept).With($"{directory}/notes.txt", "x");
        ImageTrustFinding[] found = Of(host);
        Assert.Contains(found, static f => f.RuleId == "DefaultAcceptsAnything"
            && f.Message.StartsWith("CRI-O's policy for the namespace team-a ", StringComparison.Ordinal));
        Assert.Contains(found, static f =>
            f.Message.StartsWith("For pods of the namespace team-a, CRI-O obeys ", StringComparison.Ordinal));
        Assert.Equal(2, found.Length);
    }

    [Fact]
    public void A_file_that_CRI_O_would_refuse_is_not_passed_over()
    {
        ImageTrustCompliance found = AuditHost.Good().With(Conf, "[crio.image\n").Check();
        Assert.False(found.Compliant);
        Assert.Contains(found.Findings, static f => f.RuleId == "NotChecked"
            && f.Message.StartsWith("CrioPolicy could not be checked: /etc/crio/crio.conf", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_setting_forgets_what_was_said()
    {
        AuditHost host = AuditHost.Good().With("/last.json", Accept)
            .With(Unit, "[Service]\nExecStart=/usr/bin/crio\nEnvironment=CONTAINER_SIGNATURE_POLICY=/last.json\n")
            .With("/etc/systemd/system/crio.service.d/a.conf", "[Service]\nEnvironment=\n");
        Assert.Empty(Of(host));
    }

    [Fact]
    public void Files_of_variables_that_are_not_found_are_not_passed_over()
    {
        AuditHost host = AuditHost.Good().With(Unit, "[Service]\nExecStart=/usr/bin/crio\nEnvironmentFile=-/etc/sysconfig/crio*\n");
        Assert.Equal("UnitNotRead", Assert.Throws<TrustException>(() => CrioUnit.Load(host)).ErrorId);
        Assert.Contains(host.Check().Findings, static f => f.RuleId == "NotChecked"
            && f.Message.Contains("/etc/sysconfig/crio*", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_of_CRI_O_belongs_to_root() =>
        Assert.Contains(Of(AuditHost.Good().With(Conf, "").With("/etc/crio/policies/a.json", Reject, owner: 1000)),
            static f => f.RuleId == "FileOwnedByOther");

    [Fact]
    public void A_baseline_is_for_CRI_O_too()
    {
        AuditHost host = Named().With(Own, Reject);
        TrustBaseline baseline = TrustBaseline.Of(host.Store().Read(Engine.Trust.TrustQuery.All));
        Assert.Contains(host.Check(new ComplianceOptions { Baseline = baseline }).Findings, static f => f.RuleId == "BaselineScopeMissing");
    }

    [Fact]
    public void A_system_without_a_policy_hides_nothing() =>
        Assert.Contains(Of(Named().With(Own, Accept).Without(AuditHost.Policy)), static f => f.RuleId == "DefaultAcceptsAnything");

    /// <remarks>podman 6 beside a CRI-O that is built with the library of podman 5.</remarks>
    [Fact]
    public void What_the_distribution_has_in_usr_share_is_nothing_to_CRI_O()
    {
        const string Vendor = "/usr/share/containers/policy.json";
        AuditHost host = AuditHost.Good().With(Conf, "");
        host.With(Vendor, host.Bytes(AuditHost.Policy)).Without(AuditHost.Policy);
        ImageTrustFinding missing = Assert.Single(Of(host, "6"), static f => f.RuleId == "CrioPolicy");
        Assert.Equal((ImageTrustSeverity.Warning, AuditHost.Policy), (missing.Severity, missing.Path));
        Assert.Contains("which is missing: it pulls no image, whatever /usr/share/containers/policy.json says", missing.Message,
            StringComparison.Ordinal);
        Assert.Empty(Of(host.With(AuditHost.Policy, host.Bytes(Vendor)), "6"));
    }

    [Fact]
    public void Stores_of_other_levels_are_nothing_to_CRI_O()
    {
        const string Section = "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs\n";
        AuditHost host = AuditHost.Good().With(Conf, "").Without("/etc/containers/registries.d/example.yaml")
            .With("/usr/share/containers/registries.d/example.yaml", Section);
        Assert.Contains("looks for signatures of registry.example.com elsewhere", Assert.Single(Of(host, "6")).Message,
            StringComparison.Ordinal);

        // Its own policy is audited with what it reads.
        host.With(Conf, $"[crio.image]\nsignature_policy = \"{Own}\"\n").With(Own, host.Bytes(AuditHost.Policy));
        Assert.Contains(Of(host, "6"), static f => f.RuleId == "SignatureStoreMissing" && f.Path == Own);
        Assert.Empty(Of(AuditHost.Good().With(Conf, ""), "6"));
    }

    [Fact]
    public void Who_reads_the_answer_for_podman_is_told_of_CRI_Os()
    {
        AuditHost host = AuditHost.Good();
        Assert.Empty(Told(host));
        Assert.Empty(Told(host.With(Conf, "")));
        host.With(Conf, $"[crio.image]\nsignature_policy = \"{Own}\"\n").With(Own, host.Bytes(AuditHost.Policy));
        Assert.Empty(Told(host));
        host.With(Own,
            """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"insecureAcceptAnything"}]}}}""");
        Assert.Equal([$"CRI-O obeys {Own}, as {Conf} says, which says otherwise: -PolicyPath {Own} shows it."], Told(host));
        Assert.Equal([$"CRI-O obeys {Own}, as {Conf} says, which says otherwise for this image: -PolicyPath {Own} shows it."],
            Told(host, "registry.example.com/a:1"));
        Assert.Empty(Told(host, "other.example.com/a:1"));
        host.With(Conf, "").With("/usr/share/containers/registries.d/more.yaml",
            "docker:\n  registry.example.com/team:\n    lookaside: https://team.example.com/sigs\n");
        Assert.StartsWith("CRI-O up to 1.36 reads /etc/containers/registries.d alone, and looks for signatures for this image elsewhere",
            Assert.Single(Told(host, "registry.example.com/team/a:1")), StringComparison.Ordinal);
        Assert.Empty(Told(host, "registry.example.com/a:1"));
    }

    private static List<string> Told(AuditHost host, string? image = null)
    {
        List<string> warnings = [];
        Engine.Trust.TrustStore store = host.Store(new Engine.Trust.TrustStoreOptions { PodmanVersion = "6" });
        new Engine.Trust.TrustStore(host, store.Locations, new TrustMessages { Warning = warnings.Add }).WarnWhereCrioDiffers(image);
        return warnings;
    }

    [Fact]
    public void A_rule_that_is_left_out_is_left_out()
    {
        ImageTrustCompliance found = Named().With(Own, Accept).Check(new ComplianceOptions { ExcludedRules = ["CrioPolicy"] });
        Assert.True(found.Compliant);
        Assert.DoesNotContain("CrioPolicy", found.CheckedRules);
    }
}
