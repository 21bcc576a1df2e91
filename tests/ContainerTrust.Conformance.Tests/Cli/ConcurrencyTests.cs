using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>Writers as whole processes: at once, and killed.</summary>
[Trait("Category", "Slow")]
public sealed class ConcurrencyTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-writers").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    private string PolicyPath => _root + "/etc/containers/policy.json";

    [SkippableFact]
    public async Task Two_writers_with_500_changes_each_lose_none()
    {
        string ours = CommandLine.Ours;
        Task Writer(string name) => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                CommandLine.Result result = CommandLine.Run(ours, "set", $"{name}{i}.example.com", "--type", "reject", "--root", _root);
                Assert.True(result.ExitCode == 0, result.Error);
            }
        });
        await Task.WhenAll(Writer("a"), Writer("b"));
        JsonObject docker = JsonNode.Parse(File.ReadAllText(PolicyPath))!["transports"]!["docker"]!.AsObject();
        Assert.Equal(1000, docker.Count);
        Assert.Equal(["containertrust-changes.jsonl", "policy.json"], Directory.GetFileSystemEntries(_root + "/etc/containers")
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task A_thousand_killed_writers_leave_the_old_policy_or_the_new_one()
    {
        string ours = CommandLine.Ours;
        string[] types = ["reject", "accept"];

        // A policy of some size, so that a write takes a while.
        Directory.CreateDirectory(_root + "/etc/containers");
        JsonObject docker = [];
        for (int i = 0; i < 3000; i++)
            docker[$"registry{i}.example.com"] = new JsonArray(new JsonObject { ["type"] = "reject" });
        docker["changing.example.com"] = new JsonArray(new JsonObject { ["type"] = "reject" });
        await File.WriteAllTextAsync(PolicyPath, new JsonObject
            { ["default"] = new JsonArray(new JsonObject { ["type"] = "reject" }), ["transports"] = new JsonObject { ["docker"] = docker } }
            .ToJsonString());
        string[] allowed = new string[2];
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0, CommandLine.Run(ours, "set", "changing.example.com", "--type", types[i], "--root", _root).ExitCode);
            allowed[i] = await File.ReadAllTextAsync(PolicyPath);
        }

        Assert.NotEqual(allowed[0], allowed[1]);
        int killed = 0, finished = 0, started = 0;

        // How long a writer is left alone at most: a little more than most need, however fast the machine is just now. It grows while all
        // are killed before they end, and shrinks when one ends.
        double longest = 100;
        async Task Killer(int seed)
        {
            Random random = new(seed);
            while (Interlocked.Increment(ref started) <= 4000 && Volatile.Read(ref killed) < 1000)
            {
                using Process process = CommandLine.Start(ours, "set", "changing.example.com", "--type", types[random.Next(2)],
                    "--root", _root);
                await Task.Delay(TimeSpan.FromMilliseconds(Volatile.Read(ref longest) * (0.2 + (random.NextDouble() * 0.8))));
                if (process.HasExited)
                {
                    Interlocked.Increment(ref finished);
                    Volatile.Write(ref longest, longest * 0.9);
                }
                else
                {
                    process.Kill();
                    Interlocked.Increment(ref killed);
                    Volatile.Write(ref longest, longest * 1.02);
                }

                await process.WaitForExitAsync();
                Assert.Contains(await File.ReadAllTextAsync(PolicyPath), allowed);
            }
        }

        await Task.WhenAll(Killer(1), Killer(2), Killer(3));
        Assert.True(killed >= 1000, $"only {killed} writers were killed, {finished} finished");
        Assert.True(finished > 0, "no writer ever finished: the kills came too early to mean anything");

        // The lock went with its owners: the next writer gets it at once, and tidies up.
        Stopwatch watch = Stopwatch.StartNew();
        foreach (string type in types)
            Assert.Equal(0, CommandLine.Run(ours, "set", "changing.example.com", "--type", type, "--root", _root).ExitCode);
        Patience.EndedSoon(watch);
        Assert.Equal(["containertrust-changes.jsonl", "policy.json"], Directory.GetFileSystemEntries(_root + "/etc/containers")
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
