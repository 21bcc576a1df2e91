using System.Collections;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Commands.Completion;

/// <summary>Files and directories on the host that a command line speaks of so far: below its root, if it has one.</summary>
internal static class HostPaths
{
    // More than anyone reads in a list; a directory is told from a file by a look into it.
    private const int MostNames = 256;

    /// <summary>The paths that begin so.</summary>
    /// <param name="parameters">The command line so far.</param>
    /// <param name="typed">The beginning, as that host names it; without a root it may be relative to PowerShell's location.</param>
    /// <returns>Paths that begin with what was typed; those of directories end with a slash.</returns>
    public static IEnumerable<string> Beginning(IDictionary parameters, string typed)
    {
        int slash = typed.LastIndexOf('/');
        string shown = typed[..(slash + 1)];
        try
        {
            ITrustHost host = CommandSoFar.Store(parameters).Host;
            string directory = CommandSoFar.OnHost(parameters, shown.Length == 0 ? "." : shown)!;
            if (!directory.StartsWith('/'))
                return [];
            return [.. host.ListDirectory(directory)
                .Where(n => n.StartsWith(typed[(slash + 1)..], StringComparison.Ordinal)).Take(MostNames)
                .Select(n => shown + n + (IsDirectory(host, $"{directory.TrimEnd('/')}/{n}") ? "/" : ""))];
        }
        catch (TrustException)
        {
            // Not a directory, or not to be read: nothing to offer.
            return [];
        }
    }

    private static bool IsDirectory(ITrustHost host, string path)
    {
        try
        {
            _ = host.ListDirectory(path);
            return true;
        }
        catch (TrustException)
        {
            return false;
        }
    }
}
