using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>Reports on this machine's disk.</summary>
public static class ReportFile
{
    private const string MetricsEnd = ".PROM";

    /// <summary>The format that a file's name asks for.</summary>
    /// <param name="path">A path.</param>
    /// <returns>
    /// By <c>xccdf.xml</c>, <c>.cklb</c>, <c>.json</c>, <c>.xml</c>, <c>.html</c>, <c>.htm</c> or <c>.prom</c>; null for another name.
    /// </returns>
    public static ReportFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => ReportFormat.Json,
        ".CKLB" => ReportFormat.Cklb,
        ".XML" when path.EndsWith("xccdf.xml", StringComparison.OrdinalIgnoreCase) => ReportFormat.Xccdf,
        ".XML" => ReportFormat.JUnit,
        ".HTML" or ".HTM" => ReportFormat.Html,
        MetricsEnd => ReportFormat.OpenMetrics,
        _ => null,
    };

    /// <summary>How the names of a format's files end.</summary>
    internal static string EndOf(ReportFormat format) => format switch
    {
        // A directory may have checklists of people by the hosts' names.
        ReportFormat.Xccdf => "-image-trust-xccdf.xml",
        ReportFormat.Cklb => "-image-trust.cklb",
        ReportFormat.OpenMetrics => ".prom",
        ReportFormat.Json => ".json",
        ReportFormat.JUnit => ".xml",
        _ => ".html",
    };

    /// <summary>Writes a file whole, see <see cref="OutputFile"/>: whoever reads the path sees the old report or the new one.</summary>
    /// <param name="path">Where to. A symbolic link stays one, and its target is replaced; a device or pipe is written into.</param>
    /// <param name="content">The report.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="TrustException">
    /// It cannot be written (<c>ReportNotWritten</c>); an old report is whole. Or a link on the way is not to be trusted
    /// (<c>UntrustedSymbolicLink</c>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken = default) =>
        Write(path, content, ReportFormat.Json, cancellationToken);

    /// <summary>Writes a file whole, as the readers of its format need it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="content">The report.</param>
    /// <param name="format">
    /// Its format. A file of <see cref="ReportFormat.OpenMetrics"/> is readable for everybody (mode 0644): node_exporter reads it as a user
    /// of its own. Others are made by the umask, or keep their mode.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="TrustException">As above.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, ReportFormat format, CancellationToken cancellationToken)
    {
        try
        {
            OutputFile.Write(path, content, isForAll: format == ReportFormat.OpenMetrics, cancellationToken);
        }
        catch (TrustException e) when (e.ErrorId != "UntrustedSymbolicLink")
        {
            throw new TrustException("ReportNotWritten", e.Kind, $"The report was not written: {e.Message}", e) { Target = path };
        }
    }
}
