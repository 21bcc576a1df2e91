using System.Collections.Concurrent;

namespace ContainerTrust.Fuzz.Tests;

/// <summary>Every target, on its seeds and on some damaged ones: so that one that no longer fits the code it calls is seen before
/// somebody fuzzes.</summary>
public sealed class TargetTests
{
    private const int Rounds = 200;
    private static readonly ConcurrentDictionary<string, FuzzMaterial> s_made = new();

    /// <summary>The targets' names.</summary>
    public static TheoryData<string> Names => [.. FuzzTargets.All().Select(static t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_and_damaged_seeds_keep_to_the_bounds(string name)
    {
        FuzzTarget target = Loaded(name, out FuzzMaterial material);
        byte[][] seeds = [.. material.Seeds.Where(s => s.Length <= target.MaxLength)];
        byte[][] words = [.. target.Words];
        Assert.NotEmpty(words);

        // A target that refuses everything looks at nothing.
        int taken = seeds.Count(seed => Check(target, seed));
        Assert.True(taken >= 2, $"Only {taken} of {seeds.Length} seeds are taken.");
        Mutation mutation = new(name.Length);
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] input = mutation.Of(seeds[i % seeds.Length], seeds[i * 7 % seeds.Length], words);
            if (input.Length <= target.MaxLength && !Check(target, input))
                refused++;
        }

        Assert.InRange(refused, 1, Rounds);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Short_inputs_keep_to_the_bounds(string name)
    {
        FuzzTarget target = Loaded(name, out _);
        Check(target, []);
        for (int octet = 0; octet < 256; octet++)
            Check(target, [(byte)octet]);
    }

    [Fact]
    public void What_is_written_for_the_fuzzer_serves_another_process()
    {
        string directory = Directory.CreateTempSubdirectory("fuzz").FullName;
        try
        {
            FuzzDirectory.Write(Find("messages"), directory);
            FuzzTarget other = Find("messages");
            FuzzDirectory.Load(other, directory);
            string[] seeds = Directory.GetFiles(Path.Combine(directory, "seeds"));
            Assert.True(seeds.Length > 10);
            string[] verdicts = [.. seeds.Select(file => FuzzDirectory.Check(other, file, out string verdict) ? verdict
                : $"{file}: {verdict}")];
            Assert.All(verdicts, static verdict => Assert.Contains(verdict, (string[])["taken", "refused"]));
            Assert.True(verdicts.Count(static v => v == "taken") > 10);
            Assert.All(File.ReadAllLines(Path.Combine(directory, "words")), static line =>
                Assert.Matches("^\"(\\\\x[0-9a-f]{2}|[^\"\\\\])+\"$", line));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static FuzzTarget Loaded(string name, out FuzzMaterial material)
    {
        FuzzTarget target = Find(name);
        material = s_made.GetOrAdd(name, _ => target.Make());
        target.Load(material.Trust);
        return target;
    }

    private static FuzzTarget Find(string name) => FuzzTargets.All().Single(t => t.Name == name);

    private static bool Check(FuzzTarget target, byte[] input)
    {
        try
        {
            return Bounds.Check(target, input);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{target.Name}: {e.Message} Input: {Convert.ToBase64String(input)}", e);
        }
    }
}
