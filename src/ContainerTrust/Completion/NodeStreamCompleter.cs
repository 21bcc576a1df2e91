using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the streams of operating system images that nodes can have.</summary>
public sealed class NodeStreamCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        NodeStreams.Names.Select(static n => new Candidate(n, $"OSImageStream {n}")).Matching(wordToComplete);
}
