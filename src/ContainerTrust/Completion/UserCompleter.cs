using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes users to log in as: those that ssh's configuration of this user names, and those that hosts of containers have.</summary>
public sealed class UserCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SshConfiguration.Values("User").Select(static u => new Candidate(u, "From ssh's configuration"))
            .Append(new Candidate("root", "Sees the homes of all users"))
            .Append(new Candidate("core", "The user of CoreOS and of a cluster's nodes"))
            .DistinctBy(static c => c.Text).Matching(wordToComplete);
}
