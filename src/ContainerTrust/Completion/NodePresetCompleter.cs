using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Commands.Completion;

/// <summary>Presets for nodes of a cluster.</summary>
public sealed class NodePresetCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        MachineConfigPresets.Names
            .Select(static n => new Candidate(n, n == MachineConfigPresets.OpenShift ? "What a cluster itself cannot do " +
                "without" : $"Registries of {n}"))
            .Matching(wordToComplete);
}
