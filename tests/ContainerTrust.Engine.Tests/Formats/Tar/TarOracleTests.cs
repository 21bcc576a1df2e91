using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Formats.Tar;

/// <summary>
/// Our reader of tar beside .NET's: made and damaged archives. Whole ones are read alike. Of damaged ones, what .NET reads is read alike
/// or refused (<see cref="TarOracle.IsKnownStrictness"/>), and what .NET refuses is refused, but for what means nothing here
/// (<see cref="TarOracle.IsKnownNarrowness"/>).
/// </summary>
public sealed class TarOracleTests(ITestOutputHelper output)
{
    private const int Seed = 20260728;

    [Fact]
    public void Whole_archives_are_read_alike()
    {
        output.WriteLine($"Seed {Seed}");
        TarSamples samples = new(new Random(Seed));
        for (int i = 0; i < 3_000; i++)
        {
            byte[] archive = samples.Archive();
            string? ours = TarOracle.Ours(archive, out string reason);
            Assert.True(ours is not null, $"{i}: {reason}");
            Assert.Equal(TarOracle.Theirs(archive, out _), ours);
        }
    }

    [Fact]
    public void Of_damaged_archives_both_say_the_same()
    {
        output.WriteLine($"Seed {Seed}");
        TarSamples samples = new(new Random(Seed));
        int same = 0, refused = 0, stricter = 0, wider = 0;
        for (int i = 0; i < 12_000; i++)
        {
            byte[] archive = samples.Damaged();
            string? ours = TarOracle.Ours(archive, out string ourReason);
            string? theirs = TarOracle.Theirs(archive, out string theirReason);
            string both = $"{i}: {Convert.ToBase64String(archive)}\nours: {ours ?? ourReason}\ntheirs: {theirs ?? theirReason}";
            if (ours == theirs)
            {
                same += ours is null ? 0 : 1;
                refused += ours is null ? 1 : 0;
            }
            else if (ours is null)
            {
                Assert.True(TarOracle.IsKnownStrictness(ourReason), both);
                stricter++;
            }
            else
            {
                Assert.True(theirs is null ? TarOracle.IsKnownNarrowness(theirReason) : TarOracle.HasHiddenSize(archive), both);
                wider++;
            }
        }

        output.WriteLine($"{same} read alike, {refused} refused by both, {stricter} by ours alone, {wider} read otherwise.");
        Assert.True(same > 2_000 && refused > 500, $"{same} read, {refused} refused");
        Assert.InRange(wider, 0, 300);
    }

    [Fact]
    public void An_archive_of_nothing_is_refused_unless_its_end_is_there()
    {
        Assert.Null(TarOracle.Ours([], out _));
        Assert.Equal("", TarOracle.Ours(new byte[1024], out _));
    }
}
