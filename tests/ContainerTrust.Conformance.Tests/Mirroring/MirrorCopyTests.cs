using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Conformance.Tests.Mirroring;

/// <summary>The commands that a mirror is filled with: run as they are, with the real skopeo and a real registry, they do it.</summary>
public sealed class MirrorCopyTests : IDisposable
{
    private const string Path = "ocp";
    private const string Releases = Path + "/openshift/release-images";
    private const string Components = Path + "/openshift/release";
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-mirror").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableTheory]
    [InlineData("amd64")]
    [InlineData("amd64", "arm64", "s390x")]
    public async Task What_is_missing_is_complete_after_the_commands_were_run(params string[] architectures)
    {
        string shell = Tools.RequireTool("sh");
        Tools.RequireTool("skopeo");
        using LoopbackRegistry registry = new(Tools.RequireTool("docker-registry"), _directory, null, auth: "");
        TestRelease release = new(registry.Authority, "4.22.1", 5, architectures);
        RegistryContent mirror = new();
        release.MirrorTo(mirror, Path);
        mirror.RemoveManifest(Releases, TestRelease.SignatureTag(release.Release.Digest));
        mirror.RemoveManifest(Components, TestRelease.SignatureTag(release.Components[0].Digest));
        mirror.RemoveManifest(Components, TestRelease.SignatureTag(release.Components[1].Digests.Last()));
        mirror.RemoveManifest(Components, release.Components[2].Digest);
        mirror.RemoveManifest(Components, release.Components[3].Digests.Last());
        mirror.RemoveManifest(Components, TestRelease.SignatureTag(release.Components[3].Digests.Last()));
        release.Attach(mirror, Components, release.Components[4].Digest, TestKey.Get("P-256", "someone else"));
        release.Origin.WriteTo($"{_directory}/registry");
        mirror.WriteTo($"{_directory}/registry");
        release.WriteStore($"{_directory}/store");
        File.WriteAllBytes($"{_directory}/release.pgp", TestRelease.Signer.PublicKey);
        File.WriteAllText($"{_directory}/release.pub", release.SigstoreKey);
        Directory.CreateDirectory($"{_directory}/.config/containers");
        File.WriteAllText($"{_directory}/.config/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");

        ReleaseMirrorResult[] before = await CheckAsync(registry.Authority, release);
        ReleaseMirrorResult[] missing = [.. before.Where(static r => r.Status != ReleaseMirrorStatus.Complete)];
        Assert.Equal(6, missing.Length);
        foreach (string command in missing.SelectMany(static r => r.Copy).Distinct())
        {
            ToolResult result = Tools.Run(shell, ["-c", command],
                environment: new Dictionary<string, string?> { ["HOME"] = _directory, ["XDG_RUNTIME_DIR"] = _directory });
            Assert.True(result.ExitCode == 0, $"{command}: {result.Error}");
        }

        ReleaseMirrorResult[] after = await CheckAsync(registry.Authority, release);
        Assert.Equal(6 * (architectures.Length == 1 ? 1 : architectures.Length + 1), after.Length);
        Assert.All(after, static r => Assert.True(r.Status == ReleaseMirrorStatus.Complete, r.ToString()));
        Assert.All(after, static r => Assert.Equal(MirroredSignature.Verified, r.SigstoreSignature));
    }

    private async Task<ReleaseMirrorResult[]> CheckAsync(string authority, TestRelease release)
    {
        using ReleaseMirrorChecker checker = new(TrustStore.Open(new TrustStoreOptions(), new TrustMessages()), new MirrorOptions
        {
            Mirror = $"{authority}/{Path}",
            KeyPaths = [$"{_directory}/release.pgp"],
            SigstoreKeyPaths = [$"{_directory}/release.pub"],
            Verification = new VerificationOptions
            {
                SignatureStores = [$"{_directory}/store"],
                Web = new WebOptions { VerifyTls = false },
            },
        }, new TrustMessages());
        MirrorPlan plan = await checker.PlanAsync(release.Reference, CancellationToken.None);
        List<ReleaseMirrorResult> results = [];
        foreach (MirrorItem item in plan.Items)
            results.AddRange((await checker.CheckAsync(plan, item, CancellationToken.None)).Select(static a => a.Result));
        return [.. results];
    }
}
