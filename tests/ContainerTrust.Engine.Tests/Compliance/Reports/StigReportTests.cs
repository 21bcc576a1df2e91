using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Engine.Tests.Compliance.Reports;

/// <summary>Results for STIG Viewer and STIG Manager: XCCDF 1.2 and CKLB 1.0.</summary>
public sealed class StigReportTests
{
    private static readonly XNamespace s_xccdf = "http://checklists.nist.gov/xccdf/1.2";

    private static ImageTrustCompliance Good(string name = "node1.example.com") => AuditHost.Good().Check() with { ComputerName = name };

    private static ImageTrustCompliance Open() => AuditHost.WithPolicy("", "insecureAcceptAnything").Check();

    private static ComplianceReport Report(params ImageTrustCompliance[] hosts) => new() { Hosts = hosts };

    private static XElement Xccdf(ComplianceReport report) =>
        XDocument.Parse(Encoding.UTF8.GetString(report.Write(ReportFormat.Xccdf)).TrimStart('\uFEFF')).Root!;

    private static string ResultOf(XElement root, string rule) => root.Descendants(s_xccdf + "rule-result")
        .Single(r => r.Attribute("idref")!.Value == "xccdf_mil.disa.stig_rule_" + rule).Element(s_xccdf + "result")!.Value;

    [Fact]
    public void XCCDF_has_the_benchmarks_own_ids()
    {
        XElement root = Xccdf(Report(Good()));
        Assert.Equal("xccdf_mil.disa.stig_benchmark_RH_OpenShift_Container_Platform_4-x_STIG", root.Attribute("id")!.Value);
        Assert.Equal("pass", ResultOf(root, "SV-257537r1015794_rule"));
        Assert.Equal("notchecked", ResultOf(root, "SV-257561r961473_rule"));
        Assert.Equal("fail", ResultOf(Xccdf(Report(Open())), "SV-257537r1015794_rule"));
        Assert.Equal("node1.example.com", root.Descendants(s_xccdf + "fact").First().Value);
        Assert.Equal("node1.example.com", root.Descendants(s_xccdf + "fact").Last().Value);
    }

    [Fact]
    public void XCCDF_of_a_host_that_was_not_reached_is_an_error() => Assert.All(
        Xccdf(new ComplianceReport { Hosts = [], Unchecked = [new UncheckedHost("down", "Refused.")] }).Descendants(s_xccdf + "result"),
        static r => Assert.Equal("error", r.Value));

    [Fact]
    public void CKLB_has_the_members_that_its_schema_allows()
    {
        using JsonDocument json = JsonDocument.Parse(Report(Good()).Write(ReportFormat.Cklb));
        JsonElement root = json.RootElement;
        Assert.Equal(["title", "id", "cklb_version", "active", "mode", "has_path", "target_data", "stigs"],
            root.EnumerateObject().Select(static p => p.Name));
        Assert.True(root.GetProperty("id").TryGetGuid(out _));
        JsonElement stig = root.GetProperty("stigs")[0];
        Assert.Equal("RH_OpenShift_Container_Platform_4-x_STIG", stig.GetProperty("stig_id").GetString());
        JsonElement rule = stig.GetProperty("rules").EnumerateArray()
            .Single(static r => r.GetProperty("group_id").GetString() == "V-257537");
        Assert.Equal("SV-257537r1015794", rule.GetProperty("rule_id").GetString());
        Assert.Equal("SV-257537r1015794_rule", rule.GetProperty("rule_id_src").GetString());
        Assert.Equal("not_a_finding", rule.GetProperty("status").GetString());
        Assert.Equal(stig.GetProperty("uuid").GetString(), rule.GetProperty("stig_uuid").GetString());
        Assert.Equal(["not_a_finding", "not_reviewed", "not_reviewed", "not_reviewed"],
            stig.GetProperty("rules").EnumerateArray().Select(static r => r.GetProperty("status").GetString()));
    }

    [Fact]
    public void CKLB_says_open_where_the_default_accepts_anything_and_not_reviewed_where_nobody_looked()
    {
        static string Status(ComplianceReport report)
        {
            using JsonDocument json = JsonDocument.Parse(report.Write(ReportFormat.Cklb));
            return json.RootElement.GetProperty("stigs")[0].GetProperty("rules")[0].GetProperty("status").GetString()!;
        }

        Assert.Equal("open", Status(Report(Open())));
        Assert.Equal("not_reviewed", Status(new ComplianceReport { Hosts = [], Unchecked = [new UncheckedHost("down", "Refused.")] }));
    }

    [Theory]
    [InlineData(ReportFormat.Xccdf)]
    [InlineData(ReportFormat.Cklb)]
    public void Several_hosts_need_a_file_each(ReportFormat format)
    {
        ComplianceReport report = Report(Good("a/../b"), Good("A/../B"), Good(".."))
            with { Unchecked = [new UncheckedHost("down", "Refused.")] };
        Assert.Equal("ReportOfOneHost", Assert.Throws<TrustException>(() => report.Write(format)).ErrorId);
        string end = format == ReportFormat.Cklb ? "-image-trust.cklb" : "-image-trust-xccdf.xml";
        Assert.Equal(["a_.._b" + end, "A_.._B-2" + end, "host" + end, "down" + end], report.PerHost(format).Select(static f => f.FileName));
        Assert.All(report.PerHost(format), f => Assert.NotEmpty(f.Report.Write(format)));
        Assert.Equal("EmptyReport", Assert.Throws<TrustException>(() => new ComplianceReport { Hosts = [] }.Write(format)).ErrorId);
    }

    [Theory]
    [InlineData("x.cklb", ReportFormat.Cklb)]
    [InlineData("node-xccdf.xml", ReportFormat.Xccdf)]
    [InlineData("XCCDF.XML", ReportFormat.Xccdf)]
    [InlineData("report.xml", ReportFormat.JUnit)]
    public void The_name_says_the_format(string name, ReportFormat format) => Assert.Equal(format, ReportFile.FormatOf(name));

    [Theory]
    [InlineData(ReportFormat.Xccdf)]
    [InlineData(ReportFormat.Cklb)]
    public void Nothing_that_a_host_says_can_break_out(ReportFormat format)
    {
        const string Evil = "<result>pass</result>\"'&]]>\u0000\u001b[31m\u202e\ud800";
        ImageTrustCompliance host = Open() with { ComputerName = Evil };
        host = host with { Findings = [.. host.Findings.Select(static f => f with { Message = Evil })] };
        string text = Encoding.UTF8.GetString(Report(host).Write(format));
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c != '\n');
        if (format == ReportFormat.Xccdf)
            Assert.Equal(4, Xccdf(Report(host)).Descendants(s_xccdf + "result").Count());
        else
            JsonDocument.Parse(text).Dispose();
    }

    [Fact]
    public void HTML_lets_a_reader_choose_a_framework()
    {
        string html = Encoding.UTF8.GetString(Report(Good(), Open()).Write(ReportFormat.Html));
        Assert.Contains("id=\"only-stig\"", html, StringComparison.Ordinal);
        Assert.Contains("main:has(#only-nist:checked)", html, StringComparison.Ordinal);
        Assert.Contains("<code>V-257537</code>", html, StringComparison.Ordinal);
        Assert.Contains("Controls: Stig-Ocp4: V-257537", html, StringComparison.Ordinal);
    }
}
