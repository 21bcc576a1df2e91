using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

public sealed class PossibleChangesTests
{
    private static readonly TrustException s_fault = Error("WholeFault", "all of them");
    private int _plans;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(999)]
    public void One_faulty_change_among_a_thousand_is_found_in_few_plans(int faulty)
    {
        TrustChange[] changes = Changes(1000);
        (IReadOnlyList<TrustChange> good, IReadOnlyList<RefusedChange> refused) =
            Find(changes, some => some.FirstOrDefault(c => c == changes[faulty]));
        Assert.Equal(changes.Where(c => c != changes[faulty]), good);
        RefusedChange one = Assert.Single(refused);
        Assert.Same(changes[faulty], one.Change);
        Assert.Equal($"{changes[faulty]} is bad", one.Error.Message);
        Assert.InRange(_plans, 1, 45);
    }

    [Fact]
    public void Whichever_changes_are_faulty_they_are_the_ones_that_are_refused()
    {
        Random random = new(20261129);
        for (int round = 0; round < 300; round++)
        {
            TrustChange[] changes = Changes(random.Next(2, 40));
            HashSet<TrustChange> faulty = [.. changes.Where(_ => random.Next(4) == 0)];
            if (faulty.Count == 0 || faulty.Count == changes.Length)
                continue;
            _plans = 0;
            (IReadOnlyList<TrustChange> good, IReadOnlyList<RefusedChange> refused) =
                Find(changes, some => some.FirstOrDefault(faulty.Contains));
            Assert.Equal(changes.Where(c => !faulty.Contains(c)), good);
            Assert.Equal(changes.Where(faulty.Contains), refused.Select(static r => r.Change));
            Assert.InRange(_plans, 1, 1 + (4 * changes.Length));
        }
    }

    [Fact]
    public void What_is_in_no_file_is_found_without_a_plan_for_each()
    {
        TrustChange[] changes = Changes(1000);
        (IReadOnlyList<TrustChange> good, IReadOnlyList<RefusedChange> refused) = PossibleChanges.Find(changes, s_fault, Check, Plan);
        Assert.Equal([changes[7]], good);
        Assert.Equal(999, refused.Count);
        Assert.Equal(2, _plans);

        void Check(TrustChange change)
        {
            if (change != changes[7])
                throw Error("NoSignatureStore", "bad");
        }

        void Plan(IReadOnlyList<TrustChange> some) => _plans++;
    }

    [Fact]
    public void Changes_that_are_possible_only_without_each_other_are_not_called_faulty()
    {
        TrustChange[] changes = Changes(100);
        TrustException e = Assert.Throws<TrustException>(() =>
            Find(changes, some => some.Contains(changes[20]) && some.Contains(changes[70]) ? changes[70] : null));
        Assert.Equal("NoSignatureStore", e.ErrorId);
        Assert.Equal("r70.example.com", e.Target);
        Assert.Equal("r70.example.com can be changed alone, but not together with the others that were given: r70.example.com is bad",
            e.Message);
    }

    [Fact]
    public void A_fault_that_concerns_all_is_that_fault()
    {
        Assert.Same(s_fault, Assert
            .Throws<TrustException>(() =>
            PossibleChanges.Find(Changes(9), s_fault, static _ => { }, static _ => throw Error("NoSignatureStore", "broken policy"))));
        Assert.Same(s_fault, Assert.Throws<TrustException>(() => Find(Changes(9), static some => some.Count > 0 ? some[0] : null)));
    }

    [Fact]
    public void A_connection_that_ends_is_the_fault_of_no_change()
    {
        TrustChange[] changes = Changes(9);
        TrustException lost = new("ConnectionLost", TrustErrorKind.ConnectionFailed, "lost");
        Assert.Same(lost, Assert.Throws<TrustException>(() => PossibleChanges.Find(changes, lost, static _ => { }, static _ => { })));
        Assert.Same(lost, Assert.Throws<TrustException>(() => PossibleChanges.Find(changes, s_fault, static _ => { }, some =>
        {
            if (some.Count > 1)
                throw lost;
        })));
    }

    [Fact]
    public void A_file_that_is_being_written_is_the_fault_of_no_change()
    {
        TrustException busy = new("FileChanged", TrustErrorKind.ResourceBusy, "is being written");
        Assert.Same(busy, Assert.Throws<TrustException>(() => PossibleChanges.Find(Changes(9), busy, static _ => { }, static _ => { })));
        Assert.Same(busy, Assert.Throws<TrustException>(() => PossibleChanges.Find(Changes(9), s_fault, static _ => { }, some =>
        {
            if (some.Count > 1)
                throw busy;
        })));
    }

    [Fact]
    public void A_fault_that_has_passed_refuses_nothing()
    {
        TrustChange[] changes = Changes(9);
        (IReadOnlyList<TrustChange> good, IReadOnlyList<RefusedChange> refused) = Find(changes, some => some.Count == 9
            && _plans < 4 ? some[5] : null);
        Assert.Equal(changes, good);
        Assert.Empty(refused);
    }

    private (IReadOnlyList<TrustChange> Good, IReadOnlyList<RefusedChange> Refused) Find(
        TrustChange[] changes, Func<IReadOnlyList<TrustChange>, TrustChange?> faulty) =>
        PossibleChanges.Find(changes, s_fault, static _ => { }, some =>
        {
            _plans++;
            if (faulty(some) is { } bad)
                throw Error("NoSignatureStore", $"{bad} is bad");
        });

    private static TrustChange[] Changes(int count) =>
    [
        .. Enumerable.Range(0, count)
            .Select(static i => new TrustChange
            { Transport = "docker", Registry = $"r{i}.example.com", Requirements = [new RejectRequirement()] }),
    ];

    private static TrustException Error(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
