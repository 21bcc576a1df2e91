using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>
/// <c>containertrust dsc</c>, called as Microsoft DSC 3 calls a resource: by the manifest beside the command, in the manifest's directory,
/// with the input on standard input and closed, or with none.
/// </summary>
public sealed class DscTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-dsc").FullName;

    public DscTests()
    {
        Directory.CreateDirectory($"{_root}/etc/containers/registries.d");
        File.WriteAllText(Policy, """{"default":[{"type":"reject"}]}""");
    }

    private string Policy => $"{_root}/etc/containers/policy.json";

    private string Entry => $$"""{"root":"{{_root}}","scope":"a.example.com","requirements":[{"type":"reject"}]}""";

    public void Dispose() => Directory.Delete(_root, true);

    [SkippableFact]
    public void A_resource_is_got_tested_set_exported_and_deleted_by_its_manifest()
    {
        Assert.False(JsonNode.Parse(Good("scope", "get", Entry)[0])!["_exist"]!.GetValue<bool>());
        string[] test = Good("scope", "test", Entry), planned = Good("scope", "whatIf", Entry);
        Assert.False(JsonNode.Parse(test[0])!["_inDesiredState"]!.GetValue<bool>());
        Assert.DoesNotContain("a.example.com", File.ReadAllText(Policy), StringComparison.Ordinal);
        Assert.Equal(planned, Good("scope", "set", Entry));
        Assert.Equal("[]", Good("scope", "set", Entry)[1]);
        Assert.Equal("[]", Good("scope", "test", Entry)[1]);
        Assert.Equal(2, Good("scope", "export", $$"""{"root":"{{_root}}"}""").Length);
        string policy = Assert.Single(Good("policy", "export", $$"""{"root":"{{_root}}"}"""));
        Assert.Equal("[]", Good("policy", "set", policy)[1]);
        Assert.Empty(Good("scope", "delete", Entry));
        Assert.DoesNotContain("a.example.com", File.ReadAllText(Policy), StringComparison.Ordinal);
        string[] audit = Good("compliance", "test", $$"""{"root":"{{_root}}","excludeRules":["File*"]}""");
        Assert.True(JsonNode.Parse(audit[0])!["_inDesiredState"]!.GetValue<bool>());
    }

    [SkippableTheory]
    [InlineData("scope", "set", "not JSON", 2)]
    [InlineData("scope", "set", "", 2)]
    [InlineData("scope", "set", null, 2)]
    [InlineData("scope", "test", """{"scope":"a\u001b[31m.example.com","nonsense":"\u202e"}""", 2)]
    [InlineData(
        "scope", "set", """{"scope":"a.example.com","requirements":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/none"}]}""", 1)]
    [InlineData("policy", "set", """{"_purge":true}""", 2)]
    [InlineData("compliance", "test", """{"root":"/nonexistent/root"}""", 1)]
    public void A_fault_is_one_error_as_json_and_an_exit_code_that_the_manifest_explains(
        string resource, string operation, string? input, int code)
    {
        if (code == 1 && resource == "scope")
            input = $"{{\"root\":\"{_root}\",{input![1..]}";
        CommandLine.Result result = Call(resource, operation, input);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        string line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        JsonObject message = JsonNode.Parse(line)!.AsObject();
        Assert.Equal("error", Assert.Single(message).Key);
        Assert.True(line.All(static c => c is >= ' ' and <= '~'), line);
        Assert.True(Manifest(resource)["exitCodes"]!.AsObject().ContainsKey($"{code}"));
        Assert.Equal("""{"default":[{"type":"reject"}]}""", File.ReadAllText(Policy));
    }

    [SkippableFact]
    public void What_accepts_more_is_warned_of_as_json()
    {
        CommandLine.Result result = Call(
            "scope", "set", $$"""{"root":"{{_root}}","default":true,"requirements":[{"type":"insecureAcceptAnything"}]}""");
        Assert.Equal(0, result.ExitCode);
        JsonObject warning = JsonNode.Parse(Assert.Single(result.Error.TrimEnd('\n').Split('\n')))!.AsObject();
        Assert.Contains("were not before: the default", Assert.Single(warning).Value!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("warn", Assert.Single(warning).Key);
    }

    [SkippableFact]
    public void Details_are_told_at_the_level_that_DSC_asks_for()
    {
        foreach ((string level, bool isTold) in (ReadOnlySpan<(string, bool)>)[("debug", true), ("TRACE", true), ("warn", false)])
        {
            CommandLine.Result result = Call("scope", "get", Entry, level);
            string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(isTold, lines.Length > 0);
            Assert.All(lines, static l => Assert.Equal("debug", Assert.Single(JsonNode.Parse(l)!.AsObject()).Key));
        }
    }

    [SkippableFact]
    public void The_schema_is_that_of_the_manifest_and_usage_errors_are_json_too()
    {
        foreach (string resource in (string[])["scope", "policy", "compliance"])
        {
            CommandLine.Result schema = CommandLine.Run(CommandLine.Ours, "dsc", "schema", "--resource", resource);
            Assert.Equal((0, ""), (schema.ExitCode, schema.Error));
            Assert.True(JsonNode.DeepEquals(Manifest(resource)["schema"]!["embedded"], JsonNode.Parse(schema.Output)));
            Assert.Equal(1, schema.Output.Count(static c => c == '\n'));
        }

        foreach (string[] arguments in (string[][])
            [["dsc"], ["dsc", "get"], ["dsc", "nonsense", "--resource", "scope"], ["dsc", "get", "--resource", "nonsense"]])
        {
            CommandLine.Result result = CommandLine.Run(CommandLine.Ours, arguments);
            Assert.Equal((2, ""), (result.ExitCode, result.Output));
            Assert.NotNull(JsonNode.Parse(result.Error)!["error"]);
        }
    }

    private static JsonObject Manifest(string resource) => JsonNode.Parse(File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(CommandLine.Ours)!, $"containertrust-{resource}.dsc.resource.json")))!.AsObject();

    private static string[] Good(string resource, string operation, string input)
    {
        CommandLine.Result result = Call(resource, operation, input);
        Assert.True(result.ExitCode == 0, result.Error);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(JsonNode.Parse(lines.Length > 0 ? lines[0] : "{}") is JsonObject, result.Output);
        string? kind = Manifest(resource)[operation]!["return"]?.GetValue<string>();
        if (kind == "stateAndDiff")
            Assert.True(lines.Length == 2 && JsonNode.Parse(lines[1]) is JsonArray, result.Output);
        return lines;
    }

    private static CommandLine.Result Call(string resource, string operation, string? input, string? level = null)
    {
        JsonObject call = Manifest(resource)[operation]!.AsObject();
        string directory = Path.GetDirectoryName(CommandLine.Ours)!;
        ProcessStartInfo info = new(
            Path.Combine(directory, call["executable"]!.GetValue<string>()),
            call["args"]!.AsArray().Select(static a => a!.GetValue<string>()))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        info.Environment["DSC_TRACE_LEVEL"] = level;
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Patience.Limit))
        {
            process.Kill(true);
            throw new TimeoutException($"dsc {operation} did not end.");
        }

        return new CommandLine.Result(process.ExitCode, output, error.Result);
    }
}
