namespace ContainerTrust.Fuzz.Tests;

/// <summary>That cost that grows faster than the input is found, and other cost is not.</summary>
public sealed class GrowthTests
{
    private const int Size = 4_000;
    private const int Rounds = 4;

    [Fact]
    public void A_cost_that_grows_as_the_square_is_found()
    {
        string[] found = [.. new Growth(new Target(static (n, _) => Work((long)n * n)), [[1]],
            Size) { Least = TimeSpan.FromMilliseconds(5) }.Find(Rounds)];
        Assert.NotEmpty(found);
        Assert.All(found, static f => Assert.StartsWith("test: ", f, StringComparison.Ordinal));
    }

    [Fact]
    public void A_cost_that_grows_as_the_length_is_not_found() =>
        Assert.Empty(new Growth(new Target(static (n, _) => Work(n * (long)Size)), [[1]],
            Size) { Least = TimeSpan.FromMilliseconds(5) }.Find(Rounds));

    [Fact]
    public void Inputs_have_the_size_and_some_have_numbers()
    {
        List<byte[]> inputs = [];
        Assert.Empty(new Growth(new Target((_, input) => inputs.Add(input)), [[1]], Size).Find(Rounds));
        Assert.All(inputs, static i => Assert.InRange(i.Length, Size, Size + 300));
        Assert.Contains(inputs, static i => i.Distinct().Count() > 10);
        Assert.Contains(inputs, static i => i.Distinct().Count() <= 2);
    }

    private static void Work(long steps)
    {
        double sum = 0;
        for (long i = 0; i < steps; i++)
            sum += Math.Sqrt(i);
        Assert.True(sum >= 0);
    }

    private sealed class Target(Action<int, byte[]> run) : FuzzTarget
    {
        public override string Name => "test";

        public override IEnumerable<byte[]> Words => [];

        public override FuzzMaterial Make() => new();

        public override void Run(byte[] input) => run(input.Length, input);
    }
}
