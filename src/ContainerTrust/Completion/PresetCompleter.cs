using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the names of the presets, the user's own among them.</summary>
public sealed class PresetCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        PresetCatalog presets;
        try
        {
            presets = PresetCatalog.Load(CommandSoFar.Resolved(CommandSoFar.Text(fakeBoundParameters, "PresetDirectory")));
        }
        catch (TrustException)
        {
            // The command itself will say what is wrong with the directory.
            presets = PresetCatalog.BuiltIn;
        }

        return presets.Names.Select(n => new Candidate(n, presets.Summary(n))).Matching(wordToComplete);
    }
}
