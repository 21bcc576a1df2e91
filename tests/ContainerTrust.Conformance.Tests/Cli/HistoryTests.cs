using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust history</c> and <c>containertrust undo</c>: what was changed, and how it is taken back.</summary>
public sealed class HistoryTests : IDisposable
{
    private const string Policy = """{"default":[{"type":"reject"}]}""";
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-history").FullName;

    public HistoryTests()
    {
        Directory.CreateDirectory(Path.Join(_root, "etc/containers"));
        File.WriteAllText(PolicyPath, Policy);
        File.WriteAllText(Path.Join(_root, "etc/hostname"), "node1\n");
    }

    private string PolicyPath => Path.Join(_root, "etc/containers/policy.json");

    public void Dispose() => Directory.Delete(_root, true);

    [SkippableFact]
    public void A_host_without_changes_has_an_empty_history_and_nothing_to_undo()
    {
        Assert.Equal((0, "no changes on record\n", ""), Shown(Run("history")));
        Assert.Equal((0, "[]\n", ""), Shown(Run("history", "--json")));
        CommandLine.Result undo = Run("undo");
        Assert.Equal((1, ""), (undo.ExitCode, undo.Output));
        Assert.Contains("nothing", undo.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Policy, File.ReadAllText(PolicyPath));
    }

    [SkippableFact]
    public void The_last_change_is_taken_back_byte_by_byte_and_both_are_on_record()
    {
        Accept("a.example.com");
        string first = File.ReadAllText(PolicyPath);
        Accept("b.example.com");
        CommandLine.Result preview = Run("undo", "--dry-run");
        Assert.Equal(0, preview.ExitCode);
        Assert.Contains("would be changed: /etc/containers/policy.json\n", preview.Output, StringComparison.Ordinal);
        Assert.Contains("requirements of b.example.com: accept -> nothing\n", preview.Output, StringComparison.Ordinal);
        Assert.NotEqual(first, File.ReadAllText(PolicyPath));

        CommandLine.Result undo = Run("undo");
        Assert.Equal((0, "changed /etc/containers/policy.json\n"), (undo.ExitCode, undo.Output));
        Assert.Equal(first, File.ReadAllText(PolicyPath));

        JsonElement[] changes = Changes();
        Assert.Equal(["b.example.com", "b.example.com", "a.example.com"], changes.Select(static c => Text(c, "registry")));
        Assert.Equal(["removed", "added", "added"], changes.Select(static c => Text(c, "status")));
        Assert.Equal(Text(changes[1], "id"), Text(changes[0], "undoes"));
        Assert.Equal(Text(changes[0], "id"), Text(changes[1], "undoneBy"));
        Assert.Equal(["containertrust undo", "containertrust set", "containertrust set"], changes.Select(static c => Text(c, "command")));
        Assert.All(changes, static c => Assert.Equal("node1", Text(c, "computerName")));
        Assert.All(changes, static c => Assert.Equal(DateTimeKind.Utc, c.GetProperty("time").GetDateTime().Kind));
        Assert.Equal("accept", Text(changes[2], "afterTrust"));
        Assert.Equal("/etc/containers/policy.json", changes[2].GetProperty("paths")[0].GetString());

        string[] lines = Run("history").Output.Split('\n');
        Assert.StartsWith($"{Text(changes[0], "id")} ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith($", containertrust undo, takes {Text(changes[1], "id")} back", lines[0], StringComparison.Ordinal);
        Assert.Equal("  b.example.com: accept -> nothing", lines[1]);
        Assert.EndsWith(", containertrust set, undone", lines[2], StringComparison.Ordinal);
        Assert.Equal("  a.example.com: nothing -> accept", lines[5]);
    }

    [SkippableFact]
    public void Nothing_is_undone_where_the_file_was_changed_since()
    {
        Accept("a.example.com");
        File.AppendAllText(PolicyPath, "\n");
        string changed = File.ReadAllText(PolicyPath);
        foreach (string[] arguments in (string[][])[["undo"], ["undo", "--dry-run"]])
        {
            CommandLine.Result undo = Run(arguments);
            Assert.Equal((1, ""), (undo.ExitCode, undo.Output));
            Assert.Contains("/etc/containers/policy.json", undo.Error, StringComparison.Ordinal);
            Assert.Contains("since", undo.Error, StringComparison.Ordinal);
        }

        Assert.Equal(changed, File.ReadAllText(PolicyPath));
        Assert.Single(Changes());
    }

    [SkippableFact]
    public void A_change_that_is_named_must_be_the_last()
    {
        Accept("a.example.com");
        Accept("b.example.com");
        string policy = File.ReadAllText(PolicyPath);
        string[] ids = [.. Changes().Select(static c => Text(c, "id"))];
        (string, string)[] named = [(ids[1], "has the newer change " + ids[0]), ("none", "has no change none")];
        foreach ((string id, string words) in named)
        {
            CommandLine.Result refused = Run("undo", id);
            Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
            Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(policy, File.ReadAllText(PolicyPath));
        Assert.Equal(0, Run("undo", ids[0]).ExitCode);
        Assert.Equal(0, Run("undo", ids[1]).ExitCode);
        Assert.Equal(Policy, File.ReadAllText(PolicyPath));
        Assert.Equal(1, Run("undo").ExitCode);
    }

    [SkippableFact]
    public void A_record_that_cannot_be_read_is_said_and_the_rest_is_listed()
    {
        Accept("a.example.com");
        File.AppendAllText(Path.Join(_root, "etc/containers/containertrust-changes.jsonl"), "{ broken\n");
        CommandLine.Result history = Run("history", "--json");
        Assert.Equal(0, history.ExitCode);
        Assert.Contains("warning: /etc/containers/containertrust-changes.jsonl has 1 line that cannot be read", history.Error,
            StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(history.Output);
        Assert.Equal("a.example.com", Text(json.RootElement[0], "registry"));
    }

    [SkippableTheory]
    [InlineData("undo", "a", "b")]
    [InlineData("undo", "--json")]
    [InlineData("history", "a")]
    [InlineData("history", "--dry-run")]
    public void What_makes_no_sense_ends_with_2(params string[] arguments) => Assert.Equal(2, Run(arguments).ExitCode);

    [SkippableFact]
    public void A_root_that_is_missing_or_empty_is_an_error()
    {
        foreach (string command in (string[])["undo", "history"])
        {
            Assert.Equal(1, CommandLine.Run(CommandLine.Ours, command, "--root", _root + "/none").ExitCode);
            Assert.Equal(2, CommandLine.Run(CommandLine.Ours, command, "--root", "").ExitCode);
        }
    }

    private void Accept(string scope)
    {
        CommandLine.Result set = Run("set", scope, "-t", "accept");
        Assert.True(set.ExitCode == 0, set.Error);
    }

    private CommandLine.Result Run(params string[] arguments) => CommandLine.Run(CommandLine.Ours, [.. arguments, "--root", _root]);

    private JsonElement[] Changes()
    {
        CommandLine.Result history = Run("history", "--json");
        Assert.Equal((0, ""), (history.ExitCode, history.Error));
        using JsonDocument json = JsonDocument.Parse(history.Output);
        return [.. json.RootElement.Clone().EnumerateArray()];
    }

    private static (int Code, string Output, string Error) Shown(CommandLine.Result result) =>
        (result.ExitCode, result.Output, result.Error);

    private static string Text(JsonElement change, string member) => change.GetProperty(member).GetString()!;
}
