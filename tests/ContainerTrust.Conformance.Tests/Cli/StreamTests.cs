using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>The command with streams, terminals, descriptors and signals that are not as they should be.</summary>
public sealed class StreamTests : IDisposable
{
    private const string Reject = """{"default":[{"type":"reject"}]}""";

    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-streams").FullName;

    public StreamTests()
    {
        Directory.CreateDirectory(_root + "/etc/containers");
        File.WriteAllText(Policy, Reject);
    }

    private string Policy => _root + "/etc/containers/policy.json";

    public void Dispose() => Directory.Delete(_root, true);

    [SkippableTheory]
    [InlineData("show nothere --root R 2>/dev/full", 1)]
    [InlineData("show nothere --root R 2>&-", 1)]
    [InlineData("bogus 2>/dev/full", 2)]
    [InlineData("bogus 2>&-", 2)]
    [InlineData("set y.example.com -t nonsense --root R 2>/dev/full", 2)]
    [InlineData("set y.example.com -t reject -v --root R 2>/dev/full", 0)]
    [InlineData("set y.example.com -t reject -v --root R 2>&-", 0)]
    [InlineData("set y.example.com -t reject -v --root R >&- 2>&- <&-", 0)]
    [InlineData("set y.example.com -t reject --dry-run --root R >/dev/full", 1)]
    [InlineData("set y.example.com -t reject --dry-run --root R >&-", 1)]
    [InlineData("reset --dry-run --root R >/dev/full", 1)]
    [InlineData("remove nothere --root R 2>/dev/full", 1)]
    [InlineData("reset -v --root R 2>/dev/full", 0)]
    [InlineData("verify dir:/nowhere --root R 2>/dev/full", 3)]
    [InlineData("verify dir:/nowhere --root R 2>&- >&- <&-", 3)]
    [InlineData("release dir:/nowhere --root R 2>/dev/full", 3)]
    [InlineData("test --root R -o /nowhere/x.json 2>/dev/full", 1)]
    [InlineData("machineconfig --name / --root R 2>/dev/full", 2)]
    [InlineData("machineconfig --name / --root R 2>&-", 2)]
    public void Where_nothing_can_be_said_the_exit_code_still_says_it(string line, int code)
    {
        if (line.StartsWith("reset", StringComparison.Ordinal))
            File.WriteAllText(_root + "/etc/os-release", "ID=fedora\n");
        ToolResult result = Shell($"\"$CT\" {line.Replace(" R", " \"$R\"", StringComparison.Ordinal)}");
        Assert.Equal(code, result.ExitCode);
        Assert.NotNull(JsonDocument.Parse(File.ReadAllText(Policy)));
    }

    [SkippableTheory]
    [InlineData("show --root R", 1)]
    [InlineData("set y.example.com -t reject --dry-run --root R", 1)]
    [InlineData("test --root R", 1)]
    public void An_answer_that_is_lost_is_an_error_in_words(string line, int code)
    {
        foreach ((string stream, string reason) in (ValueTuple<string, string>[])[("/dev/full", "No space left on device"),
            ("&-", "standard output is closed")])
        {
            ToolResult result = Shell($"\"$CT\" {line.Replace(" R", " \"$R\"", StringComparison.Ordinal)} >{stream}");
            Assert.Equal(code, result.ExitCode);
            Assert.Equal($"containertrust: the answer could not be printed: {reason}\n", result.Error);
        }
    }

    [SkippableFact]
    public void A_reader_that_does_not_read_is_not_waited_for_after_Ctrl_C()
    {
        File.WriteAllText(Policy, "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{"
            + string.Join(',', Enumerable.Range(0, 2000)
                .Select(static i => $"\"r{i}.example.com/team\":[{{\"type\":\"insecureAcceptAnything\"}}]")) + "}}}");
        ToolResult result = Shell("mkfifo \"$R/pipe\"; sleep 600 <>\"$R/pipe\" & reader=$!; "
            + "until [ \"$(readlink /proc/$reader/fd/0)\" = \"$R/pipe\" ]; do sleep 0.05; done; "
            + "\"$CT\" test --root \"$R\" --format json -o \"$R/pipe\" & ours=$!; "
            + "until ls -l /proc/$ours/fd | grep -q /pipe; do sleep 0.05; done; "
            + "kill -INT $ours; wait $ours; echo code=$?; kill $reader");
        Assert.Contains("code=130", result.Output, StringComparison.Ordinal);
        Assert.Contains("cancelled", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_is_closed_is_no_place_for_words_in_a_file()
    {
        Assert.Equal(0, Shell("\"$CT\" set y.example.com -t reject -v --root \"$R\" 2>&- >&- <&-").ExitCode);
        Assert.Equal("""{"default":[{"type":"reject"}],"transports":{"docker":{"y.example.com":[{"type":"reject"}]}}}""",
            File.ReadAllText(Policy));
        Assert.Equal(["containertrust-changes.jsonl", "policy.json"], Directory.GetFiles(_root, "*", SearchOption.AllDirectories)
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [SkippableTheory]
    [InlineData("verify @arguments --root \"$R\"", 3)]
    [InlineData("set @arguments --root \"$R\"", 2)]
    [InlineData("@arguments", 2)]
    public void An_argument_with_an_at_sign_brings_no_further_arguments(string line, int code)
    {
        File.WriteAllText(_root + "/accept.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        File.WriteAllText(_root + "/arguments", line.StartsWith("verify", StringComparison.Ordinal)
            ? $"dir:{CommandLine.SignedImages}/app\n--policy\n/accept.json\n"
            : "set\nx.example.com\n-t\naccept\n--force\n");
        ToolResult result = Shell($"cd \"$R\" && \"$CT\" {line}");
        Assert.True(result.ExitCode == code, $"{result.ExitCode}: {result.Output}{result.Error}");
        Assert.DoesNotContain("valid", result.Output, StringComparison.Ordinal);
        Assert.Equal(Reject, File.ReadAllText(Policy));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("show")]
    [InlineData("show --no-such")]
    [InlineData("verify --timeout")]
    [InlineData("set x --use-sigstore-attachments")]
    [InlineData("test --minimum-severity")]
    public void Arguments_that_nobody_knows_are_shown_without_what_a_terminal_obeys(string before)
    {
        const string Hostile = "\u001b[31m\u001b]0;x\u0007\u202e\u009b1m\nFAKE";
        ToolResult result = Tools.Run(CommandLine.Ours,
            [.. before.Split(' ', StringSplitOptions.RemoveEmptyEntries), Hostile, "--also-unknown"]);
        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain(result.Error, static c => c is '\u001b' or '\u0007' or '\u202e' or '\u009b');
        Assert.DoesNotContain("\nFAKE", result.Error, StringComparison.Ordinal);
        Assert.True(before.Length > 0 || result.Error.Contains("\\u001b[31m", StringComparison.Ordinal), result.Error);
    }

    [SkippableFact]
    public void Help_ends_on_terminals_of_any_width()
    {
        string script = Tools.RequireTool("script");
        string ours = CommandLine.Ours;
        foreach (string command in (string[])["", "set", "verify", "test", "reset", "show"])
        {
            // All widths at once: what is looked for is one that does not end.
            Parallel.For(0, 22, new ParallelOptions { MaxDegreeOfParallelism = 4 }, columns =>
            {
                string line = $"stty cols {columns} rows 5; '{ours}' {command} --help; echo code=$?";
                ToolResult result = Tools.Run(script, ["-qec", line, "/dev/null"]);
                Assert.True(result.Output.Contains("code=0", StringComparison.Ordinal),
                    $"{command} at {columns}: {result.Output[^Math.Min(200, result.Output.Length)..]}");
                Assert.InRange(result.Output.Length, 300, 100_000);
            });
        }
    }

    [SkippableTheory]
    [InlineData("yes | tr -d '\\n'", "more than 65536 bytes")]
    [InlineData("cat /dev/zero", "more than 65536 bytes")]
    [InlineData("head -c 65537 /dev/zero | tr '\\000' x", "more than 65536 bytes")]
    [InlineData("printf '\\377\\n'", "not valid UTF-8")]
    [InlineData(":", "found no password")]
    public void A_password_has_an_end(string input, string message)
    {
        ToolResult result = Shell($"{input} | \"$CT\" verify registry.example.invalid/x --root \"$R\" --username u --password-stdin");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("verify dir:$I/app --key FILE")]
    [InlineData("verify dir:$I/app --policy FILE")]
    [InlineData("verify dir:$I/app --key $K --signature-config-map FILE")]
    [InlineData("verify --manifest FILE --reference x.example.com/y:1 --signature $K --key $K")]
    [InlineData("verify --manifest $K --reference x.example.com/y:1 --signature FILE --key $K")]
    [InlineData("verify registry.example.invalid/x:1 --retry-times 0 --registries-conf FILE")]
    [InlineData("set x.example.com --key FILE --inline-key --root $R")]
    [InlineData("set x.example.com --fulcio-ca FILE --oidc-issuer https://x.example.com --subject-email " +
        "a@example.com --inline-key --root $R")]
    [InlineData("machineconfig --preset RedHat --openshift-version 4.20 --key-file FILE")]
    [InlineData("test --root $R --baseline FILE")]
    [InlineData("show --policy FILE")]
    public void Pipes_and_devices_are_not_read(string line)
    {
        Assert.Equal(0, Shell("mkfifo \"$R\"/pipe").ExitCode);
        foreach (string file in (string[])["$R/pipe", "/dev/zero", "/dev/tty"])
        {
            ToolResult result = Shell($"\"$CT\" {line.Replace("FILE", file, StringComparison.Ordinal)}");
            Assert.True(result.ExitCode is 1 or 2 or 3, $"{file}: {result.ExitCode} {result.Output}{result.Error}");
            Assert.StartsWith("containertrust: ", result.Error.Split('\n').Last(static l => l.Length > 0), StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(64)]
    public void Few_descriptors_are_an_error_at_most(int limit)
    {
        foreach (string command in (string[])["show", "show nothere", "test", "verify dir:/nowhere",
            "verify registry.example.invalid/x:1 --retry-times 0", "set y.example.com -t reject"])
        {
            ToolResult result = Shell($"ulimit -n {limit}; \"$CT\" {command} --root \"$R\"");
            Assert.True(result.ExitCode is >= 0 and <= 3, $"{command}: {result.ExitCode} {result.Error}");
            Assert.DoesNotContain("Unhandled", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            Assert.NotNull(JsonDocument.Parse(File.ReadAllText(Policy)));
        }
    }

    [SkippableTheory]
    [InlineData("verify")]
    [InlineData("release")]
    public async Task Ctrl_C_in_a_request_is_130(string command)
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        using Process process = CommandLine
            .Start(CommandLine.Ours, [command, $"{silent.LocalEndpoint}/x@sha256:{new string('0', 64)}", "--root", _root,
            "--tls-verify", "false"]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        using TcpClient connected = await silent.AcceptTcpClientAsync();
        Assert.Equal(0, Tools.Run("/bin/kill", ["-INT", $"{process.Id}"]).ExitCode);
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("\ncontainertrust: cancelled.\n", await error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Ctrl_C_in_a_change_is_130_and_the_policy_is_whole()
    {
        string[] texts = [Reject, """{"default":[{"type":"reject"}],"transports":{"docker":{"y.example.com":[{"type":"reject"}]}}}"""];
        Random random = new(3);
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllText(Policy, Reject);
            ToolResult result = Shell("\"$CT\" set y.example.com -t reject --root \"$R\" & sleep " +
                $"0.0{random.Next(100):00}; kill -INT $!; wait $!");
            Assert.True(result.ExitCode is 0 or 130, $"{result.ExitCode}: {result.Error}");
            Assert.Contains(File.ReadAllText(Policy), texts);
        }
    }

    [SkippableFact]
    public void JSON_turns_no_writing_around()
    {
        const string Scope = "a.example.com/\u202ex\u200b";
        File.WriteAllText(Policy, """{"default":[{"type":"reject"}],"transports":{"docker":{"SCOPE":[{"type":"reject"}]}}}"""
            .Replace("SCOPE", Scope, StringComparison.Ordinal));
        Assert.Contains('\u202e', File.ReadAllText(Policy));
        foreach (string option in (string[])["--json", "--podman-json"])
        {
            ToolResult result = Tools.Run(CommandLine.Ours, ["show", option, "--root", _root]);
            Assert.Equal(0, result.ExitCode);
            Assert.DoesNotContain(result.Output, static c => c is '\u202e' or '\u200b');
            using JsonDocument json = JsonDocument.Parse(result.Output);
            string member = option == "--json" ? "registry" : "name";
            Assert.Equal(Scope, json.RootElement[1].GetProperty(member).GetString());
        }
    }

    // A shell that is asked with the command in CT and the root in R; in a script's background jobs Ctrl+C counts as in its foreground.
    private ToolResult Shell(string line) => Tools.Run("/bin/bash", ["-c", "set -m; " + line], environment: new Dictionary<string, string?>
    {
        ["CT"] = CommandLine.Ours,
        ["R"] = _root,
        ["I"] = CommandLine.SignedImages,
        ["K"] = CommandLine.SampleKey,
        ["HOME"] = _root,
    });
}
