using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>Every rule: a host on which it finds something. That none finds anything on a good host is one test for all.</summary>
public sealed class RuleTests
{
    private const string Signed = """[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]""";
    private const string Sigstore = """ "registry.example.com":[{"type":"sigstoreSigned","keyPath":"/etc/pki/cosign.pub","signedIdentity":{"type":"matchRepository"}}] """;
    private const string Attachments = "docker:\n  registry.example.com:\n    use-sigstore-attachments: true\n";
    private const string Mirror = "[[registry]]\nlocation = 'registry.example.com'\n[[registry.mirror]]\nlocation = " +
        "'mirror.example.net:5000/copy'\n";
    private const string Yaml = "/etc/containers/registries.d/example.yaml";
    private const string Conf = "/etc/containers/registries.conf";

    /// <summary>Red Hat's public key as OpenShift's own ClusterImagePolicy has it (openshift/cluster-update-keys).</summary>
    private const string RedHatsKey =
        "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQ0lqQU5CZ2txaGtpRzl3MEJBUUVGQUFPQ0FnOEFNSUlDQ2dLQ0FnRUEwQVN5dUgyVExXdk" +
        "JVcVBIWjRJcAo3NWc3RW5jQmtnUUhkSm5qenhBVzVLUVRNaC9zaUJvQi9Cb1NydGlQTXduQ2hiVENuUU9JUWVadURpRm5odUo3Ck0vRDNiN0pv" +
        "WDBtMTIzTmNDU242N21BZGpCYTZCZzZrdWtaZ0NQNFpVWmVFU2FqV1gvRWp5bEZjUkZPWFc1N3AKUkRDRU40MkovallsVnF0K2c5K0dya2VyOF" +
        "N6ODZIM2wwdGJxT2RqYnovVnhIWWh3RjBjdFVNSHN5VlJEcTJRUAp0cXpOWGxtbE1oUy9Qb0ZyNlI0dS83SENuL0srTGVnY08yZkFGT2I0MEt2" +
        "S1NLS1ZENmxld1VaRXJob3AxQ2dKClhqRHRHbW1POWRHTUY3MW1mNkhFZmFLU2R5K0VFNmlTRjJBMlZ2OVFoQmF3TWlxMmtPekVpTGc0bkFkSl" +
        "Q4d2cKWnJNQW1QQ3FHSXNYTkdaNC9RK1lUd3dsY2UzZ2xxYjVMOXRmTm96RWRTUjlOODVERVNmUUxRRWRZM0NhbHdLTQpCVDFPRWhFWDF3SFJD" +
        "VTRkck1PZWo2Qk5XMFZ0c2NHdEhtQ3JzNzRqUGV6aHdOVDh5cGt5UytUMHpUNFRzeTZmClZYa0o4WVNIeWVuU3pNQjJPcDJidnNFM2dyWStzNz" +
        "RXaEc5VUlBNkRCeGNUaWUxNU5Tekt3Znphb05XT0RjTEYKcDdCWThhYUhFMk1xRnhZRlgrSWJqcGtRUmZhZVFRc291REZkQ2tYRUZWZlBwYkQy" +
        "ZGs2RmxlYU1UUHV5eHRJVApnalZFdEdRSzJxR0NGR2lRSEZkNGhmVitlQ0E2M0pybzF6MHpvQk01QmJJSVEzK2VWRnd0M0FsWnA1VVZ3cjZkCn" +
        "NlY3FraS95cm12M1kwZHFaOVZPbjNVQ0F3RUFBUT09Ci0tLS0tRU5EIFBVQkxJQyBLRVktLS0tLQ==";

    /// <summary>Rule, severity, and a word of the scope or path that the finding must name.</summary>
    private static readonly Dictionary<string, (Func<AuditHost> Host, ImageTrustSeverity Severity, string? Scope)> s_cases =
        new(StringComparer.Ordinal)
    {
        ["NotChecked"] = (static () => Denying("/etc/containers/registries.d"), ImageTrustSeverity.Error, null),
        ["PolicyMissing"] = (static () => AuditHost.Good().Without(AuditHost.Policy), ImageTrustSeverity.Error, null),
        ["PolicyInvalid"] = (static () => AuditHost.Good().With(AuditHost.Policy, """{"default":[{"type":"accept"}]}"""),
            ImageTrustSeverity.Error, null),
        ["DefaultAcceptsAnything"] = (static () => AuditHost.WithPolicy($"\"registry.example.com\":{Signed}", "insecureAcceptAnything"),
            ImageTrustSeverity.Error, "default"),
        ["ScopeAcceptsAnything"] =
            (static () => AuditHost.WithPolicy(
            $$""" "registry.example.com":{{Signed}},"registry.example.com/team":[{"type":"insecureAcceptAnything"}] """),
            ImageTrustSeverity.Warning, "registry.example.com/team"),
        ["ScopeUnreachable"] = (static () => AuditHost.WithPolicy(""" "busybox":[{"type":"reject"}] """),
            ImageTrustSeverity.Warning, "busybox"),
        ["ScopeDoubtful"] = (static () => AuditHost.WithPolicy(""" "docker.io/redis":[{"type":"reject"}] """),
            ImageTrustSeverity.Information, "docker.io/redis"),
        ["RequirementUnsatisfiable"] =
            (static () => AuditHost.WithPolicy(
            """ "quay.io":[{"type":"signedBy","keyType":"X509Certificates","keyPath":"/etc/pki/signer.asc"}] """)
            .With(Yaml, "default-docker:\n  lookaside: https://s.example.com\n"), ImageTrustSeverity.Warning, "quay.io"),
        ["RequirementsMixed"] = (static () =>
            AuditHost.WithPolicy(""" "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"},""" +
            """{"type":"sigstoreSigned","keyPath":"/etc/pki/signer.pub"}] """), ImageTrustSeverity.Warning, "registry.example.com"),
        ["UserPolicy"] = (static () => AuditHost.Good().With("/home/joe/.config/containers/policy.json", "{}", owner: 1000),
            ImageTrustSeverity.Warning, null),
        ["CrioPolicy"] = (static () => AuditHost.Good()
            .With("/etc/crio/crio.conf", "[crio.image]\nsignature_policy = '/etc/crio/policy.json'\n")
            .With("/etc/crio/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}"""), ImageTrustSeverity.Warning, null),
        ["BootcDefaultAccepts"] = (static () => ImageMode(AuditHost.WithPolicy(
            $"\"registry.example.com\":{Signed}", "insecureAcceptAnything")), ImageTrustSeverity.Warning, "default"),
        ["BootcTransportRejected"] = (static () => ImageMode(AuditHost.Good()), ImageTrustSeverity.Warning, "containers-storage:"),
        ["BootcKeyNotInImage"] = (static () => ImageMode(AuditHost.WithPolicy(
            $"\"registry.example.com\":{Signed.Replace("/etc/pki", "/var/pki", StringComparison.Ordinal)}")
            .With("/var/pki/signer.asc", AuditKeys.Good)), ImageTrustSeverity.Warning, "registry.example.com"),
        ["EtcDiffersFromUsrEtc"] = (static () => ImageMode(AuditHost.Good()).With("/run/ostree-booted", "")
            .With("/usr/etc/containers/policy.json", """{"default":[{"type":"reject"}]}"""), ImageTrustSeverity.Information, null),
        ["FileUnreadableByUsers"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, mode: 0x180),
            ImageTrustSeverity.Warning, null),
        ["LookasideConflict"] = (static () => AuditHost.Good()
            .With("/usr/share/containers/policy.json", """{"default":[{"type":"reject"}]}""")
            .With("/usr/share/containers/registries.conf", "")
            .With("/etc/containers/registries.rootless.d/mine.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://b.example.com\n"), ImageTrustSeverity.Error, null),
        ["FileWritableByOthers"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, mode: 0x1B4),
            ImageTrustSeverity.Error, null),
        ["FileOwnedByOther"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, owner: 1000),
            ImageTrustSeverity.Error, null),
        ["KeyFileMissing"] = (static () => AuditHost.Good().Without(AuditHost.Key), ImageTrustSeverity.Error, "registry.example.com"),
        ["KeyFileUnreadable"] = (static () => Denying(AuditHost.Key), ImageTrustSeverity.Error, "registry.example.com"),
        ["KeyInvalid"] = (static () => AuditHost.Good().With(AuditHost.Key, "no key"), ImageTrustSeverity.Error, "registry.example.com"),
        ["PrivateKeyExposed"] = (static () => AuditHost.WithPolicy(Sigstore).With(Yaml, Attachments)
            .With("/etc/pki/cosign.pub", AuditKeys.PrivatePem), ImageTrustSeverity.Error, "registry.example.com"),
        ["KeyRevoked"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.Revoked), ImageTrustSeverity.Error,
            "registry.example.com"),
        ["KeyExpired"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(AuditHost.Now.AddDays(-1))),
            ImageTrustSeverity.Error, "registry.example.com"),
        ["KeyExpiring"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(AuditHost.Now.AddDays(29))),
            ImageTrustSeverity.Warning, "registry.example.com"),
        ["KeyUnusable"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.NotForSigning), ImageTrustSeverity.Error,
            "registry.example.com"),
        ["KeyWeak"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.ShortRsa), ImageTrustSeverity.Warning,
            "registry.example.com"),
        ["KeyLost"] = (static () => AuditHost.Good().With(AuditHost.Key, AuditKeys.BeforeVersion6)
            .With("/etc/os-release", "ID=rhel\nVERSION_ID=9.7\n"),
            ImageTrustSeverity.Error, "registry.example.com"),
        ["KeyNotReadByAll"] = (static () => AuditHost.Good()
            .With(AuditHost.Key, Encoding.ASCII.GetString(TestPackets.Armor(AuditKeys.Good))
                .Replace("\n\n", "\n", StringComparison.Ordinal)),
            ImageTrustSeverity.Information, "registry.example.com"),
        ["KeyPartSkipped"] = (static () => AuditHost.WithPolicy(Sigstore).With(Yaml, Attachments)
            .With("/etc/pki/cosign.pub", AuditKeys.Cosign + AuditKeys.RsaPem), ImageTrustSeverity.Information, "registry.example.com"),
        ["LookasideInvalid"] = (static () => AuditHost.Good()
            .With("/etc/containers/registries.d/second.yaml", "docker:\n  registry.example.com:\n    lookaside: https://b.example.com\n"),
            ImageTrustSeverity.Error, null),
        ["LookasideDoubtful"] = (static () => AuditHost.Good()
            .With(Yaml, "docker:\n  registry.example.com:\n    lookaside: https://a.example.com\n    looksaide: https://b.example.com\n"),
            ImageTrustSeverity.Warning, null),
        ["SignatureStoreMissing"] = (static () => AuditHost.Good().Without(Yaml), ImageTrustSeverity.Warning, "registry.example.com"),
        ["AttachmentsOff"] = (static () => AuditHost.WithPolicy(Sigstore).With("/etc/pki/cosign.pub", AuditKeys.Cosign),
            ImageTrustSeverity.Warning, "registry.example.com"),
        ["IdentityUnsatisfiable"] =
            (static () => AuditHost.WithPolicy(""" "registry.example.com":[{"type":"sigstoreSigned","keyPath":"/etc/pki/cosign.pub"}] """)
            .With(Yaml, Attachments).With("/etc/pki/cosign.pub", AuditKeys.Cosign), ImageTrustSeverity.Information, "registry.example.com"),
        ["SubjectMisspelt"] = (static () => AuditHost.WithPolicy(""" "registry.example.com":[{"type":"sigstoreSigned","pki":{"caRootsPath":"/etc/pki/roots.pem","subjectEmail":"nobody"},"signedIdentity":{"type":"matchRepository"}}] """).With(Yaml, Attachments).With("/etc/pki/roots.pem", AuditKeys.CertificateUntil(AuditHost.Now.AddYears(1))), ImageTrustSeverity.Warning, "registry.example.com"),
        ["RegistriesConfInvalid"] = (static () => AuditHost.Good().With(Conf, "[[registry]\n"), ImageTrustSeverity.Error, null),
        ["MirrorOutsidePolicy"] =
            (static () => AuditHost.WithPolicy(
            $$""" "registry.example.com":{{Signed}},"mirror.example.net:5000":[{"type":"insecureAcceptAnything"}] """).With(Conf, Mirror),
            ImageTrustSeverity.Warning, "mirror.example.net:5000/copy"),
        ["InsecureRegistry"] = (static () => AuditHost.Good().With(Conf, "[[registry]]\nlocation = 'x.example.com'\ninsecure = true\n"),
            ImageTrustSeverity.Warning, "x.example.com"),
        ["MirrorWithoutSignatures"] = (static () => AuditHost.Good().With(Conf, Mirror), ImageTrustSeverity.Warning,
            "mirror.example.net:5000/copy"),
    };

    public static TheoryData<string> Audited => [.. s_cases.Keys];

    [Theory]
    [InlineData("registry.redhat.io", "/etc/pki/cosign.pub")]
    [InlineData("registry.redhat.io/ubi9", "/etc/pki/cosign.pub")]
    [InlineData("mirror.example.com", "/etc/pki/sigstore/SIGSTORE-redhat-release3")]
    public void Red_Hat_names_tags_and_so_nothing_is_said(string scope, string key)
    {
        AuditHost host = AuditHost.WithPolicy($$""" "{{scope}}":[{"type":"sigstoreSigned","keyPath":"{{key}}"}] """)
            .With(Yaml, $"docker:\n  {scope}:\n    use-sigstore-attachments: true\n").With(key, AuditKeys.Cosign);
        Assert.Empty(host.Check().Findings);
    }

    // What the operator of a cluster puts into policy.json itself.
    [Theory]
    [InlineData("quay.io/openshift-release-dev/ocp-release", "keyData", true)]
    [InlineData("mirror.example.com/ocp", "keyData", true)]
    [InlineData("mirror.example.com/ocp", "keyDatas", true)]
    [InlineData("mirror.example.com/ocp", "withAnother", false)]
    [InlineData("quay.io/openshift-release-dev/ocp-release", "another", false)]
    public void Nothing_is_said_of_what_Red_Hats_key_signs(string scope, string what, bool isRedHats)
    {
        string another = Convert.ToBase64String(Encoding.UTF8.GetBytes(AuditKeys.Cosign));
        string keys = what switch
        {
            "keyData" => $"\"keyData\":\"{RedHatsKey}\"",
            "keyDatas" => $"\"keyDatas\":[\"{RedHatsKey}\"]",
            "withAnother" => $"\"keyDatas\":[\"{RedHatsKey}\",\"{another}\"]",
            _ => $"\"keyData\":\"{another}\"",
        };
        AuditHost host = AuditHost
            .WithPolicy($"\"{scope}\":[{{\"type\":\"sigstoreSigned\",{keys},\"signedIdentity\":{TestPolicy.MatchRepoDigestOrExact}}}]")
            .With(Yaml, $"docker:\n  {scope}:\n    use-sigstore-attachments: true\n");
        Assert.Equal(isRedHats ? [] : ["IdentityUnsatisfiable"], host.Check().Findings.Select(static f => f.RuleId));
    }

    [Fact]
    public void What_would_accept_more_is_no_fix()
    {
        ImageTrustFinding found = Assert.Single(s_cases["IdentityUnsatisfiable"].Host().Check().Findings);
        Assert.Null(found.Fix);
        Assert.Equal(
            "In the scope 'registry.example.com', signatures that cosign makes name a repository without a tag, unless the signer says " +
                "which, and matchRepoDigestOrExact (the default) "
            + "accepts only those that name the tag, as those of podman and skopeo do. Where cosign signs, have the signer name the "
                + "whole reference with "
            + "--sign-container-identity.", found.Message);
    }

    [Fact]
    public void A_good_host_is_compliant_and_every_rule_was_checked()
    {
        ImageTrustCompliance found = AuditHost.Good().Check();
        Assert.Empty(found.Findings);
        Assert.True(found.Compliant);
        Assert.Equal("audited", found.ComputerName);
        Assert.Equal(AuditHost.Now, found.CheckedAt);
        string[] unchecked_ = [.. ComplianceRules.All.Select(static r => r.Id).Except(found.CheckedRules)];
        Assert.Equal(["NotChecked", "BaselineScopeMissing", "BaselineScopeExtra", "BaselineScopeDiffers", "BaselineStoreDiffers",
            "BaselineKeyPathDiffers"], unchecked_);
    }

    [Fact]
    public void Every_rule_of_the_audit_has_a_case() =>
        Assert.Equal(ComplianceRules.All.Select(static r => r.Id).Where(static id => !id.StartsWith("Baseline", StringComparison.Ordinal))
            .Order(), s_cases.Keys.Order());

    [Theory]
    [MemberData(nameof(Audited))]
    public void A_rule_finds_what_it_is_for(string rule)
    {
        (Func<AuditHost> host, ImageTrustSeverity severity, string? scope) = s_cases[rule];
        ImageTrustCompliance found = host().Check();
        ImageTrustFinding finding = found.Findings.First(f => f.RuleId == rule);
        Assert.Equal(severity, finding.Severity);
        Assert.Equal(scope, finding.Scope);
        Assert.Matches("[.?]$", finding.Message);
        Assert.Equal(severity == ImageTrustSeverity.Information
            && found.Findings.All(static f => f.Severity == ImageTrustSeverity.Information), found.Compliant);
    }

    [Theory]
    [MemberData(nameof(Audited))]
    public void A_rule_that_is_left_out_finds_nothing_and_is_named(string rule)
    {
        if (!ComplianceRules.Excludable.Any(r => r.Id == rule))
        {
            Assert.Equal("RuleNotExcludable", Assert.Throws<TrustException>(() => ComplianceRules.Excluded([rule])).ErrorId);
            return;
        }

        ImageTrustCompliance found = s_cases[rule].Host()
            .Check(new ComplianceOptions { ExcludedRules = ComplianceRules.Excluded([rule.ToLowerInvariant()]) });
        Assert.DoesNotContain(found.Findings, f => f.RuleId == rule);
        Assert.Equal([rule], found.ExcludedRules);
        Assert.DoesNotContain(rule, found.CheckedRules);
    }

    [Theory]
    [InlineData("LookasideInvalid")]
    [InlineData("RegistriesConfInvalid")]
    public void A_broken_file_never_makes_a_host_compliant_though_its_rule_is_left_out(string rule)
    {
        ImageTrustCompliance found = s_cases[rule].Host().Check(new ComplianceOptions { ExcludedRules = [rule] });
        Assert.False(found.Compliant);
        Assert.Contains(found.Findings, static f => f.RuleId == "NotChecked");
    }

    // podman 4.3 fetches images by such a file, and podman 4.4 does not.
    [Theory]
    [InlineData("4.3", null)]
    [InlineData("4.4", " podman and skopeo fetch no image until that is fixed.")]
    [InlineData(null, " podman 4.4, skopeo 1.11 and later fetch no image until that is fixed.")]
    public void Which_release_refuses_empty_lists_of_version_1_is_said(string? version, string? end)
    {
        AuditHost host = AuditHost.Good().With(Conf,
            "[registries.search]\nregistries = []\n[[registry]]\nlocation = 'registry.example.com'\n");
        ImageTrustFinding? finding = host.Check(target: new TrustStoreOptions { PodmanVersion = version }).Findings
            .FirstOrDefault(static f => f.RuleId == "RegistriesConfInvalid");
        Assert.Equal(end is null, finding is null);
        if (end is not null)
            Assert.EndsWith($"delete [registries.search].{end}", finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_every_rule_left_out_nothing_is_compliant_but_what_could_be_read()
    {
        ComplianceOptions none = new() { ExcludedRules = ComplianceRules.Excluded(["*"]) };
        Assert.False(AuditHost.Good().Without(AuditHost.Policy).Check(none).Compliant);
        Assert.False(AuditHost.Good().With(AuditHost.Policy, "{").Check(none).Compliant);
    }

    [Fact]
    public void Rules_that_are_not_there_are_named_with_those_that_are()
    {
        TrustException e = Assert.Throws<TrustException>(() => ComplianceRules.Excluded(["KeyWeek"]));
        Assert.Equal("RuleNotFound", e.ErrorId);
        Assert.Contains("KeyWeak", e.Message, StringComparison.Ordinal);
        Assert.Equal(ComplianceRules.All.Count(static r => r.Id.StartsWith("Key", StringComparison.Ordinal)),
            ComplianceRules.Excluded(["key*"]).Count);
    }

    [Fact]
    public void The_least_severity_decides_what_is_compliant()
    {
        AuditHost weak = s_cases["KeyWeak"].Host();
        Assert.False(weak.Check().Compliant);
        ImageTrustCompliance found = weak.Check(new ComplianceOptions { MinimumSeverity = ImageTrustSeverity.Error });
        Assert.True(found.Compliant);
        Assert.Equal(ImageTrustSeverity.Error, found.MinimumSeverity);
        Assert.NotEmpty(found.Findings);
        Assert.False(s_cases["ScopeDoubtful"].Host()
            .Check(new ComplianceOptions { MinimumSeverity = ImageTrustSeverity.Information }).Compliant);
    }

    [Fact]
    public void A_distributions_default_is_not_compliant()
    {
        ImageTrustCompliance found = new AuditHost().With(AuditHost.Policy, DefaultPolicy.Text.ToArray()).Check();
        Assert.False(found.Compliant);
        Assert.Equal(["DefaultAcceptsAnything", "ScopeAcceptsAnything"], found.Findings.Select(static f => f.RuleId));
        Assert.Equal(ImageTrustSeverity.Information, found.Findings[1].Severity);
    }

    [Fact]
    public void The_whole_of_a_registry_transport_that_accepts_anything_is_an_error() =>
        Assert.Equal(ImageTrustSeverity.Error, AuditHost.WithPolicy(""" "":[{"type":"insecureAcceptAnything"}] """)
            .Check().Findings.Single().Severity);

    [Fact]
    public void A_key_that_shares_its_file_with_a_good_one_is_a_warning()
    {
        ImageTrustFinding finding = AuditHost.Good()
            .With(AuditHost.Key, [.. AuditKeys.Other, .. AuditKeys.EndingAt(AuditHost.Now.AddDays(-1))]).Check().Findings.Single();
        Assert.Equal(("KeyExpired", ImageTrustSeverity.Warning), (finding.RuleId, finding.Severity));
        Assert.Contains(AuditKeys.GoodFingerprint, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29, 30, true)]
    [InlineData(31, 30, false)]
    [InlineData(29, 0, false)]
    [InlineData(364, 365, true)]
    public void Keys_and_certificates_end_within_the_time_that_was_given(int ends, int within, bool isFound)
    {
        DateTimeOffset end = AuditHost.Now.AddDays(ends);
        ComplianceOptions options = new() { ExpiringWithin = TimeSpan.FromDays(within) };
        ImageTrustCompliance key = AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(end)).Check(options);
        Assert.Equal(isFound, key.Findings.Any(static f => f.RuleId == "KeyExpiring"));
        ImageTrustCompliance certificate = Pki(AuditKeys.CertificateUntil(end)).Check(options);
        Assert.Equal(isFound, certificate.Findings.Any(static f => f.RuleId == "KeyExpiring"));
        if (isFound)
            Assert.All([key, certificate],
                f => Assert.Contains(end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), f.Findings.Single().Message,
                StringComparison.Ordinal));
    }

    [Fact]
    public void Certificates_are_judged_like_keys()
    {
        Assert.Equal("KeyExpired", Pki(AuditKeys.CertificateUntil(AuditHost.Now.AddDays(-1))).Check().Findings.Single().RuleId);
        Assert.Equal("KeyUnusable", Pki(AuditKeys.CertificateUntil(AuditHost.Now.AddYears(1), isCA: false))
            .Check().Findings.Single().RuleId);
        Assert.Equal("KeyWeak", Pki(AuditKeys.CertificateUntil(AuditHost.Now.AddYears(1), rsaBits: 1024)).Check().Findings.Single().RuleId);
        Assert.Equal("KeyInvalid", Pki("nothing").Check().Findings.Single().RuleId);
        Assert.Empty(Pki(AuditKeys.CertificateUntil(AuditHost.Now.AddYears(1))).Check().Findings);
    }

    [Fact]
    public void Weak_is_a_short_RSA_key_and_one_with_SHA_1_alone()
    {
        Assert.Contains("1024 bits", AuditHost.Good().With(AuditHost.Key, AuditKeys.ShortRsa).Check().Findings.Single().Message,
            StringComparison.Ordinal);
        ImageTrustFinding sha1 = AuditHost.Good().With(AuditHost.Key, AuditKeys.Sha1Only).Check().Findings.Single();
        Assert.Equal("KeyWeak", sha1.RuleId);
        Assert.Contains("SHA-1", sha1.Message, StringComparison.Ordinal);
        AuditHost pem = AuditHost.WithPolicy(Sigstore).With(Yaml, Attachments);
        Assert.Equal("KeyWeak", pem.With("/etc/pki/cosign.pub", AuditKeys.WeakPem).Check().Findings.Single().RuleId);
        Assert.Empty(pem.With("/etc/pki/cosign.pub", AuditKeys.RsaPem).Check().Findings);
    }

    [Fact]
    public void A_key_file_that_many_scopes_share_is_one_finding()
    {
        string scopes = string.Join(',', Enumerable.Range(0, 9).Select(static i => $"\"r{i}.example.com\":{Signed}"));
        ImageTrustFinding finding = AuditHost.WithPolicy(scopes).With(Yaml, "default-docker:\n  lookaside: https://s.example.com\n")
            .Without(AuditHost.Key).Check().Findings.Single();
        Assert.Null(finding.Scope);
        Assert.Contains("r4.example.com and 4 others", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_with_a_symbolic_link_are_not_reached()
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Policy, """{"default":[{"type":"reject"}],"transports":{"dir":{"/srv/images":[{"type":"reject"}]},"nowhere":{"x":[{"type":"reject"}]}}}""");
        Assert.Equal("nowhere:x", host.Check().Findings.Single().Scope);
        host.Links["/srv/images"] = "/data/images";
        ImageTrustFinding finding = host.Check().Findings.Single(static f => f.Scope == "dir:/srv/images");
        Assert.Contains("/data/images", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_users_own_files_may_belong_to_that_user()
    {
        const string Own = "/home/joe/.config/containers/policy.json";
        AuditHost host = AuditHost.Good();
        host.HomeDirectory = "/home/joe";
        host.With(Own, Encoding.UTF8.GetString(host.Bytes(AuditHost.Policy)), owner: 1000).With(AuditHost.Key, AuditKeys.Good, owner: 1000);
        ImageTrustFinding finding = host.Check().Findings.Single();
        Assert.Equal(("UserPolicy", Own), (finding.RuleId, finding.Path));
        Assert.Contains(host.With(AuditHost.Key, AuditKeys.Good, owner: 1001).Check().Findings, static f => f.RuleId == "FileOwnedByOther");
    }

    [Fact]
    public void Homes_that_cannot_be_looked_into_are_counted()
    {
        AuditHost host = Denying("/home/joe");
        host.With("/home/joe/x", "");
        ImageTrustCompliance found = host.Check();
        ImageTrustFinding finding = found.Findings.Single();
        Assert.Equal(("UserPolicy", ImageTrustSeverity.Information), (finding.RuleId, finding.Severity));
        Assert.DoesNotContain("UserPolicy", found.CheckedRules);
    }

    [Fact]
    public void A_host_that_does_not_say_who_may_write_is_not_compliant()
    {
        ImageTrustCompliance found = AuditHost.Good().WithoutPermissions(AuditHost.Key).Check();
        Assert.Equal("NotChecked", found.Findings.Single().RuleId);
        Assert.DoesNotContain("FileWritableByOthers", found.CheckedRules);
    }

    [Fact]
    public void A_mirror_is_held_against_the_narrowest_scope_and_blocked_ones_do_not_count()
    {
        AuditHost host = AuditHost.WithPolicy($$""" "registry.example.com/team":{{Signed}} """, "insecureAcceptAnything");
        ImageTrustFinding finding = host.With(Conf, Mirror).Check().Findings.Single(static f => f.RuleId == "MirrorOutsidePolicy");
        Assert.Equal("mirror.example.net:5000/copy/team", finding.Scope);
        Assert.Contains("Set-ImageTrust mirror.example.net:5000/copy/team -Type Reject", finding.Fix, StringComparison.Ordinal);
        host.With(Conf, Mirror + "[[registry]]\nlocation = 'mirror.example.net:5000'\nblocked = true\n");
        Assert.DoesNotContain(host.Check().Findings, static f => f.RuleId == "MirrorOutsidePolicy");
    }

    [Fact]
    public void A_negative_time_is_refused() =>
        Assert.Equal("InvalidExpiringWithin",
            Assert.Throws<TrustException>(() => AuditHost.Good()
            .Check(new ComplianceOptions { ExpiringWithin = TimeSpan.FromDays(-1) })).ErrorId);

    private static AuditHost Pki(string roots) => AuditHost
        .WithPolicy(""" "registry.example.com":[{"type":"sigstoreSigned","pki":{"caRootsPath":"/etc/pki/roots.pem","subjectEmail":"dev@example.com"},"signedIdentity":{"type":"matchRepository"}}] """)
        .With(Yaml, Attachments).With("/etc/pki/roots.pem", roots);

    // As an image that is not installed yet.
    private static AuditHost ImageMode(AuditHost host) => host.With("/usr/lib/bootc/install/00-example.toml", "");

    private static AuditHost Denying(string path)
    {
        AuditHost host = AuditHost.Good();
        host.Denied.Add(path);
        return host;
    }
}
