using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Trust.Consumers;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes releases whose verdict can be asked for; others between them are possible.</summary>
public sealed class ConsumerCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        KnownConsumers.Examples.Select(static e => new Candidate(e.Key, e.Value)).Matching(wordToComplete);
}
