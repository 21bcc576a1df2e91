using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Keys;

/// <summary>The key and certificate files that policies name.</summary>
internal static class PolicyFiles
{
    /// <summary>All files that a policy names.</summary>
    /// <param name="policy">A policy.</param>
    /// <returns>Their paths on the host, each once, in the order of the policy.</returns>
    public static IReadOnlyList<string> Of(PolicyDocument policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Of(policy.Default.Concat(policy.Transports.SelectMany(static t => t.Scopes).SelectMany(static s => s.Requirements)));
    }

    /// <summary>All files that requirements name.</summary>
    /// <param name="requirements">Requirements.</param>
    /// <returns>Their paths on the host, each once.</returns>
    public static IReadOnlyList<string> Of(IEnumerable<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        return [.. requirements.SelectMany(static r => r.GetKeyMaterials()).Select(static m => m.Path).OfType<string>().Distinct()];
    }
}
