using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the machine config pools that every cluster has. Others are possible; no cluster is asked for them while somebody types.</summary>
public sealed class RoleCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        RolloutQuestion.BuiltInRoles.Select(static r => new Candidate(r, $"Machine config pool {r}")).Matching(wordToComplete);
}
