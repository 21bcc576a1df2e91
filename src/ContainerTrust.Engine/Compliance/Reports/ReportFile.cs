namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>Reports on this machine's disk.</summary>
public static class ReportFile
{
    /// <summary>The format that a file's name asks for.</summary>
    /// <param name="path">A path.</param>
    /// <returns>By <c>.json</c>, <c>.xml</c>, <c>.html</c> or <c>.htm</c>; null for another name.</returns>
    public static ReportFormat? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => ReportFormat.Json,
        ".XML" => ReportFormat.JUnit,
        ".HTML" or ".HTM" => ReportFormat.Html,
        _ => null,
    };

    /// <summary>Writes a file beside, flushes it, and renames it over: whoever reads the path sees the old report or the new one whole.</summary>
    /// <param name="path">Where to. A symbolic link stays one, and its target is replaced.</param>
    /// <param name="content">The report.</param>
    /// <exception cref="TrustException">It cannot be written (<c>ReportNotWritten</c>); an old report is whole.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? beside = null;
        try
        {
            FileInfo file = new(path);
            string target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
            if (Directory.Exists(target))
                throw new IOException("It is a directory.");
            string name = $"{target}.{Guid.NewGuid():N}.new";
            using (FileStream stream = new(name, FileMode.CreateNew, FileAccess.Write))
            {
                beside = name;
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (beside is not null)
                TryDelete(beside);
            throw new TrustException("ReportNotWritten", TrustErrorKind.WriteError, $"The report {path} cannot be written: {e.Message} An old report there is as it was.", e) { Target = path };
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full or gone; the first error says so.
            return;
        }
    }
}
