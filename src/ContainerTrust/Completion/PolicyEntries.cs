using System.Collections;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Completion;

/// <summary>The entries of the policy that a command line speaks of so far.</summary>
internal static class PolicyEntries
{
    /// <returns>
    /// The entries, without keys unless they are asked for; none where there is no policy or a broken one: the command itself will say
    /// what is wrong.
    /// </returns>
    public static IReadOnlyList<ImageTrust> Read(IDictionary parameters, string? transport, bool includeKeys = false)
    {
        try
        {
            return [.. CommandSoFar.Store(parameters).Read(new TrustQuery { Transport = transport, IncludeKeys = includeKeys })];
        }
        catch (TrustException)
        {
            return [];
        }
    }
}
