using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes signature stores: those in use in the configuration that the command line speaks of so far.</summary>
public sealed class StoreCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        ArgumentNullException.ThrowIfNull(parameterName);
        bool isStaging = parameterName.EndsWith("Staging", StringComparison.OrdinalIgnoreCase);

        // A password in a URL is neither shown nor put on a command line.
        return [.. PolicyEntries.Read(fakeBoundParameters, null)
            .Select(e => (Entry: e, Store: isStaging ? e.SignatureStoreStaging : e.SignatureStore))
            .Where(static s => s.Store is not null && PrintableText.WithoutUser(s.Store) == s.Store)
            .DistinctBy(static s => s.Store)
            .Select(static s => new Candidate(s.Store!, $"As for {(s.Entry.IsDefault ? "the default" : s.Entry.Registry)}"))
            .Matching(wordToComplete)];
    }
}
