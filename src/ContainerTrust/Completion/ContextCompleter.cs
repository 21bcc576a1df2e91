using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the contexts of the kubeconfig that the command line names, or that oc and kubectl use.</summary>
public sealed class ContextCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ClusterNames.KubeconfigFiles(fakeBoundParameters).SelectMany(Contexts).DistinctBy(static c => c.Key)
            .Select(static c => new Candidate(c.Key, $"Cluster {c.Value}")).Matching(wordToComplete);

    private static IReadOnlyList<KeyValuePair<string, string>> Contexts(string path)
    {
        try
        {
            return KubeconfigContexts.Of(LocalHost.Instance, path);
        }
        catch (TrustException)
        {
            // Not a kubeconfig, or not to be read: it has nothing to offer.
            return [];
        }
    }
}
