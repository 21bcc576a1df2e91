using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>What Red Hat's article "Verifying image signing for Red Hat Container Registry" does with podman, atomic and here-documents, by
/// one command each.</summary>
public sealed class SeedTests : IDisposable
{
    private const string KeyPath = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string Fingerprint = "567E347AD0044ADE55BA8A5F199E2F91FD431D51";
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-seed").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    private void AddKey()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root + KeyPath)!);
        File.Copy(Corpus.Require("openshift-release/keyrings/redhat.txt"), _root + KeyPath);
    }

    private string Policy => File.ReadAllText(_root + "/etc/containers/policy.json");

    private CommandLine.Result Ours(params string[] arguments) => CommandLine.Run(CommandLine.Ours, [.. arguments, "--root", _root]);

    [SkippableFact]
    public void Rhel_8_form()
    {
        AddKey();
        CommandLine.Result result = Ours("set", "--preset", "RedHat");
        Assert.Equal((0, ""), (result.ExitCode,
            result.Error.Replace("warning: /etc/containers/policy.json did not exist", "", StringComparison.Ordinal).Split(';')[0]));
        JsonNode expected = JsonNode.Parse($$"""
            {
                "registry.access.redhat.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "{{KeyPath}}"}],
                "registry.redhat.io": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "{{KeyPath}}"}]
            }
            """)!;
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Policy)!["transports"]!["docker"]), Policy);
        Assert.Equal(
            """
            docker:
              registry.redhat.io:
                lookaside: https://registry.redhat.io/containers/sigstore
                sigstore: https://registry.redhat.io/containers/sigstore

            """,
            File.ReadAllText(_root + "/etc/containers/registries.d/registry.redhat.io.yaml"));
        Assert.Contains(
            "sigstore: https://access.redhat.com/webassets/docker/content/sigstore",
            File.ReadAllText(_root + "/etc/containers/registries.d/registry.access.redhat.com.yaml"),
            StringComparison.Ordinal);

        string table = Ours("show").Output;
        Assert.Contains("security@redhat.com", table, StringComparison.Ordinal);
        Assert.Contains(Fingerprint, Ours("show", "--json").Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Rhel_7_form()
    {
        AddKey();
        string key = Corpus.Require("openshift-release/keyrings/redhat.txt");


        // A relative path is a file of this machine, an absolute one would be one below the root.
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, key);
        CommandLine.Result result = Ours("set", "registry.redhat.io", "--inline-key", "--key", relative, "--signature-store",
            "https://registry.redhat.io/containers/sigstore");
        Assert.Equal(0, result.ExitCode);
        JsonNode requirement = JsonNode.Parse(Policy)!["transports"]!["docker"]!["registry.redhat.io"]![0]!;
        Assert.Equal(["type", "keyType", "keyData"], requirement.AsObject().Select(m => m.Key));
        Assert.Equal(Convert.ToBase64String(File.ReadAllBytes(key)), (string?)requirement["keyData"]);
        Assert.Contains("security@redhat.com", Ours("show", "registry.redhat.io").Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Default_reject()
    {
        Assert.Equal(0, Ours("set", "--default", "--type", "reject").ExitCode);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("[{\"type\": \"reject\"}]"), JsonNode.Parse(Policy)!["default"]), Policy);
    }

    [SkippableFact]
    public void Podman_and_skopeo_take_every_file_written()
    {
        string podman = CommandLine.Tool("podman");
        string skopeo = CommandLine.Tool("skopeo");
        AddKey();
        Ours("set", "--preset", "RedHat");
        Ours("set", "--default", "--type", "reject");
        Ours("set", "registry.example.com/app", "*.example.org", "--key", KeyPath, "--signed-identity", "matchRepository",
            "--signature-store", "https://store.example.com");
        Ours("set", "inline.example.com", "--inline-key", "--key", KeyPath, "--exact-repository", "registry.example.com/app");
        Ours("set", "mirror.example.com:5000", "--key", KeyPath, "--remap-prefix", "mirror.example.com:5000", "--signed-prefix",
            "registry.redhat.io");
        Ours("set", "/srv/images", "--transport", "dir", "--type", "accept");

        string image = Directory.CreateDirectory(_root + "/image").FullName;
        File.WriteAllText(image + "/manifest.json", "{}");
        File.WriteAllText(image + "/version", "Directory Transport Version: 1.1\n");
        CommandLine.Result refused = CommandLine.Run(skopeo, "--policy", _root + "/etc/containers/policy.json", "copy", "dir:" + image,
            "dir:" + _root + "/copy");
        Assert.DoesNotContain("loading trust policy", refused.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("rejected by policy", refused.Error, StringComparison.Ordinal);

        // podman reads the key files from this host's own paths: give it a policy with the root's.
        string local = _root + "/policy-local.json";
        File.WriteAllText(local, Policy.Replace(KeyPath, _root + KeyPath, StringComparison.Ordinal));
        CommandLine.Result shown = CommandLine
            .Run(podman, [.. PodmanShowTests.StorageOptions(_root), "image", "trust", "show", "--json", "--policypath", local,
            "--registrypath", _root + "/etc/containers/registries.d"]);
        JsonArray entries = JsonNode.Parse(shown.Output)!.AsArray();
        JsonNode entry = entries.Single(e => (string?)e!["name"] == "registry.redhat.io")!;
        Assert.Equal("https://registry.redhat.io/containers/sigstore", (string?)entry["sigstore"]);
        Assert.Contains("security@redhat.com", (string?)entry["gpg_id"], StringComparison.Ordinal);
    }

    /// <summary>What accepts more is said, before and after; a reset shows what is required before and after.</summary>
    [SkippableFact]
    public void What_accepts_more_is_said()
    {
        const string Said = "Images are accepted without a check that were not before: registry.example.com (reject -> accept).";
        Ours("set", "registry.example.com", "--type", "reject");
        Assert.Contains(Said, Ours("remove", "registry.example.com", "--dry-run").Error, StringComparison.Ordinal);
        Assert.Contains(Said, Ours("set", "registry.example.com", "--type", "accept", "--dry-run").Error, StringComparison.Ordinal);
        File.WriteAllText($"{_root}/etc/os-release", "ID=fedora\nVERSION_ID=43\n");
        CommandLine.Result preview = Ours("reset", "--dry-run");
        Assert.Contains("requirements of registry.example.com: reject -> accept\n", preview.Output, StringComparison.Ordinal);
        Assert.Contains(Said, preview.Error, StringComparison.Ordinal);
        Assert.Contains(Said, Ours("set", "registry.example.com", "--type", "accept").Error, StringComparison.Ordinal);
        Assert.Empty(Ours("set", "registry.example.com", "--type", "reject").Error);
    }

    [SkippableFact]
    public void Exit_codes_are_0_for_done_1_for_failed_2_for_usage()
    {
        Assert.Equal(0, Ours("set", "registry.example.com", "--type", "reject").ExitCode);
        Assert.Equal(0, Ours("set", "registry.example.com", "--type", "reject").ExitCode);
        Assert.Equal(1, Ours("remove", "other.example.com").ExitCode);
        Assert.Equal(1, Ours("set", "registry.example.com", "--key", "/no/such/key").ExitCode);
        Assert.Equal(2, Ours("set", "registry.example.com").ExitCode);
        Assert.Equal(2, Ours("set", "busybox", "--type", "reject").ExitCode);
        Assert.Equal(2, Ours("set", "--no-such-option").ExitCode);
        Assert.Equal(2, Ours("remove", "--dryrun", "registry.example.com").ExitCode);
        Assert.Equal(2, Ours("set", "", "--type", "accept").ExitCode);
        Assert.Equal(2, Ours("set", "registry.example.com", "--signature-store", "https://s.example.com", "--any-key").ExitCode);
        Assert.Equal(2, Ours("set", "registry.example.com", "--signature-store", "").ExitCode);
        Assert.Equal(2, Ours("show", "registry.example.com", "--default").ExitCode);
        Assert.Equal(2, Ours("show", "registry.example.com", "--podman-json").ExitCode);
        Assert.Contains("reject", Ours("show", "registry.example.com").Output, StringComparison.Ordinal);
        File.WriteAllText(_root + "/etc/containers/policy.json", "{");
        CommandLine.Result broken = Ours("show");
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("/etc/containers/policy.json:1:", broken.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Json_is_json()
    {
        AddKey();
        Ours("set", "--preset", "RedHat");
        JsonElement[] all = JsonSerializer.Deserialize<JsonElement[]>(Ours("show", "--json").Output)!;
        JsonElement redhat = all.Single(e => e.GetProperty("registry").GetString() == "registry.redhat.io");
        Assert.Equal("signedBy", redhat.GetProperty("requirements")[0].GetProperty("type").GetString());
        Assert.Equal("https://registry.redhat.io/containers/sigstore", redhat.GetProperty("section").GetProperty("signatureStore")
            .GetString());
        Assert.Equal(JsonValueKind.Null, all.Single(e => e.GetProperty("isDefault").GetBoolean()).GetProperty("section").ValueKind);
        Assert.True(redhat.GetProperty("keys")[0].GetProperty("canPrimarySign").GetBoolean());
        Assert.Equal(Fingerprint, redhat.GetProperty("keys")[0].GetProperty("fingerprint").GetString());
    }
}
