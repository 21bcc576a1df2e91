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
