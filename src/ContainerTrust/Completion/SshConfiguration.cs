using System.IO.Enumeration;
using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Commands.Completion;

/// <summary>What ssh's configuration of this user says, for those who type; ssh itself reads it properly.</summary>
internal static class SshConfiguration
{
    private const int LargestFile = 4 << 20;

    private static readonly char[] s_between = [' ', '\t', '='];

    /// <summary>The words of all lines with a keyword, without patterns and tokens.</summary>
    /// <param name="keyword">The keyword.</param>
    public static IEnumerable<string> Values(string keyword)
    {
        foreach (string line in Lines("config"))
        {
            string[] words = line.Split(s_between, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !words[0].Equals(keyword, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (string word in words[1..].Where(static w => !w.AsSpan().ContainsAny("*?!\"%")))
                yield return word.TrimEnd('\r');
        }
    }

    /// <summary>The users that sections are for, with the patterns of hosts that those begin with.</summary>
    /// <param name="hosts">Hosts whose sections count; all do if there are none.</param>
    public static IEnumerable<(string User, string Pattern)> Users(IReadOnlyList<string> hosts)
    {
        string[] patterns = ["*"];
        foreach (string line in Lines("config"))
        {
            string[] words = line.Split(s_between, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2)
                continue;
            string value = words[1].TrimEnd('\r');
            if (words[0].Equals("Host", StringComparison.OrdinalIgnoreCase))
                patterns = [.. words[1..].Select(static w => w.TrimEnd('\r'))];
            else if (words[0].Equals("Match", StringComparison.OrdinalIgnoreCase))
                patterns = [];
            else if (words[0].Equals("User", StringComparison.OrdinalIgnoreCase) && !value.AsSpan().ContainsAny("\"%")
                && patterns.Length > 0 && (hosts.Count == 0 || hosts.Any(h => IsFor(patterns, HostOf(h)))))
                yield return (value, string.Join(' ', patterns));
        }
    }

    // user@host, and ssh://user@host:port, name a host too.
    private static string HostOf(string name)
    {
        string rest = name.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? name[6..].Split(':', '/')[0] : name;
        return rest[(rest.LastIndexOf('@') + 1)..];
    }

    // As ssh reads them: a pattern with ! takes a host out, whatever else names it.
    private static bool IsFor(string[] patterns, string host)
    {
        bool Has(string pattern) => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "", StringComparison.Ordinal), host);
        return !patterns.Any(p => p.StartsWith('!') && Has(p[1..])) && patterns.Any(p => !p.StartsWith('!') && Has(p));
    }

    /// <summary>The lines of a file beside the configuration; none if there is no such file.</summary>
    /// <param name="name">The file's name.</param>
    public static string[] Lines(string name)
    {
        string path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", name);
        try
        {
            return LocalHost.Instance.TryReadFile(path, LargestFile) is { } file ? Encoding.UTF8.GetString(file.Content.Span).Split('\n')
                : [];
        }
        catch (TrustException)
        {
            // Without the file there is nothing to propose.
            return [];
        }
    }
}
