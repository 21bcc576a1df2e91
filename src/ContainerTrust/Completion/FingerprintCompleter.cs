using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Completes the fingerprints of the keys in the key files that the command line names so far; without any, of those that the policy names.
/// </summary>
public sealed class FingerprintCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        List<Candidate> candidates = [];
        // A key that is exchanged is one of the policy's; -KeyPath is then the one that takes its place.
        IReadOnlyList<string> paths = parameterName == nameof(UpdateImageTrustKeyCommand.OldFingerprint) ? []
            : CommandSoFar.Texts(fakeBoundParameters, "KeyPath");
        if (paths.Count == 0)
        {
            candidates.AddRange(PolicyEntries.Read(fakeBoundParameters, null, includeKeys: true).SelectMany(static e => e.Keys)
                .Select(static k => new Candidate(k.Fingerprint, k.ToString())));
        }

        foreach (string path in paths)
        {
            try
            {
                TrustStore store = CommandSoFar.Store(fakeBoundParameters);
                string file = CommandSoFar.OnHost(fakeBoundParameters, path)!;
                if (store.Host.TryReadFile(file, OpenPgpKeyReader.MaxLength) is { } found)
                    candidates.AddRange(OpenPgpKeyReader.Read(found.Content.Span, file).Keys
                        .Select(static k => new Candidate(k.Fingerprint, k.ToString())));
            }
            catch (TrustException)
            {
                // Not a key file, or not to be read: it has nothing to offer.
                continue;
            }
        }

        return candidates.DistinctBy(static c => c.Text).Matching(wordToComplete);
    }
}
