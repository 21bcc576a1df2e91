using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>
/// A fix is shown only where it fixes, loses nothing and accepts nothing new; elsewhere it is said what has to be decided.
/// </summary>
public sealed class ProvenFixTests
{
    private const string Yaml = "/etc/containers/registries.d/example.yaml";
    private const string Conf = "/etc/containers/registries.conf";
    private const string CosignKey = "/etc/pki/cosign.pub";
    private const string RedHatKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string Signed = """[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]""";
    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    private const string Reject = """[{"type":"reject"}]""";

    private static string Sigstore(string identity) =>
        $$"""[{"type":"sigstoreSigned","keyPath":"/etc/pki/cosign.pub","signedIdentity":{{identity}}}]""";

    private static AuditHost WithCosign(string docker, string @default = "reject") => AuditHost.WithPolicy(docker, @default).With(
        CosignKey, AuditKeys.Cosign);

    private static ImageTrustFinding Single(AuditHost host, string rule, ComplianceOptions? options = null) =>
        Assert.Single(host.Check(options).Findings, f => f.RuleId == rule);

    private static void NoFix(AuditHost host, string rule, string decide, ComplianceOptions? options = null)
    {
        ImageTrustFinding finding = Single(host, rule, options);
        Assert.Null(finding.Fix);
        Assert.Contains(decide, finding.Message, StringComparison.Ordinal);
    }

    private static ComplianceOptions Like(AuditHost host, bool withDefault = true) =>
        new() { Baseline = TrustBaseline.Of(host.Store().Read(TrustQuery.All).Where(e => withDefault || !e.IsDefault)) };

    private static string Mirrored(string prefix, string location, string mirror) =>
        $"[[registry]]\nprefix = '{prefix}'\nlocation = '{location}'\n[[registry.mirror]]\nlocation = '{mirror}'\n";

    [Theory]
    [InlineData(
        """{"type":"remapIdentity","prefix":"mirror.example.com/person","signedPrefix":"registry.suse.example/suse"}""",
        "below registry.suse.example/suse")]
    [InlineData(
        """{"type":"exactReference","dockerReference":"registry.suse.example/suse/git:v1"}""",
        ": registry.suse.example/suse/git:v1")]
    [InlineData("""{"type":"matchExact"}""", "--sign-container-identity.")]
    public void Another_identity_would_accept_more_so_the_signer_is_to_name_the_tag(string identity, string name)
    {
        AuditHost host = WithCosign($"\"mirror.example.com/person\":{Sigstore(identity)}")
            .With(Yaml, "docker:\n  mirror.example.com/person:\n    use-sigstore-attachments: true\n");
        NoFix(host, "IdentityUnsatisfiable", "have the signer name the whole reference with --sign-container-identity");
        Assert.Contains(name, Single(host, "IdentityUnsatisfiable").Message, StringComparison.Ordinal);
        Assert.True(host.Check().Compliant);
    }

    [Theory]
    [InlineData("registry.example.com", "mirror.example.net:5000", true)]
    [InlineData("registry.example.com/team", "mirror.example.net:5000/team", true)]
    [InlineData("registry.example.com", "mirror.example.net:5000/copy", false)]
    [InlineData("registry.example.com/team", "mirror.example.net:5000", false)]
    public void A_mirror_gets_its_sources_store_only_if_the_paths_agree(string prefix, string mirror, bool agrees)
    {
        AuditHost host = AuditHost.WithPolicy($"\"{prefix}\":{Signed}").With(Conf, Mirrored(prefix, prefix, mirror));
        if (agrees)
            Assert.Equal(
                $"Set-ImageTrust {mirror} -SignatureStore https://store.example.com/sigs", Single(host, "MirrorWithoutSignatures").Fix);
        else
            NoFix(host, "MirrorWithoutSignatures", "Signatures are looked for by that place's own path: the store must have them below");
    }

    [Fact]
    public void Signatures_in_the_hosts_own_directory_are_not_put_out_of_reach()
    {
        AuditHost host = AuditHost.Good().With(Conf, Mirrored("registry.example.com", "registry.example.com", "mirror.example.net"));
        Assert.NotNull(Single(host, "MirrorWithoutSignatures").Fix);
        host.With("/var/lib/containers/sigstore/app@sha256=00/signature-1", "");
        NoFix(host, "MirrorWithoutSignatures", "Find out which store has the signatures");
        NoFix(AuditHost.Good().With(Conf, Mirrored("registry.example.com", "registry.example.com", "mirror.example.net"))
            .With("/home/joe/.local/share/containers/sigstore/app@sha256=00/signature-1", ""),
            "MirrorWithoutSignatures",
            "Find out which store");
    }

    [Fact]
    public void Two_registries_with_a_mirror_in_common_cannot_both_have_their_store_there()
    {
        AuditHost host = AuditHost.WithPolicy($"\"a.example.com\":{Signed},\"b.example.com\":{Signed}")
            .With(
                Yaml,
                "docker:\n  a.example.com:\n    lookaside: https://a.example.com/s\n  b.example.com:\n    lookaside: "
                    + "https://b.example.com/s\n")
            .With(
                Conf,
                Mirrored("a.example.com", "a.example.com", "mirror.example.net") + Mirrored(
                    "b.example.com", "b.example.com", "mirror.example.net"));
        Assert.All(host.Check().Findings, static f => Assert.Equal(("MirrorWithoutSignatures", null), (f.RuleId, f.Fix)));
        host.With(Yaml, "default-docker:\n  lookaside: https://a.example.com/s\n");
        Assert.Empty(host.Check().Findings);
    }

    [Theory]
    [InlineData("docker: {}\n", "Set-ImageTrust registry.example.com -UseSigstoreAttachments")]
    [InlineData("docker:\n  registry.example.com:\n    use-sigstore-attachments: false\n", null)]
    [InlineData("default-docker:\n  use-sigstore-attachments: false\n", null)]
    public void Attachments_are_switched_on_unless_someone_switched_them_off(string yaml, string? fix)
    {
        AuditHost host = WithCosign($"\"registry.example.com\":{Sigstore("{\"type\":\"matchRepository\"}")}").With(Yaml, yaml);
        Assert.Equal(fix, Single(host, "AttachmentsOff").Fix);
        if (fix is null)
            NoFix(host, "AttachmentsOff", "It is explicitly switched off: decide whether");
    }

    // What one key file has, another may revoke: a policy that names fewer files can accept more.
    [Fact]
    public void A_key_file_is_not_left_out_even_if_the_baseline_does_not_name_it()
    {
        AuditHost host = AuditHost.WithPolicy(
            """
            "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/etc/pki/signer.asc","/etc/pki/revoked.asc"]}]
            """)
            .With(Yaml, "default-docker:\n  lookaside: https://store.example.com/sigs\n").With("/etc/pki/revoked.asc", AuditKeys.Revoked);
        TrustBaseline baseline = TrustBaseline.Of(
            AuditHost.WithPolicy($"\"registry.example.com\":{Signed}").Store().Read(TrustQuery.All).Where(static e => !e.IsDefault));
        ImageTrustFinding[] found = [.. host.Check(new ComplianceOptions { Baseline = baseline }).Findings];
        Assert.Contains(found, static f => f.RuleId.StartsWith("Baseline", StringComparison.Ordinal));
        Assert.All(found, static f => Assert.Null(f.Fix));
    }

    // Below the prefix a signature had to have another name, which no scope tells.
    [Fact]
    public void What_an_identity_remaps_is_compared_though_it_is_no_scope()
    {
        static AuditHost Host(string identity) => AuditHost.WithPolicy($$"""
             "m.example.net":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{AuditHost.Key}}","signedIdentity":{{{identity}}} }]
            """).With(AuditHost.Key, AuditKeys.Good);
        ImageTrust[] baseline = [.. Host("\"type\":\"matchExact\"").Store().Read(TrustQuery.All)];
        AuditHost remapped = Host("\"type\":\"remapIdentity\",\"prefix\":\"m.example.net/copy\",\"signedPrefix\":\"a.example.com\"");
        ImageTrustFinding finding = Assert.Single(
            remapped.Check(new ComplianceOptions { Baseline = TrustBaseline.Of(baseline) }).Findings,
            static f => f.RuleId == "BaselineScopeDiffers");
        Assert.Null(finding.Fix);
    }

    [Fact]
    public void What_rejecting_means_is_said_beside_the_fix()
    {
        ImageTrustFinding finding = Single(AuditHost.WithPolicy("", "insecureAcceptAnything"), "DefaultAcceptsAnything");
        Assert.NotNull(finding.Fix);
        Assert.Contains("give them scopes of their own", finding.Message, StringComparison.Ordinal);
        Assert.Contains("refuses every image that no scope governs", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_with_more_names_than_can_be_compared_gets_no_fix_and_soon()
    {
        string mirrors = string.Concat(Enumerable.Range(0, 3_000)
            .Select(static i => $"[[registry.mirror]]\nlocation = 'example.org/m{i}'\n"));
        AuditHost host = AuditHost.WithPolicy($"\"example.org\":{Accept}", "insecureAcceptAnything")
            .With(Conf, $"[[registry]]\nprefix = 'example.org'\nlocation = 'example.org'\n{mirrors}");
        Assert.Null(Single(host, "DefaultAcceptsAnything").Fix);
    }

    [Fact]
    public void A_mirror_has_attachments_switched_on_for_its_own_name()
    {
        AuditHost host = WithCosign($"\"registry.example.com\":{Sigstore("{\"type\":\"matchRepository\"}")}")
            .With(Yaml, "docker:\n  registry.example.com:\n    use-sigstore-attachments: true\n")
            .With(Conf, Mirrored("registry.example.com", "registry.example.com", "mirror.example.net/copy"));
        Assert.Equal("Set-ImageTrust mirror.example.net/copy -UseSigstoreAttachments", Single(host, "MirrorWithoutSignatures").Fix);
    }

    [Theory]
    [InlineData("reject", Signed, null)]
    [InlineData(
        "insecureAcceptAnything",
        Signed,
        "Set-ImageTrust docker.io/library/busybox -Type SignedBy -KeyPath /etc/pki/signer.asc && Remove-ImageTrust busybox")]
    [InlineData("reject", Accept, "Remove-ImageTrust busybox")]
    public void A_scope_gets_its_right_name_only_if_that_accepts_no_more(string @default, string requirements, string? fix)
    {
        AuditHost host = AuditHost.WithPolicy($"\"busybox\":{requirements}", @default).With(
            Yaml, "default-docker:\n  lookaside: https://store.example.com/sigs\n");
        Assert.Equal(fix, Single(host, "ScopeUnreachable").Fix);
        if (fix is null)
            NoFix(host, "ScopeUnreachable", "If that is wanted, set that scope, and remove this one.");
    }

    [Fact]
    public void Without_a_policy_someone_has_to_decide_what_is_accepted()
    {
        AuditHost host = AuditHost.Good().Without(AuditHost.Policy);
        NoFix(host, "PolicyMissing", "Decide which images are to be accepted");
    }

    [Fact]
    public void What_another_finding_would_come_of_is_no_fix()
    {
        // The mirror's own name accepts anything, as its source does; rejecting the source alone would make that a finding.
        AuditHost host = AuditHost.WithPolicy($"\"mirror.example.net\":{Accept}", "insecureAcceptAnything")
            .With(Conf, Mirrored("registry.example.com", "registry.example.com", "mirror.example.net"));
        NoFix(host, "DefaultAcceptsAnything", "Decide which registries are to be accepted");
        Assert.Equal("Set-ImageTrust mirror.example.net -Type Reject", Single(host, "ScopeAcceptsAnything").Fix);
    }

    [Fact]
    public void The_baseline_never_makes_a_host_trust_more()
    {
        AuditHost wanted = AuditHost.Good();
        AuditHost strict = AuditHost.Good().With(AuditHost.Policy, """{"default":[{"type":"reject"}]}""");
        NoFix(strict, "BaselineScopeMissing", "would change whose images are accepted", Like(wanted));
        AuditHost open = AuditHost.WithPolicy("", "insecureAcceptAnything");
        Assert.Equal(
            "Set-ImageTrust registry.example.com -Type SignedBy -KeyPath /etc/pki/signer.asc",
            Single(open, "BaselineScopeMissing", Like(wanted, withDefault: false)).Fix);

        string byOther = Signed.Replace("signer", "other", StringComparison.Ordinal);
        AuditHost other = AuditHost.WithPolicy($"\"registry.example.com\":{byOther}").With(
            "/etc/pki/other.asc", AuditKeys.Other);
        NoFix(other.With(AuditHost.Key, AuditKeys.Good), "BaselineScopeDiffers", "would change whose images are accepted", Like(wanted));
        NoFix(AuditHost.WithPolicy($"\"registry.example.com\":{Reject}"), "BaselineScopeDiffers", "would change whose", Like(wanted));
        AuditHost accepting = AuditHost.WithPolicy($"\"registry.example.com\":{Accept}");
        Assert.NotNull(Single(accepting, "BaselineScopeDiffers", Like(wanted)).Fix);
        NoFix(AuditHost.Good(), "BaselineScopeDiffers", "would change whose", Like(accepting));
    }

    [Fact]
    public void An_extra_scope_goes_only_if_nothing_is_accepted_or_lost_by_that()
    {
        AuditHost closed = AuditHost.WithPolicy($"\"registry.example.com\":{Reject}", "insecureAcceptAnything");
        NoFix(
            closed,
            "BaselineScopeExtra",
            "Without it, images would be accepted that it refuses",
            Like(AuditHost.WithPolicy("", "insecureAcceptAnything")));

        // The store of the scope that goes is also that of a scope below it, which stays.
        AuditHost both = AuditHost.WithPolicy($"\"registry.example.com\":{Signed},\"registry.example.com/team\":{Signed}");
        AuditHost one = AuditHost.WithPolicy($"\"registry.example.com/team\":{Signed}");
        Assert.Equal("Remove-ImageTrust registry.example.com -KeepSignatureStore", Single(both, "BaselineScopeExtra", Like(one)).Fix);
        Assert.Equal(
            "Remove-ImageTrust registry.example.com -KeepSignatureStore",
            Single(AuditHost.Good(), "BaselineScopeExtra", Like(AuditHost.WithPolicy(""))).Fix);

        // Others, such as users with policies of their own, may read the section; where there is none, there is nothing to keep.
        Assert.Equal(
            "Remove-ImageTrust other.example.com",
            Single(AuditHost.WithPolicy($"\"other.example.com\":{Reject}"), "BaselineScopeExtra", Like(AuditHost.WithPolicy(""))).Fix);
    }

    [Fact]
    public void A_store_of_the_baseline_is_set_for_the_scope_that_it_is_about_alone()
    {
        AuditHost there = AuditHost.Good().With(Yaml, "docker:\n  registry.example.com:\n    lookaside: https://other.example.com/sigs\n");
        Assert.Equal(
            "Set-ImageTrust registry.example.com -SignatureStore https://store.example.com/sigs",
            Single(there, "BaselineStoreDiffers", Like(AuditHost.Good())).Fix);

        // A user's own policy, or CRI-O's, may need the store that is there.
        there.With("/home/joe/.config/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        NoFix(there, "BaselineStoreDiffers", "other policies of this host too", Like(AuditHost.Good()));
        AuditHost both = AuditHost.WithPolicy($"\"registry.example.com\":{Signed},\"registry.example.com/team\":{Signed}")
            .With(Yaml, "docker:\n  registry.example.com:\n    lookaside: https://other.example.com/sigs\n");
        ImageTrustFinding above = Single(both, "BaselineStoreDiffers", Like(AuditHost.Good(), withDefault: false));
        Assert.Null(above.Fix);
    }

    [Theory]
    [InlineData(0x1A4u, "chown 0 -- /etc/pki/signer.asc")]
    [InlineData(0x180u, null)]
    public void A_file_is_given_away_only_if_the_same_users_can_read_it(uint mode, string? fix)
    {
        AuditHost host = AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, mode, owner: 1000);
        Assert.Equal(fix, Single(host, "FileOwnedByOther").Fix);
        if (fix is null)
            NoFix(host, "FileOwnedByOther", "give it to the user 0");
    }

    [Fact]
    public void A_file_is_opened_to_all_only_if_it_has_no_secret_and_nothing_is_accepted_unsigned()
    {
        AuditHost host = AuditHost.Good().With(
            Yaml, "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs\n", 0x180);
        Assert.Equal($"chmod a+r -- {Yaml}", Single(host, "FileUnreadableByUsers").Fix);
        host.With(Yaml, "docker:\n  registry.example.com:\n    lookaside: https://joe:secret@store.example.com/sigs\n", 0x180);
        NoFix(host, "FileUnreadableByUsers", "Look whether all that it holds is public");
        AuditHost open = AuditHost.WithPolicy("", "insecureAcceptAnything");
        NoFix(
            open.With(AuditHost.Policy, open.Bytes(AuditHost.Policy), 0x180),
            "FileUnreadableByUsers",
            "Decide whether other users are to accept");
        string key = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(AuditKeys.PrivatePem));
        AuditHost secret = AuditHost.WithPolicy($$"""  "registry.example.com":[{"type":"sigstoreSigned","keyData":"{{key}}"}] """);
        NoFix(secret.With(AuditHost.Policy, secret.Bytes(AuditHost.Policy), 0x180), "FileUnreadableByUsers", "Look whether all");
    }

    [Theory]
    [InlineData(RedHatKey, true)]
    [InlineData(AuditHost.Key, false)]
    public void A_vendors_store_is_for_what_the_vendors_key_has_signed(string key, bool isVendors)
    {
        string signed = Signed.Replace(AuditHost.Key, key, StringComparison.Ordinal);
        AuditHost host = AuditHost.WithPolicy($"\"registry.redhat.io\":{signed}").With(
            key, AuditKeys.Good);
        if (isVendors)
            Assert.Equal(
                "Set-ImageTrust registry.redhat.io -SignatureStore https://registry.redhat.io/containers/sigstore",
                Single(host, "SignatureStoreMissing").Fix);
        else
            NoFix(host, "SignatureStoreMissing", "Find out where the signatures are");
    }

    [Fact]
    public void What_the_command_would_refuse_is_not_shown()
    {
        // The key that the baseline names is not on the host.
        AuditHost wanted = AuditHost.WithPolicy($"\"registry.example.com\":{Signed}");
        AuditHost host = AuditHost.WithPolicy($"\"registry.example.com\":{Accept}").Without(AuditHost.Key);
        Assert.Null(Single(host, "BaselineScopeDiffers", Like(wanted)).Fix);
    }

    [Fact]
    public void The_distributions_policy_is_fixed_by_a_file_of_its_own()
    {
        string docker = $"\"a.example.com\":{Accept}";
        AuditHost host = AuditHost.WithPolicy(docker, "insecureAcceptAnything");
        host.With("/usr/share/containers/policy.json", host.Bytes(AuditHost.Policy)).Without(AuditHost.Policy);
        Assert.Equal("Set-ImageTrust -Default -Type Reject", Single(host, "DefaultAcceptsAnything").Fix);
        Assert.Equal("Set-ImageTrust a.example.com -Type Reject", Single(host, "ScopeAcceptsAnything").Fix);
    }

    [Fact]
    public void With_a_broken_registries_conf_what_is_accepted_is_compared_all_the_same()
    {
        AuditHost host = AuditHost.WithPolicy($"\"busybox\":{Signed}").With(Conf, "[[registry]\n");
        NoFix(host, "ScopeUnreachable", "If that is wanted");
    }

    [Fact]
    public void A_host_far_away_is_asked_for_nothing_more()
    {
        string directory = Directory.CreateTempSubdirectory("containertrust-test").FullName;
        try
        {
            Directory.CreateDirectory($"{directory}/registries.d");
            string policy =
                $$"""{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"a.example.com":{{Accept}} } } }""";
            File.WriteAllText($"{directory}/policy.json", policy);
            File.WriteAllText($"{directory}/registries.d/a.yaml", "default-docker:\n  lookaside: https://store.example.com/sigs\n");
            TrustStoreOptions target =
                new() { PolicyPath = $"{directory}/policy.json", RegistriesDirectory = $"{directory}/registries.d" };
            using SshHost plain = RemoteStandIn.Connect("exec sh -c \"$c\"");
            _ = ComplianceChecker.Find(
                TrustStore.Open(plain, target, TrustMessages.None), new ComplianceOptions(), [], CancellationToken.None);
            using SshHost proving = RemoteStandIn.Connect("exec sh -c \"$c\"");
            ImageTrustCompliance found = ComplianceChecker.Check(
                TrustStore.Open(proving, target, TrustMessages.None), new ComplianceOptions());
            Assert.Equal(plain.RoundTrips, proving.RoundTrips);
            ImageTrustFinding[] accepting =
                [.. found.Findings.Where(static f => f.RuleId.EndsWith("AcceptsAnything", StringComparison.Ordinal))];
            Assert.Equal(2, accepting.Length);
            Assert.All(accepting, static f => Assert.Contains("-Type Reject", f.Fix, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_work_for_fixes_is_bounded_and_that_is_said()
    {
        string scopes = string.Join(',', Enumerable.Range(0, 400).Select(static i => $"\"r{i}.example.com\":{Accept}"));
        IReadOnlyList<ImageTrustFinding> found = AuditHost.WithPolicy(scopes).Check().Findings;
        Assert.Equal(400, found.Count);
        Assert.InRange(found.Count(static f => f.Fix is not null), 10, 100);
        Assert.All(
            found.Where(static f => f.Fix is null),
            static f => Assert.Contains("run the audit again", f.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_that_changes_trust_says_what_its_fix_may_change()
    {
        Assert.All(FixRule.All, static r =>
        {
            Assert.NotNull(ComplianceRules.Find(r.Key));
            Assert.Matches("^The finding .*\\.$", r.Value.Reason);
        });
    }
}
