using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Travel;

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

    /// <summary>Looks at key files again: a person was asked meanwhile, and one may have gone or been replaced.</summary>
    /// <param name="host">The host.</param>
    /// <param name="changes">The changes that are wanted.</param>
    /// <exception cref="TrustException">A key file is missing or has no key that can sign now.</exception>
    internal static void RequireKeys(ITrustHost host, IReadOnlyList<TrustChange> changes)
    {
        TrustRequirement[] requirements = [.. changes.Where(static c => c.RequiresKeys).SelectMany(static c => c.Requirements ?? [])];
        ITrustHost then = CopiedKeysHost.Of(host, [.. changes.SelectMany(static c => c.Copies)]);
        then.Prefetch(PolicyFiles.Of(requirements));
        KeyFiles keys = new(new KeyMaterialFiles(then));
        if (KeyCheck.Faults(keys, requirements, DateTimeOffset.UtcNow, TrustMessages.None) is [TrustException fault, ..])
            throw fault;
    }
}
