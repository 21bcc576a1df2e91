using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Compliance;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the ids of rules: of those that may be left out of an audit, or of all where rules are looked up.</summary>
public sealed class RuleCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        (commandName.Equals("Get-ImageTrustRule", StringComparison.OrdinalIgnoreCase) ? ComplianceRules.All : ComplianceRules.Excludable)
            .Select(static r => new Candidate(r.Id, r.Title)).Matching(wordToComplete);
}
