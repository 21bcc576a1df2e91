using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Compliance.Reports;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust test</c>: audits a host's trust by rules, and compares it with a baseline.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Option<string[]> baseline = new("--baseline")
            { Description = "Compare with this: a policy.json, or a directory that is the root of a host as it should be",
            HelpName = "file" };
        Option<double> expiring = new("--expiring-within")
            { Description = "Find keys and certificates that end within so many days", HelpName = "days",
            DefaultValueFactory = static _ => 30 };
        Option<string[]> exclude = new("--exclude") { Description = "Leave this rule out; * and ? are wildcards", HelpName = "rule" };
        Option<string?> profile = new("--profile")
        {
            Description = "Check by the rules that are evidence for controls of this framework: Stig-Ocp4, Nist-800-53r5 or Bsi-Sys.1.6",
            HelpName = "profile",
            CompletionSources = { { "Stig-Ocp4", "Nist-800-53r5", "Bsi-Sys.1.6" } },
        };
        Option<string> severity = new("--minimum-severity")
        {
            Description = "The least severity of a finding that makes the host not compliant: information, warning or error",
            HelpName = "severity",
            DefaultValueFactory = static _ => "warning",
            CompletionSources = { { "information", "warning", "error" } },
        };
        Option<string> format = new("--format")
        {
            Description = "text, json, junit, html, xccdf, cklb or openmetrics (default: by the name of --output, else text)",
            HelpName = "format",
            DefaultValueFactory = static _ => "",
            CompletionSources = { { "text", "json", "junit", "html", "xccdf", "cklb", "openmetrics" } },
        };
        Option<string?> output = new("--output", "-o") { Description = "Write the report to this file", HelpName = "file" };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Print nothing; only the exit code says whether the host is compliant" };
        Option<bool> rules = new("--list-rules") { Description = "List the rules and check nothing" };
        Command command = new("test",
            "Audits what a host trusts, and compares it with a baseline. Exit code 0: compliant; 3: not compliant; 1: " +
            "could not be checked; 2: usage.")
        {
            baseline, expiring, exclude, profile, severity, format, output, quiet, rules,
        };
        common.AddTo(command);
        command.SetAction(result =>
        {
            if (result.GetValue(rules))
            {
                Output.Write(ListRules(result.GetValue(profile)));
                return ExitCode.Done;
            }

            string? file = result.GetValue(output);
            if (file is "")
                throw Usage("--output is empty; perhaps a variable is not set.");
            ReportFormat? reportFormat = Format(result.GetValue(format)!, file);
            using Cancellation cancel = new();
            ReportTarget target = new(file, reportFormat, result.GetValue(quiet));
            target.WarnOfName();
            ImageTrustCompliance found = target.Checked(() => ComplianceChecker.Check(
                common.Open(result),
                new ComplianceOptions
                {
                    ExpiringWithin = Days(result.GetValue(expiring)),
                    ExcludedRules = ComplianceRules.Excluded(result.GetValue(exclude) ?? []),
                    MinimumSeverity = Severity(result.GetValue(severity)!),
                    Baseline = Baseline(result.GetValue(baseline)),
                }.ForProfile(result.GetValue(profile)),
                cancel.Token), cancel.Token);
            target.Write(reportFormat is { } f ? ReportTarget.Report(found).Write(f) : Encoding.UTF8.GetBytes(InWords(found)),
                cancel.Token);
            return found.Compliant ? ExitCode.Done : ExitCode.NotCompliant;
        });
        return command;
    }

    private static TrustBaseline? Baseline(string[]? paths)
    {
        if (paths is not { Length: > 0 })
            return null;
        return paths.Contains("")
            ? throw Usage("--baseline is empty; perhaps a variable is not set.")
            : TrustBaseline.Combine(paths.Select(static p => TrustBaseline.ReadPath(Path.GetFullPath(p))));
    }

    private static TimeSpan Days(double days) => days is >= 0 and <= 1_000_000 ? TimeSpan.FromDays(days)
        : throw Usage("--expiring-within takes a number of days from 0 to 1000000.");

    private static ImageTrustSeverity Severity(string word) => word.ToLowerInvariant() switch
    {
        "information" => ImageTrustSeverity.Information,
        "warning" => ImageTrustSeverity.Warning,
        "error" => ImageTrustSeverity.Error,
        _ => throw Usage($"'{word}' is not a severity; possible are information, warning and error."),
    };

    private static ReportFormat? Format(string word, string? file) => word.ToLowerInvariant() switch
    {
        "" => file is null ? null : ReportFile.FormatOf(file),
        "text" => null,
        "json" => ReportFormat.Json,
        "junit" => ReportFormat.JUnit,
        "html" => ReportFormat.Html,
        "xccdf" => ReportFormat.Xccdf,
        "cklb" => ReportFormat.Cklb,
        "openmetrics" => ReportFormat.OpenMetrics,
        _ => throw Usage($"'{word}' is not a format; possible are text, json, junit, html, xccdf, cklb and openmetrics."),
    };

    private static string InWords(ImageTrustCompliance found)
    {
        StringBuilder text = new();
        foreach (ImageTrustFinding finding in found.Findings)
        {
            string severity = finding.Severity switch
            {
                ImageTrustSeverity.Error => "error",
                ImageTrustSeverity.Warning => "warning",
                _ => "note",
            };
            text.Append(
                CultureInfo.InvariantCulture,
                $"{severity}: {PrintableText.Line(finding.RuleId)}: {PrintableText.Line(finding.Message)}\n");
            if (finding.Fix is not null)
                text.Append(CultureInfo.InvariantCulture, $"    fix: {PrintableText.Line(finding.Fix)}\n");
        }

        IReadOnlyList<string> leftOut = found.ExcludedRules;
        if (found.Profile is not null)
        {
            ControlFramework framework = ControlFrameworks.Find(found.Profile);
            foreach (string line in framework.InWords(found))
                text.Append("control ").Append(line).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"profile: {found.Profile} ({framework.Name}, {framework.Version})\n");
            leftOut = framework.LeftOut(found);
        }

        if (leftOut.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"left out: {string.Join(", ", leftOut)}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{PrintableText.Line(found.ComputerName)}: {(found.Compliant ? "compliant" : "not compliant")} (" +
            $"{Count(found.ErrorCount, "error")}, {Count(found.WarningCount, "warning")}, {Count(found.InformationCount, "note")})\n");
        return text.ToString();

        static string Count(int number, string what) =>
            string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
    }

    private static string ListRules(string? profile)
    {
        string? framework = profile is null ? null : ControlFrameworks.Find(profile).Profile;
        int width = ComplianceRules.All.Max(static r => r.Id.Length);
        StringBuilder text = new();
        foreach (ComplianceRule rule in ComplianceRules.All.Where(r => framework is null || r.Controls.Any(c => c.Profile == framework)))
        {
            text.Append(rule.Id.PadRight(width)).Append("  ").Append(rule.Severity.ToString().ToLowerInvariant().PadRight(11)).Append("  ")
                .Append(rule.Title);
            if (framework is not null)
                text.Append(" [").AppendJoin(", ", rule.Controls.Where(c => c.Profile == framework)).Append(']');
            text.Append('\n');
        }

        return text.ToString();
    }

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
