using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the names of the presets that policies of a cluster can express.</summary>
public sealed class ImagePolicyPresetCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ImagePolicyPreset.Names.Select(static n => new Candidate(n, string.Join(", ", ImagePolicyPreset.Registries(n))))
            .Matching(wordToComplete);
}
