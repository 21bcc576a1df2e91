using ContainerTrust.Conformance.Tests.Sigstore;
using ContainerTrust.Conformance.Tests.Verification;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Conformance.Tests.ImagePolicies;

/// <summary>
/// What nodes get of our documents by way of the operator, beside what their operating system has in registries.d: skopeo takes both
/// files, and the policy is in force for its namespaces alone.
/// </summary>
[Collection(RegistryTests.Name)]
public sealed class NodeFilesTests(RegistryFixture fixture)
{
    private static readonly string[] s_scopes =
        ["registry.redhat.io/rhel9", "registry.redhat.io/openshift4", "registry.access.redhat.com/ubi9"];

    [SkippableFact]
    public void Policies_of_the_preset_are_in_force_for_their_namespaces()
    {
        SignedWorld world = fixture.Open();
        IReadOnlyList<ImagePolicyDocument> documents = Preset(world);
        Assert.Equal(s_scopes, documents.SelectMany(static d => d.Scopes));
        string registries = RegistriesDirectory(world, documents);
        Skopeo skopeo = world.Skopeo;
        string policy = OperatorFiles.Policy(documents);
        SkopeoQuery query = new() { RegistriesDirectory = registries, RegistriesConf = Redirected(world) };
        world.Push(TestImage.Oci("by namespace"), "node-files/rhel9/app:v1");
        world.Push(TestImage.Oci("by namespace"), "node-files/other/app:v1");
        SkopeoVerdict governed = skopeo.Copy("docker://registry.redhat.io/rhel9/app:v1", policy, query);
        if (governed.Message.Contains("Unknown key", StringComparison.Ordinal))
        {
            // skopeo 1.12 and older know no keys of logs.
            policy = OperatorFiles.Policy(documents, withRekor: false);
            governed = skopeo.Copy("docker://registry.redhat.io/rhel9/app:v1", policy, query);
        }

        Assert.True(governed.Answer == SkopeoAnswer.Rejected, governed.Message);
        Assert.Contains("no signature exists", governed.Message, StringComparison.Ordinal);
        SkopeoVerdict other = skopeo.Copy("docker://registry.redhat.io/other/app:v1", policy, query);
        Assert.True(other.Answer == SkopeoAnswer.Accepted, other.Message);
    }

    // A policy for the whole registry is refused for this.
    [SkippableTheory]
    [InlineData("registry.redhat.io", false)]
    [InlineData("registry.access.redhat.com", false)]
    [InlineData("registry.redhat.io/rhel9", true)]
    [InlineData("registry.access.redhat.com/ubi9", true)]
    [InlineData("*.redhat.io", true)]
    [InlineData("*.redhat.com", true)]
    public void Two_files_with_one_scope_stop_every_pull(string scope, bool isPossible)
    {
        SignedWorld world = fixture.Open();
        string registries = RegistriesDirectory(world,
            [new ImagePolicyDocument { Kind = "ClusterImagePolicy", Name = "x", PolicyType = "PublicKey", Scopes = [scope],
                Yaml = $"spec:\n  scopes:\n    - \"{scope}\"\n" }]);
        world.Push(TestImage.Oci("any image"), "node-files/any/app:v1");
        SkopeoVerdict any = world.Skopeo.Copy($"docker://{world.Host}/node-files/any/app:v1", TestPolicy.Default(TestPolicy.Accept),
            new SkopeoQuery { RegistriesDirectory = registries });
        Assert.True(any.Answer == (isPossible ? SkopeoAnswer.Accepted : SkopeoAnswer.Failed), any.Message);
        Assert.Equal(!isPossible, any.Message.Contains("defined both in", StringComparison.Ordinal));
        ImageTrust entry = new()
        {
            ComputerName = "",
            Transport = "docker",
            Registry = scope,
            Requirements = [new SigstoreSignedRequirement { KeyData = Convert.ToBase64String(
                System.Text.Encoding.ASCII.GetBytes(SigstoreSigner.Make("P-256").PublicPem)) }],
        };
        ImagePolicyConversion conversion = new ImagePolicyConverter(LocalHost.Instance, new ImagePolicyOptions(), TrustMessages.None)
            .Convert([entry], CancellationToken.None);
        Assert.Equal(isPossible ? [] : ["ScopeOfTheSystem"], conversion.Refusals.Select(static r => r.ErrorId));
    }

    private static IReadOnlyList<ImagePolicyDocument> Preset(SignedWorld world)
    {
        string root = world.NewDirectory("node-root");
        string keys = Directory.CreateDirectory(Path.Combine(root, "etc/pki/sigstore")).FullName;
        File.WriteAllText(Path.Combine(keys, "SIGSTORE-redhat-release3"), SigstoreSigner.Make("RSA-2048").PublicPem);
        File.WriteAllText(Path.Combine(keys, "REKOR-signing-key"), SigstoreSigner.Make("P-256").PublicPem);
        RootDirectoryHost host = new(root);
        IReadOnlyList<ImageTrust> entries = new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = s_scopes }
            .Entries(host, TrustMessages.None);
        ImagePolicyConversion conversion = new ImagePolicyConverter(host, new ImagePolicyOptions { OpenShiftVersion = "4.22" },
            TrustMessages.None).Convert(entries, CancellationToken.None);
        Assert.Empty(conversion.Refusals);
        return conversion.Documents;
    }

    private static string RegistriesDirectory(SignedWorld world, IReadOnlyList<ImagePolicyDocument> documents)
    {
        string directory = world.NewDirectory("node-registries-" + Guid.NewGuid().ToString("N"));
        foreach (MachineConfigFile file in RhcosDefaults.Rhel9.Files)
            File.WriteAllBytes(Path.Combine(directory, Path.GetFileName(file.Path)), file.Content);
        File.WriteAllText(Path.Combine(directory, "sigstore-registries.yaml"), OperatorFiles.SigstoreRegistries(documents));
        return directory;
    }

    private static string Redirected(SignedWorld world)
    {
        string file = Path.Combine(world.NewDirectory("node-conf-" + Guid.NewGuid().ToString("N")), "registries.conf");
        File.WriteAllText(file, $"[[registry]]\nprefix = \"registry.redhat.io\"\nlocation = \"{world.Host}/node-files\"\n");
        return file;
    }
}
