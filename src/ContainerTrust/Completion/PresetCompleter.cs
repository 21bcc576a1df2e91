using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the names of the presets.</summary>
public sealed class PresetCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        TrustPresets.Names.Select(static n => new Candidate(n, string.Join(", ", TrustPresets.Get(n).Select(static e => e.Registry))))
            .Matching(wordToComplete);
}
