using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes names of hosts: those that ssh's configuration of this user has, and those whose key is known.</summary>
public sealed class HostCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SshConfiguration.Values("Host").Concat(KnownHosts()).Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(static n => new Candidate(n, $"Host {n}")).Matching(wordToComplete);

    private static IEnumerable<string> KnownHosts()
    {
        foreach (string line in SshConfiguration.Lines("known_hosts"))
        {
            // Hashed names begin with |, marked lines with @, and keys of other ports are in brackets.
            string names = line.Split(' ')[0];
            if (line.Length == 0 || line[0] is '|' or '@' or '#')
                continue;
            foreach (string name in names.Split(',').Where(static n => !n.AsSpan().ContainsAny("*?![")))
                yield return name;
        }
    }
}
