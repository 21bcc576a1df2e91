namespace ContainerTrust.Conformance.Tests.Hosts.Ssh;

/// <summary>The processes of this machine.</summary>
internal static class Running
{
    /// <summary>All that can be looked at. A process that ends meanwhile is left out.</summary>
    public static IEnumerable<(string CommandLine, string? NetworkNamespace)> Processes()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(static d => char.IsAsciiDigit(d[6])))
        {
            if (TryRead(directory) is { } process)
                yield return process;
        }
    }

    /// <summary>Whether a program with all these words in its command line runs.</summary>
    public static bool Any(params string[] words) =>
        Processes().Any(p => words.All(w => p.CommandLine.Contains(w, StringComparison.Ordinal)));

    private static (string, string?)? TryRead(string directory)
    {
        try
        {
            string line = File.ReadAllText(directory + "/cmdline").TrimEnd('\0').Replace('\0', ' ');
            return (line, new FileInfo(directory + "/ns/net").LinkTarget);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
