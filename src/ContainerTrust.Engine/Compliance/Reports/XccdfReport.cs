using System.Globalization;
using System.Text;
using System.Xml;
using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>
/// One host's result in XCCDF 1.2 (NIST IR 7275 r4, section 6.6) with the ids of DISA's benchmark, as STIG Manager and STIG Viewer import.
/// It names only the benchmark's rules that are about which images are trusted, and has none of the benchmark's own texts.
/// </summary>
internal static class XccdfReport
{
    private const string Namespace = "http://checklists.nist.gov/xccdf/1.2";
    private const string Prefix = "xccdf_mil.disa.stig_";

    public static byte[] Write(string name, ImageTrustCompliance host)
    {
        using MemoryStream stream = new();
        using (XmlWriter writer = XmlWriter.Create(stream, new XmlWriterSettings
            { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
            Benchmark(writer, PrintableText.Line(name), host);
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Benchmark(XmlWriter writer, string name, ImageTrustCompliance host)
    {
        ControlResult[] results =
            [.. ControlFrameworks.Stig.Controls.Where(static c => c.Stig is not null).Select(c => ControlResult.Of(c, host))];
        writer.WriteStartElement("Benchmark", Namespace);
        writer.WriteAttributeString("id", Prefix + "benchmark_" + StigBenchmark.Id);
        writer.WriteAttributeString("resolved", "true");
        writer.WriteAttributeString("xml", "lang", null, "en");
        writer.WriteStartElement("status", Namespace);
        writer.WriteAttributeString("date", StigBenchmark.Date);
        writer.WriteString("accepted");
        writer.WriteEndElement();
        writer.WriteElementString("title", Namespace, StigBenchmark.Title);
        writer.WriteElementString("description", Namespace, $"The {results.Length} of {StigBenchmark.RuleCount} rules that are about which "
            + "container images are trusted. The texts are in the benchmark of DISA.");
        writer.WriteElementString("version", Namespace, StigBenchmark.Version);
        writer.WriteStartElement("metadata", Namespace);
        writer.WriteElementString("creator", "http://purl.org/dc/elements/1.1/", "DISA");
        writer.WriteElementString("publisher", "http://purl.org/dc/elements/1.1/", "DISA");
        writer.WriteElementString("contributor", "http://purl.org/dc/elements/1.1/", "DISA");
        writer.WriteElementString("source", "http://purl.org/dc/elements/1.1/", "https://www.cyber.mil/stigs");
        writer.WriteEndElement();
        foreach (ControlResult result in results)
            Rule(writer, result.Control);
        Result(writer, name, host, results);
        writer.WriteEndElement();
    }

    private static void Rule(XmlWriter writer, Control control)
    {
        writer.WriteStartElement("Group", Namespace);
        writer.WriteAttributeString("id", $"{Prefix}group_{control.Id}");
        writer.WriteElementString("title", Namespace, control.Stig!.GroupTitle);
        writer.WriteStartElement("Rule", Namespace);
        writer.WriteAttributeString("id", $"{Prefix}rule_{control.Stig.RuleId}");
        writer.WriteAttributeString("severity", StigBenchmark.Severity);
        writer.WriteElementString("version", Namespace, control.Stig.RuleVersion);
        writer.WriteElementString("title", Namespace, control.Title + ".");
        Idents(writer, control.Stig);
        Check(writer);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void Check(XmlWriter writer)
    {
        writer.WriteStartElement("check", Namespace);
        writer.WriteAttributeString("system", "urn:containertrust:rules");
        writer.WriteEndElement();
    }

    private static void Idents(XmlWriter writer, StigItem item)
    {
        foreach (string cci in item.Ccis)
        {
            writer.WriteStartElement("ident", Namespace);
            writer.WriteAttributeString("system", "http://cyber.mil/cci");
            writer.WriteString(cci);
            writer.WriteEndElement();
        }
    }

    private static void Result(XmlWriter writer, string name, ImageTrustCompliance host, ControlResult[] results)
    {
        string time = host.CheckedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        writer.WriteStartElement("TestResult", Namespace);
        writer.WriteAttributeString("id", "xccdf_containertrust_testresult_" + Guid.NewGuid().ToString("D"));
        writer.WriteAttributeString("end-time", time);
        writer.WriteAttributeString("test-system", "cpe:/a:containertrust:containertrust");
        writer.WriteStartElement("benchmark", Namespace);
        writer.WriteAttributeString("href", "https://www.cyber.mil/stigs");
        writer.WriteAttributeString("id", Prefix + "benchmark_" + StigBenchmark.Id);
        writer.WriteEndElement();
        writer.WriteElementString("title", Namespace, $"Container image trust of {name}");
        writer.WriteElementString("target", Namespace, name);
        writer.WriteStartElement("target-facts", Namespace);
        Fact(writer, "urn:xccdf:fact:asset:identifier:host_name", name);
        if (StigBenchmark.DomainName(name) is { } domain)
            Fact(writer, "urn:xccdf:fact:asset:identifier:fqdn", domain);
        writer.WriteEndElement();
        foreach (ControlResult result in results)
        {
            writer.WriteStartElement("rule-result", Namespace);
            writer.WriteAttributeString("idref", $"{Prefix}rule_{result.Control.Stig!.RuleId}");
            writer.WriteAttributeString("severity", StigBenchmark.Severity);
            writer.WriteAttributeString("time", time);
            writer.WriteAttributeString("version", result.Control.Stig.RuleVersion);
            writer.WriteElementString("result", Namespace, Word(result.State));
            Idents(writer, result.Control.Stig);
            writer.WriteStartElement("message", Namespace);
            writer.WriteAttributeString("severity", result.State is ControlState.Met ? "info" : "warning");
            writer.WriteString(PrintableText.Lines(result.Details));
            writer.WriteEndElement();
            Check(writer);
            writer.WriteEndElement();
        }

        int met = results.Count(static r => r.State == ControlState.Met);
        writer.WriteStartElement("score", Namespace);
        writer.WriteAttributeString("system", "urn:xccdf:scoring:flat-unweighted");
        writer.WriteAttributeString("maximum", Number(met + results.Count(static r => r.State == ControlState.NotMet)));
        writer.WriteString(Number(met));
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void Fact(XmlWriter writer, string name, string value)
    {
        writer.WriteStartElement("fact", Namespace);
        writer.WriteAttributeString("name", name);
        writer.WriteAttributeString("type", "string");
        writer.WriteString(value);
        writer.WriteEndElement();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Word(ControlState state) => state switch
    {
        ControlState.Met => "pass",
        ControlState.NotMet => "fail",
        ControlState.NotChecked => "error",
        _ => "notchecked",
    };
}
