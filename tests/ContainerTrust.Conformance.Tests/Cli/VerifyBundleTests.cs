using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust verify</c> of signatures in cosign 3's form, by certificates that the caller names.</summary>
public sealed class VerifyBundleTests : IDisposable
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    private static readonly string[] s_signer = ["--oidc-issuer", "https://issuer.example.com", "--subject-email", "signer@example.com"];

    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-bundles").FullName;
    private readonly Dictionary<string, (string Type, byte[] Content)> _content = new(StringComparer.Ordinal);
    private readonly HttpListener _server;
    private readonly int _port;

    public VerifyBundleTests()
    {
        _server = Listen(out _port);
        Directory.CreateDirectory(_root + "/etc/containers");
        File.WriteAllText(_root + "/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        foreach (string name in (string[])["first", "second", "file"])
            Offer(name, File.ReadAllText($"{Samples}/{name}.json"));
        Offer("broken", File.ReadAllText($"{Samples}/first.json").Replace("\"logIndex\":\"4\"", "\"logIndex\":\"3\"",
            StringComparison.Ordinal));
        _ = ServeAsync();
    }

    private static string Samples => CommandLine.SignedImages + "/bundle";

    public void Dispose()
    {
        _server.Close();
        Directory.Delete(_root, true);
    }

    [SkippableTheory]
    [InlineData("first", true, "at 2024-03-01 12:05:00 UTC at the latest")]
    [InlineData("second", true, "names no image")]
    [InlineData("file", false, "a good signature of a file with these bytes, which is not an image signature")]
    [InlineData("broken", false, "proof that the entry is in the log does not hold")]
    public void By_a_trusted_root(string name, bool isGood, string reason)
    {
        CommandLine.Result result = Verify(name, ["--trusted-root", $"{Samples}/trusted_root.json", .. s_signer]);
        Assert.True(result.ExitCode == (isGood ? 0 : 1), result.Output + result.Error);
        Assert.Contains(reason, result.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void By_a_workflow_s_URI_and_by_a_key_with_the_root_s_logs()
    {
        string[] root = ["--trusted-root", $"{Samples}/trusted_root.json"];
        CommandLine.Result workflow = Verify("first", [.. root, .. s_signer[..2], "--subject-uri", "https://example.com/w"]);
        Assert.Equal(1, workflow.ExitCode);
        Assert.Contains("is not for the URI https://example.com/w.", workflow.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        CommandLine.Result key = Verify("first", [.. root, "--key", $"{Samples}/rekor.pub"]);
        Assert.Equal(1, key.ExitCode);
        Assert.Contains("by none of the accepted keys", key.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void By_a_CA_and_a_log_s_key()
    {
        string[] fulcio = ["--fulcio-ca", $"{Samples}/ca.pem", "--rekor-key", $"{Samples}/rekor.pub", .. s_signer];
        Assert.Equal(0, Verify("first", fulcio).ExitCode);
        Assert.Equal(1, Verify("second", fulcio).ExitCode);
        Assert.Equal(1, Verify("first", "--ca-roots", $"{Samples}/ca.pem", "--subject-email", "signer@example.com").ExitCode);
        Assert.Equal(1, Verify("first", "--trusted-root", $"{Samples}/trusted_root.json", "--oidc-issuer", s_signer[1], "--subject-email",
            "other@example.com").ExitCode);
    }

    [SkippableTheory]
    [InlineData("--oidc-issuer", "--trusted-root x")]
    [InlineData("--trusted-root, --fulcio-ca or --ca-roots", "--oidc-issuer x --subject-email y")]
    [InlineData("names the CAs and the logs itself", "--trusted-root x --ca-roots y")]
    [InlineData("name no image", "--trusted-root x --oidc-issuer x --subject-email y --signed-identity matchRepository")]
    [InlineData("does not exist", "--trusted-root /none/x --oidc-issuer x --subject-email y")]
    [InlineData("Leave out --key", "--trusted-root x --key y --oidc-issuer x --subject-email y")]
    [InlineData("The key file /none/y does not exist", "--trusted-root x --key /none/y")]
    [InlineData("Only a trusted root is asked about URIs", "--fulcio-ca x --subject-uri y")]
    [InlineData("a person or a workflow", "--trusted-root x --oidc-issuer x --subject-email y --subject-uri z")]
    [InlineData("Leave out --reference", "--trusted-root x --require-signature")]
    public void What_is_not_enough_is_said(string said, string options)
    {
        CommandLine.Result result = Verify("first", options.Split(' '));
        Assert.True(result.ExitCode is 2 or 3, $"{result.ExitCode}");
        Assert.Contains(said, result.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static HttpListener Listen(out int port)
    {
        for (port = 30_000 + Environment.ProcessId % 10_000; ; port++)
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

    private static string Hex(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private CommandLine.Result Verify(string name, params string[] options) => CommandLine.Run(
        CommandLine.Ours,
        ["verify", $"docker://127.0.0.1:{_port}/{name}:v1", "--root", _root, "--tls-verify", "false", "--retry-times", "0", .. options]);

    private void Offer(string name, string text)
    {
        byte[] bundle = Encoding.UTF8.GetBytes(text);
        byte[] image = File.ReadAllBytes($"{Samples}/manifest.json");
        byte[] manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{Manifest}}","artifactType":"{{Bundle}}",
            "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:{{Hex("{}"u8.ToArray())}}","size":2},
            "layers":[{"mediaType":"{{Bundle}}","digest":"sha256:{{Hex(bundle)}}","size":{{bundle.Length}}}]}
            """);
        byte[] index = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"manifests":[{"mediaType":"{{Manifest}}","artifactType":"{{Bundle}}",
            "digest":"sha256:{{Hex(manifest)}}","size":{{manifest.Length}}}]}
            """);
        _content[$"/v2/{name}/manifests/v1"] = (Manifest, image);
        _content[$"/v2/{name}/manifests/sha256:{Hex(image)}"] = (Manifest, image);
        _content[$"/v2/{name}/manifests/sha256:{Hex(manifest)}"] = (Manifest, manifest);
        _content[$"/v2/{name}/referrers/sha256:{Hex(image)}"] = ("application/vnd.oci.image.index.v1+json", index);
        _content[$"/v2/{name}/blobs/sha256:{Hex(bundle)}"] = ("application/octet-stream", bundle);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _server.GetContextAsync();
                bool isThere = _content.TryGetValue(context.Request.Url!.AbsolutePath, out var found);
                context.Response.StatusCode = isThere || context.Request.Url.AbsolutePath == "/v2/" ? 200 : 404;
                if (isThere)
                    context.Response.ContentType = found.Type;
                context.Response.Close(isThere ? found.Content : [], true);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            return;
        }
    }
}
