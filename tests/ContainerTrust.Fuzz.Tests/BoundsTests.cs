using ContainerTrust.Engine.Foundation;

namespace ContainerTrust.Fuzz.Tests;

/// <summary>That what the fuzzer is to find is found.</summary>
public sealed class BoundsTests
{
    [Fact]
    public void A_refusal_is_not_a_finding() =>
        Assert.False(Bounds.Check(new Target(static () => throw new TrustException("Id", TrustErrorKind.InvalidData, "It is refused.")),
            []));

    [Fact]
    public void An_input_that_is_taken_is_not_a_finding() => Assert.True(Bounds.Check(new Target(static () => { }), []));

    [Fact]
    public void A_refusal_that_says_nothing_is_a_finding() =>
        Assert.Throws<FuzzFinding>(static () => Bounds.Check(new Target(static () =>
            throw new TrustException("", TrustErrorKind.InvalidData, "")), []));

    [Fact]
    public void Another_exception_is_a_finding() =>
        Assert.Throws<InvalidOperationException>(static () =>
            Bounds.Check(new Target(static () => throw new InvalidOperationException()), []));

    [Fact]
    public void Much_memory_is_a_finding()
    {
        byte[] kept = [];
        Target target = new(() => kept = new byte[Bounds.Memory + 1]);
        Assert.Contains("MiB", Assert.Throws<FuzzFinding>(() => Bounds.Check(target, [])).Message, StringComparison.Ordinal);
        Assert.True(kept.Length > Bounds.Memory);
    }

    [Fact]
    public void Much_memory_in_small_pieces_is_a_finding()
    {
        const int Piece = 1 << 10;
        List<byte[]> kept = [];
        Target target = new(() =>
        {
            for (long i = 0; i <= Bounds.Memory / Piece; i++)
                kept.Add(new byte[Piece]);
        });
        Assert.Throws<FuzzFinding>(() => Bounds.Check(target, []));
        Assert.True(kept.Count * (long)Piece > Bounds.Memory);
    }

    [Fact]
    public void Much_time_is_a_finding_if_it_is_taken_again()
    {
        int runs = 0;
        void Work(bool isSlow)
        {
            runs++;
            TimeSpan start = ProcessorTime.Now;
            while (isSlow && ProcessorTime.Since(start) <= Bounds.Time)
            {
            }
        }

        Assert.Throws<FuzzFinding>(() => Bounds.Check(new Target(() => Work(isSlow: true)), []));
        Assert.True(runs > 1);
        runs = 0;
        Assert.True(Bounds.Check(new Target(() => Work(isSlow: runs == 0)), []));
        Assert.Equal(2, runs);
    }

    private sealed class Target(Action run) : FuzzTarget
    {
        public override string Name => "test";

        public override IEnumerable<byte[]> Words => [];

        public override FuzzMaterial Make() => new();

        public override void Run(byte[] input) => run();
    }
}
