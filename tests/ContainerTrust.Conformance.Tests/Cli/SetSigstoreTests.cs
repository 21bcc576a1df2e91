using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Conformance.Tests.Config.Policy;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust set</c> for sigstore signatures: what it writes, that skopeo reads it, and what <c>show</c> makes of
/// it.</summary>
public sealed class SetSigstoreTests : IDisposable
{
    private const string Registry = "registry.example.com";
    private readonly string _root = Directory.CreateTempSubdirectory("containertrust-sigstore").FullName;

    public SetSigstoreTests()
    {
        Directory.CreateDirectory(_root + "/k");
        foreach (string name in (string[])["a.pub", "b.pub", "rekor.pub"])
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText($"{_root}/k/{name}", key.ExportSubjectPublicKeyInfoPem() + "\n");
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        File.WriteAllText(_root + "/k/ca.pem", TestCertificates.Make("CN=CA", now.AddDays(-1), now.AddDays(10)));
    }

    public void Dispose() => Directory.Delete(_root, true);

    private CommandLine.Result Ours(params string[] arguments) => CommandLine.Run(CommandLine.Ours, [.. arguments, "--root", _root]);

    private string Data(string name) => Convert.ToBase64String(File.ReadAllBytes($"{_root}/k/{name}"));

    // Arguments without the paths' directory, the requirements with @file@ for a file's base64, the ID of the table (a pattern), and
    // whether containers/image 5.22 knows it.
    [SkippableTheory]
    [InlineData("--type sigstoreSigned --key /k/a.pub", """[{"type":"sigstoreSigned","keyPath":"/k/a.pub"}]""", "^[0-9A-F]{16}$", true)]
    [InlineData("--type sigstoreSigned --key /k/a.pub --key /k/b.pub",
        """[{"type":"sigstoreSigned","keyPath":"/k/a.pub"},{"type":"sigstoreSigned","keyPath":"/k/b.pub"}]""",
        "^[0-9A-F]{16}, [0-9A-F]{16}$", true)]
    [InlineData("--type sigstoreSigned --key /k/a.pub --inline-key --signed-identity matchRepository",
        """[{"type":"sigstoreSigned","keyData":"@a.pub@","signedIdentity":{"type":"matchRepository"}}]""", "^[0-9A-F]{16}$", true)]
    [InlineData("--type sigstoreSigned --key /k/a.pub --key /k/b.pub --any-key",
        """[{"type":"sigstoreSigned","keyPaths":["/k/a.pub","/k/b.pub"]}]""", "^[0-9A-F]{16}, [0-9A-F]{16}$", false)]
    [InlineData("--key /k/a.pub --rekor-key /k/rekor.pub",
        """[{"type":"sigstoreSigned","keyPath":"/k/a.pub","rekorPublicKeyPath":"/k/rekor.pub"}]""", "^[0-9A-F]{16}$", false)]
    [InlineData("--fulcio-ca /k/ca.pem --oidc-issuer https://issuer.example.com --subject-email dev@example.com --rekor-key /k/rekor.pub", """[{"type":"sigstoreSigned","fulcio":{"caPath":"/k/ca.pem","oidcIssuer":"https://issuer.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyPath":"/k/rekor.pub"}]""", @"^dev@example\.com \(https://issuer\.example\.com\)$", false)]
    [InlineData("--fulcio-ca /k/ca.pem --oidc-issuer https://issuer.example.com --subject-email dev@example.com --rekor-key /k/rekor.pub --inline-key", """[{"type":"sigstoreSigned","fulcio":{"caData":"@ca.pem@","oidcIssuer":"https://issuer.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyData":"@rekor.pub@"}]""", @"^dev@example\.com \(https://issuer\.example\.com\)$", false)]
    [InlineData("--ca-roots /k/ca.pem --ca-intermediates /k/ca.pem --subject-email dev@example.com --subject-hostname ci.example.com", """[{"type":"sigstoreSigned","pki":{"caRootsPath":"/k/ca.pem","caIntermediatesPath":"/k/ca.pem","subjectEmail":"dev@example.com","subjectHostname":"ci.example.com"}}]""", @"^dev@example\.com and ci\.example\.com \(/k/ca\.pem\)$", false)]
    public void Requirements_are_written_read_by_skopeo_and_shown(string arguments, string requirements, string id, bool isKnownTo522)
    {
        CommandLine.Result result = Ours(["set", Registry, .. arguments.Split(' ')]);
        Assert.Equal(0, result.ExitCode);
        byte[] policy = File.ReadAllBytes(_root + "/etc/containers/policy.json");
        foreach (string name in (string[])["a.pub", "rekor.pub", "ca.pem"])
            requirements = requirements.Replace($"@{name}@", Data(name), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(requirements), JsonNode.Parse(policy)!["transports"]!["docker"]![Registry]),
            Encoding.UTF8.GetString(policy));
        Assert.Equal($"docker:\n  {Registry}:\n    use-sigstore-attachments: true\n",
            File.ReadAllText($"{_root}/etc/containers/registries.d/{Registry}.yaml"));

        // Again, nothing is left to do.
        Assert.Equal("nothing to do\n", Ours(["set", Registry, .. arguments.Split(' ')]).Output);

        string[] cells = Ours("show", Registry).Output.Split('\n')[1]
            .Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("sigstoreSigned", cells[2]);
        Assert.Matches(id, cells[3]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(requirements),
            JsonNode.Parse(Ours("show", Registry, "--json").Output)![0]!["requirements"]));

        // An old tool refuses every policy with a newer member, so it can only be asked about the others.
        Assert.NotNull(PolicyReader.Read(policy, "policy.json"));
        if (SkopeoPolicy.Executable is not null && (isKnownTo522 || !SkopeoPolicy.IsBefore524))
        {
            using SkopeoPolicy skopeo = SkopeoPolicy.Open();
            Assert.Null(skopeo.Refusal(policy));
        }

        Assert.Equal(!isKnownTo522, result.Error.Contains("older ones refuse the whole policy", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void The_words_are_those_of_the_command()
    {
        CommandLine.Result result = Ours("set", Registry, "--type", "sigstoreSigned", "--key", "/k/a.pub",
            "--use-sigstore-attachments", "false");
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("cosign", result.Error, StringComparison.Ordinal);
        Assert.Contains("Add --use-sigstore-attachments true.", result.Error, StringComparison.Ordinal);
        result = Ours("set", Registry, "--ca-roots", "/k/ca.pem", "--subject-email", "dev@example.com", "--rekor-key", "/k/rekor.pub");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--rekor-key requires --key or --fulcio-ca.", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("-RekorPublicKeyPath", result.Error, StringComparison.Ordinal);
        result = Ours("set", Registry, "--fulcio-ca", "/k/ca.pem");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Missing: --oidc-issuer, --subject-email, --rekor-key.", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_dry_run_says_what_would_be_switched_on()
    {
        string output = Ours("set", Registry, "--type", "sigstoreSigned", "--key", "/k/a.pub", "--dry-run").Output;
        Assert.Contains($"would be switched on: reading sigstore signatures from the registry for {Registry}", output,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root + "/etc"));
    }
}
