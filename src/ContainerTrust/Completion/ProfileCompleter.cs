using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Compliance.Controls;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the profiles of controls that an audit can be for.</summary>
public sealed class ProfileCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ControlFrameworks.All.Select(static f => new Candidate(f.Profile, $"{f.Name}, {f.Version}")).Matching(wordToComplete);
}
