using System.Security.Cryptography;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust imagepolicy</c>: what it prints, for which version, and what it refuses.</summary>
public sealed class ImagePolicyTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ct-imagepolicy-").FullName;

    public ImagePolicyTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Directory.CreateDirectory($"{_root}/etc/containers");
        Directory.CreateDirectory($"{_root}/keys");
        File.WriteAllText($"{_root}/keys/cosign.pub", key.ExportSubjectPublicKeyInfoPem() + "\n");
        File.WriteAllText($"{_root}/etc/containers/policy.json", """
            {"default":[{"type":"reject"}],"transports":{"docker":{
              "quay.example.com/team":[{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub","signedIdentity":{"type":"matchRepository"}}],
              "quay.example.com/other":[{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub","signedIdentity":{"type":"matchRepository"}}],
              "open.example.com":[{"type":"insecureAcceptAnything"}]}}}
            """);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public void Every_entry_that_demands_sigstore_signatures_becomes_a_document()
    {
        CommandLine.Result all = Run();
        Assert.Equal((0, ""), (all.ExitCode, all.Error));
        Assert.Equal(2, all.Output.Split("kind: ClusterImagePolicy\n").Length - 1);
        Assert.Contains("---\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("apiVersion: config.openshift.io/v1\n", all.Output, StringComparison.Ordinal);

        CommandLine.Result one = Run("quay.example.com/*", "--name", "team", "--namespace", "shop", "--openshift-version", "4.18.7");
        Assert.Equal(0, one.ExitCode);
        Assert.Contains("apiVersion: config.openshift.io/v1alpha1\nkind: ImagePolicy\n", one.Output, StringComparison.Ordinal);
        Assert.Contains("TechPreviewNoUpgrade", one.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("---\n", one.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_preset_becomes_a_document_of_the_scopes_that_are_named()
    {
        CommandLine.Result made = Run("--preset", "RedHatSigstore", "--scope", "registry.redhat.io/rhel9",
            "--key", $"{_root}/keys/cosign.pub", "--rekor-key", $"{_root}/keys/cosign.pub");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains("registry.redhat.io/rhel9", made.Output, StringComparison.Ordinal);
        Assert.Contains("rekorKeyData:", made.Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(1, "open.example.com", "open.example.com")]
    [InlineData(1, "has no scope 'nowhere.example.com'", "nowhere.example.com")]
    [InlineData(2, "not a version of OpenShift", "--openshift-version", "new")]
    [InlineData(2, "4.16 is the first", "--openshift-version", "4.15.3")]
    [InlineData(2, "--preset requires --scope", "--preset", "RedHatSigstore")]
    [InlineData(2, "require --preset", "--scope", "registry.redhat.io/rhel9")]
    [InlineData(2, "require --preset", "--key", "x.pub")]
    public void What_cannot_be_made_is_refused(int code, string words, params string[] arguments)
    {
        CommandLine.Result result = Run(arguments);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
    }

    /// <summary><c>NothingToConvert</c>.</summary>
    [SkippableFact]
    public void A_policy_without_such_entries_is_not_an_empty_answer()
    {
        File.WriteAllText($"{_root}/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        CommandLine.Result result = Run();
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("No scope of the policy demands sigstore signatures", result.Error, StringComparison.Ordinal);
    }

    private CommandLine.Result Run(params string[] arguments) =>
        CommandLine.Run(CommandLine.Ours, ["imagepolicy", "--root", _root, .. arguments]);
}
