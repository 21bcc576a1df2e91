using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes names of hosts: those that ssh's configuration of this user has, and those whose key is known.</summary>
public sealed class HostCompleter : IArgumentCompleter
{
    private const int LargestFile = 4 << 20;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Names().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)
            .Select(static n => new Candidate(n, $"Host {n}")).Matching(wordToComplete);

    private static IEnumerable<string> Names()
    {
        string directory = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        foreach (string line in Lines(Path.Combine(directory, "config")))
        {
            string[] words = line.Split([' ', '\t', '='], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !words[0].Equals("Host", StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (string word in words[1..].Where(static w => !w.AsSpan().ContainsAny("*?!\"")))
                yield return word;
        }

        foreach (string line in Lines(Path.Combine(directory, "known_hosts")))
        {
            // Hashed names begin with |, marked lines with @, and keys of other ports are in brackets.
            string names = line.Split(' ')[0];
            if (line.Length == 0 || line[0] is '|' or '@' or '#')
                continue;
            foreach (string name in names.Split(',').Where(static n => !n.AsSpan().ContainsAny("*?![")))
                yield return name;
        }
    }

    private static string[] Lines(string path)
    {
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
