using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Engine.Tests.Compliance.Reports;

/// <summary>Metrics: what they say, and that no text from outside makes a line, a label or a second sample of its own.</summary>
public sealed partial class OpenMetricsReportTests
{
    private static string Text(ComplianceReport report) => Encoding.UTF8.GetString(report.Write(ReportFormat.OpenMetrics));

    private static string Of(AuditHost host, ComplianceOptions? options = null) =>
        Text(new ComplianceReport { Hosts = [host.Check(options)], IsHostNamed = false });

    private static ImageTrustCompliance Host(string name, params string[] rules) => new()
    {
        ComputerName = name,
        CheckedAt = AuditHost.Now,
        CheckedRules = ["KeyWeak"],
        PolicyPath = "/etc/containers/policy.json",
        PolicyHash = "aa",
        Findings = [.. rules.Select(static r => new ImageTrustFinding
            { RuleId = r, Severity = ImageTrustSeverity.Warning, Message = "It is." })],
    };

    [Fact]
    public void A_host_that_is_as_it_should_be()
    {
        string text = Of(AuditHost.Good());
        Assert.Contains("\ncontainertrust_check_success 1\n", "\n" + text, StringComparison.Ordinal);
        Assert.Contains($"\ncontainertrust_check_timestamp_seconds {AuditHost.Now.ToUnixTimeSeconds()}\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_compliant 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_findings{rule=\"NotChecked\",severity=\"error\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_findings{rule=\"KeyWeak\",severity=\"warning\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_policy_info{path=\"/etc/containers/policy.json\",sha256=\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("containertrust_key_expiry_timestamp_seconds", text, StringComparison.Ordinal);
        Assert.DoesNotContain("host=", text, StringComparison.Ordinal);
        Assert.Equal(text, Of(AuditHost.Good()));
    }

    [Fact]
    public void The_hash_is_that_of_the_policys_bytes()
    {
        AuditHost host = AuditHost.Good();
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(host.Bytes(AuditHost.Policy)));
        Assert.Equal(hash, host.Check().PolicyHash);
        Assert.Contains($"sha256=\"{hash}\"}} 1\n", Of(host), StringComparison.Ordinal);
        Assert.Null(AuditHost.Good().Without(AuditHost.Policy).Check().PolicyHash);
        Assert.DoesNotContain("policy_info", Of(AuditHost.Good().Without(AuditHost.Policy)), StringComparison.Ordinal);
    }

    /// <summary>Whatever the time is within which a key that ends is a finding.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(4000)]
    public void The_next_key_that_ends_is_named_however_far_off_it_is(int within)
    {
        ComplianceOptions options = new() { ExpiringWithin = TimeSpan.FromDays(within) };
        DateTimeOffset far = AuditHost.Now.AddDays(3000), near = AuditHost.Now.AddDays(700);
        Assert.Equal(far, AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(far)).Check(options).NextKeyExpiry);
        Assert.Contains($"\ncontainertrust_key_expiry_timestamp_seconds {far.ToUnixTimeSeconds()}\n",
            Of(AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(far)), options), StringComparison.Ordinal);
        AuditHost two = AuditHost.Good()
            .With(AuditHost.Policy, """
                {"default": [{"type": "reject"}], "transports": {"docker": {
                    "registry.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/signer.asc"}],
                    "pki.example.com": [{"type": "sigstoreSigned",
                        "pki": {"caRootsPath": "/etc/pki/ca.pem", "subjectEmail": "a@example.com"}}]}}}
                """)
            .With(AuditHost.Key, AuditKeys.EndingAt(far)).With("/etc/pki/ca.pem", AuditKeys.CertificateUntil(near));
        Assert.Equal(near, two.Check(options).NextKeyExpiry);

        // What has ended is a finding, and no longer the next one.
        Assert.Null(AuditHost.Good().With(AuditHost.Key, AuditKeys.EndingAt(AuditHost.Now.AddDays(-1))).Check(options).NextKeyExpiry);
        Assert.Null(AuditHost.Good().Check(options).NextKeyExpiry);
    }

    [Fact]
    public void A_host_that_was_not_checked_says_so_and_nothing_else()
    {
        string text = Text(new ComplianceReport
        {
            Hosts = [], Unchecked = [new UncheckedHost("x", "Refused.")], CreatedAt = AuditHost.Now, IsHostNamed = false,
        });
        Assert.Equal(
            [
                "containertrust_check_success 0", $"containertrust_check_timestamp_seconds {AuditHost.Now.ToUnixTimeSeconds()}",
                "containertrust_compliant 0", "containertrust_rules_checked 0",
                "containertrust_findings{rule=\"NotChecked\",severity=\"error\"} 1",
            ],
            text.Split('\n').Where(static l => l.Length > 0 && l[0] != '#'));
        Assert.Contains("check_success{host=\"x\"} 0",
            Text(new ComplianceReport { Hosts = [ImageTrustCompliance.NotChecked("x", "E", "Refused.", ImageTrustSeverity.Error)] }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_of_a_fleet_have_a_label_and_without_it_there_is_only_one()
    {
        ComplianceReport fleet = new()
        {
            Hosts = [Host("web1", "KeyWeak", "KeyWeak"), Host("web1"), Host("")], Unchecked = [new UncheckedHost("web7", "Refused.")],
        };
        string text = Text(fleet);
        Assert.Contains("\ncontainertrust_findings{host=\"web1\",rule=\"KeyWeak\",severity=\"warning\"} 2\n", text,
            StringComparison.Ordinal);
        foreach (string name in (string[])["web1", "web1 (2)", "(unknown host)", "web7"])
            Assert.Contains($"\ncontainertrust_compliant{{host=\"{name}\"}} ", text, StringComparison.Ordinal);
        RequireSound(text);
        Assert.Equal("ReportOfOneHost", Assert.Throws<TrustException>(() => Text(fleet with { IsHostNamed = false })).ErrorId);
        Assert.Equal("EmptyReport", Assert.Throws<TrustException>(() => Text(new ComplianceReport { Hosts = [] })).ErrorId);
    }

    [Theory]
    [InlineData(HostileFields.Text)]
    [InlineData("a\"} 1\ncontainertrust_compliant 1\n#")]
    [InlineData("back\\slash\\")]
    [InlineData("\\n")]
    [InlineData("\ud800 lone")]
    [InlineData("\U0001F600 ü")]
    public void Nothing_from_outside_leaves_its_label(string evil)
    {
        ImageTrustCompliance host = Host(evil, evil, evil + "x") with { PolicyPath = evil, PolicyHash = evil, CheckedRules = [evil] };
        string text = Text(new ComplianceReport { Hosts = [host, host], Unchecked = [new UncheckedHost(evil, evil)] });
        RequireSound(text);
        Assert.Equal(3, text.Split('\n').Count(static l => l.StartsWith("containertrust_compliant{", StringComparison.Ordinal)));
        foreach (char c in HostileFields.Text.Where(static c => c != '\n' && !char.IsAsciiLetterOrDigit(c) && !" ;[]".Contains(c)))
            Assert.False(c is < ' ' && text.Contains(c), $"U+{(int)c:X4}");
    }

    /// <summary>Two names that look the same once they are printable would be one sample twice, which spoils the whole file.</summary>
    [Fact]
    public void Names_that_look_the_same_stay_apart() =>
        RequireSound(Text(new ComplianceReport { Hosts = [Host("a\u001b"), Host("a\\u001b"), Host("a\\u001b (2)")] }));

    // Each line is a comment or a sample, each family is in one piece, no sample is there twice, and the mark is the last line.
    private static void RequireSound(string text)
    {
        string[] lines = text.Split('\n');
        Assert.Equal(["# EOF", ""], lines[^2..]);
        HashSet<string> samples = [], families = [];
        string family = "";
        foreach (string line in lines[..^2])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(families.Add(family), family);
                continue;
            }

            if (line == $"# TYPE {family} gauge")
                continue;
            Match sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.Equal(family, sample.Groups[1].Value);
            Assert.True(samples.Add(line[..line.LastIndexOf(' ')]), line);
        }
    }

    [GeneratedRegex("""^(containertrust_[a-z_]+)(\{([a-z0-9_]+="([^"\\\n]|\\[\\"n])*",?)+\})? [0-9]+$""")]
    private static partial Regex Sample();
}
