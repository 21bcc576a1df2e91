using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the versions of OpenShift that documents can be made for, newest first.</summary>
public sealed class OpenShiftVersionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        IgnitionVersions.OpenShift.Reverse().Select(static v => new Candidate(v, $"Ignition {IgnitionVersions.For(v).Ignition}"))
            .Matching(wordToComplete);
}
