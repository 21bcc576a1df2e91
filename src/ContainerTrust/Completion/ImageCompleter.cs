using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Completes the beginnings of image names: the scopes of the policy that the command line speaks of so far, and the paths of images in
/// files and directories.
/// </summary>
public sealed class ImageCompleter : IArgumentCompleter
{
    private static readonly string[] s_transports = ["dir:", "oci:", "oci-archive:", "docker-archive:", "sif:"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        ArgumentNullException.ThrowIfNull(wordToComplete);
        string typed = wordToComplete.Trim('\'', '"');
        if (s_transports.FirstOrDefault(t => typed.StartsWith(t, StringComparison.Ordinal)) is { } transport)
        {
            return [.. HostPaths.Beginning(fakeBoundParameters, typed[transport.Length..])
                .Select(p => new Candidate(transport + p, "Image in files")).Matching(typed)];
        }

        try
        {
            TrustQuery query = new() { Transport = "docker", IncludeKeys = false };
            return [.. CommandSoFar.Store(fakeBoundParameters).Read(query)
                .Where(static t => IsBeginning(t.Registry))
                .Select(static t => new Candidate(Beginning(t.Registry),
                    $"docker: {string.Join(" and ", t.Requirements.Select(RequirementText.Describe))}"))
                .Matching(wordToComplete)];
        }
        catch (TrustException)
        {
            // No policy, or a broken one: nothing to offer. The command itself will say what is wrong.
            return [];
        }
    }

    // "*.example.com" and the transport's default are scopes, but no image's name begins so.
    private static bool IsBeginning(string scope) => scope.Length > 0 && !scope.StartsWith("*.", StringComparison.Ordinal);

    // A registry alone is no image.
    private static string Beginning(string scope) => scope.Contains('/') ? scope : scope + "/";
}
