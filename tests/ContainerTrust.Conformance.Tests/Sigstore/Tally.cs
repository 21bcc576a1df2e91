namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>Counts verdicts of ours and of another on the same cases.</summary>
/// <param name="title">Where the cases are from.</param>
internal sealed class Tally(string title)
{
    private readonly List<string> _wrong = [];
    private readonly SortedDictionary<string, int> _stricter = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    public int AcceptedByBoth { get; private set; }

    public int RefusedByBoth { get; private set; }

    public void Add(NameConstraintCase testCase, (bool IsAccepted, string Reason) ours, bool isAcceptedByOther)
    {
        Count++;
        if (ours.IsAccepted && isAcceptedByOther)
            AcceptedByBoth++;
        else if (ours.IsAccepted)
            _wrong.Add(testCase.ToString());
        else if (isAcceptedByOther)
            _stricter[KindOf(ours.Reason)] = _stricter.GetValueOrDefault(KindOf(ours.Reason)) + 1;
        else
            RefusedByBoth++;
    }

    public void RequireNoWrongYes() =>
        Assert.True(_wrong.Count == 0, $"{this}\nAccepted by us alone:\n{string.Join('\n', _wrong.Take(20))}");

    public override string ToString() =>
        $"{title}: {Count} cases, accepted by both {AcceptedByBoth}, refused by both {RefusedByBoth}, by us alone {_stricter.Values.Sum()} "
        + $"({string.Join(", ", _stricter.Select(static s => $"{s.Key} {s.Value}"))}), accepted by us alone {_wrong.Count}";

    private static string KindOf(string reason) =>
        reason.Contains("is excluded", StringComparison.Ordinal) ? "excluded"
        : reason.Contains("within nothing", StringComparison.Ordinal) ? "not permitted"
        : reason.Contains("cannot be compared", StringComparison.Ordinal) ? "name cannot be compared"
        : reason.Contains("cannot be used", StringComparison.Ordinal) ? "certificate cannot be used"
        : reason.Contains("can be read", StringComparison.Ordinal) ? "no root can be read"
        : reason.Contains("signer's names.", StringComparison.Ordinal) ? "the chain engine alone"
        : reason;
}
