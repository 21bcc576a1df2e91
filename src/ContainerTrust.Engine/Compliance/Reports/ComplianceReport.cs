using System.Globalization;
using System.Text;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>What a report is about: the hosts that were checked, and those that could not be.</summary>
public sealed record ComplianceReport
{
    /// <summary>The results, in the order in which they came. A host may be there several times.</summary>
    public required IReadOnlyList<ImageTrustCompliance> Hosts { get; init; }

    /// <summary>Hosts that could not be checked at all. They are never compliant.</summary>
    public IReadOnlyList<UncheckedHost> Unchecked { get; init; } = [];

    /// <summary>What the report is called.</summary>
    public string Title { get; init; } = "Container image trust";

    /// <summary>
    /// Whether metrics have a label with the host's name. A report of the machine that it is read on has none: Prometheus knows that
    /// machine by its label <c>instance</c>. The other formats name hosts always.
    /// </summary>
    public bool IsHostNamed { get; init; } = true;

    /// <summary>When the report was made.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Whether there is a host, every host was checked, and every one is compliant.</summary>
    public bool IsCompliant => Hosts.Count > 0 && Unchecked.Count == 0 && Hosts.All(static h => h.Compliant);

    /// <summary>The report as a file.</summary>
    /// <param name="format">Its format.</param>
    /// <returns>UTF-8 text.</returns>
    /// <exception cref="TrustException">There is no host at all (<c>EmptyReport</c>): such a report would look as if all were
    /// well. Or there are several, and the format is about one (<c>ReportOfOneHost</c>).</exception>
    public byte[] Write(ReportFormat format)
    {
        if (Hosts.Count == 0 && Unchecked.Count == 0)
            throw new TrustException("EmptyReport", TrustErrorKind.InvalidArgument,
                $"There is nothing to report: no host was checked. Give the results of {TrustOperation.Audit}, and the " +
                "hosts that could not be checked.");
        return format switch
        {
            ReportFormat.Json => JsonReport.Write(this),
            ReportFormat.JUnit => JUnitReport.Write(this),
            ReportFormat.Xccdf => XccdfReport.Write(UniqueNames()[0], OnlyHost()),
            ReportFormat.OpenMetrics => OpenMetricsReport.Write(this),
            ReportFormat.Cklb => CklbReport.Write(UniqueNames()[0], OnlyHost(), Title),
            _ => HtmlReport.Write(this),
        };
    }

    /// <summary>Whether a format is about one host.</summary>
    /// <param name="format">A format.</param>
    public static bool IsOfOneHost(ReportFormat format) => format is ReportFormat.Xccdf or ReportFormat.Cklb;

    /// <summary>The report of each host by itself, with a name for its file that no other host has.</summary>
    /// <param name="format">The format, which decides how the files' names end.</param>
    /// <returns>Names of files without a directory, and reports, in the order of the hosts.</returns>
    public IReadOnlyList<(string FileName, ComplianceReport Report)> PerHost(ReportFormat format)
    {
        IReadOnlyList<string> names = UniqueNames();
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        List<(string, ComplianceReport)> files = [];
        for (int i = 0; i < names.Count; i++)
        {
            string safe = new([.. names[i].Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')]);
            safe = safe.TrimStart('.') is { Length: > 0 } usable ? usable : "host";
            string unique = safe;
            for (int n = 2; !taken.Add(unique); n++)
                unique = string.Create(CultureInfo.InvariantCulture, $"{safe}-{n}");
            files.Add((unique + ReportFile.EndOf(format), this with
            {
                Hosts = i < Hosts.Count ? [Hosts[i]] : [],
                Unchecked = i < Hosts.Count ? [] : [Unchecked[i - Hosts.Count]],
            }));
        }

        return files;
    }

    private ImageTrustCompliance OnlyHost() => Hosts.Count + Unchecked.Count > 1
        ? throw new TrustException("ReportOfOneHost", TrustErrorKind.InvalidArgument,
            $"A file of this format is about one host, and there are {Hosts.Count + Unchecked.Count}. Specify a directory that exists: "
            + "each host gets a file of its own there.")
        : Hosts is [{ } host] ? host
        : ImageTrustCompliance.NotChecked(Unchecked[0].ComputerName, "HostNotChecked", Unchecked[0].Reason, ImageTrustSeverity.Warning)
            with { CheckedAt = CreatedAt };

    /// <summary>The rules that a report shows: those of this release, and others that findings name.</summary>
    internal IReadOnlyList<ComplianceRule> Rules() =>
    [
        .. ComplianceRules.All,
        .. Hosts.SelectMany(static h => h.Findings).Where(static f => ComplianceRules.Find(f.RuleId) is null)
            .DistinctBy(static f => f.RuleId)
            .Select(static f => new ComplianceRule(f.RuleId, f.Severity, f.RuleId)),
    ];

    /// <summary>Names that tell results of the same host apart.</summary>
    internal IReadOnlyList<string> UniqueNames()
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        HashSet<string> taken = new(Hosts.Select(static h => h.ComputerName), StringComparer.Ordinal);
        List<string> names = [];
        foreach (string name in Hosts.Select(static h => h.ComputerName).Concat(Unchecked.Select(static u => u.ComputerName)))
        {
            int number = seen[name] = seen.GetValueOrDefault(name) + 1;
            string unique = name;
            while (number > 1 && !taken.Add(unique = string.Create(CultureInfo.InvariantCulture, $"{name} ({number})")))
                number++;
            names.Add(unique);
        }

        return names;
    }
}

/// <summary>A host that could not be checked.</summary>
/// <param name="ComputerName">The host.</param>
/// <param name="Reason">Why, a sentence.</param>
public sealed record UncheckedHost(string ComputerName, string Reason);

/// <summary>The format of a report.</summary>
public enum ReportFormat
{
    /// <summary>JSON, for scripts.</summary>
    Json,

    /// <summary>JUnit XML, for pipelines: a test suite a host, a test case a rule.</summary>
    JUnit,

    /// <summary>One HTML page, for people.</summary>
    Html,

    /// <summary>An XCCDF 1.2 result of one host with the rule ids of DISA's STIG, for STIG Manager and STIG Viewer.</summary>
    Xccdf,

    /// <summary>A checklist of one host for STIG Viewer 3 (CKLB 1.0).</summary>
    Cklb,

    /// <summary>Metrics for Prometheus: a text that is valid both as OpenMetrics 1.0 and in Prometheus's own format.</summary>
    OpenMetrics,
}
