using System.Text;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Mirroring.Saving;

/// <summary>What was not verified is never written, whoever serves it and however it looks.</summary>
public sealed class SaveVerifiedTests
{
    private static readonly ClaimSigner s_other = new("Other <other@example.com>");

    /// <summary>Each way in which a signature is not good, and what is said of it.</summary>
    public static TheoryData<string, SavedSignatureStatus, string> Bad => new()
    {
        { "someone else", SavedSignatureStatus.Invalid, "sha256-" },
        { "another image", SavedSignatureStatus.Invalid, "it is for another manifest" },
        { "another repository", SavedSignatureStatus.Invalid, "registry.example.com/elsewhere" },
        { "another type", SavedSignatureStatus.Failed, "media type" },
        { "no payload", SavedSignatureStatus.Failed, "is not in the registry" },
        { "nothing", SavedSignatureStatus.Missing, "there is none" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_sigstore_signature_that_is_not_good_is_not_saved(string how, SavedSignatureStatus status, string why)
    {
        await using MirrorWorld world = new("4.22.1", 2, "amd64");
        TestRelease release = world.Release;
        string digest = release.Components[0].Digest;
        const string Repository = TestRelease.ComponentRepository;
        switch (how)
        {
            case "someone else":
                release.Attach(world.Content, Repository, digest, TestKey.Get("P-256", "someone else"));
                break;
            case "another image":
                release.Attach(world.Content, Repository, digest, claimed: release.Components[1].Digest);
                break;
            case "another repository":
                release.Attach(world.Content, Repository, digest, reference: $"registry.example.com/elsewhere@{digest}");
                break;
            case "another type":
                release.Attach(world.Content, Repository, digest, type: "application/vnd.docker.distribution.manifest.v2+json");
                break;
            case "no payload":
                world.Content.RemoveBlob(Repository, release.Attach(world.Content, Repository, digest));
                break;
            default:
                world.Content.RemoveManifest(Repository, TestRelease.SignatureTag(digest));
                break;
        }

        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync();
        SavedSignatureResult result = answers.Single(a => a.Result.Digest == digest).Result;
        Assert.Equal(status, result.Status);
        Assert.Contains(why, string.Join(' ', result.NotSaved), StringComparison.Ordinal);
        Assert.Equal((0, 0, null), (result.Saved, result.AlreadySaved, result.Path));
        Assert.Empty(result.Signer);
        Assert.Equal(status == SavedSignatureStatus.Failed, answers.Any(static a => a.Failure is not null));

        // The others are saved, and nothing of this one is.
        Assert.Equal(2, new SavedLayout(world.PathOf("saved/layout")).Images.Count);
        Assert.DoesNotContain(new SavedLayout(world.PathOf("saved/layout")).Images, i => i.Tag == TestRelease.SignatureTag(digest));
    }

    [Fact]
    public async Task A_signature_in_a_form_that_podman_does_not_read_is_named()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        const string Repository = TestRelease.ComponentRepository;
        string digest = world.Release.Components[0].Digest;
        world.Content.RemoveManifest(Repository, TestRelease.SignatureTag(digest));
        world.Content.PutManifest(Repository, Encoding.UTF8.GetBytes(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":""" +
            """
            "application/vnd.oci.image.manifest.v1+json","size":1,"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json",
            """ + $$"""
            "digest":"sha256:{{new string('1', 64)}}"}]}
            """), digest.Replace(':', '-'));
        SavedSignatureResult result = (await world.SaveAsync()).Single(a => a.Result.Digest == digest).Result;
        Assert.Equal(SavedSignatureStatus.Missing, result.Status);
        Assert.Contains("cosign 3's form", string.Join(' ', result.NotSaved), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_signatures_only_the_good_one_is_saved_and_the_other_is_named()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string digest = world.Release.Release.Digest;
        string folder = Path.Combine(world.Store, digest.Replace(':', '='));
        File.WriteAllBytes($"{folder}/signature-2", s_other.SignClaim($"{world.Release.Host}/{TestRelease.ReleaseRepository}:1", digest));
        File.WriteAllBytes($"{folder}/signature-3", TestRelease.Signer.SignClaim("registry.example.com/elsewhere:1", digest));
        SavedSignatureResult result = Of(await world.SaveAsync(), SavedSignatureForm.Store);
        Assert.Equal((SavedSignatureStatus.Saved, 1), (result.Status, result.Saved));
        Assert.Equal(2, result.NotSaved.Length);
        Assert.Contains("signature-2", result.NotSaved[0], StringComparison.Ordinal);
        Assert.Contains("elsewhere", result.NotSaved[1], StringComparison.Ordinal);
        Assert.Equal(["signature-1"], Directory.GetFiles(result.Path!).Select(static f => Path.GetFileName(f)));
    }

    [Fact]
    public async Task Where_podman_refuses_the_image_nothing_is_saved()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string folder = Path.Combine(world.Store, world.Release.Release.Digest.Replace(':', '='));
        File.WriteAllText($"{folder}/signature-2", "not a signature");
        SavedSignatureResult result = Of(await world.SaveAsync(), SavedSignatureForm.Store);
        Assert.Equal(SavedSignatureStatus.Invalid, result.Status);
        Assert.Contains("cannot be read", result.NotSaved[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(world.PathOf("saved/store")));
        Assert.False(Directory.Exists(world.PathOf("saved/maps")));
    }

    [Fact]
    public async Task Each_key_of_a_release_verification_ConfigMap_must_have_signed()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string keys = world.Write("keys.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: release-verification\ndata:\n"
            + Entry("own", TestRelease.Signer) + Entry("other", s_other));
        SaveOptions options = world.Saving with { KeyPaths = [keys] };
        SavedSignatureResult result = Of(await world.SaveAsync(options), SavedSignatureForm.ConfigMap);
        Assert.Equal(SavedSignatureStatus.Invalid, result.Status);
        Assert.False(Directory.Exists(world.PathOf("saved/maps")));

        string digest = world.Release.Release.Digest;
        string reference = $"{world.Release.Host}/{TestRelease.ReleaseRepository}:4.22.1-x86_64";
        File.WriteAllBytes($"{world.Store}/{digest.Replace(':', '=')}/signature-2", s_other.SignClaim(reference, digest));
        result = Of(await world.SaveAsync(options), SavedSignatureForm.ConfigMap);
        Assert.Equal((SavedSignatureStatus.Saved, 2), (result.Status, result.Saved));
        Assert.Equal(2, result.Signer.Length);

        static string Entry(string name, ClaimSigner signer) => $"  verifier-public-key-{name}: |\n" +
            string.Concat(Encoding.ASCII.GetString(TestPackets.Armor(signer.PublicKey)).TrimEnd().Split('\n').Select(l => $"    {l}\n"));
    }

    [Fact]
    public async Task The_policy_decides_where_no_key_is_given()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string component = $"{world.Release.Host}/{TestRelease.ComponentRepository}@{world.Release.Components[0].Digest}";
        string policy = world.Write("policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        string attachments = world.Write("registries.d/all.yaml", "default-docker:\n  use-sigstore-attachments: true\n");
        SaveOptions options = new()
        {
            LayoutDirectory = world.PathOf("saved/layout"),
            Verification = world.Options.Verification with { SignatureStores = null },
        };
        TrustStoreOptions files = new() { PolicyPath = policy, RegistriesDirectory = Path.GetDirectoryName(attachments) };

        // What nobody looks at is not verified.
        SaveAnswer answer = await SaveAsync();
        Assert.Equal("SignaturesNotChecked", answer.Failure?.ErrorId);
        Assert.EndsWith("Specify -SigstoreKeyPath.", answer.Failure?.Message, StringComparison.Ordinal);
        Assert.Equal(SavedSignatureStatus.Failed, answer.Result.Status);
        world.Write("policy.json", """{"default":[{"type":"reject"}]}""");
        Assert.Contains("rejects every image", Assert.Single((await SaveAsync()).Result.NotSaved), StringComparison.Ordinal);
        string other = world.Write("other.pub", TestKey.Get("P-256", "someone else").Pem);
        world.Write("policy.json", $$"""{"default":[{"type":"sigstoreSigned","keyPath":"{{other}}"}]}""");
        Assert.Equal(SavedSignatureStatus.Invalid, (await SaveAsync()).Result.Status);
        Assert.False(Directory.Exists(world.PathOf("saved")));

        world.Write("policy.json", $$"""{"default":[{"type":"sigstoreSigned","keyPath":"{{world.SigstoreKeyFile}}"}]}""");
        Assert.Equal(SavedSignatureStatus.Saved, (await SaveAsync()).Result.Status);

        // Both requirements must be satisfied there, so one is not enough here.
        world.Write("policy.json", $$"""{"default":[{"type":"sigstoreSigned","keyPath":"{{world.SigstoreKeyFile}}"},{"type":"reject"}]}""");
        Directory.Delete(world.PathOf("saved"), recursive: true);
        Assert.Equal(SavedSignatureStatus.Invalid, (await SaveAsync()).Result.Status);
        Assert.False(Directory.Exists(world.PathOf("saved")));

        async Task<SaveAnswer> SaveAsync()
        {
            using ImageSignatureSaver saver = world.Saver(options, files);
            return Assert.Single(await saver.SaveAsync(new SaveItem { Image = component }, CancellationToken.None));
        }
    }

    private static SavedSignatureResult Of(IEnumerable<SaveAnswer> answers, SavedSignatureForm form) =>
        answers.Single(a => a.Result.Form == form).Result;
}
