using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Reports;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Tests.Compliance;

public sealed class ReportTests
{
    private const string Evil = "<script>alert(1)</script>\"'&]]>\u0000\u0001\u001b[31m\u202e\ud800\uffff\U0001F600";

    private static ImageTrustFinding Finding(ImageTrustSeverity severity, string rule = "KeyWeak", string message = "It is weak.") =>
        new() { RuleId = rule, Severity = severity, Message = message, Path = "/etc/k", Scope = "quay.io", Fix = "Set-ImageTrust x" };

    private static ImageTrustCompliance Host(string name, params ImageTrustFinding[] findings) =>
        new() { ComputerName = name, CheckedAt = AuditHost.Now, Findings = findings, CheckedRules = ["DefaultAcceptsAnything", "KeyWeak"],
            ExcludedRules = ["UserPolicy"], PolicyPath = AuditHost.Policy };

    private static ComplianceReport Fleet() => new()
    {
        Hosts = [Host("good"), Host("bad", Finding(ImageTrustSeverity.Error), Finding(ImageTrustSeverity.Warning)),
            Host("noted", Finding(ImageTrustSeverity.Information)), Host("bad")],
        Unchecked = [new UncheckedHost("down", "Connection refused."), new UncheckedHost("bad", "Timed out.")],
        CreatedAt = AuditHost.Now,
    };

    private static string Text(ComplianceReport report, ReportFormat format) => Encoding.UTF8.GetString(report.Write(format));

    [Theory]
    [InlineData(ReportFormat.Json)]
    [InlineData(ReportFormat.JUnit)]
    [InlineData(ReportFormat.Html)]
    public void A_report_of_nothing_is_refused(ReportFormat format) =>
        Assert.Equal("EmptyReport", Assert.Throws<TrustException>(() => new ComplianceReport { Hosts = [] }.Write(format)).ErrorId);

    [Fact]
    public void JSON_has_its_documented_shape()
    {
        using JsonDocument json = JsonDocument.Parse(Fleet().Write(ReportFormat.Json));
        JsonElement root = json.RootElement;
        Assert.Equal(["format", "version", "title", "createdAt", "compliant", "summary", "rules", "hosts", "unchecked"],
            root.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("containertrust-compliance", root.GetProperty("format").GetString());
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        Assert.False(root.GetProperty("compliant").GetBoolean());
        Assert.Equal("""{"hosts":6,"compliant":3,"notCompliant":1,"unchecked":2,"errors":1,"warnings":1,"information":1}""",
            JsonSerializer.Serialize(root.GetProperty("summary")));
        JsonElement bad = root.GetProperty("hosts")[1];
        Assert.Equal(["computerName", "compliant", "checkedAt", "policyPath", "minimumSeverity", "checkedRules", "excludedRules",
            "profile", "notCovered", "findings"], bad.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("""{"ruleId":"KeyWeak","severity":"error","message":"It is """ +
            """weak.","path":"/etc/k","scope":"quay.io","fix":"Set-ImageTrust x"}""",
            JsonSerializer.Serialize(bad.GetProperty("findings")[0]));
        Assert.Equal("Connection refused.", root.GetProperty("unchecked")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public void JUnit_has_a_suite_a_host_and_a_case_a_rule()
    {
        XElement root = XDocument.Parse(Text(Fleet(), ReportFormat.JUnit)).Root!;
        Assert.Equal(["good", "bad", "noted", "bad (2)", "down", "bad (3)"], root.Elements("testsuite")
            .Select(static s => s.Attribute("name")!.Value));
        XElement[] suites = [.. root.Elements("testsuite")];
        Assert.Equal("failures=0 errors=0 skipped=1 tests=3", Counts(suites[0]));
        Assert.Equal("failures=1 errors=0 skipped=1 tests=3", Counts(suites[1]));
        Assert.Equal("failures=0 errors=0 skipped=1 tests=3", Counts(suites[2]));
        Assert.Equal("failures=0 errors=1 skipped=0 tests=1", Counts(suites[4]));
        Assert.Equal("failures=1 errors=2 skipped=4 tests=14", Counts(root));
        XElement failed = suites[1].Elements("testcase").Single(static c => c.Element("failure") is not null);
        Assert.Equal("KeyWeak: A key is weak", failed.Attribute("name")!.Value);
        Assert.Contains("Fix: Set-ImageTrust x", failed.Element("failure")!.Value, StringComparison.Ordinal);
        Assert.Contains("Information: It is weak.", suites[2].Descendants("system-out").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_of_which_nothing_was_checked_fails_in_JUnit()
    {
        XElement root = XDocument.Parse(Text(new ComplianceReport { Hosts = [Host("x") with { CheckedRules = [] }] },
            ReportFormat.JUnit)).Root!;
        Assert.Equal("1", root.Attribute("errors")!.Value);
    }

    [Fact]
    public void Nothing_that_a_host_says_can_break_out()
    {
        ComplianceReport report = new()
        {
            Title = Evil,
            Hosts = [Host(Evil, Finding(ImageTrustSeverity.Error, Evil, Evil) with { Path = Evil, Scope = Evil,
                Fix = Evil }) with { PolicyPath = Evil, ExcludedRules = [Evil] }],
            Unchecked = [new UncheckedHost(Evil, Evil)],
        };
        string html = Text(report, ReportFormat.Html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(html, static c => char.IsControl(c) && c != '\n');
        Assert.DoesNotMatch("(?i)(src|href)=\"(?!#)", html);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        XElement junit = XDocument.Parse(Text(report, ReportFormat.JUnit)).Root!;
        Assert.Contains("\\u0000", junit.Element("testsuite")!.Attribute("name")!.Value, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(report.Write(ReportFormat.Json));
        Assert.Contains("\U0001F600", json.RootElement.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void HTML_links_lead_somewhere_and_every_id_is_there_once()
    {
        string html = Text(Fleet(), ReportFormat.Html);
        string[] ids = [.. Regex.Matches(html, " id=\"([^\"]+)\"").Select(static m => m.Groups[1].Value)];
        Assert.Equal(ids.Distinct().Count(), ids.Length);
        foreach (Match link in Regex.Matches(html, "href=\"#([^\"]+)\""))
        {
            // A rule that was left out everywhere has a column and no findings.
            if (link.Groups[1].Value != $"r{ComplianceRules.PositionOf("UserPolicy")}")
                Assert.Contains(link.Groups[1].Value, ids);
        }

        Assert.Contains("bad (3)", html, StringComparison.Ordinal);
        Assert.Contains("Connection refused.", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_thousand_hosts_make_a_page_that_a_browser_can_show()
    {
        ImageTrustFinding[] findings =
            [.. Enumerable.Range(0, 20)
            .Select(static i => Finding(ImageTrustSeverity.Warning, ComplianceRules.All[i].Id,
            $"Something of {i} that takes a sentence or two to say, with a path and what it leads to."))];
        ComplianceReport report = new() { Hosts = [.. Enumerable.Range(0, 2000).Select(i => Host($"host{i}.example.com", findings))] };
        Assert.InRange(report.Write(ReportFormat.Html).Length, 100_000, 12_000_000);
    }

    [Fact]
    public void A_report_takes_the_place_of_the_old_one_whole()
    {
        string directory = Directory.CreateTempSubdirectory("containertrust-test").FullName;
        try
        {
            string path = Path.Join(directory, "report.json");
            ReportFile.Write(path, "old"u8);
            File.CreateSymbolicLink(Path.Join(directory, "link.json"), "report.json");
            ReportFile.Write(Path.Join(directory, "link.json"), "new"u8);
            Assert.Equal("new", File.ReadAllText(path));
            Assert.Equal(2, Directory.GetFiles(directory).Length);
            Assert.Equal("ReportNotWritten",
                Assert.Throws<TrustException>(() => ReportFile.Write(Path.Join(directory, "none/x.json"), "x"u8)).ErrorId);
            Assert.Equal("ReportNotWritten", Assert.Throws<TrustException>(() => ReportFile.Write(directory, "x"u8)).ErrorId);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static string Counts(XElement element) =>
        string.Join(' ', new[] { "failures", "errors", "skipped", "tests" }.Select(n => $"{n}={element.Attribute(n)!.Value}"));
}
