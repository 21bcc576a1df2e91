using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Completes paths that the worked-on host names: below <c>-Root</c>, if there is one. On this host PowerShell completes them itself.
/// </summary>
public sealed class HostPathCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        ArgumentNullException.ThrowIfNull(wordToComplete);
        if (CommandSoFar.Text(fakeBoundParameters, "Root") is null)
            return [];
        string typed = wordToComplete.Trim('\'', '"');
        return [.. HostPaths.Beginning(fakeBoundParameters, typed.Length == 0 ? "/" : typed)
            .Select(static p => new Candidate(p, "Below the root")).Matching(typed)];
    }
}
