namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Tells the changes that are possible from those that are not. Changes are planned in growing groups, so that a single faulty one among
/// many is found in a number of plans that grows with the logarithm of their number.
/// </summary>
internal sealed class PossibleChanges
{
    private readonly Action<IReadOnlyList<TrustChange>> _plan;
    private readonly List<TrustChange> _good = [];
    private readonly List<RefusedChange> _refused = [];

    private PossibleChanges(Action<IReadOnlyList<TrustChange>> plan) => _plan = plan;

    /// <summary>Finds the faulty ones of changes that are not possible together.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="fault">Why they are not.</param>
    /// <param name="check">Refuses a change for reasons that are in no file.</param>
    /// <param name="plan">Plans changes; throws if they are not possible.</param>
    /// <returns>
    /// The possible ones, and the others with the reason of each. There are no possible ones if a change is possible alone and not together
    /// with others: which of them is meant cannot be told.
    /// </returns>
    /// <exception cref="TrustException">
    /// <paramref name="fault"/> if it concerns all, such as a broken policy, and is the same for each.
    /// </exception>
    public static (IReadOnlyList<TrustChange> Good, IReadOnlyList<RefusedChange> Refused) Find(
        IReadOnlyList<TrustChange> changes, TrustException fault, Action<TrustChange> check, Action<IReadOnlyList<TrustChange>> plan)
    {
        PossibleChanges possible = new(plan);
        if (fault.Kind is TrustErrorKind.ConnectionFailed or TrustErrorKind.ResourceBusy || possible.Fault([]) is not null)
            throw fault;
        List<TrustChange> rest = [];
        foreach (TrustChange change in changes)
        {
            if (Fault(() => check(change)) is { } error)
                possible._refused.Add(new RefusedChange(change, error));
            else
                rest.Add(change);
        }

        possible.Sort(rest);
        if (possible._good.Count == 0 && possible._refused.TrueForAll(r => r.Error.Message == fault.Message))
            throw fault;
        return (possible._good, possible._refused);
    }

    private void Sort(List<TrustChange> rest)
    {
        for (int next = 0; next < rest.Count;)
        {
            (int count, TrustException? fault) = Longest(rest, next);
            _good.AddRange(rest.GetRange(next, count));
            next += count;
            if (fault is null)
                continue;
            TrustChange change = rest[next++];
            TrustException? alone = _good.Count == 0 ? fault : Fault([change]);
            if (alone is not null)
                _refused.Add(new RefusedChange(change, alone));
            else if (Fault([.. _good, change]) is null)
                _good.Add(change);
            else
            {
                _good.Clear();
                _refused.Add(new RefusedChange(change, Together(change, fault)));
                return;
            }
        }
    }

    // How many changes from one on go with those that are good, and why the next does not.
    private (int Count, TrustException? Fault) Longest(List<TrustChange> rest, int start)
    {
        int most = rest.Count - start;
        int possible = 0;
        int impossible = most + 1;
        TrustException? fault = null;
        for (int count = 1; possible < most && impossible - possible > 1;)
        {
            if (Fault([.. _good, .. rest.GetRange(start, count)]) is { } error)
                (impossible, fault) = (count, error);
            else
                possible = count;
            count = impossible > most ? Math.Min(possible * 2, most) : (possible + impossible) / 2;
        }

        return (possible, fault);
    }

    private TrustException? Fault(IReadOnlyList<TrustChange> changes) => Fault(() => _plan(changes));

    // A host that does not answer, and a file that is being written, say nothing of a change.
    private static TrustException? Fault(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (TrustException e) when (e.Kind is not (TrustErrorKind.ConnectionFailed or TrustErrorKind.ResourceBusy))
        {
            return e;
        }
    }

    private static TrustException Together(TrustChange change, TrustException fault) =>
        new(
            fault.ErrorId,
            fault.Kind,
            $"{change} can be changed alone, but not together with the others that were given, so nothing was written: {fault.Message}",
            fault)
        {
            Target = change.ToString(),
            Advice = fault.Advice,
        };
}
