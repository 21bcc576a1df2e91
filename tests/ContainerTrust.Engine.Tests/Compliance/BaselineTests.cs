using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

public sealed class BaselineTests
{
    private static ImageTrust[] Entries(AuditHost host) => [.. host.Store().Read(TrustQuery.All)];

    private static ImageTrustFinding[] Compare(AuditHost host, IEnumerable<ImageTrust> baseline) =>
        [.. host.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(baseline) }).Findings
            .Where(static f => f.RuleId.StartsWith("Baseline", StringComparison.Ordinal))];

    private static TrustBaseline FromPath(string path) => TrustBaseline.Combine([TrustBaseline.ReadPath(path)]);

    [Fact]
    public void A_host_is_as_itself_in_any_order()
    {
        ImageTrust[] entries = Entries(AuditHost.Good());
        Assert.Empty(Compare(AuditHost.Good(), entries.Reverse()));
        Assert.Contains("BaselineScopeMissing", AuditHost.Good()
            .Check(new ComplianceOptions { Baseline = TrustBaseline.Of(entries) }).CheckedRules);
    }

    [Fact]
    public void Scopes_are_missing_extra_and_different()
    {
        ImageTrust[] baseline = Entries(AuditHost
            .WithPolicy(""" "a.example.com":[{"type":"reject"}],"b.example.com":[{"type":"reject"}] """));
        ImageTrustFinding[] found =
            Compare(AuditHost.WithPolicy(""" "b.example.com":[{"type":"insecureAcceptAnything"}],"c.example.com":[{"type":"reject"}] """),
            baseline);
        Assert.Equal(
            ["BaselineScopeMissing a.example.com Set-ImageTrust a.example.com -Type Reject",
                "BaselineScopeExtra c.example.com Remove-ImageTrust c.example.com",
                "BaselineScopeDiffers b.example.com Set-ImageTrust b.example.com -Type Reject"],
            found.Select(static f => $"{f.RuleId} {f.Scope} {f.Fix}"));
        Assert.All(found, static f => Assert.Equal(ImageTrustSeverity.Error, f.Severity));
        Assert.Contains("is Accept and not Reject", found[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_is_judged_only_by_a_baseline_that_has_one()
    {
        AuditHost open = AuditHost.WithPolicy("", "insecureAcceptAnything");
        ImageTrust[] strict = Entries(AuditHost.WithPolicy(""));
        Assert.Equal("default", Compare(open, strict).Single().Scope);
        AuditHost one = AuditHost.WithPolicy(""" "a.example.com":[{"type":"reject"}] """, "insecureAcceptAnything");
        Assert.Empty(Compare(one, Entries(one).Where(static e => !e.IsDefault)));
    }

    [Fact]
    public void What_the_baseline_accepts_as_well_is_only_worth_knowing()
    {
        AuditHost open = AuditHost.WithPolicy(""" "a.example.com":[{"type":"insecureAcceptAnything"}] """, "insecureAcceptAnything");
        ImageTrustCompliance found = open.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(Entries(open)) });
        Assert.True(found.Compliant);
        Assert.Equal(2, found.Findings.Count);
        Assert.False(open.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(Entries(AuditHost.WithPolicy(""))) }).Compliant);
    }

    [Fact]
    public void The_same_keys_from_another_path_are_only_worth_knowing()
    {
        ImageTrust[] baseline = Entries(AuditHost.Good());
        AuditHost moved = AuditHost.WithPolicy(""" "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/keys/k.gpg","signedIdentity":{"type":"matchRepoDigestOrExact"}}] """).With("/etc/keys/k.gpg", AuditKeys.Good);
        ImageTrustFinding same = Compare(moved, baseline).Single();
        Assert.Equal(("BaselineKeyPathDiffers", ImageTrustSeverity.Information), (same.RuleId, same.Severity));
        AuditHost inline = AuditHost.WithPolicy($$""" "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyData":"{{Convert.ToBase64String(AuditKeys.Good)}}"}] """);
        Assert.Equal("BaselineKeyPathDiffers", Compare(inline, baseline).Single().RuleId);
        Assert.Equal("BaselineScopeDiffers", Compare(moved.With("/etc/keys/k.gpg", AuditKeys.Other), baseline).Single().RuleId);
        AuditHost looser = AuditHost.WithPolicy(""" "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/keys/k.gpg","signedIdentity":{"type":"matchRepository"}}] """).With("/etc/keys/k.gpg", AuditKeys.Good);
        Assert.Equal("BaselineScopeDiffers", Compare(looser, baseline).Single().RuleId);
    }

    [Fact]
    public void Another_key_in_the_file_of_the_same_name_is_a_difference()
    {
        ImageTrustFinding finding = Compare(AuditHost.Good().With(AuditHost.Key, AuditKeys.Other), Entries(AuditHost.Good())).Single();
        Assert.Equal(("BaselineScopeDiffers", AuditHost.Key), (finding.RuleId, finding.Path));
        Assert.Contains(AuditKeys.GoodFingerprint, finding.Message, StringComparison.Ordinal);
        Assert.Single(Compare(AuditHost.Good().With(AuditHost.Key, [.. AuditKeys.Good, .. AuditKeys.Other]), Entries(AuditHost.Good())));
    }

    [Fact]
    public void What_the_baseline_cannot_say_of_a_file_is_not_claimed_to_be_the_same()
    {
        AuditHost host = AuditHost.Good();
        ImageTrust[] without = [.. Entries(host).Select(static e => e with { Keys = [] })];
        ImageTrustFinding note = host.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(without) }).Findings.Single();
        Assert.Equal(("NotChecked", ImageTrustSeverity.Information, AuditHost.Key, "registry.example.com"),
            (note.RuleId, note.Severity, note.Path, note.Scope));

        AuditHost fulcio = AuditHost.WithPolicy(""" "registry.example.com":[{"type":"sigstoreSigned","fulcio":{"caPath":"/etc/ca.pem","oidcIssuer":"https://i.example.com","subjectEmail":"a@example.com"},"rekorPublicKeyPath":"/etc/rekor.pub"}] """).With("/etc/ca.pem", "one").With("/etc/rekor.pub", "two");
        ImageTrust[] baseline = Entries(fulcio);
        Assert.Contains(fulcio.With("/etc/ca.pem", "three").Check(new ComplianceOptions { Baseline = TrustBaseline.Of(baseline) }).Findings,
            static f => f.RuleId == "NotChecked" && f.Message.Contains("/etc/ca.pem", StringComparison.Ordinal));
        Assert.Contains(fulcio.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(baseline) }).Findings,
            static f => f.RuleId == "NotChecked" && f.Message.Contains("/etc/rekor.pub", StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_in_a_store_is_not_told()
    {
        static AuditHost Host(string store) => AuditHost.Good().With(
            "/etc/containers/registries.d/example.yaml", $"docker:\n  registry.example.com:\n    lookaside: {store}\n");
        ImageTrustFinding found = Assert.Single(
            Compare(Host("https://store.example.com/sigs"), Entries(Host("https://user:secret@store.example.com/sigs"))));
        Assert.Equal("BaselineStoreDiffers", found.RuleId);
        Assert.EndsWith(
            "in the baseline it is https://store.example.com/sigs with another user name or password.",
            found.Message,
            StringComparison.Ordinal);
        Assert.Null(found.Fix);
    }

    [Fact]
    public void Stores_and_attachments_are_compared_as_they_are_in_force()
    {
        AuditHost here = AuditHost.Good()
            .With("/etc/containers/registries.d/example.yaml",
            "default-docker:\n  lookaside: https://other.example.com\n  use-sigstore-attachments: true\n");
        ImageTrustFinding[] found = Compare(here, Entries(AuditHost.Good()));
        Assert.All(found, static f => Assert.Equal("BaselineStoreDiffers", f.RuleId));
        Assert.Equal(["default", "default", "registry.example.com", "registry.example.com"], found.Select(static f => f.Scope));
        AuditHost slash = AuditHost.Good()
            .With("/etc/containers/registries.d/example.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs/\n");
        Assert.Empty(Compare(slash, Entries(AuditHost.Good())));
    }

    [Fact]
    public void An_empty_baseline_is_an_error_and_never_compliant()
    {
        Assert.Equal("EmptyBaseline", Assert.Throws<TrustException>(() => TrustBaseline.Of([])).ErrorId);
        ImageTrust entry = Entries(AuditHost.Good())[1];
        Assert.Equal("InvalidBaseline",
            Assert.Throws<TrustException>(() =>
            TrustBaseline.Of([entry, entry with { Requirements = [new RejectRequirement()] }])).ErrorId);
        Assert.Equal("InvalidBaseline", Assert.Throws<TrustException>(() => TrustBaseline.Of([entry with { Requirements = [] }])).ErrorId);
        Assert.Single(TrustBaseline.Of([entry, entry with { ComputerName = "other" }]).Entries);
    }

    [Fact]
    public void With_a_broken_policy_the_comparison_is_not_made_and_not_claimed()
    {
        ImageTrustCompliance found = AuditHost.Good().With(AuditHost.Policy, "{")
            .Check(new ComplianceOptions { Baseline = TrustBaseline.Of(Entries(AuditHost.Good())) });
        Assert.False(found.Compliant);
        Assert.DoesNotContain("BaselineScopeMissing", found.CheckedRules);
    }

    [Fact]
    public void A_baseline_is_read_from_a_file_without_stores_and_from_a_root_with_them()
    {
        string directory = Directory.CreateTempSubdirectory("containertrust-test").FullName;
        try
        {
            AuditHost host = AuditHost.Good();
            foreach (string path in (string[])[AuditHost.Policy, AuditHost.Key, "/etc/containers/registries.d/example.yaml"])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(directory + path)!);
                File.WriteAllBytes(directory + path, host.Bytes(path));
            }

            AuditHost other = AuditHost.Good().Without("/etc/containers/registries.d/example.yaml");
            ComplianceOptions file = new()
                { Baseline = FromPath(directory + AuditHost.Policy), ExcludedRules = ["SignatureStoreMissing"] };
            Assert.True(other.Check(file).Compliant);
            Assert.Equal("BaselineStoreDiffers", other.Check(file with { Baseline = FromPath(directory) }).Findings
                .Single().RuleId);
            string config = directory + "/trust.bu";
            File.WriteAllText(config,
                "variant: openshift\nversion: 4.14.0\nmetadata:\n  name: 51-worker-trust\n  labels:\n    " +
                "machineconfiguration.openshift.io/role: worker\nstorage:\n  files:\n    - path: /etc/containers/policy.json\n      " +
                "contents:\n        inline: " +
                "'{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"config.example.com\":[{\"type\":\"reject\"}]}}}'\n");
            Assert.Equal(["default", "config.example.com"], FromPath(config).Entries.Select(static e => e.Registry));
            File.AppendAllText(config, "---\n" + File.ReadAllText(config));
            Assert.Equal("InvalidBaseline", Assert.Throws<TrustException>(() => FromPath(config)).ErrorId);
            Assert.Equal("BaselineNotFound", Assert.Throws<TrustException>(() => FromPath(directory + "/none")).ErrorId);
            File.WriteAllText(directory + "/broken", "{");
            Assert.Throws<TrustFormatException>(() => FromPath(directory + "/broken"));
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }
}
