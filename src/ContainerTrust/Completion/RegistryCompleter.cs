using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes scopes from the policy that the command line speaks of so far.</summary>
public sealed class RegistryCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        string? transport = CommandSoFar.Text(fakeBoundParameters, "Transport");

        // Only Get-ImageTrust looks into all transports when none is given.
        if (transport is null && !string.Equals(commandName, "Get-ImageTrust", StringComparison.OrdinalIgnoreCase))
            transport = "docker";
        return [.. PolicyEntries.Read(fakeBoundParameters, transport)
            .Where(static t => !t.IsDefault)
            .Select(static t => new Candidate(t.Registry,
                $"{t.Transport}: {string.Join(" and ", t.Requirements.Select(RequirementText.Describe))}"))
            .Matching(wordToComplete)];
    }
}
