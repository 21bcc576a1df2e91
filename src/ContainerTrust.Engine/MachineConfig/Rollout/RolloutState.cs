using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What the cluster said of a pool, and of the MachineConfigs that concern it.</summary>
/// <param name="PoolName">The pool that was asked for.</param>
/// <param name="Pool">The pool. Null if the cluster has none of that name.</param>
/// <param name="Configs">Those that the pool selects, the one that is asked about, and the pool's rendered configs.</param>
internal sealed record RolloutState(string PoolName, PoolDocument? Pool, IReadOnlyList<ConfigDocument> Configs)
{
    /// <summary>The cluster, as it was named.</summary>
    public string? Cluster { get; init; }

    /// <summary>Which pool of which cluster a command is to be about, as arguments with a space before each.</summary>
    public string Which => (PoolName == "worker" ? "" : $" {TrustOption.Role.With(PoolName)}")
        + Where;

    /// <summary>Which cluster a command is to be about, as arguments with a space before each.</summary>
    public string Where => (Context is null ? "" : $" {TrustOption.Context.With(Context)}")
        + (Kubeconfig is null ? "" : $" {TrustOption.Kubeconfig.With(Kubeconfig)}");

    /// <summary>The context that was named. Null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig file that was named. Null for the usual one.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>What else the cluster has. Null if it was not asked.</summary>
    public ClusterSurroundings? Surroundings { get; init; }

    /// <summary>The stream of operating system images that the pool's nodes are to have. Null: that of the release.</summary>
    public string? Stream { get; init; }

    /// <summary>What the nodes' operating system brings along.</summary>
    public RhcosDefaults Defaults => NodeStreams.Defaults(Stream, Surroundings?.Release);

    /// <summary>A MachineConfig by name; null if the cluster does not have it.</summary>
    public ConfigDocument? Find(string? name) => name is null ? null : Configs.FirstOrDefault(c => c.Name == name);

    /// <summary>The MachineConfigs that the operator merges for the pool, now.</summary>
    public IEnumerable<ConfigDocument> Selected =>
        Pool?.Selector is { } selector ? Configs.Where(c => !c.IsDeleting && selector.Selects(c.Labels)) : [];
}
