using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the MachineConfigs of the cluster that the command line speaks of so far, without rendered ones.</summary>
public sealed class MachineConfigCompleter : IArgumentCompleter
{
    private const string Resource = "machineconfigs.machineconfiguration.openshift.io";

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ClusterNames.Of(fakeBoundParameters, Resource, static o =>
                ClusterNames.Text(o, "metadata", "labels", "machineconfiguration.openshift.io/role") is { Length: > 0 } role
                    ? $"For the role {role}" : "MachineConfig")
            .Where(static c => !c.Text.StartsWith("rendered-", StringComparison.Ordinal)).Matching(wordToComplete);
}
