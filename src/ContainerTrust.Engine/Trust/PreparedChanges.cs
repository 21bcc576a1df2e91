namespace ContainerTrust.Engine.Trust;

/// <summary>A change that is not possible, and why.</summary>
/// <param name="Change">The change.</param>
/// <param name="Error">The reason.</param>
public sealed record RefusedChange(TrustChange Change, TrustException Error);

/// <summary>
/// Changes that were worked out and can be made by <see cref="TrustStore.ApplyPrepared"/>. What is written is worked out once more under
/// the lock of all writers, and key files are looked at again if time has passed.
/// </summary>
public sealed class PreparedChanges
{
    // Longer than a program needs from planning to writing, and shorter than a person needs to answer.
    private const long FreshMilliseconds = 2_000;

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

    /// <summary>When they were worked out, in the milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    internal long MadeAt { get; set; } = Environment.TickCount64;

    /// <summary>Whether the host may have been changed since, while a question waited for its answer.</summary>
    internal bool IsOld => Environment.TickCount64 - MadeAt > FreshMilliseconds;
}
