using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the roles of the machine config pools that every cluster has, and of those that many have.</summary>
public sealed class RoleCompleter : IArgumentCompleter
{
    private static readonly Candidate[] Roles =
    [
        new("worker", "The pool of the worker nodes"),
        new("master", "The pool of the control plane"),
        new("infra", "A custom pool that many clusters have, for infrastructure nodes"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Roles.Matching(wordToComplete);
}
