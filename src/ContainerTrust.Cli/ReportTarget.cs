using System.Text;
using ContainerTrust.Engine.Compliance.Reports;

namespace ContainerTrust.Cli;

/// <summary>Where <c>containertrust test</c> writes its report, and what it writes there if the check itself fails.</summary>
/// <param name="file">The file, as it was named. Null for standard output.</param>
/// <param name="format">The report's format. Null for words.</param>
/// <param name="isQuiet">Whether nothing is printed.</param>
internal sealed class ReportTarget(string? file, ReportFormat? format, bool isQuiet)
{
    private const string MetricsEnd = ".prom";

    /// <summary>The report of the one host that the command is about.</summary>
    public static ComplianceReport Report(ImageTrustCompliance host) => new() { Hosts = [host], IsHostNamed = false };

    /// <summary>Says so where node_exporter would pass over the file.</summary>
    public void WarnOfName()
    {
        if (format == ReportFormat.OpenMetrics && file is not null && !file.StartsWith("/dev/", StringComparison.Ordinal)
            && !file.EndsWith(MetricsEnd, StringComparison.Ordinal))
            StandardError.Warn($"node_exporter's textfile collector reads files whose names end in {MetricsEnd}, and {file} does not.");
    }

    /// <summary>
    /// Checks the host. If that fails, metrics say so: otherwise those of the last check would stand, and with them its answer.
    /// </summary>
    /// <param name="check">Checks it.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    public ImageTrustCompliance Checked(Func<ImageTrustCompliance> check, CancellationToken cancellationToken)
    {
        try
        {
            return check();
        }
        catch (Exception) when (format == ReportFormat.OpenMetrics)
        {
            Fail(cancellationToken);
            throw;
        }
    }

    /// <summary>Writes the report.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    public void Write(byte[] content, CancellationToken cancellationToken)
    {
        if (file is not null)
            ReportFile.Write(Path.GetFullPath(file), content, format ?? ReportFormat.Json, cancellationToken);
        else if (!isQuiet)
            Output.Write(Encoding.UTF8.GetString(content));
    }

    // Why the check failed is said in any case.
    private void Fail(CancellationToken cancellationToken)
    {
        ComplianceReport report = new()
        {
            Hosts = [], Unchecked = [new UncheckedHost("", "The check failed.")], IsHostNamed = false,
        };
        try
        {
            Write(report.Write(ReportFormat.OpenMetrics), cancellationToken);
        }
        catch (TrustException e)
        {
            StandardError.Warn(e.Message);
        }
        catch (LostOutputException e)
        {
            StandardError.Warn($"The metrics could not be printed: {e.Reason}");
        }
        catch (OperationCanceledException)
        {
            StandardError.Warn("The metrics were not written: nothing reads the pipe.");
        }
    }
}
