using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Tests.Hosts;
using ContainerTrust.Engine.Tests.Trust;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>What is right for root and wrong for other users, and what a list asks for at once.</summary>
public sealed class UserRuleTests
{
    private const string System = "/etc/containers/registries.d/example.yaml";
    private const string Mine = "docker:\n  registry.example.com:\n    lookaside: https://mine.example/\n";

    private static ImageTrustFinding[] Of(ImageTrustCompliance found, string rule) => [.. found.Findings.Where(f => f.RuleId == rule)];

    private static ImageTrustFinding[] Conflicts(AuditHost host, string version = "6") =>
        Of(host.Check(target: new TrustStoreOptions { PodmanVersion = version }), "LookasideConflict");

    [Theory]
    [InlineData("/etc/containers/registries.rootless.d/mine.yaml", "users other than root")]
    [InlineData("/usr/share/containers/registries.rootless.d/mine.yaml", "users other than root")]
    [InlineData("/etc/containers/registries.rootless.d/1000/mine.yaml", "the user 1000")]
    [InlineData("/home/u/.config/containers/registries.d/mine.yaml", "the user of /home/u")]
    public void A_section_that_is_defined_twice_for_a_user_only_is_an_error(string path, string who)
    {
        ImageTrustFinding finding = Assert.Single(Conflicts(AuditHost.Good().With(path, Mine)));
        Assert.Equal(ImageTrustSeverity.Error, finding.Severity);
        Assert.EndsWith($"podman fetches no image for {who} until that is fixed.", finding.Message, StringComparison.Ordinal);
        Assert.Contains(path, finding.Message, StringComparison.Ordinal);
        Assert.Contains(System, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/containers/registries.rootless.d/example.yaml")]
    [InlineData("/home/u/.config/containers/registries.d/example.yaml")]
    [InlineData("/etc/containers/registries.rootless.d/mine.yml")]
    public void A_file_that_hides_the_others_is_not(string path) => Assert.Empty(Conflicts(AuditHost.Good().With(path, Mine)));

    [Theory]
    [InlineData("/home/alice", 0, true)]
    [InlineData("/home/alice", 1000, true)]
    [InlineData("/root", 1000, false)]
    public void Who_owns_a_users_file_does_not_make_the_user_root(string home, uint owner, bool isConflict)
    {
        AuditHost host = AuditHost.Good()
            .With($"{home}/.config/containers/registries.d/a.yaml", "docker:\n  r.example:\n    lookaside: https://mine.example/\n",
                owner: owner)
            .With("/etc/containers/registries.rootless.d/b.yaml", "docker:\n  r.example:\n    lookaside: https://theirs.example/\n");
        Assert.Equal(isConflict, Conflicts(host).Length == 1);
    }

    [Theory]
    [InlineData("6", "/xdg/containers/policy.json", true)]
    [InlineData("5", "/xdg/containers/policy.json", false)]
    [InlineData("6", "/root/.config/containers/policy.json", true)]
    [InlineData("5", "/root/.config/containers/policy.json", true)]
    public void A_users_policy_is_found_by_the_variable(string version, string path, bool isFound)
    {
        AuditHost host = AuditHost.Good();
        host.HomeDirectory = "/root";
        host.Environment["XDG_CONFIG_HOME"] = "/xdg";
        host.With(path, host.Bytes(AuditHost.Policy));
        Assert.Equal(isFound, Of(host.Check(target: new TrustStoreOptions { PodmanVersion = version }), "UserPolicy")
            .Any(f => f.Path == path));
    }

    /// <remarks>As with <c>sudo -E</c>: root reads the user's directory, and so does the user, beside another one.</remarks>
    [Theory]
    [InlineData(1000, "/etc/containers/registries.rootless.d/1000/other.yaml", true)]
    [InlineData(1000, "/etc/containers/registries.rootless.d/1001/other.yaml", false)]
    [InlineData(0, "/etc/containers/registries.rootless.d/1000/other.yaml", false)]
    public void A_directory_that_the_variable_names_is_looked_at_as_its_owner_has_it(uint owner, string other, bool isConflict)
    {
        AuditHost host = AuditHost.Good();
        host.HomeDirectory = "/root";
        host.Environment["XDG_CONFIG_HOME"] = "/home/u/xdg";
        host.With("/home/u/xdg/containers/registries.d/mine.yaml", "docker:\n  r.example:\n    lookaside: https://mine.example/\n",
            owner: owner).With(other, "docker:\n  r.example:\n    lookaside: https://theirs.example/\n");
        Assert.Equal(isConflict, Conflicts(host).Any(static f => f.Message.Contains("the user of /home/u/xdg", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_users_file_that_podman_cannot_read_is_an_error_and_one_that_is_hidden_from_us_a_note()
    {
        const string File = "/home/u/.config/containers/registries.d/large.yaml";
        ImageTrustFinding finding = Assert.Single(Conflicts(AuditHost.Good().With(File, new byte[(10 << 20) + 1], owner: 1000)));
        Assert.Contains("no image for the user of /home/u until that is fixed", finding.Message, StringComparison.Ordinal);
        AuditHost hidden = AuditHost.Good().With(File, "", owner: 1000);
        hidden.Denied.Add("/home/u");
        Assert.Empty(Conflicts(hidden));
    }

    [Fact]
    public void What_is_wrong_for_all_users_is_not_said_of_one()
    {
        AuditHost host = AuditHost.Good()
            .With("/etc/containers/registries.rootless.d/mine.yaml", Mine)
            .With("/home/u/.config/containers/registries.d/other.yaml", "docker:\n  other.example:\n    lookaside: https://o.example/\n",
                owner: 1000);
        Assert.Contains("for users other than root", Assert.Single(Conflicts(host)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/containers/registries.rootful.d/x.yaml", false)]
    [InlineData("/etc/containers/registries.rootless.d/x.yaml", true)]
    public void Only_files_that_other_users_read_have_to_be_readable(string path, bool isFound)
    {
        ImageTrustCompliance found = AuditHost.Good().With(path, "", 0x180).Check(target: new TrustStoreOptions { PodmanVersion = "6" });
        Assert.Equal(isFound, Of(found, "FileUnreadableByUsers").Any(f => f.Path == path));
    }

    [Fact]
    public void The_fix_for_a_file_that_only_root_can_read_makes_it_readable()
    {
        using ScratchRoot root = new();
        root.Write(AuditHost.Policy, """{"default":[{"type":"reject"}]}""");
        HostTestDirectory.SetMode(root.Full(AuditHost.Policy), "600");
        ImageTrustFinding finding = Assert
            .Single(Of(ComplianceChecker.Check(root.Open(), new ComplianceOptions()), "FileUnreadableByUsers"));
        HostTools.Must("sh", "-c", finding.Fix!);
        Assert.Empty(Of(ComplianceChecker.Check(root.Open(), new ComplianceOptions()), "FileUnreadableByUsers"));
        Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(root.Full(AuditHost.Policy)), 8));
    }

    [Fact]
    public void Before_podman_6_levels_are_not_read_together() =>
        Assert.Empty(Conflicts(AuditHost.Good().With("/home/u/.config/containers/registries.d/mine.yaml", Mine), "5"));

    [Theory]
    [InlineData(AuditHost.Policy, ImageTrustSeverity.Information)]
    [InlineData(System, ImageTrustSeverity.Information)]
    [InlineData(AuditHost.Key, ImageTrustSeverity.Warning)]
    public void Files_that_only_root_can_read_are_named(string path, ImageTrustSeverity severity)
    {
        AuditHost host = AuditHost.Good();
        ImageTrustCompliance found = host.With(path, host.Bytes(path), 0x180).Check();
        ImageTrustFinding finding = Assert.Single(Of(found, "FileUnreadableByUsers"));
        Assert.Equal(severity == ImageTrustSeverity.Information, found.Compliant);
        Assert.Equal((path, severity), (finding.Path, finding.Severity));
        Assert.Contains("(mode 0600)", finding.Message, StringComparison.Ordinal);
        Assert.Equal($"chmod a+r -- {path}", finding.Fix);
    }

    [Fact]
    public void The_fix_for_a_key_that_only_root_can_read_is_one()
    {
        using ScratchRoot root = new();
        root.Write(AuditHost.Policy,
            """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[""" +
            $$"""{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{AuditHost.Key}}" """ + "}]}}}");
        root.Write(AuditHost.Key, "");
        File.WriteAllBytes(root.Full(AuditHost.Key), AuditKeys.Good);
        HostTestDirectory.SetMode(root.Full(AuditHost.Key), "640");
        ImageTrustFinding finding = Assert
            .Single(Of(ComplianceChecker.Check(root.Open(), new ComplianceOptions()), "FileUnreadableByUsers"));
        Assert.Equal((AuditHost.Key, ImageTrustSeverity.Warning), (finding.Path, finding.Severity));
        HostTools.Must("sh", "-c", finding.Fix!);
        Assert.Empty(Of(ComplianceChecker.Check(root.Open(), new ComplianceOptions()), "FileUnreadableByUsers"));
        Assert.Equal("644", Convert.ToString((int)File.GetUnixFileMode(root.Full(AuditHost.Key)), 8));
    }

    [Theory]
    [InlineData("PRIVATE")]
    [InlineData("not a key at all")]
    public void A_key_file_that_may_hold_a_secret_is_not_opened_to_all(string content)
    {
        string text = content == "PRIVATE" ? AuditKeys.PrivatePem : content;
        ImageTrustFinding finding = Assert.Single(Of(
            AuditHost.Good().With(AuditHost.Key, global::System.Text.Encoding.ASCII.GetBytes(text), 0x180).Check(),
            "FileUnreadableByUsers"));
        Assert.Null(finding.Fix);
        Assert.Contains("Look whether all that it holds is public", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_a_users_own_policy_are_the_users_business()
    {
        AuditHost host = AuditHost.Good();
        host.With("/home/u/policy.json", host.Bytes(AuditHost.Policy), 0x180, 1000);
        Assert.Empty(Of(host.Check(target: new TrustStoreOptions { PolicyPath = "/home/u/policy.json" }), "FileUnreadableByUsers"));
    }

    [Fact]
    public void Both_kinds_of_signature_in_one_list_are_a_warning()
    {
        const string Sigstore = """{"type":"sigstoreSigned","keyPath":"/etc/pki/signer.pub"}""";
        const string SignedBy = """{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}""";
        ImageTrustFinding finding = Assert
            .Single(Of(AuditHost.WithPolicy($"\"r.example\":[{SignedBy},{Sigstore}]").Check(), "RequirementsMixed"));
        Assert.Equal((ImageTrustSeverity.Warning, null), (finding.Severity, finding.Fix));
        Assert.Contains("needs both kinds of signature", finding.Message, StringComparison.Ordinal);
        Assert.Empty(Of(AuditHost.WithPolicy($"\"r.example\":[{SignedBy}],\"s.example\":[{Sigstore}]").Check(), "RequirementsMixed"));
    }

    [Theory]
    [InlineData("use-sigstore-attachments: true", true)]
    [InlineData("lookaside-staging: file:///srv/s", false)]
    public void Attachments_are_no_store_for_GPG_signatures(string setting, bool isSaid)
    {
        ImageTrustFinding finding = Assert
            .Single(Of(AuditHost.Good().With(System, $"docker:\n  registry.example.com:\n    {setting}\n").Check(),
            "SignatureStoreMissing"));
        Assert.Equal(isSaid, finding.Message.Contains("Sigstore attachments, which are switched on there", StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_that_podman_does_not_read_is_a_warning()
    {
        ImageTrustFinding finding = Assert
            .Single(Of(AuditHost.Good().With(System, "docker:\n  registry.example.com:\n    lookaside: /mnt/sigs\n").Check(),
            "LookasideDoubtful"));
        Assert.Equal(ImageTrustSeverity.Warning, finding.Severity);
        Assert.Contains("/mnt/sigs, is a path and not a URL", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_Red_Hats_key_comes_from_is_said()
    {
        const string Path = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
        string policy = $$"""{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{Path}}"}""";
        Assert.Contains("redhat-release",
            Assert.Single(Of(AuditHost.WithPolicy($"\"registry.redhat.io\":[{policy}]").Check(), "KeyFileMissing")).Message
            .Replace(Path, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
