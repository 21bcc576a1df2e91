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
    /// What governs a scope itself: its own entry, else that of its nearest parent. A scope's parents are what it begins with, up to a
    /// slash, or a domain's after a dot.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>The scope that governs, and what it demands; null in its place where the policy's default governs.</returns>
    public static (string? Scope, IReadOnlyList<TrustRequirement> Requirements) Governing(PolicyDocument policy, string transport,
        string scope)
    {
        PolicyScope? found = policy.FindTransport(transport)?.Scopes
            .Where(s => s.Name == scope || s.Name.Length == 0 || scope.StartsWith(s.Name + "/", StringComparison.Ordinal)
                || IsWildcardOf(s.Name, scope))
            .OrderByDescending(s => s.Name == scope).ThenByDescending(s => !s.Name.StartsWith("*.", StringComparison.Ordinal))
            .ThenByDescending(static s => s.Name.Length).FirstOrDefault(s => s.Name.Length > 0)
            ?? policy.FindTransport(transport)?.Scopes.FirstOrDefault(static s => s.Name.Length == 0);
        return found is null ? (null, policy.Default) : (found.Name, found.Requirements);
    }

    private static bool IsWildcardOf(string wildcard, string scope) => wildcard.StartsWith("*.", StringComparison.Ordinal)
        && (scope.Split('/')[0] is var host && host.EndsWith(wildcard[1..], StringComparison.Ordinal) && host.Length > wildcard.Length - 1);
}
