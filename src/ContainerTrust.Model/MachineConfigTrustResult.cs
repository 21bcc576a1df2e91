namespace ContainerTrust;

/// <summary>Whether the machines of a pool use the policy that a MachineConfig has.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record MachineConfigTrustResult
{
    /// <summary>The machine config pool.</summary>
    public required string Role { get; init; }

    /// <summary>The MachineConfig.</summary>
    public required string Name { get; init; }

    /// <summary>How far it has come.</summary>
    public required MachineConfigTrustStatus Status { get; init; }

    /// <summary>
    /// Whether all machines of the pool use the policy as it is meant, and can read the signatures that it requires. True only with
    /// <see cref="MachineConfigTrustStatus.RolledOut"/>, and if nothing is in doubt.
    /// </summary>
    public bool IsInForce => Status == MachineConfigTrustStatus.RolledOut;

    /// <summary>
    /// Why, in sentences, the weightiest first. With <see cref="MachineConfigTrustStatus.RolledOut"/> what else is worth knowing.
    /// </summary>
    public required string[] Reasons
    {
        get;
        init => field = PrintableText.All(value);
    }

    /// <summary>
    /// The rendered config that all machines were last brought to (<c>status.configuration.name</c>). Null if there is none yet.
    /// </summary>
    public string? RenderedConfig { get; init; }

    /// <summary>The rendered config that the machines are to have (<c>spec.configuration.name</c>). Null if there is none yet.</summary>
    public string? TargetConfig { get; init; }

    /// <summary>
    /// The MachineConfig whose policy.json is in <see cref="TargetConfig"/>. Null if none of those that the pool selects has that
    /// content.
    /// </summary>
    public string? PolicySource { get; init; }

    /// <summary>Scopes, and mirrors of scopes, that require signatures and have no place to read them from.</summary>
    public string[] MissingStores { get; init; } = [];

    /// <summary>How many machines the pool has. Null if the cluster does not say.</summary>
    public int? MachineCount { get; init; }

    /// <summary>How many of them have <see cref="TargetConfig"/>. Null if the cluster does not say.</summary>
    public int? UpdatedMachineCount { get; init; }

    /// <summary>How many of them have it and are ready. Null if the cluster does not say.</summary>
    public int? ReadyMachineCount { get; init; }

    /// <summary>How many of them report that they cannot go on. Null if the cluster does not say.</summary>
    public int? DegradedMachineCount { get; init; }

    /// <summary>Whether a wait ended before <see cref="Status"/> was final.</summary>
    public bool TimedOut { get; init; }

    /// <summary>The nodes whose files were looked at.</summary>
    public MachineConfigTrustNode[] Nodes { get; init; } = [];

    /// <summary>The cluster: context or kubeconfig file, as it was named. Null for the current one.</summary>
    public string? Cluster { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Role}: {Name}: {Status}");
}

/// <summary>Whether the files of a node are what is meant.</summary>
public sealed record MachineConfigTrustNode
{
    /// <summary>The node.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the node's policy, the signature stores and the shipped files are as meant.</summary>
    public required bool IsAsMeant { get; init; }

    /// <summary>What is different, in sentences. Empty if nothing is.</summary>
    public required string[] Reasons
    {
        get;
        init => field = PrintableText.All(value);
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Name}: {(IsAsMeant ? "as meant" : string.Join(' ', Reasons ?? []))}");
}
