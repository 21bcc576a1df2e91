using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the versions of OpenShift that have policies of images, newest first.</summary>
public sealed class ImagePolicyVersionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ImagePolicyVersions.OpenShift.Reverse()
            .Select(static v => new Candidate(v, $"config.openshift.io/{ImagePolicyVersions.ApiOf(v)}"))
            .Matching(wordToComplete);
}
