using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>
/// The report as one HTML page without scripts and without anything from elsewhere. What came from hosts is encoded, and a content security
/// policy keeps the browser from running or fetching anything all the same.
/// </summary>
internal sealed class HtmlReport
{
    // With more, the page says each message once, with the hosts that it is about, and not again under each host.
    private const int MostRepeated = 5000;

    private readonly ComplianceReport _report;
    private readonly StringBuilder _html = new(64 * 1024);
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<ComplianceRule> _rules;
    private readonly List<Row> _rows = [];
    private readonly Dictionary<ImageTrustFinding, int> _numbers = [];
    private readonly List<(ImageTrustFinding Finding, List<Row> Hosts)> _distinct = [];
    private readonly bool _isRepeating;

    private HtmlReport(ComplianceReport report)
    {
        _report = report;
        _names = report.UniqueNames();
        _rules = report.Rules();
        for (int i = 0; i < report.Hosts.Count; i++)
            _rows.Add(new Row(i, _names[i], report.Hosts[i], null));
        for (int i = 0; i < report.Unchecked.Count; i++)
            _rows.Add(new Row(report.Hosts.Count + i, _names[report.Hosts.Count + i], null, report.Unchecked[i].Reason));

        // The worst first.
        _rows = [.. _rows.OrderBy(static r => r.Host is null ? 0 : r.Host.Compliant ? 2 : 1)
            .ThenByDescending(static r => r.Host?.ErrorCount ?? 0).ThenByDescending(static r => r.Host?.WarningCount ?? 0)
            .ThenBy(static r => r.Name, StringComparer.OrdinalIgnoreCase)];
        _isRepeating = report.Hosts.Sum(static h => (long)h.Findings.Count) <= MostRepeated;
        foreach (Row row in _rows)
        {
            foreach (ImageTrustFinding finding in row.Host?.Findings ?? [])
            {
                if (!_numbers.TryGetValue(Anywhere(finding), out int number))
                {
                    _numbers.Add(Anywhere(finding), number = _distinct.Count);
                    _distinct.Add((finding, []));
                }

                if (_distinct[number].Hosts.Count == 0 || _distinct[number].Hosts[^1] != row)
                    _distinct[number].Hosts.Add(row);
            }
        }
    }

    // The same finding on several hosts is said once.
    private static ImageTrustFinding Anywhere(ImageTrustFinding finding) => finding with { ComputerName = null };

    public static byte[] Write(ComplianceReport report)
    {
        HtmlReport html = new(report);
        html.Page();
        return Encoding.UTF8.GetBytes(html._html.ToString());
    }

    private void Page()
    {
        Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri " +
            "'none'; form-action 'none'\">\n");
        Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" " +
            "content=\"no-referrer\">\n<title>");
        Text(_report.Title);
        Raw("</title>\n<style>\n");
        Raw(HtmlStyle.Text);
        Raw(HtmlControls.Style);
        Raw("</style>\n</head>\n<body>\n<main>\n");
        Head();
        Matrix();
        Raw(HtmlControls.Filter());
        Findings();
        Raw(HtmlControls.Section(_report));
        Hosts();
        Rules();
        Raw("</main>\n</body>\n</html>\n");
    }

    private void Head()
    {
        int all = _rows.Count;
        int compliant = _rows.Count(static r => r.Host?.Compliant == true);
        int unreached = _report.Unchecked.Count;
        Raw("<header>\n<h1>");
        Text(_report.Title);
        Raw("</h1>\n<p class=\"sub\">Compliance of ");
        Text(Count(all, "host"));
        Raw(", report of <time datetime=\"");
        Text(_report.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Raw("\">");
        Text(_report.CreatedAt.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Raw("</time></p>\n<dl class=\"cards\">\n");
        Card("Compliant", compliant, "ok", $"of {Count(all, "host")}");
        Card("Not compliant", all - compliant - unreached, all - compliant - unreached > 0 ? "error" : "", $"of {Count(all, "host")}");
        Card("Not checked", unreached, unreached > 0 ? "error" : "", $"of {Count(all, "host")}");
        Card("Errors", _report.Hosts.Sum(static h => h.ErrorCount), "error", "findings");
        Card("Warnings", _report.Hosts.Sum(static h => h.WarningCount), "warning", "findings");
        Card("Notes", _report.Hosts.Sum(static h => h.InformationCount), "info", "findings");
        Raw("</dl>\n<div class=\"bar\" role=\"img\" aria-label=\"");
        Text($"{compliant} of {all} hosts compliant");
        Raw("\">");
        Segment("ok", compliant, all);
        Segment("error", all - compliant - unreached, all);
        Segment("none", unreached, all);
        Raw("</div>\n</header>\n");
    }

    private void Card(string label, int value, string style, string unit)
    {
        Raw($"<div class=\"card {(value > 0 ? style : "")}\"><dt>{label}</dt><dd>{Number(value)}</dd><dd " +
            $"class=\"unit\">{unit}</dd></div>\n");
    }

    private void Segment(string style, int value, int all)
    {
        if (value > 0)
            Raw(string.Create(CultureInfo.InvariantCulture,
                $"<span class=\"{style}\" style=\"width:{100.0 * value / all:0.###}%\"></span>"));
    }

    private void Matrix()
    {
        HashSet<string> found = new(_distinct.Select(static d => d.Finding.RuleId), StringComparer.Ordinal);
        foreach (ImageTrustCompliance host in _report.Hosts)
            found.UnionWith(host.ExcludedRules);
        ComplianceRule[] columns = [.. _rules.Where(r => found.Contains(r.Id))];
        Raw("<section id=\"matrix\">\n<h2>Hosts by rules</h2>\n");
        if (columns.Length < _rules.Count)
        {
            Raw("<p class=\"sub\">");
            Text(columns.Length == 0 ? "No rule that was checked found anything on any host."
                : $"Rules that found something or were left out; the other {Count(_rules.Count - columns.Length, "rule")} found " +
                "nothing where they were checked.");
            Raw("</p>\n");
        }

        Raw("<p class=\"legend\"><span><b class=\"e\">2</b> errors</span><span><b class=\"w\">1</b> warnings</span><span><b " +
            "class=\"i\">1</b> notes</span><span><b class=\"p\">\u2713</b> nothing found</span><span><b class=\"x\">\u2013</b> left " +
            "out</span><span><b class=\"n\">?</b> not checked</span></p>\n");
        Raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Hosts by rules\">\n<table " +
            "class=\"matrix\">\n<thead><tr><th class=\"host\" scope=\"col\">Host</th>");
        foreach (ComplianceRule rule in columns)
        {
            Raw("<th class=\"rule\" scope=\"col\" title=\"");
            Text(rule.Title);
            Raw($"\"><a href=\"#r{RuleNumber(rule.Id)}\"><span>");
            Text(rule.Id);
            Raw("</span></a></th>");
        }

        Raw("</tr></thead>\n<tbody>\n");
        foreach (Row row in _rows)
        {
            Raw($"<tr><th scope=\"row\" class=\"host {(row.Host?.Compliant == true ? "ok" : "bad")}\"><a href=\"#h{Number(row.Number)}\">");

            // Long names break after a dot.
            _html.Append(HtmlEncoder.Default.Encode(PrintableText.Line(row.Name)).Replace(".", ".<wbr>", StringComparison.Ordinal));
            Raw("</a></th>");
            if (row.Host is null)
                Raw(columns.Length == 0 ? "" : $"<td class=\"n\" colspan=\"{Number(columns.Length)}\">not checked</td>");
            else
                Cells(row.Host, columns);
            Raw("</tr>\n");
        }

        Raw("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private void Cells(ImageTrustCompliance host, ComplianceRule[] columns)
    {
        Dictionary<string, (ImageTrustSeverity Worst, int Count)> cells = new(StringComparer.Ordinal);
        foreach (ImageTrustFinding finding in host.Findings)
        {
            (ImageTrustSeverity worst, int count) = cells.GetValueOrDefault(finding.RuleId);
            cells[finding.RuleId] = (finding.Severity > worst ? finding.Severity : worst, count + 1);
        }

        HashSet<string> passed = new(host.CheckedRules, StringComparer.Ordinal);
        HashSet<string> excluded = new(host.ExcludedRules, StringComparer.Ordinal);
        foreach (ComplianceRule rule in columns)
        {
            if (cells.TryGetValue(rule.Id, out (ImageTrustSeverity Worst, int Count) cell))
                Raw($"<td class=\"{Letter(cell.Worst)}\">{Number(cell.Count)}</td>");
            else if (excluded.Contains(rule.Id))
                Raw("<td class=\"x\">\u2013</td>");
            else if (passed.Contains(rule.Id) || (rule.Id == ComplianceRules.NotChecked && passed.Count > 0))
                Raw("<td class=\"p\">\u2713</td>");
            else
                Raw("<td class=\"n\">?</td>");
        }
    }

    private void Findings()
    {
        Raw("<section id=\"findings\">\n<h2>Findings by rule</h2>\n");
        if (_distinct.Count == 0)
            Raw("<p>Nothing was found.</p>\n");
        ILookup<string, (ImageTrustFinding Finding, List<Row> Hosts)> byRule = _distinct.ToLookup(static d => d.Finding.RuleId,
            StringComparer.Ordinal);
        foreach (ComplianceRule rule in _rules.Where(r => byRule.Contains(r.Id))
            .OrderByDescending(r => byRule[r.Id].Max(static d => d.Finding.Severity)))
        {
            var found = byRule[rule.Id];
            ImageTrustSeverity worst = found.Max(static d => d.Finding.Severity);
            int hosts = found.SelectMany(static d => d.Hosts).Distinct().Count();
            Raw($"<details class=\"{Letter(worst)} {HtmlControls.Classes(rule.Id)}\" id=\"r{RuleNumber(rule.Id)}\">" +
                $"<summary><b class=\"tag {Letter(worst)}\">{Word(worst)}</b> <strong>");
            Text(rule.Id);
            Raw("</strong> <span class=\"what\">");
            Text(rule.Title);
            Raw("</span> <span class=\"count\">");
            Text(Count(hosts, "host"));
            Raw("</span></summary>\n");
            if (rule.Controls.Count > 0)
                Raw($"<p class=\"where\"><span>Controls: {HtmlControls.OfRule(rule.Id)}</span></p>");
            Raw("<ul class=\"found\">\n");
            foreach ((ImageTrustFinding finding, List<Row> on) in found)
                Finding(finding, on);
            Raw("</ul></details>\n");
        }

        Raw("</section>\n");
    }

    private void Finding(ImageTrustFinding finding, List<Row> hosts)
    {
        Raw($"<li id=\"f{Number(_numbers[Anywhere(finding)])}\">");
        Message(finding);
        const int Few = 12;
        if (hosts.Count > Few)
            Raw($"<details class=\"hosts\"><summary>On {Number(hosts.Count)} hosts</summary><p>");
        else
            Raw("<p class=\"on\">On ");
        for (int i = 0; i < hosts.Count; i++)
        {
            Raw($"{(i == 0 ? "" : ", ")}<a href=\"#h{Number(hosts[i].Number)}\">");
            Text(hosts[i].Name);
            Raw("</a>");
        }

        Raw(hosts.Count > Few ? "</p></details></li>\n" : "</p></li>\n");
    }

    private void Message(ImageTrustFinding finding)
    {
        Raw("<p>");
        Text(finding.Message);
        Raw("</p>");
        if (finding.Scope is not null || finding.Path is not null)
        {
            Raw("<p class=\"where\">");
            if (finding.Scope is not null)
            {
                Raw("<span>Scope <code>");
                Text(finding.Scope);
                Raw("</code></span>");
            }

            if (finding.Path is not null)
            {
                Raw("<span>File <code>");
                Text(finding.Path);
                Raw("</code></span>");
            }

            Raw("</p>");
        }

        if (finding.Fix is not null)
        {
            Raw("<p class=\"fix\"><span>Fix</span><code>");
            Text(finding.Fix);
            Raw("</code></p>");
        }
    }

    private void Hosts()
    {
        Raw("<section id=\"hosts\">\n<h2>Hosts</h2>\n");
        foreach (Row row in _rows)
        {
            string state = row.Host is null ? "n" : row.Host.Compliant ? "p" : row.Host.ErrorCount > 0 ? "e" : "w";
            string word = row.Host is null ? "Not checked" : row.Host.Compliant ? "Compliant" : "Not compliant";
            Raw($"<details class=\"{state}\" id=\"h{Number(row.Number)}\"><summary><b class=\"tag {state}\">{word}</b> <strong>");
            Text(row.Name);
            Raw("</strong> <span class=\"count\">");
            if (row.Host is { } counted)
                Text(Counts(counted));
            Raw("</span></summary>\n");
            if (row.Host is { } host)
                Host(host);
            else
                Paragraph(row.Reason ?? "");
            Raw("</details>\n");
        }

        Raw("</section>\n");
    }

    private void Host(ImageTrustCompliance host)
    {
        Raw("<p class=\"where\"><span>Checked ");
        Text(host.CheckedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Raw("</span>");
        if (host.PolicyPath is not null)
        {
            Raw("<span>Policy <code>");
            Text(host.PolicyPath);
            Raw("</code></span>");
        }

        if (host.MinimumSeverity != ImageTrustSeverity.Warning)
        {
            Raw("<span>Compliant unless there are findings of severity ");
            Text(host.MinimumSeverity.ToString());
            Raw("</span>");
        }

        if (host.ExcludedRules.Count > 0)
        {
            Raw("<span>Left out: ");
            Text(string.Join(", ", host.ExcludedRules));
            Raw("</span>");
        }

        Raw("</p>");
        if (host.Findings.Count == 0)
        {
            Paragraph(host.CheckedRules.Count > 0 ? "Nothing was found." : "Nothing was checked.");
            return;
        }

        Raw("<ul class=\"found\">\n");
        foreach (ImageTrustFinding finding in host.Findings)
        {
            string number = Number(_numbers[Anywhere(finding)]);
            Raw($"<li><b class=\"tag {Letter(finding.Severity)}\">{Word(finding.Severity)}</b> <a href=\"#f{number}\">");
            Text(finding.RuleId);
            Raw("</a>");
            if (_isRepeating)
            {
                Message(finding);
            }
            else if (finding.Scope is not null)
            {
                Raw(" <code>");
                Text(finding.Scope);
                Raw("</code>");
            }

            Raw("</li>\n");
        }

        Raw("</ul>\n");
    }

    private void Rules()
    {
        Raw("<section id=\"rules\">\n<details><summary><strong>All rules</strong> <span class=\"count\">");
        Text(Count(_rules.Count, "rule"));
        Raw("</span></summary>\n<table class=\"rules\"><thead><tr class=\"head\"><th scope=\"col\">Rule</th>" +
            "<th scope=\"col\">Severity</th><th scope=\"col\">What is wrong</th><th scope=\"col\">Controls</th></tr></thead><tbody>\n");
        foreach (ComplianceRule rule in _rules)
        {
            Raw($"<tr class=\"{HtmlControls.Classes(rule.Id)}\"><td><code>");
            Text(rule.Id);
            Raw($"</code></td><td><b class=\"tag {Letter(rule.Severity)}\">{Word(rule.Severity)}</b></td><td>");
            Text(rule.Title);
            Raw($"</td><td>{HtmlControls.OfRule(rule.Id)}</td></tr>\n");
        }

        Raw("</tbody></table>\n</details>\n</section>\n");
    }

    private void Paragraph(string text)
    {
        Raw("<p>");
        Text(text);
        Raw("</p>\n");
    }

    private int RuleNumber(string id)
    {
        int known = ComplianceRules.PositionOf(id);
        if (known != int.MaxValue)
            return known;
        for (int i = ComplianceRules.All.Count; i < _rules.Count; i++)
        {
            if (_rules[i].Id == id)
                return i;
        }

        return _rules.Count;
    }

    private void Raw(string markup) => _html.Append(markup);

    private void Text(string text) => _html.Append(HtmlEncoder.Default.Encode(PrintableText.LineOrNull(text) ?? ""));

    private static string Counts(ImageTrustCompliance host)
    {
        List<string> parts = [];
        if (host.ErrorCount > 0)
            parts.Add(Count(host.ErrorCount, "error"));
        if (host.WarningCount > 0)
            parts.Add(Count(host.WarningCount, "warning"));
        if (host.InformationCount > 0)
            parts.Add(Count(host.InformationCount, "note"));
        return string.Join(", ", parts);
    }

    private static string Count(int number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}{(number == 1 ? "" : "s")}");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Letter(ImageTrustSeverity severity) => severity switch
    {
        ImageTrustSeverity.Error => "e",
        ImageTrustSeverity.Warning => "w",
        _ => "i",
    };

    private static string Word(ImageTrustSeverity severity) => severity switch
    {
        ImageTrustSeverity.Error => "Error",
        ImageTrustSeverity.Warning => "Warning",
        _ => "Note",
    };

    private sealed record Row(int Number, string Name, ImageTrustCompliance? Host, string? Reason);
}
