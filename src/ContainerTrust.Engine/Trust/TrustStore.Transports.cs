using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust;

/// <content>What a policy opens besides registries.</content>
public sealed partial class TrustStore
{
    /// <summary>
    /// The transports other than <c>docker</c> for which the policy has a scope that accepts images, and, where its default does, none.
    /// </summary>
    /// <returns>Their names. Empty where the policy cannot be read.</returns>
    internal IReadOnlyList<string> AcceptedTransports()
    {
        try
        {
            return [.. ReadPolicy().Transports.Where(static t => t.Name != "docker"
                && t.Scopes.Any(static s => s.Requirements.Any(static r => r is not RejectRequirement))).Select(static t => t.Name)];
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return [];
        }
    }
}
