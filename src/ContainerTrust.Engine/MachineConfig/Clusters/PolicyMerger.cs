using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// Whether entries may be put into the operator's policy: only where nothing is accepted then that is not accepted now. A scope that the
/// operator has keeps what it demands.
/// </summary>
internal static class PolicyMerger
{
    /// <summary>Refuses entries that would loosen the operator's policy.</summary>
    /// <param name="part">The operator's part.</param>
    /// <param name="changes">The entries.</param>
    /// <returns>The entries that say something new.</returns>
    /// <exception cref="TrustException">An entry would loosen it (<c>LooserThanOperator</c>).</exception>
    public static IReadOnlyList<TrustChange> Merge(OperatorPart part, IReadOnlyList<TrustChange> changes)
    {
        List<TrustChange> kept = [];
        foreach (TrustChange change in changes)
        {
            (string? scope, IReadOnlyList<TrustRequirement> now) = change.IsDefault ? (null, part.Policy.Default)
                : PolicyLookup.Governing(part.Policy, change.Transport, change.Registry);
            if (!KeepsAll(now, change.Requirements!))
                throw Looser(part, change, scope, now);
            bool isThere = change.IsDefault || scope == change.Registry;
            if (!isThere || !RequirementWriter.MeansSame(now, change.Requirements!) || change.Section is not null)
                kept.Add(change);
        }

        return kept;
    }

    /// <summary>Whether whatever new requirements accept is accepted by present ones.</summary>
    public static bool KeepsAll(IReadOnlyList<TrustRequirement> now, IReadOnlyList<TrustRequirement> wanted) =>
        wanted.Any(static r => r is RejectRequirement)
        || now.All(n => n is AcceptRequirement || wanted.Any(w => RequirementWriter.MeansSame([n], [w])));

    private static TrustException Looser(OperatorPart part, TrustChange change, string? scope, IReadOnlyList<TrustRequirement> now)
    {
        string place = scope is null ? "its default" : scope.Length == 0 ? $"its default of transport {change.Transport}" : Shown(scope);
        bool isRefused = now.Any(static r => r is RejectRequirement);
        string advice = isRefused && change is { IsDefault: false, Transport: "docker", Registry.Length: > 0 }
            ? "Allow the registry in image.config.openshift.io/cluster first, or leave the entry out."
            : isRefused ? "Leave the entry out."
            : "Leave the entry out, or let it demand the same and more.";
        return new TrustException(
            "LooserThanOperator",
            TrustErrorKind.InvalidArgument,
            $"{change} would accept images that the operator's policy ({Shown(part.Source)}) refuses: {place} demands " +
            $"{string.Join(", ", now.Select(static r => RequirementText.Describe(r)))} there. {advice}")
        {
            Target = change.ToString(),
        };
    }

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
