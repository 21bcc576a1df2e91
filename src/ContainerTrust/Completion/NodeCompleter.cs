using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the nodes of the cluster that the command line speaks of so far.</summary>
public sealed class NodeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ClusterNames.Of(fakeBoundParameters, "nodes", static o =>
                ClusterNames.Text(o, "status", "nodeInfo", "osImage") is { Length: > 0 } image ? $"Node with {image}" : "Node")
            .Matching(wordToComplete);
}
