using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>
/// The report as JSON. Members are added in later releases, never taken away or changed in meaning without a new <c>version</c>.
/// </summary>
internal static class JsonReport
{
    private const int Version = 1;

    public static byte[] Write(ComplianceReport report)
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions
            { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("format"u8, "containertrust-compliance");
            writer.WriteNumber("version"u8, Version);
            Text(writer, "title", report.Title);
            writer.WriteString("createdAt"u8, report.CreatedAt.UtcDateTime);
            writer.WriteBoolean("compliant"u8, report.IsCompliant);
            Summary(writer, report);
            writer.WriteStartArray("rules"u8);
            foreach (ComplianceRule rule in report.Rules())
            {
                writer.WriteStartObject();
                Text(writer, "id", rule.Id);
                writer.WriteString("severity"u8, Word(rule.Severity));
                Text(writer, "title", rule.Title);
                writer.WriteStartArray("controls"u8);
                foreach (ImageTrustControl control in rule.Controls)
                    Control(writer, control);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("hosts"u8);
            foreach (ImageTrustCompliance host in report.Hosts)
                Host(writer, host);
            writer.WriteEndArray();
            writer.WriteStartArray("unchecked"u8);
            foreach (UncheckedHost host in report.Unchecked)
            {
                writer.WriteStartObject();
                Text(writer, "computerName", host.ComputerName);
                Text(writer, "reason", host.Reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetBytes(PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n");
    }

    private static void Summary(Utf8JsonWriter writer, ComplianceReport report)
    {
        writer.WriteStartObject("summary"u8);
        writer.WriteNumber("hosts"u8, report.Hosts.Count + report.Unchecked.Count);
        writer.WriteNumber("compliant"u8, report.Hosts.Count(static h => h.Compliant));
        writer.WriteNumber("notCompliant"u8, report.Hosts.Count(static h => !h.Compliant));
        writer.WriteNumber("unchecked"u8, report.Unchecked.Count);
        writer.WriteNumber("errors"u8, report.Hosts.Sum(static h => h.ErrorCount));
        writer.WriteNumber("warnings"u8, report.Hosts.Sum(static h => h.WarningCount));
        writer.WriteNumber("information"u8, report.Hosts.Sum(static h => h.InformationCount));
        writer.WriteEndObject();
    }

    private static void Host(Utf8JsonWriter writer, ImageTrustCompliance host)
    {
        writer.WriteStartObject();
        Text(writer, "computerName", host.ComputerName);
        writer.WriteBoolean("compliant"u8, host.Compliant);
        writer.WriteString("checkedAt"u8, host.CheckedAt.UtcDateTime);
        Text(writer, "policyPath", host.PolicyPath);
        writer.WriteString("minimumSeverity"u8, Word(host.MinimumSeverity));
        Texts(writer, "checkedRules", host.CheckedRules);
        Texts(writer, "excludedRules", host.ExcludedRules);
        Text(writer, "profile", host.Profile);
        writer.WriteStartArray("notCovered"u8);
        foreach (ImageTrustControl control in host.NotCovered)
            Control(writer, control);
        writer.WriteEndArray();
        writer.WriteStartArray("findings"u8);
        foreach (ImageTrustFinding finding in host.Findings)
        {
            writer.WriteStartObject();
            Text(writer, "ruleId", finding.RuleId);
            writer.WriteString("severity"u8, Word(finding.Severity));
            Text(writer, "message", finding.Message);
            Text(writer, "path", finding.Path);
            Text(writer, "scope", finding.Scope);
            Text(writer, "fix", finding.Fix);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Control(Utf8JsonWriter writer, ImageTrustControl control)
    {
        writer.WriteStartObject();
        Text(writer, "profile", control.Profile);
        Text(writer, "framework", control.Framework);
        Text(writer, "version", control.Version);
        Text(writer, "id", control.Id);
        Text(writer, "evidence", control.Evidence.ToString().ToLowerInvariant());
        if (control.Remark is not null)
            Text(writer, "remark", control.Remark);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(PrintableText.LineOrNull(text));
        writer.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is null)
            writer.WriteNull(name);
        else
            writer.WriteString(name, PrintableText.LineOrNull(text));
    }

    private static string Word(ImageTrustSeverity severity) => severity switch
    {
        ImageTrustSeverity.Error => "error",
        ImageTrustSeverity.Warning => "warning",
        _ => "information",
    };
}
