using System.Management.Automation;
using System.Management.Automation.Runspaces;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Commands;

/// <summary><c>Export-ImageTrustReport</c>: a report of a fleet's compliance, for people, scripts and pipelines.</summary>
[Cmdlet(VerbsData.Export, "ImageTrustReport", SupportsShouldProcess = true, HelpUri = HelpPage.Directory + "Export-ImageTrustReport.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportImageTrustReportCommand : EngineCmdlet
{
    private const string UnknownName = "(unknown host)";

    private readonly List<ImageTrustCompliance> _hosts = [];
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly List<(string ComputerName, string Reason)> _unchecked = [];
    private readonly List<(string ComputerName, string Reason)> _errors = [];

    /// <summary>
    /// Results of <c>Test-ImageTrust</c>, from this session or another. Error records among them stand for hosts that could not be
    /// checked.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject[]? InputObject { get; set; }

    /// <summary>
    /// The file to write. A file of that name is replaced. For XCCDF and CKLB, which are about one host each, it may be a directory that
    /// exists: each host gets a file of its own there.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The report's file, such as report.html")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// The format; by the file's name if left out: <c>.json</c>, <c>.xml</c> (JUnit), <c>.html</c>, <c>xccdf.xml</c>, <c>.cklb</c>,
    /// <c>.prom</c> (OpenMetrics).
    /// </summary>
    [Parameter]
    [ValidateSet("Json", "JUnit", "Html", "Xccdf", "Cklb", "OpenMetrics")]
    public string? Format { get; set; }

    /// <summary>Hosts that could not be checked. They are in the report as such.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowNull]
    public string[]? UncheckedHost { get; set; }

    /// <summary>
    /// Errors of hosts that could not be checked, as <c>-ErrorVariable</c> collects them. The host is what the error names as its origin
    /// or target.
    /// </summary>
    [Parameter]
    [AllowEmptyCollection]
    [AllowNull]
    public ErrorRecord[]? ErrorRecord { get; set; }

    /// <summary>What the report is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "Container image trust";

    /// <summary>Return the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        foreach (PSObject? item in InputObject ?? new PSObject?[] { null })
            Take(item);
    }

    private void Take(PSObject? item)
    {
        switch (item?.BaseObject)
        {
            case null:
                // Nothing was piped in, or a host gave nothing: it is missing from the report, and must not be so silently.
                if (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
                    throw Invalid("nothing", null);
                return;
            case ImageTrustCompliance live:
                Take(live);
                return;
            case ErrorRecord error:
                Take(error);
                return;
            default:
                Take(Live(item));
                return;
        }
    }

    private void Take(ImageTrustCompliance result)
    {
        if (result.ErrorId is null || result.Status != ImageTrustStatus.NotChecked)
        {
            _hosts.Add(result);
            return;
        }

        // The host's error says the same, and may have been given before.
        _failed.Add(result.ComputerName);
        _unchecked.Add((result.ComputerName, result.Findings is [{ } finding, ..] ? finding.Message : "The host could not be checked."));
    }

    private void Take(ErrorRecord error)
    {
        string name = error is RemotingErrorRecord { OriginInfo.PSComputerName: { Length: > 0 } origin } ? origin
            : error.TargetObject is { } target && target.ToString() is { Length: > 0 } text ? text : UnknownName;
        _errors.Add((name, error.ErrorDetails?.Message ?? error.Exception?.Message ?? error.ToString()));
    }

    private static ImageTrustCompliance Live(PSObject bag)
    {
        try
        {
            return (ImageTrustCompliance)Rehydration.ToLive(bag, typeof(ImageTrustCompliance));
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid($"a {bag.TypeNames.FirstOrDefault()}", e);
        }
    }

    private static TrustException Invalid(string what, Exception? cause) =>
        new("InvalidInputObject", TrustErrorKind.InvalidArgument,
            $"The report cannot hold {what}{(cause is null ? "." : $": {cause.Message.TrimEnd('.')}.")} Give results of " +
            "Test-ImageTrust, and error records of hosts that could not be checked. No report was written.", cause);

    private protected override void End()
    {
        foreach (ErrorRecord error in ErrorRecord ?? [])
            Take(error);
        _unchecked.AddRange(_errors.Where(e => !_failed.Contains(e.ComputerName)));
        _unchecked.AddRange(
            (UncheckedHost ?? []).Where(h => !_failed.Contains(h)).Select(static h => (h, "The host could not be checked.")));
        string path = LocalPath(Path!);
        ReportFormat format = Format is not null ? Enum.Parse<ReportFormat>(Format, ignoreCase: true)
            : ReportFile.FormatOf(path) ?? throw new TrustException(
                "UnknownReportFormat",
                TrustErrorKind.InvalidArgument,
                $"The name {path} says no format. Specify -Format Json, JUnit, Html, Xccdf, Cklb or OpenMetrics, or a name that "
                + "ends in .json, .xml, .html, xccdf.xml, .cklb or .prom.")
            {
                Target = path,
            };
        ComplianceReport report = new()
        {
            Hosts = _hosts,
            Unchecked = [.. _unchecked.Select(static u => new UncheckedHost(u.ComputerName, u.Reason))],
            Title = Title,
        };
        if (ComplianceReport.IsOfOneHost(format) && Directory.Exists(path))
        {
            WriteEach(report, format, path);
            return;
        }

        byte[] content = report.Write(format);
        int hosts = _hosts.Count + _unchecked.Count;
        if (!this.IsWanted(path, $"Write the {format} report of {hosts} {(hosts == 1 ? "host" : "hosts")}"))
            return;
        ReportFile.Write(path, content, format, Cancellation);
        if (PassThru)
            WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);
    }

    // The whole plan is made before the first file is written.
    private void WriteEach(ComplianceReport report, ReportFormat format, string directory)
    {
        (string Path, byte[] Content, string Host)[] files =
        [
            .. report.PerHost(format).Select(f => (System.IO.Path.Combine(directory, f.FileName), f.Report.Write(format),
                f.Report.Hosts is [{ } host] ? host.ComputerName : f.Report.Unchecked[0].ComputerName)),
        ];
        if (files.Length == 0)
            _ = report.Write(format);
        foreach ((string path, byte[] content, string host) in files)
        {
            if (!this.IsWanted(path, $"Write the {format} report of {host}"))
                continue;
            ReportFile.Write(path, content, format, Cancellation);
            if (PassThru)
                WriteObject(new FileInfo(path));
        }
    }
}
