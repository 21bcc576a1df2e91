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
}
