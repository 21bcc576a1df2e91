using System.Text.Json;
using System.Xml.Linq;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust test</c>: exit codes and formats.</summary>
public sealed class TestCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-test").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    private CommandLine.Result Test(string policy, params string[] options)
    {
        Directory.CreateDirectory(Path.Join(_root, "etc/containers"));
        File.WriteAllText(Path.Join(_root, "etc/containers/policy.json"), policy);
        return CommandLine.Run(CommandLine.Ours, ["test", "--root", _root, "--exclude", "File*", .. options]);
    }

    [SkippableFact]
    public void Exit_codes_tell_compliant_from_not_compliant_and_from_not_checked()
    {
        CommandLine.Result good = Test("""{"default":[{"type":"reject"}]}""");
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.Contains("compliant (0 errors, 0 warnings, 0 notes)", good.Output, StringComparison.Ordinal);
        CommandLine.Result open = Test("""{"default":[{"type":"insecureAcceptAnything"}]}""");
        Assert.Equal(3, open.ExitCode);
        Assert.Contains($"    fix: containertrust set --default --type reject --root {_root}\n", open.Output, StringComparison.Ordinal);
        Assert.Equal(3, Test("{ broken").ExitCode);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, "test", "--root", _root + "/none").ExitCode);
        Assert.Equal(2, Test("{}", "--exclude", "Nonsense").ExitCode);
        Assert.Equal(2, Test("{}", "--format", "pdf").ExitCode);
        Assert.Equal(2, Test("{}", "--expiring-within", "-1").ExitCode);
        Assert.Equal(2, Test("{}", "--minimum-severity", "fatal").ExitCode);
    }

    /// <summary>A link of the root is that root's own: the fix names the file below it, and not one of this machine.</summary>
    [SkippableFact]
    public void A_fix_of_a_files_mode_stays_below_the_root()
    {
        string file = Path.Join(_root, "data/containers/policy.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        Directory.CreateDirectory(Path.Join(_root, "etc"));
        File.CreateSymbolicLink(Path.Join(_root, "etc/containers"), "/data/containers");
        File.WriteAllText(file, """{"default":[{"type":"reject"}]}""");
        File.SetUnixFileMode(file, (UnixFileMode)0x1B6);
        string[] lines = CommandLine.Run(CommandLine.Ours, "test", "--root", _root).Output.Split('\n');
        string fix = lines.First(static l => l.StartsWith("    fix: chmod", StringComparison.Ordinal))["    fix: ".Length..];
        Assert.Equal($"chmod go-w -- {file}", fix);
        Assert.Equal(0, CommandLine.Run(CommandLine.Tool("sh"), "-c", fix).ExitCode);
        Assert.DoesNotContain("chmod", CommandLine.Run(CommandLine.Ours, "test", "--root", _root).Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_fix_fixes_what_was_found()
    {
        const string Policy = """{"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com/it's $(touch """ +
            """canary)":[{"type":"insecureAcceptAnything"}]}}}""";
        CommandLine.Result found = Test(Policy);
        string fix = found.Output.Split('\n')
            .First(static l => l.StartsWith("    fix: containertrust set", StringComparison.Ordinal))["    fix: containertrust".Length..];
        CommandLine.Result shell = CommandLine.Run(CommandLine.Tool("sh"), "-c", $"cd '{_root}' && '{CommandLine.Ours}'{fix}");
        Assert.Equal(0, shell.ExitCode);
        Assert.False(File.Exists(Path.Join(_root, "canary")));
        Assert.DoesNotContain("ScopeAcceptsAnything", CommandLine.Run(CommandLine.Ours, "test", "--root", _root).Output,
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Reports_come_in_every_format()
    {
        const string Policy = """{"default":[{"type":"insecureAcceptAnything"}]}""";
        using JsonDocument json = JsonDocument.Parse(Test(Policy, "--format", "json").Output);
        Assert.Equal("DefaultAcceptsAnything", json.RootElement.GetProperty("hosts")[0].GetProperty("findings")[0].GetProperty("ruleId")
            .GetString());
        Assert.Equal("1", XDocument.Parse(Test(Policy, "--format", "junit").Output).Root!.Attribute("failures")!.Value);
        string file = Path.Join(_root, "report.html");
        CommandLine.Result written = Test(Policy, "--output", file);
        Assert.Equal((3, ""), (written.ExitCode, written.Output));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal(1, Test(Policy, "--output", Path.Join(_root, "none/report.html")).ExitCode);
        Assert.Equal((3, ""), (Test(Policy, "--quiet").ExitCode, Test(Policy, "--quiet").Output));
    }

    [SkippableFact]
    public void A_baseline_is_compared_with()
    {
        string baseline = Path.Join(_root, "baseline.json");
        File.WriteAllText(baseline, """{"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com":[{"type":"reject"}]}}}""");
        CommandLine.Result found = Test("""{"default":[{"type":"reject"}]}""", "--baseline", baseline);
        Assert.Equal(3, found.ExitCode);
        Assert.Contains("BaselineScopeMissing", found.Output, StringComparison.Ordinal);
        Assert.Equal(0, Test(File.ReadAllText(baseline), "--baseline", baseline).ExitCode);
        Assert.Equal(1, Test("{}", "--baseline", baseline + ".none").ExitCode);
        Assert.Equal(2, Test("{}", "--baseline", "").ExitCode);
    }

    [SkippableFact]
    public void Rules_are_listed() =>
        Assert.Contains("KeyWeak", CommandLine.Run(CommandLine.Ours, "test", "--list-rules").Output, StringComparison.Ordinal);
}
