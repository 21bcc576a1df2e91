using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Formats.Toml;

/// <summary>
/// Our reader of TOML beside Tomlyn: made and damaged documents. What Tomlyn reads, ours reads alike, or refuses where the specification
/// wants it (<see cref="TomlOracle.IsKnownStrictness"/>); what Tomlyn refuses, ours refuses, but for what .NET has no time for
/// (<see cref="TomlOracle.IsKnownNarrowness"/>).
/// </summary>
public sealed class TomlOracleTests(ITestOutputHelper output)
{
    private const int Rounds = 20_000;
    private const int Seed = 20260728;

    [Fact]
    public void Both_readers_say_the_same()
    {
        output.WriteLine($"Seed {Seed}");
        TomlSamples samples = new(new Random(Seed));
        int same = 0, refused = 0, stricter = 0, lost = 0;
        for (int i = 0; i < Rounds; i++)
        {
            string text = i % 2 == 0 ? samples.Document() : samples.Mutated();
            string? ours = TomlOracle.Ours(text, out string ourReason);
            string? theirs = TomlOracle.Theirs(text, out string theirReason);
            if (ours == theirs)
            {
                same += ours is null ? 0 : 1;
                refused += ours is null ? 1 : 0;
                continue;
            }

            string both = $"{i}: {text}\nours: {ours ?? ourReason}\ntheirs: {theirs ?? theirReason}";
            if (ours is null)
            {
                Assert.True(TomlOracle.IsKnownStrictness(text, ourReason), both);
                stricter++;
            }
            else
            {
                Assert.True(theirs is null ? TomlOracle.IsKnownNarrowness(text) : TomlOracle.IsKnownLoss(text), both);
                lost++;
            }
        }

        output.WriteLine($"{same} read alike, {refused} refused by both, {stricter} by ours alone; {lost} not read whole by Tomlyn.");
        Assert.True(same > Rounds / 4 && refused > Rounds / 4, $"{same} read, {refused} refused");
        Assert.InRange(stricter + lost, 0, Rounds / 100);
    }

    [Theory]
    [InlineData("a = 23:59:60", "a leap second")]
    [InlineData("a = 1979-05-27T07:32:00+21:00", "an offset of more than 14 hours")]
    [InlineData("a = 00:32:00.9999999999", "a fraction of ten digits")]
    public void What_only_ours_reads_is_as_the_specification_has_it(string text, string what)
    {
        Assert.True(TomlOracle.Ours(text, out _) is not null, what);
        bool isNarrow = TomlOracle.Theirs(text, out _) is null && TomlOracle.IsKnownNarrowness(text);
        Assert.True(isNarrow, $"Tomlyn reads {what} now: compare it.");
    }

    [Theory]
    [InlineData("[[a]]\nb = 1\n[c]\n[[a]]\n", "{\"a\":[{\"b\":1},{}],\"c\":{}}")]
    [InlineData("[[a]]\nb = 1\n[c]\n[a.d]\n", "{\"a\":[{\"b\":1,\"d\":{}}],\"c\":{}}")]
    public void Tables_that_are_gone_on_with_are_not_lost(string text, string expected) =>
        Assert.Equal(expected, TomlOracle.Ours(text, out _));
}
