using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>Images that no entry of two policies tells apart, and what each policy requires of them.</summary>
/// <param name="Transport">The transport. Empty for what no transport's entry governs.</param>
/// <param name="Scope">The scope. Empty for what no scope of the transport governs.</param>
/// <param name="Before">What the one requires.</param>
/// <param name="After">What the other does.</param>
internal sealed record ScopePair(
    string Transport, string Scope, IReadOnlyList<TrustRequirement> Before, IReadOnlyList<TrustRequirement> After)
{
    /// <summary>The images in words, fit for a terminal.</summary>
    public string Name => Printable.Of(
        Transport.Length == 0 ? "the default" : Scope.Length == 0 ? $"all of {Transport}"
            : Transport == "docker" ? Scope : $"{Transport}:{Scope}",
        Printable.NameLength);
}

/// <summary>
/// Two policies side by side over the scopes of both: a scope that only one of them has is governed by what is above it in the other.
/// </summary>
internal static class ScopeComparison
{
    /// <summary>Finds what differs.</summary>
    /// <param name="before">A policy.</param>
    /// <param name="after">Another one.</param>
    /// <returns>The pairs whose requirements do not mean the same, the default first, then in the order of the files.</returns>
    public static IEnumerable<ScopePair> Find(PolicyDocument before, PolicyDocument after)
    {
        if (!MeanSame(before.Default, after.Default))
            yield return new ScopePair("", "", before.Default, after.Default);
        foreach (string transport in before.Transports.Concat(after.Transports).Select(static t => t.Name).Distinct(StringComparer.Ordinal))
        {
            PolicyTransport? old = before.FindTransport(transport), next = after.FindTransport(transport);
            IEnumerable<PolicyScope> added = (next?.Scopes ?? []).Where(s => old?.Find(s.Name) is null);
            foreach (PolicyScope scope in (old?.Scopes ?? []).Concat(added))
            {
                IReadOnlyList<TrustRequirement> was = PolicyLookup.Governing(before, transport, scope.Name).Requirements,
                    becomes = PolicyLookup.Governing(after, transport, scope.Name).Requirements;
                if (!MeanSame(was, becomes))
                    yield return new ScopePair(transport, scope.Name, was, becomes);
            }
        }
    }

    // Most scopes of a large policy are the very same, which costs less to see than what they mean.
    private static bool MeanSame(IReadOnlyList<TrustRequirement> one, IReadOnlyList<TrustRequirement> other) =>
        ReferenceEquals(one, other) || one.SequenceEqual(other) || RequirementWriter.MeansSame(one, other);
}
