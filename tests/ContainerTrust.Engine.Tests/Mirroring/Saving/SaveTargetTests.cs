using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Mirroring.Saving;

/// <summary>What exists where signatures are saved stays; what differs is not replaced unless that is asked for.</summary>
public sealed class SaveTargetTests
{
    private static readonly ClaimSigner s_other = new("Other <other@example.com>");

    [Fact]
    public async Task A_store_gets_the_next_number_and_each_content_once()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string path = StorePath(world);
        Directory.CreateDirectory(path);
        byte[] other = s_other.SignClaim("registry.example.com/app:1", world.Release.Release.Digest);
        File.WriteAllBytes($"{path}/signature-1", other);
        File.WriteAllText($"{path}/README", "kept");
        SavedSignatureResult result = await StoreAsync(world);
        Assert.Equal((SavedSignatureStatus.Saved, 1), (result.Status, result.Saved));
        Assert.Equal(other, File.ReadAllBytes($"{path}/signature-1"));
        Assert.Equal(world.Release.OpenPgpSignature, File.ReadAllBytes($"{path}/signature-2"));
        Assert.Equal(SavedSignatureStatus.Unchanged, (await StoreAsync(world)).Status);
        Assert.Equal(SavedSignatureStatus.Unchanged, (await StoreAsync(world, force: true)).Status);
        Assert.Equal(["README", "signature-1", "signature-2"], Names(path));

        // Where it is with the mark of its format, it is the same.
        File.WriteAllBytes($"{path}/signature-2", [.. "\0simple-signing\n"u8, .. world.Release.OpenPgpSignature]);
        Assert.Equal(SavedSignatureStatus.Unchanged, (await StoreAsync(world, force: true)).Status);
        Assert.Equal(3, Names(path).Length);
    }

    [Fact]
    public async Task What_podman_does_not_find_after_a_gap_is_moved_up()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string path = StorePath(world);
        Directory.CreateDirectory(path);
        byte[] other = s_other.SignClaim("registry.example.com/app:1", world.Release.Release.Digest);
        File.WriteAllBytes($"{path}/signature-2", other);
        File.WriteAllBytes($"{path}/signature-7", world.Release.OpenPgpSignature);
        await StoreAsync(world);
        Assert.Equal(["signature-1", "signature-2"], Names(path));
        Assert.Equal(other, File.ReadAllBytes($"{path}/signature-1"));
        Assert.Equal(world.Release.OpenPgpSignature, File.ReadAllBytes($"{path}/signature-2"));
        Assert.Equal(SavedSignatureStatus.Unchanged, (await StoreAsync(world)).Status);
    }

    [Fact]
    public async Task What_is_not_a_signature_stays_until_it_is_to_be_replaced()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string path = StorePath(world);
        Directory.CreateDirectory(path);
        byte[] other = s_other.SignClaim("registry.example.com/app:1", world.Release.Release.Digest);
        File.WriteAllText($"{path}/signature-1", "not a signature");
        File.WriteAllBytes($"{path}/signature-2", other);
        File.WriteAllText($"{path}/signature-3", "");
        SaveAnswer answer = (await world.SaveAsync(Only(world) with { StoreDirectory = world.PathOf("saved/store") })).Single();
        Assert.Equal(("SavedFileDiffers", SavedSignatureStatus.Failed), (answer.Failure?.ErrorId, answer.Result.Status));
        Assert.Contains("signature-1", answer.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal("not a signature", File.ReadAllText($"{path}/signature-1"));

        Assert.Equal(SavedSignatureStatus.Saved, (await StoreAsync(world, force: true)).Status);
        Assert.Equal(["signature-1", "signature-2"], Names(path));
        Assert.Equal(other, File.ReadAllBytes($"{path}/signature-1"));
        Assert.Equal(world.Release.OpenPgpSignature, File.ReadAllBytes($"{path}/signature-2"));
    }

    [Fact]
    public async Task A_store_never_has_more_than_is_read()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string path = StorePath(world);
        Directory.CreateDirectory(path);
        for (int i = 1; i <= 127; i++)
            File.WriteAllBytes($"{path}/signature-{i}", s_other.SignClaim($"registry.example.com/app:{i}", world.Release.Release.Digest));
        SaveAnswer answer = (await world.SaveAsync(Only(world) with { StoreDirectory = world.PathOf("saved/store") })).Single();
        Assert.Equal("TooManySignatures", answer.Failure?.ErrorId);
        Assert.Equal(127, Names(path).Length);
    }

    [Fact]
    public async Task A_ConfigMap_that_was_changed_by_hand_stays_until_it_is_to_be_replaced()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        SaveOptions options = Only(world) with { ConfigMapDirectory = world.PathOf("saved/maps") };
        string digest = world.Release.Release.Digest;
        string path = (await world.SaveAsync(options)).Single().Result.Path!;
        string ours = File.ReadAllText(path);
        byte[] other = s_other.SignClaim("registry.example.com/app:1", digest);

        // With another signature in it, as it is written here, it is added to.
        string map = ours.Replace(Convert.ToBase64String(world.Release.OpenPgpSignature), Convert.ToBase64String(other),
            StringComparison.Ordinal);
        File.WriteAllText(path, map);
        Assert.Equal(SavedSignatureStatus.Saved, (await world.SaveAsync(options)).Single().Result.Status);
        Assert.Equal([other, world.Release.OpenPgpSignature],
            SignatureConfigMaps.Read(path, File.ReadAllBytes(path), digest).Select(static s => s.UntrustedContent.ToArray()));

        string changed = map.Replace("\"namespace\"", "\"annotations\": { \"by\": \"hand\" },\n    \"namespace\"",
            StringComparison.Ordinal);
        foreach (string content in new[] { changed, "no: [ConfigMap" })
        {
            File.WriteAllText(path, content);
            SaveAnswer answer = (await world.SaveAsync(options)).Single();
            Assert.Equal("SavedFileDiffers", answer.Failure?.ErrorId);
            Assert.Equal(content, File.ReadAllText(path));
            Assert.Equal(SavedSignatureStatus.Saved, (await world.SaveAsync(options with { Force = true })).Single().Result.Status);
            Assert.Contains(SignatureConfigMaps.Read(path, File.ReadAllBytes(path), digest),
                s => s.UntrustedContent.Span.SequenceEqual(world.Release.OpenPgpSignature));
        }
    }

    [Fact]
    public async Task A_layout_keeps_what_else_it_has()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string layout = world.PathOf("saved/layout");
        string digest = world.Release.Components[0].Digest;
        string component = $"{world.Release.Host}/{TestRelease.ComponentRepository}@{digest}";
        SaveOptions options = Only(world) with { LayoutDirectory = layout };
        Directory.CreateDirectory(layout);
        const string Empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        const string App = """{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:EMPTY","size":2,"x":[1]""" +
            ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"app\"}}";
        Directory.CreateDirectory($"{layout}/blobs/sha256");
        File.WriteAllText($"{layout}/blobs/sha256/{Empty}", "{}");
        string app = App.Replace("EMPTY", Empty, StringComparison.Ordinal);
        File.WriteAllText($"{layout}/index.json", $$$"""{"schemaVersion":2,"manifests":[{{{app}}}],"annotations":{"by":"hand"}}""");
        Assert.Equal(SavedSignatureStatus.Saved, (await world.SaveAsync(component, options)).Single().Result.Status);
        string index = File.ReadAllText($"{layout}/index.json");
        Assert.Contains(app, index, StringComparison.Ordinal);
        Assert.Contains("""{"by":"hand"}""", index, StringComparison.Ordinal);

        // By another key it is added, and the first is kept.
        TestKey second = TestKey.Get("P-256", "second");
        world.Release.Attach(world.Content, TestRelease.ComponentRepository, digest, second);
        SaveOptions other = options with { SigstoreKeyPaths = [world.Write("second.pub", second.Pem)] };
        Assert.Equal((1, 0), Count((await world.SaveAsync(component, other)).Single()));
        byte[] manifest = new SavedLayout(layout).Images.Single(i => i.Tag == TestRelease.SignatureTag(digest)).Manifest;
        Assert.Equal(2, Encoding.UTF8.GetString(manifest).Split("dev.cosignproject.cosign/signature").Length - 1);
        Assert.Equal((0, 1), Count((await world.SaveAsync(component, options)).Single()));
        Assert.Equal((0, 1), Count((await world.SaveAsync(component, other)).Single()));
        Assert.Equal((0, 1), Count((await world.SaveAsync(component, other with { Force = true })).Single()));
    }

    [Theory]
    [InlineData("no index", "InvalidManifest")]
    [InlineData("""{"manifests":[{"digest":"sha256:1"}],"manifests":[]}""", "InvalidManifest")]
    [InlineData("""{"manifests":[{"digest":"DIGEST","annotations":{"org.opencontainers.image.ref.name":"TAG"}}]}""", "SavedFileDiffers")]
    [InlineData("""{"manifests":[{"digest":"sha256:../../../../escaped","annotations":{"org.opencontainers.image.ref.name":"TAG"}}]}""",
        "SavedFileDiffers")]
    public async Task A_layout_that_is_damaged_or_hostile_is_left_as_it_is(string index, string errorId)
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string layout = world.PathOf("saved/layout");
        string digest = world.Release.Components[0].Digest;
        string component = $"{world.Release.Host}/{TestRelease.ComponentRepository}@{digest}";
        SaveOptions options = Only(world) with { LayoutDirectory = layout };
        Directory.CreateDirectory(layout);
        index = index.Replace("DIGEST", digest, StringComparison.Ordinal)
            .Replace("TAG", TestRelease.SignatureTag(digest), StringComparison.Ordinal);
        File.WriteAllText($"{layout}/index.json", index);
        Assert.Equal(errorId, (await world.SaveAsync(component, options)).Single().Failure?.ErrorId);
        Assert.Equal(index, File.ReadAllText($"{layout}/index.json"));

        // What else it has would be lost with an index that nobody can read.
        SaveAnswer forced = (await world.SaveAsync(component, options with { Force = true })).Single();
        Assert.Equal(errorId == "InvalidManifest" ? errorId : null, forced.Failure?.ErrorId);
    }

    [Fact]
    public async Task Two_writers_at_once_lose_nothing()
    {
        await using MirrorWorld world = new("4.22.1", 20, "amd64");
        IReadOnlyList<SaveAnswer>[] answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.SaveAsync()));
        Assert.All(answers.SelectMany(static a => a), static a => Assert.Null(a.Failure));
        string[] tags = [.. new SavedLayout(world.PathOf("saved/layout")).Images.Select(static i => i.Tag)];
        Assert.Equal(world.Release.Manifests.Select(static m => TestRelease.SignatureTag(m.Digest)).Order(), tags.Order());
        Assert.Equal(["signature-1"], Names(StorePath(world)));
        Assert.All(await world.SaveAsync(), static a => Assert.Equal(SavedSignatureStatus.Unchanged, a.Result.Status));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_saved_and_writes_nothing()
    {
        await using MirrorWorld world = new("4.22.1", 2, "amd64");
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync(world.Saving with { IsDryRun = true });
        Assert.Equal(5, answers.Count);
        Assert.All(answers, static a => Assert.Equal(SavedSignatureStatus.Saved, a.Result.Status));
        Assert.False(Directory.Exists(world.PathOf("saved")));
    }

    [Fact]
    public async Task A_list_that_never_ends_is_given_up()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        const string Repository = TestRelease.ComponentRepository;
        string entries = string.Join(',', Enumerable.Range(0, 600).Select(i =>
        {
            string manifest = $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[],"n":{{i}}}""";
            string digest = world.Content.PutManifest(Repository, Encoding.UTF8.GetBytes(manifest));
            return $$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":"{{digest}}"}""";
        }));
        string list = world.Content.PutManifest(Repository, Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{entries}}]}"""));
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync($"{world.Release.Host}/{Repository}@{list}",
            Only(world) with { LayoutDirectory = world.PathOf("saved/layout") });
        Assert.Equal("ManifestListTooLarge", answers[^1].Failure?.ErrorId);
        Assert.Equal(513, answers.Count);
    }

    [Fact]
    public async Task What_is_larger_than_readers_take_is_not_written()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string maps = world.PathOf("saved/maps");
        string name = $"{world.Release.Host}/{TestRelease.ReleaseRepository}";
        Assert.True(DockerReference.TryParse(name, out DockerReference? repository, out _));
        SignedManifest manifest = new(repository, world.Release.Release.Digest);
        StoredSignature[] large = [.. Enumerable.Range(0, 2).Select(static i =>
            StoredSignature.Of(new SignatureBlob("large", s_other.SignMessage(new string((char)('a' + i), 600 * 1024)))))];
        TrustException refusal = await Assert.ThrowsAsync<TrustException>(() =>
            new ConfigMapTarget(maps, Only(world)).AddAsync(manifest, large, CancellationToken.None));
        Assert.Equal("ConfigMapTooLarge", refusal.ErrorId);
        Assert.Empty(Directory.GetFiles(maps));

        LayoutIndex index = LayoutIndex.Read("index.json", null);
        for (int i = 0; i < 20_000; i++)
            index.Set($"{i}-{new string('0', 64)}", world.Release.Release.Digest, 1);
        Assert.Equal("LayoutTooLarge", Assert.Throws<TrustException>(index.Write).ErrorId);

        // Nor into a directory that is not a layout.
        string layout = world.PathOf("saved/layout");
        Directory.CreateDirectory(layout);
        File.WriteAllText($"{layout}/oci-layout", "{}");
        SaveAnswer answer = (await world.SaveAsync($"{world.Release.Host}/{TestRelease.ComponentRepository}@" +
            world.Release.Components[0].Digest, Only(world) with { LayoutDirectory = layout })).Single();
        Assert.Equal("NotALayout", answer.Failure?.ErrorId);
        Assert.Equal("{}", File.ReadAllText($"{layout}/oci-layout"));
        Assert.Single(Directory.GetFiles(layout, "*", SearchOption.AllDirectories));
    }

    private static SaveOptions Only(MirrorWorld world) =>
        world.Saving with { StoreDirectory = null, ConfigMapDirectory = null, LayoutDirectory = null };

    private static string StorePath(MirrorWorld world) =>
        $"{world.PathOf("saved/store")}/{TestRelease.ReleaseRepository}@{world.Release.Release.Digest.Replace(':', '=')}";

    private static string[] Names(string path) => [.. Directory.GetFiles(path).Select(static f => Path.GetFileName(f)).Order()];

    private static (int Saved, int There) Count(SaveAnswer answer) => (answer.Result.Saved, answer.Result.AlreadySaved);

    private static async Task<SavedSignatureResult> StoreAsync(MirrorWorld world, bool force = false) =>
        (await world.SaveAsync(Only(world) with { StoreDirectory = world.PathOf("saved/store"), Force = force })).Single().Result;
}
