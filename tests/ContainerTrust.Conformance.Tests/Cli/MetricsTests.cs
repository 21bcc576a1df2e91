using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>
/// <c>containertrust test --format openmetrics</c>, and the files of <c>samples/prometheus</c>: as promtool and systemd want them, and
/// never the answer of an older check.
/// </summary>
public sealed class MetricsTests : IDisposable
{
    private const string Rejects = """{"default":[{"type":"reject"}]}""";
    private const UnixFileMode ForAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-metrics").FullName;

    private string Root => Path.Join(_scratch, "root");

    private string File => Path.Join(_scratch, "containertrust.prom");

    public void Dispose() => Directory.Delete(_scratch, true);

    [SkippableFact]
    public void Are_as_promtool_wants_them()
    {
        Write("""{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"a.example.com":[{"type":"reject"}]}}}""");
        string promtool = CommandLine.Tool("promtool"), quoted = $"'{CommandLine.Ours}' test --root '{Root}' --format openmetrics";
        CommandLine.Result said = CommandLine.Run(CommandLine.Tool("sh"), "-c", $"{quoted} | '{promtool}' check metrics");
        Assert.Equal((0, "", ""), (said.ExitCode, said.Output, said.Error));
        string text = CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--format", "openmetrics").Output;
        Assert.Contains("\ncontainertrust_findings{rule=\"DefaultAcceptsAnything\",severity=\"error\"} 1\n", text,
            StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_compliant 0\n", text, StringComparison.Ordinal);
        Assert.Contains("containertrust_check_success 1\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_file_is_for_all_to_read_and_is_replaced_whole()
    {
        Write(Rejects);
        string command = $"umask 077; exec '{CommandLine.Ours}' test --quiet --root '{Root}' --exclude 'File*' --output '{File}'";
        Assert.Equal(0, CommandLine.Run(CommandLine.Tool("sh"), "-c", command).ExitCode);
        Assert.Equal(ForAll, System.IO.File.GetUnixFileMode(File));
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead);
        using (FileStream old = System.IO.File.OpenRead(File))
        {
            Assert.Equal(0, CommandLine.Run(CommandLine.Tool("sh"), "-c", command).ExitCode);
            Assert.Equal(ForAll, System.IO.File.GetUnixFileMode(File));

            // Whoever has the old file open reads it to its end.
            using StreamReader reader = new(old);
            Assert.EndsWith("# EOF\n", reader.ReadToEnd(), StringComparison.Ordinal);
        }

        Assert.Equal(["containertrust.prom", "root"],
            Directory.EnumerateFileSystemEntries(_scratch).Select(static p => Path.GetFileName(p)).Order(StringComparer.Ordinal));
    }

    /// <summary>An old "compliant" must not stand where the check itself fails, for whatever reason.</summary>
    [SkippableTheory]
    [InlineData(1, "--baseline", "/nowhere/baseline.json")]
    [InlineData(1, "--root", "/nowhere")]
    [InlineData(2, "--exclude", "Nonsense")]
    [InlineData(2, "--expiring-within", "-1")]
    [InlineData(2, "--profile", "Nonsense")]
    public void A_check_that_fails_says_so_in_the_file(int code, string option, string value)
    {
        Write(Rejects);
        string[] root = option == "--root" ? [] : ["--root", Root];
        Assert.Equal(0, CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--exclude", "File*", "--output", File).ExitCode);
        Assert.Contains("\ncontainertrust_compliant 1\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        CommandLine.Result failed = CommandLine.Run(CommandLine.Ours, ["test", .. root, "--output", File, option, value]);
        Assert.Equal((code, ""), (failed.ExitCode, failed.Output));
        Assert.NotEmpty(failed.Error);
        string text = System.IO.File.ReadAllText(File);
        Assert.Contains("\ncontainertrust_check_success 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontainertrust_compliant 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("policy_info", text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_policy_that_is_missing_or_broken_is_not_compliant()
    {
        foreach (string policy in (string[])["", "{ broken"])
        {
            Write(policy);
            Assert.Equal(3, CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--output", File).ExitCode);
            Assert.Contains("\ncontainertrust_compliant 0\n", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Another_name_is_warned_of()
    {
        Write(Rejects);
        string other = Path.Join(_scratch, "metrics.txt");
        string[] options = ["test", "--root", Root, "--exclude", "File*", "--format", "openmetrics", "--output"];
        CommandLine.Result said = CommandLine.Run(CommandLine.Ours, [.. options, other]);
        Assert.Equal(0, said.ExitCode);
        Assert.Contains("end in .prom", said.Error, StringComparison.Ordinal);
        Assert.Empty(CommandLine.Run(CommandLine.Ours, [.. options, File]).Error);
    }

    [SkippableFact]
    public void The_alerts_are_as_their_tests_say()
    {
        string promtool = CommandLine.Tool("promtool");
        CommandLine.Result rules = CommandLine.Run(promtool, "check", "rules", CommandLine.Sample("prometheus/containertrust.rules.yml"));
        Assert.True(rules.ExitCode == 0, rules.Output + rules.Error);
        CommandLine.Result tests = CommandLine.Run(promtool, "test", "rules", CommandLine.Sample("prometheus/containertrust.test.yml"));
        Assert.True(tests.ExitCode == 0, tests.Output + tests.Error);
    }

    /// <summary>Every query of the dashboard is one that Prometheus parses, of metrics that there are.</summary>
    [SkippableFact]
    public void The_dashboard_asks_for_what_there_is()
    {
        using JsonDocument dashboard = JsonDocument.Parse(System.IO.File.ReadAllText(
            CommandLine.Sample("prometheus/containertrust-dashboard.json")));
        string[] queries =
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(static p => p.GetProperty("targets").EnumerateArray())
                .Select(static t => t.GetProperty("expr").GetString()!),
        ];
        Assert.True(queries.Length >= 10);
        string rules = Path.Join(_scratch, "rules.yml");
        System.IO.File.WriteAllText(rules, "groups:\n- name: dashboard\n  rules:\n" + string.Concat(
            queries.Select(static (q, i) => $"  - record: query:{i}\n    expr: {JsonSerializer.Serialize(q)}\n")));
        CommandLine.Result said = CommandLine.Run(CommandLine.Tool("promtool"), "check", "rules", rules);
        Assert.True(said.ExitCode == 0, said.Output + said.Error);
        Write(Rejects);
        string text = CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--format", "openmetrics").Output;
        foreach (System.Text.RegularExpressions.Match name in queries.SelectMany(
            static q => System.Text.RegularExpressions.Regex.Matches(q, "containertrust_[a-z_]+")))
            Assert.True(text.Contains($"\n{name.Value}", StringComparison.Ordinal) || text.StartsWith($"# HELP {name.Value} ",
                StringComparison.Ordinal) || name.Value == "containertrust_key_expiry_timestamp_seconds", name.Value);
    }

    [SkippableFact]
    public void The_units_are_as_systemd_wants_them()
    {
        string analyze = CommandLine.Tool("systemd-analyze");
        string service = Path.Join(_scratch, "containertrust-metrics.service"), timer = Path.Join(_scratch, "containertrust-metrics.timer");

        // The command may lie in a directory whose name has spaces, which a unit would have to quote.
        string link = Path.Join(_scratch, "command");
        System.IO.File.CreateSymbolicLink(link, CommandLine.Ours);
        System.IO.File.WriteAllText(service, System.IO.File.ReadAllText(CommandLine.Sample("prometheus/containertrust-metrics.service"))
            .Replace("/usr/local/bin/containertrust", link, StringComparison.Ordinal));
        System.IO.File.Copy(CommandLine.Sample("prometheus/containertrust-metrics.timer"), timer);
        CommandLine.Result said = CommandLine.Run(analyze, "verify", "--man=no", service, timer);
        Assert.Equal(0, said.ExitCode);
        Assert.DoesNotContain("containertrust", said.Output + said.Error, StringComparison.Ordinal);
    }

    private void Write(string policy)
    {
        Directory.CreateDirectory(Path.Join(Root, "etc/containers"));
        if (policy.Length == 0)
            System.IO.File.Delete(Path.Join(Root, "etc/containers/policy.json"));
        else
            System.IO.File.WriteAllText(Path.Join(Root, "etc/containers/policy.json"), policy);
    }
}
