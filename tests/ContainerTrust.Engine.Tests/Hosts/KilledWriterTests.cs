using System.Diagnostics;
using System.Globalization;
using ContainerTrust.Engine.Hosts;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Writers are killed at any moment; the file is one whole generation each time and the lock is free at once.</summary>
public sealed class KilledWriterTests(ITestOutputHelper output)
{
    private const int FileLimit = 1 << 20;

    [Fact]
    public void Forty_killed_writers_leave_whole_files() => KillWriters(40);

    [Fact]
    [Trait("Category", "Slow")]
    public void A_thousand_killed_writers_leave_whole_files() => KillWriters(1000);

    private void KillWriters(int kills)
    {
        const int AtOnce = 4;
        using HostTestDirectory directory = new();
        LocalHost host = LocalHost.Instance;
        string path = directory["policy.json"];
        Random random = new(kills);
        long generation = 0;
        int leftovers = 0;
        int moved = 0;
        Stopwatch time = Stopwatch.StartNew();
        for (int killed = 0; killed < kills; killed += AtOnce)
        {
            Process[] writers = [.. Enumerable.Range(0, AtOnce).Select(_ => HostTools.StartWriter("generations", path))];

            // Most are killed at work; one wave in eight also while it starts.
            bool atWork = killed % (8 * AtOnce) != 0;
            long before = generation;
            if (atWork)
                Patience.Until(() => (generation = CheckFile(generation, ref moved)) >= before + 2,
                    "two generations of a wave are written");
            foreach (Process writer in writers)
            {
                if (atWork)
                    Assert.Equal("ready", writer.StandardOutput.ReadLine());
                Thread.Sleep(random.Next(0, 40));
                Assert.False(writer.HasExited, "A writer failed.");
                writer.Kill();
                generation = CheckFile(generation, ref moved);
            }

            foreach (Process writer in writers)
            {
                writer.WaitForExit();
                writer.Dispose();
            }

            // All are dead: the lock must be free, without a wait.
            host.BeginChange([directory.Root], TimeSpan.Zero, CancellationToken.None).Dispose();
            string[] names = directory.Names();
            Assert.DoesNotContain(names, static n => n is not "policy.json" and not ".policy.json.containertrust-tmp");
            leftovers += names.Contains(".policy.json.containertrust-tmp") ? 1 : 0;
        }

        HostTestDirectory.Rewrite(host, path, "end");
        Assert.Equal(["policy.json"], directory.Names());
        Assert.True(generation > kills / AtOnce, "The writers hardly wrote.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kills} kills in {time.Elapsed.TotalSeconds:0.0} s, {generation} generations, {leftovers} temporary files left and " +
            $"cleaned, {moved} times seen moving."));

        long CheckFile(long least, ref int moving)
        {
            HostFile? file = host.TryReadFile(path, FileLimit);
            if (file is null)
            {
                Assert.Equal(0, least);
                return 0;
            }

            ReadOnlySpan<byte> content = file.Content.Span;
            int length = content.IndexOf((byte)'\n') + 1;
            ReadOnlySpan<byte> line = content[..length];
            Assert.Equal(300_000 / length * length, content.Length);
            for (int i = 0; i < content.Length; i += length)
                Assert.True(content.Slice(i, length).SequenceEqual(line), "The file is of two generations.");
            long number = long.Parse(line[..^1], CultureInfo.InvariantCulture);
            Assert.True(number >= least, "The file went back to an older generation.");
            moving += number > least ? 1 : 0;
            return number;
        }
    }
}
