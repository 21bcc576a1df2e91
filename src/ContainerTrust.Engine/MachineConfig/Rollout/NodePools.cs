namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Which pool manages a node, as the operator has it: the control plane's own before a custom pool, and that before the workers'.
/// </summary>
internal static class NodePools
{
    private static readonly string[] First = ["master", "arbiter"];

    /// <summary>The pool of a node.</summary>
    /// <param name="pools">The cluster's pools.</param>
    /// <param name="labels">The node's labels.</param>
    /// <returns>The pool's name; null if the node is in none, or in several custom ones.</returns>
    public static string? PoolOf(IEnumerable<PoolDocument> pools, IReadOnlyDictionary<string, string> labels)
    {
        string[] names = [.. pools.Where(p => p.NodeSelector?.Selects(labels) == true).Select(static p => p.Name)];
        if (First.FirstOrDefault(names.Contains) is { } first)
            return first;
        string[] custom = [.. names.Where(static n => n != "worker")];
        return custom.Length > 1 ? null : custom.FirstOrDefault() ?? names.FirstOrDefault();
    }
}
