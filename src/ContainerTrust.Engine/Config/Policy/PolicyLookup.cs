using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>Which entry of a policy governs an image: the most specific scope alone (containers-policy.json(5), "Transports").</summary>
internal static class PolicyLookup
{
    /// <returns>The scope, or null where the policy's default governs, and why.</returns>
    public static (PolicyScope? Scope, string Reason) Find(PolicyDocument policy, ImageName image)
    {
        if (policy.FindTransport(image.Transport) is not { } transport)
            return (null, $"The policy has no scopes for transport {image.Transport}, so its default applies.");
        for (int i = 0; i < image.Scopes.Count; i++)
        {
            string scope = image.Scopes[i];
            if (transport.Find(scope) is { } requirements)
            {
                string reason = i == 0
                    ? $"The scope {scope} is the image itself."
                    : $"The scope {scope} is the most specific that the policy has for the image; {i} more specific " +
                        $"{(i == 1 ? "one was" : "ones were")} looked for.";
                return (new PolicyScope(scope, requirements), reason);
            }
        }

        return transport.Find("") is { } fallback
            ? (new PolicyScope("", fallback),
                $"No scope of transport {image.Transport} matches the image, so the transport's default (\"\") applies.")
            : (null, $"No scope of transport {image.Transport} matches the image, so the policy's default applies.");
    }

    /// <summary>
    /// What governs a scope itself: its own entry, else that of the nearest scope above it, as images of the scope are looked up.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>The scope that governs, and what it demands; null in its place where the policy's default governs.</returns>
    public static (string? Scope, IReadOnlyList<TrustRequirement> Requirements) Governing(PolicyDocument policy, string transport,
        string scope)
    {
        if (policy.FindTransport(transport) is not { } found)
            return (null, policy.Default);
        foreach (string name in Above(found, scope).Prepend(scope).Append(""))
        {
            if (found.Find(name) is { } own)
                return (name, own);
        }

        return (null, policy.Default);
    }

    // What is above a scope, the nearest first (containers-policy.json(5), "Supported transports and their scopes").
    private static IEnumerable<string> Above(PolicyTransport transport, string scope) => transport.Name switch
    {
        "docker" or "docker-daemon" or "atomic" => LookasideChain.Of(scope).Skip(1),
        "dir" or "oci" or "oci-archive" or "sif" => ScopeChain.ForPath(scope).Skip(1),
        _ => transport.Scopes.Select(static s => s.Name)
            .Where(s => s.Length > 0 && s.Length < scope.Length && scope.StartsWith(s, StringComparison.Ordinal)
                && (s[^1] == ']' || scope[s.Length] is '/' or ':' or '@'))
            .OrderByDescending(static s => s.Length),
    };
}
