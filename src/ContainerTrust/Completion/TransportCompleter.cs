using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the transports that the policy format knows.</summary>
public sealed class TransportCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        TransportScopes.Known.Select(static t => new Candidate(t, $"Transport {t}")).Matching(wordToComplete);
}
