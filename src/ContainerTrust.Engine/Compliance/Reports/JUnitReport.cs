using System.Globalization;
using System.Text;
using System.Xml;
using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>The report as JUnit XML, as Jenkins, GitLab and Azure Pipelines read it: a test suite a host, a test case a rule.</summary>
internal static class JUnitReport
{
    public static byte[] Write(ComplianceReport report)
    {
        IReadOnlyList<string> names = report.UniqueNames();
        IReadOnlyList<ComplianceRule> rules = report.Rules();
        List<Suite> suites = [];
        for (int i = 0; i < report.Hosts.Count; i++)
            suites.Add(new Suite(names[i], report.Hosts[i].CheckedAt, Cases(report.Hosts[i], rules)));
        for (int i = 0; i < report.Unchecked.Count; i++)
        {
            string reason = PrintableText.Line(report.Unchecked[i].Reason);
            suites.Add(new Suite(names[report.Hosts.Count + i], report.CreatedAt,
                [new Case("The host can be checked", Outcome.Error, "NotChecked", reason, reason)]));
        }

        using MemoryStream stream = new();
        using (XmlWriter writer = XmlWriter.Create(stream, new XmlWriterSettings
            { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
        {
            writer.WriteStartElement("testsuites");
            Attribute(writer, "name", report.Title);
            Counts(writer, [.. suites.SelectMany(static s => s.Cases)]);
            foreach (Suite suite in suites)
                Write(writer, suite);
            writer.WriteEndElement();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private enum Outcome
    {
        Passed,
        Failed,
        Error,
        Skipped,
    }

    private static List<Case> Cases(ImageTrustCompliance host, IReadOnlyList<ComplianceRule> rules)
    {
        ILookup<string, ImageTrustFinding> findings = host.Findings.ToLookup(static f => f.RuleId, StringComparer.Ordinal);
        List<Case> cases = [];
        foreach (ComplianceRule rule in rules)
        {
            string name = rule.Title == rule.Id ? rule.Id : $"{rule.Id}: {rule.Title}";
            ImageTrustFinding[] found = [.. findings[rule.Id]];
            string text = string.Join("\n\n", found.Select(Describe));
            if (found.Any(f => f.Severity >= host.MinimumSeverity))
                cases.Add(new Case(name, rule.Id == ComplianceRules.NotChecked ? Outcome.Error : Outcome.Failed, rule.Id,
                    found.Length == 1 ? found[0].Message : $"{found.Length} findings, the first: {found[0].Message}", text));
            else if (host.ExcludedRules.Contains(rule.Id))
                cases.Add(new Case(name, Outcome.Skipped, rule.Id, "The rule was left out.", ""));
            else if (found.Length > 0 || host.CheckedRules.Contains(rule.Id))
                cases.Add(new Case(name, Outcome.Passed, rule.Id, "", text));
        }

        // A host of which nothing was checked must not look as if all were well.
        if (!host.Compliant && cases.TrueForAll(static c => c.Outcome is Outcome.Passed or Outcome.Skipped))
            cases.Add(new Case("The host is compliant", Outcome.Error, ComplianceRules.NotChecked,
                "Nothing was checked on this host.", ""));
        return cases;
    }

    private static string Describe(ImageTrustFinding finding)
    {
        StringBuilder text = new();
        text.Append(finding.Severity).Append(": ").Append(finding.Message);
        if (finding.Scope is not null)
            text.Append("\nScope: ").Append(PrintableText.Line(finding.Scope));
        if (finding.Path is not null)
            text.Append("\nFile: ").Append(PrintableText.Line(finding.Path));
        if (finding.Fix is not null)
            text.Append("\nFix: ").Append(finding.Fix);
        if (ControlFrameworks.OfRule(finding.RuleId) is { Count: > 0 } controls)
            text.Append("\nControls: ").Append(string.Join(", ", controls.Select(static c => $"{c.Profile} {c.Id}")));
        return text.ToString();
    }

    private static void Write(XmlWriter writer, Suite suite)
    {
        writer.WriteStartElement("testsuite");
        Attribute(writer, "name", suite.Name);
        Attribute(writer, "hostname", suite.Name);
        Attribute(writer, "timestamp", suite.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        Counts(writer, suite.Cases);
        foreach (Case test in suite.Cases)
        {
            writer.WriteStartElement("testcase");
            Attribute(writer, "classname", suite.Name);
            Attribute(writer, "name", test.Name);
            Attribute(writer, "time", "0");
            string? element = test.Outcome switch
            {
                Outcome.Failed => "failure",
                Outcome.Error => "error",
                Outcome.Skipped => "skipped",
                _ => null,
            };
            if (element is not null)
            {
                writer.WriteStartElement(element);
                Attribute(writer, "message", test.Message);
                if (test.Outcome != Outcome.Skipped)
                    Attribute(writer, "type", test.Rule);
                if (test.Text.Length > 0)
                    writer.WriteString(PrintableText.Lines(test.Text));
                writer.WriteEndElement();
            }
            else if (test.Text.Length > 0)
            {
                writer.WriteElementString("system-out", PrintableText.Lines(test.Text));
            }

            writer.WriteEndElement();
        }

        writer.WriteEndElement();
    }

    private static void Counts(XmlWriter writer, List<Case> cases)
    {
        Attribute(writer, "tests", cases.Count.ToString(CultureInfo.InvariantCulture));
        Attribute(writer, "failures", cases.Count(static c => c.Outcome == Outcome.Failed).ToString(CultureInfo.InvariantCulture));
        Attribute(writer, "errors", cases.Count(static c => c.Outcome == Outcome.Error).ToString(CultureInfo.InvariantCulture));
        Attribute(writer, "skipped", cases.Count(static c => c.Outcome == Outcome.Skipped).ToString(CultureInfo.InvariantCulture));
        Attribute(writer, "time", "0");
    }

    private static void Attribute(XmlWriter writer, string name, string value) =>
        writer.WriteAttributeString(name, PrintableText.Line(value));

    private sealed record Suite(string Name, DateTimeOffset Time, List<Case> Cases);

    private sealed record Case(string Name, Outcome Outcome, string Rule, string Message, string Text);
}
