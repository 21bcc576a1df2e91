using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Defaults;

/// <summary>Where one policy accepts everything and another did not.</summary>
internal static class LooserScopes
{
    private const int Shown = 5;

    /// <summary>The scopes of a policy that a new one accepts without a check.</summary>
    /// <param name="before">The policy so far.</param>
    /// <param name="after">The new one.</param>
    /// <returns>Their names, the default's first.</returns>
    public static IReadOnlyList<string> Find(PolicyDocument before, PolicyDocument after)
    {
        List<string> found = [];
        if (!AcceptsAll(before.Default) && AcceptsAll(after.Default))
            found.Add("the default");
        foreach (PolicyTransport transport in before.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
            {
                if (!AcceptsAll(scope.Requirements) && AcceptsAll(Governing(after, transport.Name, scope.Name)))
                    found.Add(Name(transport.Name, scope.Name));
            }
        }

        return found;
    }

    /// <summary>The warning about them.</summary>
    /// <param name="scopes">What <see cref="Find"/> found; not empty.</param>
    /// <returns>A sentence.</returns>
    public static string Describe(IReadOnlyList<string> scopes)
    {
        string more = scopes.Count > Shown ? $" and {scopes.Count - Shown} more" : "";
        return $"Images are accepted without a check that were not before: {string.Join(", ", scopes.Take(Shown))}{more}.";
    }

    /// <summary>The same of a policy that is in force beside the first.</summary>
    /// <param name="scopes">What <see cref="Find"/> found; not empty.</param>
    /// <returns>A sentence.</returns>
    public static string DescribeOther(IReadOnlyList<string> scopes)
    {
        string more = scopes.Count > Shown ? $" and {scopes.Count - Shown} more" : "";
        return $"It accepts without a check what the other does not: {string.Join(", ", scopes.Take(Shown))}{more}.";
    }

    private static string Name(string transport, string scope) =>
        Printable.Of(
            scope.Length == 0 ? $"all of {transport}" : transport == "docker" ? scope : $"{transport}:{scope}",
            Printable.NameLength);

    private static IReadOnlyList<TrustRequirement> Governing(PolicyDocument policy, string transport, string scope)
    {
        if (policy.FindTransport(transport) is not { } found)
            return policy.Default;

        // A scope's parents are what it begins with, up to a slash, or a domain's after a dot (containers-policy.json(5)); the longest
        // counts.
        return found.Scopes
            .Where(s => s.Name == scope || s.Name.Length == 0 || scope.StartsWith(s.Name + "/", StringComparison.Ordinal)
                || IsWildcardOf(s.Name, scope))
            .OrderByDescending(s => s.Name == scope).ThenByDescending(static s => s.Name.Length).Select(static s => s.Requirements)
                .FirstOrDefault(policy.Default);
    }

    private static bool IsWildcardOf(string wildcard, string scope) =>
        wildcard.StartsWith("*.", StringComparison.Ordinal) && scope.Split('/')[0].EndsWith(wildcard[1..], StringComparison.Ordinal);

    private static bool AcceptsAll(IReadOnlyList<TrustRequirement> requirements) => ImageTrust.Summarize(requirements) == TrustType.Accept;
}
