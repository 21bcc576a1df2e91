using System.Security.Cryptography;
using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust verify</c> and <c>release</c>: verdicts, what is printed, and the exit codes that tell "not valid" from
/// "could not be judged".</summary>
public sealed class VerifyTests : IDisposable
{
    private const string Fingerprint = "401A21DF582C75F9B210D4CDA00F4162E5FFD0D0";
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-verify").FullName;

    public VerifyTests()
    {
        Directory.CreateDirectory(_root + "/etc/containers");
        Directory.CreateDirectory(_root + "/keys");
        File.Copy(Key, _root + "/keys/release.asc");
        foreach ((string from, string to) in new[] { ("app", "signed/app"), ("app", "other/app"), ("release", "signed/release"),
            ("app", "open/unsigned"), ("app", "signed/unsigned"), ("release", "signed/unsigned-release") })
        {
            string directory = Directory.CreateDirectory($"{_root}/srv/{to}").FullName;
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Images, from)))
            {
                if (!to.Contains("unsigned", StringComparison.Ordinal) || !file.EndsWith("signature-1", StringComparison.Ordinal))
                    File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
            }
        }

        File.WriteAllText(
            _root + "/etc/containers/policy.json",
            """
            {
                "default": [{"type": "reject"}],
                "transports": {"dir": {
                    "/srv/signed": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc", "signedIdentity": {"type": "exactReference", "dockerReference": "registry.example.com/app:v1"}}],
                    "/srv/signed/release": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc", "signedIdentity": {"type": "exactRepository", "dockerRepository": "registry.example.com/release"}}],
                    "/srv/open": [{"type": "insecureAcceptAnything"}]
                }, "docker": {"registry.example.com": [{"type": "insecureAcceptAnything"}]}}
            }
            """);
    }

    private static string Images => CommandLine.SignedImages;

    private static string Key => Path.Combine(Images, "release.asc");

    private static string Digest(string image) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Images, image, "manifest.json"))));

    public void Dispose() => Directory.Delete(_root, true);

    private CommandLine.Result Verify(params string[] arguments) =>
        CommandLine.Run(CommandLine.Ours, ["verify", .. arguments, "--root", _root]);

    private static CommandLine.Result Files(params string[] more) => CommandLine.Run(
        CommandLine.Ours,
        ["verify", "--manifest", Images + "/app/manifest.json", "--reference", "registry.example.com/app:v1", "--signature", Images +
            "/app/signature-1", .. more]);

    [SkippableFact]
    public void By_files_success_is_said_as_skopeo_says_it()
    {
        string expected = $"Signature verified using fingerprint {Fingerprint}, digest {Digest("app")}\n";
        Assert.Equal((0, expected, ""), AsTuple(Files("--key", Key)));
        Assert.Equal((0, expected, ""), AsTuple(Files("--key", Key, "--fingerprint", Fingerprint)));
        Assert.Equal((0, expected, ""), AsTuple(Files("--key", Key, "--fingerprint", "any")));
        Assert.Equal(
            (0, expected, ""),
            AsTuple(CommandLine.Run(CommandLine.Ours, "verify", "--manifest-digest", Digest("app"), "--reference",
                "registry.example.com/app:v1", "--signature", Images + "/app/signature-1", "--key", Key)));
        Assert.Equal((0, "", ""), AsTuple(Files("--key", Key, "--quiet")));
    }

    [SkippableFact]
    public void A_reference_by_digest_needs_no_digest_beside_it()
    {
        string digest = Digest("app");
        string store = Directory.CreateDirectory($"{_root}/store/{digest.Replace(':', '=')}").FullName;
        File.Copy(Images + "/app/signature-1", store + "/signature-1");
        string[] by = ["--key", Key, "--signature-store", _root + "/store"];
        Assert.Equal(0, Verify(["--reference", $"registry.example.com/app@{digest}", .. by]).ExitCode);
        Assert.Equal(0, Verify([$"registry.example.com/app@{digest}", .. by]).ExitCode);
        CommandLine.Result refused = Verify(["--reference", "registry.example.com/app:v1", .. by]);
        Assert.Contains("or --reference with a digest", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", refused.Output);
        Assert.NotEqual(0, refused.ExitCode);
    }

    [SkippableFact]
    public void Show_prints_no_password_of_a_store()
    {
        Directory.CreateDirectory(_root + "/etc/containers/registries.d");
        File.WriteAllText(
            _root + "/etc/containers/registries.d/a.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://user:secret@store.example.com/sigs\n");
        foreach (string[] arguments in (string[][])[["show"], ["show", "--json"], ["show", "--reference", "registry.example.com/app:v1"]])
        {
            CommandLine.Result result = CommandLine.Run(CommandLine.Ours, [.. arguments, "--root", _root]);
            Assert.Contains("https://store.example.com/sigs", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", result.Output + result.Error, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void By_files_skopeo_agrees()
    {
        string skopeo = CommandLine.Tool("skopeo");
        string gpg = CommandLine.Tool("gpg");
        string home = Directory.CreateDirectory(_root + "/gpg",
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        Dictionary<string, string?> environment = new() { ["GNUPGHOME"] = home };
        Tools.Run(gpg, ["--batch", "--import", Key], environment: environment);
        foreach (string reference in new[] { "registry.example.com/app:v1", "registry.example.com/app:v2", "registry.example.com/app" })
        {
            ToolResult theirs = Tools.Run(skopeo,
                ["standalone-verify", Images + "/app/manifest.json", reference, Fingerprint, Images + "/app/signature-1"],
                environment: environment);
            CommandLine.Result ours = CommandLine.Run(CommandLine.Ours, "verify", "--manifest", Images + "/app/manifest.json",
                "--reference", reference, "--key", Key, "--fingerprint", Fingerprint, "--signature", Images + "/app/signature-1");
            Assert.True(theirs.ExitCode == ours.ExitCode,
                $"{reference}: skopeo {theirs.ExitCode} {theirs.Error}, ours {ours.ExitCode} {ours.Output} {ours.Error}");
        }
    }

    [SkippableFact]
    public void By_files_failure_is_1_with_a_reason()
    {
        CommandLine.Result result = Files("--key", CommandLine.SampleKey);
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("registry.example.com/app:v1: not valid: ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("release@example.com", result.Output, StringComparison.Ordinal);
        Assert.Equal((1, "", ""), AsTuple(Files("--key", CommandLine.SampleKey, "--quiet")));
        Assert.Equal(1, Files("--key", Key, "--fingerprint", new string('A', 40)).ExitCode);
    }

    [SkippableFact]
    public void Exit_codes_tell_not_valid_from_not_judged_and_usage()
    {
        Assert.Equal(0, Verify("dir:/srv/signed/app").ExitCode);
        Assert.Equal(0, Verify("dir:/srv/open/unsigned").ExitCode);
        Assert.Equal(1, Verify("dir:/srv/open/unsigned", "--require-signature").ExitCode);
        Assert.Equal(1, Verify("dir:/srv/signed/unsigned").ExitCode);
        Assert.Equal(1, Verify("dir:/srv/other/app").ExitCode);
        Assert.Equal(1, Verify("dir:/srv/signed/app", "dir:/srv/none", "dir:/srv/other/app").ExitCode);
        Assert.Equal(3, Verify("dir:/srv/signed/app", "dir:/srv/none").ExitCode);
        Assert.Equal(3, Verify("127.0.0.1:1/app:v1", "--retry-times", "0").ExitCode);
        Assert.Equal(3, Files("--key", "/no/such/key").ExitCode);
        Assert.Equal(3, CommandLine.Run(CommandLine.Ours, "verify", "dir:/x", "--root", "/no/such/root").ExitCode);
        Assert.Equal(2, Verify().ExitCode);
        Assert.Equal(2, Verify("").ExitCode);
        Assert.Equal(2, Verify("--no-such-option").ExitCode);
        Assert.Equal(2, Verify("dir:/srv/signed/app", "--fingerprint", Fingerprint).ExitCode);
        Assert.Equal(2, Verify("dir:/srv/signed/app", "--manifest-digest", Digest("app")).ExitCode);
        Assert.Equal(2, Verify("dir:/srv/signed/app", "--quiet", "--json").ExitCode);
        Assert.Equal(2, Verify("dir:/srv/signed/app", "--username", "somebody").ExitCode);
        Assert.Equal(2, Files().ExitCode);
        File.WriteAllText(_root + "/etc/containers/policy.json", "{");
        CommandLine.Result broken = Verify("dir:/srv/signed/app", "dir:/srv/other/app");
        Assert.Equal((3, ""), (broken.ExitCode, broken.Output));
        Assert.Single(broken.Error.TrimEnd('\n').Split('\n'));
    }

    [SkippableFact]
    public void By_policy_each_image_is_judged_in_order_with_its_reasons()
    {
        string output = Verify("dir:/srv/signed/app", "dir:/srv/signed/unsigned").Output;
        string[] heads = [.. output.Split('\n').Where(static l => l.StartsWith("dir:", StringComparison.Ordinal))];
        Assert.Equal(2, heads.Length);
        Assert.StartsWith("dir:/srv/signed/app: valid: ", heads[0], StringComparison.Ordinal);
        Assert.StartsWith("dir:/srv/signed/unsigned: not valid: ", heads[1], StringComparison.Ordinal);
        Assert.Contains("  scope /srv/signed: ", output, StringComparison.Ordinal);
        Assert.Contains("  requirement signedBy /keys/release.asc: satisfied\n", output, StringComparison.Ordinal);
        Assert.Contains("/signature-1: valid\n", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Json_has_everything()
    {
        JsonElement[] results = JsonSerializer
            .Deserialize<JsonElement[]>(Verify("dir:/srv/signed/app", "dir:/srv/signed/unsigned", "--json").Output)!;
        Assert.True(results[0].GetProperty("isValid").GetBoolean());
        Assert.Equal(Digest("app"), results[0].GetProperty("manifestDigest").GetString());
        JsonElement requirement = results[0].GetProperty("requirements")[0];
        Assert.True(requirement.GetProperty("isSatisfied").GetBoolean());
        Assert.Equal("exactReference", requirement.GetProperty("requirement").GetProperty("signedIdentity").GetProperty("type")
            .GetString());
        JsonElement signature = results[0].GetProperty("signatures")[0];
        Assert.Equal("simpleSigning", signature.GetProperty("kind").GetString());
        Assert.Equal(Fingerprint, signature.GetProperty("fingerprint").GetString());
        Assert.Equal("2024-01-02T00:00:00Z", signature.GetProperty("created").GetString());
        Assert.False(results[1].GetProperty("isValid").GetBoolean());
        Assert.Equal(JsonValueKind.Null, results[1].GetProperty("pinnedReference").ValueKind);
    }

    [SkippableFact]
    public void From_a_store_no_registry_is_asked()
    {
        string store = Directory.CreateDirectory($"{_root}/store/{Digest("app").Replace(':', '=')}").FullName;
        File.Copy(Images + "/app/signature-1", store + "/signature-1");
        string[] arguments = ["verify", "--manifest-digest", Digest("app"), "--reference", "registry.example.com/app:v1",
            "--signature-store", _root + "/store"];
        CommandLine.Result good = CommandLine.Run(CommandLine.Ours, [.. arguments, "--key", Key]);
        Assert.Equal(0, good.ExitCode);
        Assert.Contains($"  pull registry.example.com/app@{Digest("app")}\n", good.Output, StringComparison.Ordinal);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, [.. arguments, "--key", CommandLine.SampleKey]).ExitCode);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, [.. arguments, "--root", _root]).ExitCode);
    }

    [SkippableFact]
    public void A_release_is_listed_if_it_is_signed()
    {
        CommandLine.Result listed = CommandLine.Run(CommandLine.Ours, "release", "dir:/srv/signed/release", "--root", _root);
        Assert.Equal((0, ""), (listed.ExitCode, listed.Error));
        string[] lines = listed.Output.Split('\n');
        Assert.StartsWith("NAME ", lines[0], StringComparison.Ordinal);
        Assert.Equal($"app                      registry.example.com/app@{Digest("app")}", lines[1]);
        JsonElement[] contents = JsonSerializer
            .Deserialize<JsonElement[]>(CommandLine.Run(CommandLine.Ours, "release", "dir:/srv/signed/release", "--json", "--root",
            _root).Output)!;
        Assert.Equal("4.14.3", contents[2].GetProperty("releaseName").GetString());

        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, "release", "dir:/srv/signed/unsigned-release", "--root", _root).ExitCode);
        CommandLine.Result skipped = CommandLine.Run(CommandLine.Ours, "release", "dir:/srv/signed/unsigned-release",
            "--skip-signature-check", "--root", _root);
        Assert.Equal((0, listed.Output), (skipped.ExitCode, skipped.Output));
        Assert.StartsWith("warning: ", skipped.Error, StringComparison.Ordinal);
        Assert.Equal(3, CommandLine.Run(CommandLine.Ours, "release", "dir:/srv/none", "--root", _root).ExitCode);
    }

    [SkippableFact]
    public void An_image_is_of_a_release_or_not()
    {
        Assert.Equal(0, Verify("registry.example.com/app@" + Digest("app"), "--in-release", "dir:/srv/signed/release").ExitCode);
        Assert.Equal(1, Verify("registry.example.com/app@sha256:" + new string('7', 64), "--in-release",
            "dir:/srv/signed/release").ExitCode);
        Assert.Equal(1, Verify("registry.example.com/app@" + Digest("app"), "--in-release", "dir:/srv/signed/unsigned-release").ExitCode);

        // The policy rejects that registry, whatever a release says.
        Assert.Equal(1, Verify("quay.io/app@" + Digest("app"), "--in-release", "dir:/srv/signed/release").ExitCode);
    }

    private static (int ExitCode, string Output, string Error) AsTuple(CommandLine.Result result) =>
        (result.ExitCode, result.Output, result.Error);
}
