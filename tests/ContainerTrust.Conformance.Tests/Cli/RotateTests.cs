using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust rotate</c>: a key is exchanged for another, in two steps with an overlap.</summary>
public sealed class RotateTests : IDisposable
{
    private const string NewPath = "/etc/pki/containers/new.asc";
    private static readonly ClaimSigner s_old = new(), s_new = new("New <new@example.com>");
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-rotate").FullName;

    public RotateTests()
    {
        foreach (string directory in (string[])["etc/containers", "keys", "here"])
            Directory.CreateDirectory(Path.Join(_root, directory));
        File.WriteAllText(Path.Join(_root, "etc/os-release"), "ID=rhel\nVERSION_ID=\"9.6\"\n");
        File.WriteAllBytes(Path.Join(_root, "keys/old.asc"), s_old.PublicKey);
        File.WriteAllBytes(Path.Join(_root, "here/old.asc"), s_old.PublicKey);
        File.WriteAllBytes(Path.Join(_root, "here/new.asc"), s_new.PublicKey);
        string signed = TestPolicy.SignedBy("/keys/old.asc", TestPolicy.MatchRepository);
        File.WriteAllText(PolicyPath, TestPolicy.Scopes(("a.example.com", signed), ("b.example.com", signed),
            ("c.example.com", """{"type":"insecureAcceptAnything"}""")));
    }

    private string PolicyPath => Path.Join(_root, "etc/containers/policy.json");

    public void Dispose() => Directory.Delete(_root, true);

    [SkippableFact]
    public void The_new_key_is_added_and_then_the_old_one_is_taken_away()
    {
        Assert.Equal((0, "a.example.com: old key only\nb.example.com: old key only\n"), Shown(Run("status")));
        CommandLine.Result add = Run("add");
        Assert.Equal((0, $"created {NewPath}\nchanged /etc/containers/policy.json\na.example.com: both keys, changed\n" +
            "b.example.com: both keys, changed\n"), Shown(add));
        Assert.Contains("more keys", add.Error, StringComparison.Ordinal);
        Assert.Equal(s_new.PublicKey, File.ReadAllBytes(_root + NewPath));
        Assert.Equal(["/keys/old.asc", NewPath],
            Requirement("a.example.com").GetProperty("keyPaths").EnumerateArray().Select(static p => p.GetString()));
        Assert.Equal("matchRepository", Requirement("a.example.com").GetProperty("signedIdentity").GetProperty("type").GetString());

        // What is done already is not done again.
        string policy = File.ReadAllText(PolicyPath);
        Assert.Equal((0, "a.example.com: both keys\nb.example.com: both keys\n"), Shown(Run("add")));
        Assert.Equal(policy, File.ReadAllText(PolicyPath));

        CommandLine.Result one = Run("finish", "a.example.com");
        Assert.Equal((0, "changed /etc/containers/policy.json\na.example.com: new key only, changed\n"), Shown(one));
        Assert.Contains("still counts for b.example.com", one.Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("finish").ExitCode);
        Assert.Equal(NewPath, Requirement("b.example.com").GetProperty("keyPath").GetString());
        Assert.Equal((0, "a.example.com: new key only\nb.example.com: new key only\n"), Shown(Run("finish")));
        Assert.Equal("containertrust rotate", History()[0].GetProperty("command").GetString());
    }

    [SkippableFact]
    public void Json_has_every_scope_before_and_after_the_step()
    {
        JsonElement[] states = Json("status");
        Assert.Equal(["oldOnly", "oldOnly"], states.Select(static s => s.GetProperty("step").GetString()));
        states = Json("add");
        Assert.Equal(["both", "both"], states.Select(static s => s.GetProperty("step").GetString()));
        Assert.All(states, static s => Assert.True(s.GetProperty("isChanged").GetBoolean()));
        Assert.Equal(["a.example.com", "b.example.com"], states.Select(static s => s.GetProperty("registry").GetString()));
    }

    [SkippableFact]
    public void A_dry_run_shows_the_difference_and_writes_nothing()
    {
        string policy = File.ReadAllText(PolicyPath);
        CommandLine.Result preview = Run("add", "--dry-run");
        Assert.Equal(0, preview.ExitCode);
        Assert.StartsWith($"would be created: {NewPath}\nwould be changed: /etc/containers/policy.json\n", preview.Output,
            StringComparison.Ordinal);
        Assert.EndsWith("a.example.com: old key only\nb.example.com: old key only\n", preview.Output, StringComparison.Ordinal);
        Assert.Contains("more keys", preview.Error, StringComparison.Ordinal);
        Assert.Equal(policy, File.ReadAllText(PolicyPath));
        Assert.False(File.Exists(_root + NewPath));
    }

    [SkippableFact]
    public void What_is_not_possible_is_an_error_and_the_rest_gets_its_turn()
    {
        CommandLine.Result early = Run("finish");
        Assert.Equal((1, "a.example.com: old key only\nb.example.com: old key only\n"), Shown(early));
        Assert.Contains("a.example.com still demands a signature by the old key", early.Error, StringComparison.Ordinal);

        CommandLine.Result some = Run("add", "a.example.com", "c.example.com");
        Assert.Equal(1, some.ExitCode);
        Assert.Contains("a.example.com: both keys, changed\nc.example.com: neither key\n", some.Output, StringComparison.Ordinal);
        Assert.Contains($"containertrust show --root {_root}", some.Error, StringComparison.Ordinal);
        JsonElement[] states = Json(1, "add", "c.example.com");
        Assert.Equal("OldKeyNotFound", Assert.Single(states).GetProperty("errorId").GetString());
    }

    [SkippableFact]
    public void The_old_key_can_be_named_by_its_fingerprint()
    {
        CommandLine.Result status = CommandLine.Run(CommandLine.Ours, "rotate", "status", "--root", _root, "--key",
            Path.Join(_root, "here/new.asc"), "--old-fingerprint", s_old.Fingerprint.ToLowerInvariant());
        Assert.Equal((0, "a.example.com: old key only\nb.example.com: old key only\n"), Shown(status));
    }

    [SkippableTheory]
    [InlineData("add, finish or status", "begin")]
    [InlineData("status changes nothing", "status", "--dry-run")]
    [InlineData("status changes nothing", "status", "--force")]
    [InlineData("must begin with /", "add", "--key-directory", "keys")]
    [InlineData("not a whole fingerprint", "add", "--old-fingerprint", "AB")]
    [InlineData("--old-key is empty", "add", "--old-key", "")]
    public void What_makes_no_sense_ends_with_2(string words, params string[] arguments)
    {
        CommandLine.Result result = Run(arguments);
        Assert.Equal((2, ""), Shown(result));
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Both_keys_must_be_named()
    {
        string key = Path.Join(_root, "here/new.asc");
        CommandLine.Result noOld = CommandLine.Run(CommandLine.Ours, "rotate", "add", "--root", _root, "--key", key);
        Assert.Equal(2, noOld.ExitCode);
        Assert.Contains("not said which key is exchanged", noOld.Error, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run(CommandLine.Ours, "rotate", "add", "--root", _root, "--old-key", key).ExitCode);
        Assert.Equal(2, CommandLine.Run(CommandLine.Ours, "rotate", "add", "--root", _root, "--old-key", key, "--key", key).ExitCode);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, "rotate", "add", "--root", _root, "--old-key", key, "--key", key + "x").ExitCode);
    }

    private CommandLine.Result Run(params string[] arguments) => CommandLine.Run(CommandLine.Ours,
    [
        "rotate", .. arguments, "--root", _root, "--old-key", Path.Join(_root, "here/old.asc"), "--key", Path.Join(_root, "here/new.asc"),
    ]);

    private JsonElement[] Json(params string[] arguments) => Json(0, arguments);

    private JsonElement[] Json(int code, params string[] arguments)
    {
        CommandLine.Result result = Run([.. arguments, "--json"]);
        Assert.Equal(code, result.ExitCode);
        return Elements(result.Output);
    }

    private JsonElement[] History() => Elements(CommandLine.Run(CommandLine.Ours, "history", "--json", "--root", _root).Output);

    private static JsonElement[] Elements(string text)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        return [.. json.RootElement.Clone().EnumerateArray()];
    }

    private JsonElement Requirement(string scope)
    {
        using JsonDocument policy = JsonDocument.Parse(File.ReadAllText(PolicyPath));
        return policy.RootElement.GetProperty("transports").GetProperty("docker").GetProperty(scope)[0].Clone();
    }

    private static (int Code, string Output) Shown(CommandLine.Result result) => (result.ExitCode, result.Output);
}
