using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Conformance.Tests.Mirroring.Saving;

/// <summary>What was saved is what the real tools read: skopeo with gpg, and a real registry.</summary>
public sealed class SavedSignatureTests : IDisposable
{
    private const string Mirror = "copies/parts";
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-save").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public async Task Skopeo_accepts_an_image_by_a_saved_store_and_no_other_image()
    {
        string skopeo = Tools.RequireTool("skopeo");
        using LoopbackRegistry registry = new(Tools.RequireTool("docker-registry"), _directory, null, auth: "");
        TestRelease release = Release(registry, 1);
        Write("policy.json", $$"""{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{_directory}}/release.pgp"}]}""");
        Write("registries.d/saved.yaml", $"docker:\n  {registry.Authority}:\n    lookaside: file://{_directory}/saved/store\n");
        string image = $"docker://{release.Reference}";
        Assert.NotEqual(0, Copy(skopeo, image).ExitCode);

        SaveAnswer[] saved = await SaveAsync(release, options => options with { StoreDirectory = $"{_directory}/saved/store" });
        Assert.Equal(SavedSignatureStatus.Saved, Assert.Single(saved).Result.Status);
        ToolResult accepted = Copy(skopeo, image);
        Assert.True(accepted.ExitCode == 0, accepted.Error);
        Assert.NotEqual(0, Copy(skopeo,
            $"docker://{release.Host}/{TestRelease.ComponentRepository}@{release.Components[0].Digest}").ExitCode);

        // A second signature beside it does not spoil it.
        ClaimSigner second = new("Second <second@example.com>");
        File.WriteAllBytes($"{_directory}/second.pgp", second.PublicKey);
        File.WriteAllBytes($"{_directory}/store/{release.Release.Digest.Replace(':', '=')}/signature-1",
            second.SignClaim($"{release.Host}/{TestRelease.ReleaseRepository}:2", release.Release.Digest));
        saved = await SaveAsync(release, options => options with
            { StoreDirectory = $"{_directory}/saved/store", KeyPaths = [$"{_directory}/second.pgp"] });
        Assert.Equal(SavedSignatureStatus.Saved, Assert.Single(saved).Result.Status);
        Assert.Equal(2, Directory.GetFiles(saved[0].Result.Path!).Length);
        Assert.Equal(0, Copy(skopeo, image).ExitCode);
        Write("policy.json", $$"""{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{_directory}}/second.pgp"}]}""");
        Assert.Equal(0, Copy(skopeo, image).ExitCode);
    }

    [SkippableTheory]
    [InlineData("amd64")]
    [InlineData("amd64", "arm64")]
    public async Task Skopeo_pushes_a_saved_layout_and_then_accepts_the_images_there(params string[] architectures)
    {
        string skopeo = Environment.GetEnvironmentVariable("CONTAINERTRUST_SKOPEO") ?? Tools.RequireTool("skopeo");
        using LoopbackRegistry registry = new(Tools.RequireTool("docker-registry"), _directory, null, auth: "");
        TestRelease release = Release(registry, 2, architectures);
        RegistryContent mirror = new();
        release.Origin.Copy(TestRelease.ComponentRepository, mirror, Mirror);
        foreach (string tag in mirror.Tags(Mirror).ToArray())
            mirror.RemoveManifest(Mirror, tag);
        mirror.WriteTo($"{_directory}/registry");
        Write("policy.json", $$$"""{"default":[{"type":"sigstoreSigned","keyPath":"{{{_directory}}}/release.pub","signedIdentity":""" +
            $$$"""{"type":"exactRepository","dockerRepository":"{{{release.Host}}}/{{{TestRelease.ComponentRepository}}}"}}]}""");
        Write("registries.d/saved.yaml", $"docker:\n  {registry.Authority}:\n    use-sigstore-attachments: true\n");
        Write("accept.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        string image = $"docker://{registry.Authority}/{Mirror}@{release.Components[0].Digest}";
        Assert.NotEqual(0, Copy(skopeo, image).ExitCode);

        SaveAnswer[] saved = await SaveAsync(release, options => options with { LayoutDirectory = $"{_directory}/saved/layout" });
        Assert.All(saved, static a => Assert.True(a.Result.Status == SavedSignatureStatus.Saved, a.Result.ToString()));
        Assert.Equal(3 * (architectures.Length == 1 ? 1 : 3), saved.Length);
        foreach (string path in saved.Select(static a => a.Result.Path!))
        {
            // As the page of Save-ImageSignature shows it.
            ToolResult pushed = Tools.Run(skopeo, ["--policy", $"{_directory}/accept.json", "copy", "--dest-tls-verify=false", path,
                $"docker://{registry.Authority}/{Mirror}:{path.Split(':')[^1]}"]);
            Assert.True(pushed.ExitCode == 0, pushed.Error);
        }

        foreach (TestReleaseImage component in release.Components)
        {
            ToolResult accepted = Copy(skopeo, $"docker://{registry.Authority}/{Mirror}@{component.Digest}");

            // Debian's verifies no sigstore signatures; what it pushed is verified by ours below all the same.
            Assert.True(accepted.ExitCode == 0 || accepted.Error.Contains("sigstore disabled", StringComparison.Ordinal), accepted.Error);
        }

        // Ours says the same of it.
        using ReleaseMirrorChecker checker = new(TrustStore.Open(new TrustStoreOptions(), new TrustMessages()), new MirrorOptions
        {
            Mirror = $"{registry.Authority}/copies",
            ReleaseRepository = $"{release.Host}/{TestRelease.ReleaseRepository}",
            ComponentRepository = $"{registry.Authority}/{Mirror}",
            SigstoreKeyPaths = [$"{_directory}/release.pub"],
            Verification = Verification,
        }, new TrustMessages());
        MirrorPlan plan = await checker.PlanAsync(release.Reference, CancellationToken.None);
        foreach (MirrorItem item in plan.Items)
        {
            Assert.All(await checker.CheckAsync(plan, item, CancellationToken.None),
                static a => Assert.Equal(MirroredSignature.Verified, a.Result.SigstoreSignature));
        }
    }

    private VerificationOptions Verification => new()
    {
        SignatureStores = [$"{_directory}/store"],
        Web = new WebOptions { VerifyTls = false },
    };

    private TestRelease Release(LoopbackRegistry registry, int components, params string[] architectures)
    {
        TestRelease release = new(registry.Authority, "4.22.1", components, architectures.Length == 0 ? ["amd64"] : architectures);
        release.Origin.WriteTo($"{_directory}/registry");
        release.WriteStore($"{_directory}/store");
        File.WriteAllBytes($"{_directory}/release.pgp", TestRelease.Signer.PublicKey);
        Write("release.pub", release.SigstoreKey);
        return release;
    }

    private async Task<SaveAnswer[]> SaveAsync(TestRelease release, Func<SaveOptions, SaveOptions> choose)
    {
        using ImageSignatureSaver saver = new(TrustStore.Open(new TrustStoreOptions(), new TrustMessages()), choose(new SaveOptions
        {
            KeyPaths = [$"{_directory}/release.pgp"],
            SigstoreKeyPaths = [$"{_directory}/release.pub"],
            Verification = Verification,
        }), new TrustMessages());
        SavePlan plan = await saver.PlanAsync(release.Reference, CancellationToken.None);
        IReadOnlyList<SaveAnswer>[] answers =
            await Task.WhenAll(plan.Items.Select(i => saver.SaveAsync(i, CancellationToken.None)));
        return [.. answers.SelectMany(static a => a)];
    }

    private ToolResult Copy(string skopeo, string image)
    {
        string target = $"{_directory}/copied-{Guid.NewGuid():N}";
        return Tools.Run(skopeo, ["--policy", $"{_directory}/policy.json", "--registries.d", $"{_directory}/registries.d",
            "--override-arch", "amd64", "--override-os", "linux", "copy", "--remove-signatures", "--src-tls-verify=false", image,
            $"dir:{target}"]);
    }

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{_directory}/{name}")!);
        File.WriteAllText($"{_directory}/{name}", content);
    }
}
