using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Compliance.Controls;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the ids of controls that rules are evidence for.</summary>
public sealed class ControlCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ControlFrameworks.All.SelectMany(static f => f.AllControls).Where(static c => c.Evidence != ImageTrustEvidence.None)
            .Select(static c => new Candidate(c.Id, $"{c.Framework}: {c.Title}")).Matching(wordToComplete);
}
