using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Conformance.Tests.Compliance.Reports;

/// <summary>Metrics of hosts and rules with hostile names, as Prometheus's own parser reads them.</summary>
public sealed class OpenMetricsTests
{
    [SkippableFact]
    public void Promtool_takes_hostile_names()
    {
        string promtool = Tools.RequireTool("promtool"), file = Path.GetTempFileName();
        try
        {
            string[] evil = [HostileFields.Text, "a\"} 1\ncontainertrust_compliant 1\n#", "back\\slash\\", "\\n", "\ud800", "\U0001F600"];
            ComplianceReport report = new()
            {
                Hosts = [.. evil.Concat(evil).Select(static name => new ImageTrustCompliance
                {
                    ComputerName = name,
                    CheckedAt = DateTimeOffset.UnixEpoch,
                    CheckedRules = [name],
                    PolicyPath = name,
                    PolicyHash = name,
                    NextKeyExpiry = DateTimeOffset.UnixEpoch,
                    Findings = [new ImageTrustFinding { RuleId = name + "x", Severity = ImageTrustSeverity.Error, Message = name }],
                })],
                Unchecked = [.. evil.Select(static name => new UncheckedHost(name, name))],
            };
            File.WriteAllBytes(file, report.Write(ReportFormat.OpenMetrics));
            ToolResult said = Tools.Run("/bin/sh", ["-c", "exec \"$0\" check metrics <\"$1\"", promtool, file]);
            Assert.Equal((0, "", ""), (said.ExitCode, said.Output, said.Error));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
