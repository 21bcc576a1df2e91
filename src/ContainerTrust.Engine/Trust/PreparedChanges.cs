namespace ContainerTrust.Engine.Trust;

/// <summary>A change that is not possible, and why.</summary>
/// <param name="Change">The change.</param>
/// <param name="Error">The reason.</param>
public sealed record RefusedChange(TrustChange Change, TrustException Error);

/// <summary>
/// Changes that were worked out and can be made by <see cref="TrustStore.ApplyPrepared"/>. What is written is worked out once more from what is there then,
/// under the lock of all writers.
/// </summary>
public sealed class PreparedChanges
{
    internal PreparedChanges(IReadOnlyList<TrustChange> changes, TrustPlan plan, IReadOnlyList<RefusedChange> refused)
    {
        Plan = plan;
        Refused = refused;
        Changes = plan.NotFound.Count == 0 ? changes : [.. changes.Except(plan.NotFound)];
        Result = plan.ToResult();
    }

    /// <summary>The changes that can be made.</summary>
    public IReadOnlyList<TrustChange> Changes { get; }

    /// <summary>What they would do now.</summary>
    public TrustEditResult Result { get; }

    /// <summary>The changes that are not possible.</summary>
    public IReadOnlyList<RefusedChange> Refused { get; }

    internal TrustPlan Plan { get; }
}
