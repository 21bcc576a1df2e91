using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Completes users to log in as: those that ssh's configuration of this user has for the hosts that the command line names, or for any
/// where none is named, and this user.
/// </summary>
public sealed class UserNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        IReadOnlyList<string> hosts = CommandSoFar.Texts(fakeBoundParameters, "HostName");
        return SshConfiguration.Users(hosts).Select(static u => new Candidate(u.User, $"For {u.Pattern} in ssh's configuration"))
            .Append(new Candidate(Environment.UserName, "This user, whom ssh takes where it is told no other"))
            .Where(static c => c.Text.Length > 0).DistinctBy(static c => c.Text).Matching(wordToComplete);
    }
}
