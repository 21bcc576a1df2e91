using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Conformance.Tests.Compliance.Reports;

/// <summary>Results in XCCDF, judged by OpenSCAP: the schema and the rules of the specification beyond it.</summary>
public sealed class XccdfTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableFact]
    public void OpenSCAP_takes_the_results()
    {
        string tool = Tools.RequireTool("oscap");
        ImageTrustCompliance host = new()
        {
            ComputerName = "node1.example.com",
            CheckedAt = DateTimeOffset.UtcNow,
            CheckedRules = ["DefaultAcceptsAnything"],
            Findings =
            [
                new ImageTrustFinding
                    { RuleId = "DefaultAcceptsAnything", Severity = ImageTrustSeverity.Error, Message = "<&\u0001> accepts" },
            ],
        };
        Validate(tool, new ComplianceReport { Hosts = [host] });
        Validate(tool, new ComplianceReport { Hosts = [host with { Findings = [] }] });
        Validate(tool, new ComplianceReport { Hosts = [], Unchecked = [new UncheckedHost("192.0.2.7", "Refused.")] });

        // The tool does look.
        string file = Path.Combine(_scratch, "wrong-xccdf.xml");
        File.WriteAllText(file, File.ReadAllText(Path.Combine(_scratch, "x-xccdf.xml")).Replace("<result>error", "<result>perhaps",
            StringComparison.Ordinal));
        Assert.NotEqual(0, Tools.Run(tool, ["xccdf", "validate", file]).ExitCode);
    }

    private void Validate(string tool, ComplianceReport report)
    {
        string file = Path.Combine(_scratch, "x-xccdf.xml");
        File.WriteAllBytes(file, report.Write(ReportFormat.Xccdf));
        ToolResult result = Tools.Run(tool, ["xccdf", "validate", file]);
        Assert.True(result.ExitCode == 0, result.Error);
    }
}
