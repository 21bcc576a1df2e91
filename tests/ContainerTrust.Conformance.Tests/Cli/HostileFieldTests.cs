using System.Net;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>
/// The command on files with a hostile text in each of their fields: nothing of it reaches the terminal raw, nor looks like a line of its
/// own.
/// </summary>
public sealed class HostileFieldTests : IDisposable
{
    private const string Policy = """
        {"default":[{"type":"reject"}],"transports":{
            "docker":{"evil.example.com":[{"type":"insecureAcceptAnything"}]},
            "dir":{"/srv":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.pgp",
                "signedIdentity":{"type":"exactReference","dockerReference":"evil.example.com/app:v1"}}]}}}
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-fields").FullName;
    private readonly StringBuilder _said = new();

    public static TheoryData<string> Carriers => ["policy", "registries.d", "registries.conf", "manifest", "machineconfig"];

    public void Dispose() => Directory.Delete(_root, true);

    [SkippableTheory]
    [MemberData(nameof(Carriers))]
    public void No_field_reaches_the_terminal_raw(string carrier)
    {
        foreach (string name in HostileFields.Of(carrier))
        {
            foreach ((string transport, string scope) in new[] { ("docker", "evil.example.com"), ("dir", "/srv") })
            {
                Lay(carrier, HostileFields.Make(carrier, name, transport, scope));
                foreach (string line in Lines(carrier))
                    Ask($"{carrier}, {name}", line.Replace("@R@", _root, StringComparison.Ordinal).Split(' '));
            }
        }

        Assert.Contains("\\u001b", _said.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Nor_does_a_key_a_claim_a_signature_or_the_name_of_a_file()
    {
        Lay("policy", Policy);
        string name = HostileFields.Text.Replace("/", "", StringComparison.Ordinal);
        const string Stores = "docker:\n  evil.example.com:\n    lookaside: https://evil.example.com/sigs\n";
        File.WriteAllText($"{_root}/etc/containers/registries.d/{name}.yaml", Stores);
        Directory.Move(_root + "/srv/app", $"{_root}/srv/{name}");
        string[][] lines =
        [
            ["show"], ["show", "--json"], ["show", "--podman-json"], ["test"], ["verify", $"dir:/srv/{name}"],
            ["verify", $"dir:/srv/{name}", "--json"],
            ["set", "a.example.com", "-t", "reject", "--dry-run", "--signature-store", "https://a.example.com"],
        ];
        foreach (string[] line in lines)
            Ask("a file's name", line);
        Assert.Contains($"verify: dir:/srv/{PrintableText.Line(name)}", _said.ToString(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("show", "@H@")]
    [InlineData("show", "--reference", "@H@")]
    [InlineData("show", "--@H@")]
    [InlineData("@H@")]
    [InlineData("set", "@H@", "-t", "reject")]
    [InlineData("set", "a.example.com", "-t", "@H@")]
    [InlineData("set", "a.example.com", "-t", "signedBy", "--key", "/keys/@H@")]
    [InlineData("set", "a.example.com", "-t", "reject", "--signature-store", "@H@")]
    [InlineData("remove", "@H@")]
    [InlineData("verify", "@H@")]
    [InlineData("verify", "dir:/@H@")]
    [InlineData("release", "dir:/@H@")]
    [InlineData("test", "--baseline", "/@H@")]
    [InlineData("test", "--exclude", "@H@")]
    [InlineData("test", "--format", "@H@")]
    [InlineData("machineconfig", "--name", "@H@")]
    [InlineData("machineconfig", "--label", "@H@")]
    [InlineData("machineconfig", "--key-file", "@H@")]
    public void Nor_does_an_argument(params string[] arguments)
    {
        Lay("policy", Policy);
        Ask("an argument", [.. arguments.Select(static a => a.Replace("@H@", HostileFields.Text, StringComparison.Ordinal))]);
        Assert.True(_said.Length > arguments[0].Length + 2, "It is said that there is no such thing.");
    }

    [SkippableTheory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(200)]
    public async Task Nor_does_a_servers_answer(int status)
    {
        Lay("policy", Policy);
        using HttpListener server = Listen(out int port);
        Task serving = Task.Run(async () =>
        {
            try
            {
                while (true)
                    Answer(await server.GetContextAsync(), status);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        });
        Lay("policy", Policy.Replace("evil.example.com", $"127.0.0.1:{port}", StringComparison.Ordinal));
        Ask("an answer", "verify", $"docker://127.0.0.1:{port}/app:v1", "--tls-verify", "false", "--retry-times", "0", "-v");
        string release = $"127.0.0.1:{port}/app@sha256:{new string('a', 64)}";
        Ask("an answer", "release", release, "--skip-signature-check", "--tls-verify", "false", "--retry-times", "0");
        server.Stop();
        await serving;
        Assert.Contains("127.0.0.1", _said.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_policy_as_it_is_goes_to_a_terminal_printable_and_to_a_file_byte_by_byte()
    {
        string raw = "{\t\"default\":[{\"type\":\"reject\"}],\r\n\"transports\":{\"docker\":{\"a\u202e\u009b2J\":[{\"type\":\"reject\"}]}}}\n";
        Lay("policy", raw);
        Assert.Equal(raw, CommandLine.Run(CommandLine.Ours, "show", "--raw", "--root", _root).Output);
        string script = CommandLine.Tool("script");
        CommandLine.Result shown = CommandLine.Run(script, "-qec", $"'{CommandLine.Ours}' show --raw --root '{_root}'", "/dev/null");
        Assert.Null(HostileFields.Fault(shown.Output.Replace("\r", "", StringComparison.Ordinal), isLine: false));
        Assert.Contains("a\\u202e\\u009b2J", shown.Output, StringComparison.Ordinal);
    }

    private static string[] Lines(string carrier) => carrier switch
    {
        "manifest" => ["verify dir:/srv/app -v", "verify dir:/srv/app --json", "release dir:/srv/app --skip-signature-check"],
        "machineconfig" => ["test --baseline @R@/config.yaml", "test --baseline @R@/config.yaml --format json"],
        "registries.conf" => ["verify app -v --image-timeout 5 --retry-times 0", "test"],
        _ =>
        [
            "show -v", "show --json", "show --podman-json", "show --reference evil.example.com/app:v1",
            "test", "test --format json", "test --format junit", "test --format html", "verify dir:/srv/app", "verify dir:/srv/app --json",
            "machineconfig --include-registries-d --force", "machineconfig --butane --force",
            "set b.example.com -t reject --dry-run", "remove evil.example.com --dry-run", "reset --dry-run",
        ],
    };

    private void Ask(string about, params string[] arguments)
    {
        string[] place = arguments[0].StartsWith('\e') ? [] : ["--root", _root];
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, [.. arguments, .. place]);
        string? fault = HostileFields.Fault(result.Output, isLine: false) ?? HostileFields.Fault(result.Error, isLine: false);
        Assert.True(fault is null, $"{about}: {string.Join(' ', arguments)}: {fault}");
        _said.Append(arguments[0]).Append(": ").Append(result.Output).Append(result.Error);
    }

    private void Lay(string carrier, string file)
    {
        string samples = Path.GetDirectoryName(Path.GetDirectoryName(CommandLine.SampleKey))! + "/../tests/Hostile";
        Directory.CreateDirectory(_root + "/etc/containers/registries.d");
        Directory.CreateDirectory(_root + "/keys");
        Directory.CreateDirectory(_root + "/srv/app");
        foreach (string part in Directory.GetFiles(samples + "/app"))
            File.Copy(part, $"{_root}/srv/app/{Path.GetFileName(part)}", overwrite: true);
        File.Copy(samples + "/signer.pgp", _root + "/keys/signer.pgp", overwrite: true);
        File.Copy(CommandLine.SampleKey, _root + "/keys/signer.asc", overwrite: true);
        File.WriteAllText(_root + "/etc/containers/policy.json", Policy);
        string path = carrier switch
        {
            "policy" => "/etc/containers/policy.json",
            "registries.d" => "/etc/containers/registries.d/default.yaml",
            "registries.conf" => "/etc/containers/registries.conf",
            "machineconfig" => "/config.yaml",
            _ => "/srv/app/manifest.json",
        };
        File.WriteAllText(_root + path, file);
    }

    private static HttpListener Listen(out int port)
    {
        for (port = 20_000 + Environment.ProcessId % 10_000; ; port++)
        {
            HttpListener server = new() { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                server.Start();
                return server;
            }
            catch (HttpListenerException)
            {
                server.Close();
            }
        }
    }

    private static void Answer(HttpListenerContext context, int status)
    {
        string text = System.Text.Json.JsonSerializer.Serialize(HostileFields.Text);
        context.Response.StatusCode = status;

        // A header has no control characters, and may have any octet above.
        context.Response.Headers["Content-Type"] = "application/x\u009b2J";
        context.Response.Headers["WWW-Authenticate"] = "Bearer realm=\"http://127.0.0.1:1/\u009b2J\",service=\"\u009b31m\"";
        context.Response.Headers["Location"] = "http://127.0.0.1:1/\u009b2J";
        string body = """{"errors":[{"code":@,"message":@,"detail":@}],"mediaType":@,"token":@}"""
            .Replace("@", text, StringComparison.Ordinal);
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
    }
}
