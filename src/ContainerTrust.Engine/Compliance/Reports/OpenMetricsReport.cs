using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>
/// The report as metrics: gauges in a text that is valid both as OpenMetrics 1.0 and in Prometheus's own format (0.0.4), which
/// node_exporter's textfile collector reads. So there is no type that only one of them has, no unit line, no time of a sample, and the mark
/// at the end, which is a comment to the other.
/// </summary>
internal static class OpenMetricsReport
{
    private const string Prefix = "containertrust_";

    public static byte[] Write(ComplianceReport report)
    {
        if (!report.IsHostNamed && report.Hosts.Count + report.Unchecked.Count > 1)
            throw new TrustException("ReportOfOneHost", TrustErrorKind.InvalidArgument,
                "Metrics without the names of hosts are about one host, and there are several. Write a file for each.");
        List<HostMetrics> hosts = Hosts(report);
        StringBuilder text = new();
        Family(text, hosts, "check_success",
            "Whether the host could be checked: 1, or 0 if no rule was. What was checked in part has a finding of the rule NotChecked.",
            static h => Number(h.IsChecked ? 1 : 0));
        Family(text, hosts, "check_timestamp_seconds", "When the host was checked last, or was tried to be, in seconds since 1970.",
            static h => Seconds(h.CheckedAt));
        Family(text, hosts, "compliant",
            "Whether the host is compliant: 1, or 0 if something was found that is not allowed, or it was not checked.",
            static h => Number(h.IsCompliant ? 1 : 0));
        Family(text, hosts, "rules_checked", "How many rules were checked to their end.", static h => Number(h.RulesChecked));
        Findings(text, hosts);
        Family(text, hosts, "policy_info", "The policy in force that was checked: its path on the host and its SHA-256. Always 1.",
            static h => h.PolicyHash is null ? null : "1",
            static h => [("path", h.PolicyPath ?? ""), ("sha256", h.PolicyHash!)]);
        Family(text, hosts, "key_expiry_timestamp_seconds",
            "When the next key or certificate of the policy ends, in seconds since 1970. Absent if none is known to end.",
            static h => h.NextKeyExpiry is { } time ? Seconds(time) : null);
        text.Append("# EOF\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static List<HostMetrics> Hosts(ComplianceReport report)
    {
        IReadOnlyList<string> names = report.UniqueNames();

        // Two names may look the same once they are printable. A sample that is there twice spoils the whole file.
        HashSet<string> taken = new(StringComparer.Ordinal);
        string? Label(int index)
        {
            if (!report.IsHostNamed)
                return null;
            string name = PrintableText.Line(names[index]), unique = name.Length > 0 ? name : "(unknown host)";
            for (int n = 2; !taken.Add(unique); n++)
                unique = string.Create(CultureInfo.InvariantCulture, $"{name} ({n})");
            return unique;
        }

        return
        [
            .. report.Hosts.Select((h, i) => HostMetrics.Of(h, Label(i))),
            .. report.Unchecked.Select((u, i) => HostMetrics.NotChecked(report.CreatedAt, Label(report.Hosts.Count + i))),
        ];
    }

    private static void Findings(StringBuilder text, List<HostMetrics> hosts)
    {
        Begin(text, "findings", "How many findings there are, by rule and severity; 0 for a rule that was checked and found nothing.");
        foreach (HostMetrics host in hosts)
        {
            foreach (((string rule, string severity), int count) in host.Findings)
                Sample(text, "findings", host, [("rule", rule), ("severity", severity)], Number(count));
        }
    }

    private static void Family(StringBuilder text, List<HostMetrics> hosts, string name, string help, Func<HostMetrics, string?> value,
        Func<HostMetrics, (string, string)[]>? labels = null)
    {
        if (hosts.All(h => value(h) is null))
            return;
        Begin(text, name, help);
        foreach (HostMetrics host in hosts)
        {
            if (value(host) is { } number)
                Sample(text, name, host, labels?.Invoke(host) ?? [], number);
        }
    }

    private static void Begin(StringBuilder text, string name, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} gauge\n");

    private static void Sample(StringBuilder text, string name, HostMetrics host, (string Name, string Value)[] labels, string number)
    {
        text.Append(Prefix).Append(name);
        (string Name, string Value)[] all = host.Name is null ? labels : [("host", host.Name), .. labels];
        if (all.Length > 0)
            text.Append('{').AppendJoin(',', all.Select(static l => $"{l.Name}=\"{Escape(l.Value)}\"")).Append('}');
        text.Append(' ').Append(number).Append('\n');
    }

    // What both formats escape. A line feed is spelled out before, as is what a terminal would obey and what is not text.
    private static string Escape(string untrustedText) => PrintableText.Line(untrustedText)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
