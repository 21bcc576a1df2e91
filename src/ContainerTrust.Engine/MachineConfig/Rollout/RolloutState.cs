namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What the cluster said of a pool, and of the MachineConfigs that concern it.</summary>
/// <param name="PoolName">The pool that was asked for.</param>
/// <param name="Pool">The pool. Null if the cluster has none of that name.</param>
/// <param name="Configs">Those that the pool selects, the one that is asked about, and the pool's rendered configs.</param>
internal sealed record RolloutState(string PoolName, PoolDocument? Pool, IReadOnlyList<ConfigDocument> Configs)
{
    /// <summary>The cluster, as it was named.</summary>
    public string? Cluster { get; init; }

    /// <summary>A MachineConfig by name; null if the cluster does not have it.</summary>
    public ConfigDocument? Find(string? name) => name is null ? null : Configs.FirstOrDefault(c => c.Name == name);

    /// <summary>The MachineConfigs that the operator merges for the pool, now.</summary>
    public IEnumerable<ConfigDocument> Selected =>
        Pool?.Selector is { } selector ? Configs.Where(c => !c.IsDeleting && selector.Selects(c.Labels)) : [];
}
