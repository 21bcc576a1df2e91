using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Why the files of registries.d on nodes are refused, where image policies of the cluster are the reason.</summary>
internal static class CollisionReasons
{
    /// <summary>The reasons, with what is to be done.</summary>
    /// <param name="state">What the cluster said.</param>
    /// <param name="host">The files that the nodes have.</param>
    /// <returns>Sentences. None if image policies are not the reason.</returns>
    public static IReadOnlyList<string> Of(RolloutState state, ITrustHost host)
    {
        try
        {
            return [.. ScopeCollision.Of(host, state.Defaults)
                .Select(c => c.Describe(Policies(state, c.Scope), Source(state, host, c.Path)))];
        }
        catch (TrustException)
        {
            // Another file is refused by itself, and the reader has said so.
            return [];
        }
    }

    private static string[] Policies(RolloutState state, string scope) => state.Surroundings is not { } around ? []
        : [.. (around.ClusterPolicies.Value ?? []).Concat(around.NamespacePolicies.Value ?? []).Where(p => p.Scopes.Contains(scope))
            .Select(static p => p.Shown)];

    private static string? Source(RolloutState state, ITrustHost host, string path) =>
        host.TryReadFile(path, int.MaxValue) is { } file
            && MergeOrder.Winner(MergeOrder.Of(state.Selected, path), path, file.Content.Span) is { } winner
            ? Printable.Of(winner.Name, Printable.NameLength) : null;
}
