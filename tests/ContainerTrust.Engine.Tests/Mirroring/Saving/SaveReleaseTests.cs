using System.Text.Json;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Mirroring.Saving;

namespace ContainerTrust.Engine.Tests.Mirroring.Saving;

/// <summary>What is saved of a release: what its version asks for, in each form, and once.</summary>
public sealed class SaveReleaseTests
{
    [Fact]
    public async Task Everything_that_the_version_asks_for_is_saved()
    {
        await using MirrorWorld world = new();
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync();
        TestRelease release = world.Release;
        Assert.All(answers, static a => Assert.Null(a.Failure));
        Assert.All(answers, static a => Assert.True(a.Result.Status == SavedSignatureStatus.Saved, a.Result.ToString()));
        Assert.All(answers, static a => Assert.Equal((1, 0), (a.Result.Saved, a.Result.AlreadySaved)));
        Assert.Equal(["ConfigMap", "Store"], answers.Where(static a => a.Result.Form != SavedSignatureForm.Attachment)
            .Select(static a => a.Result.Form.ToString()).Order());
        SavedSignatureResult[] attached =
            [.. answers.Select(static a => a.Result).Where(static r => r.Form == SavedSignatureForm.Attachment)];
        Assert.Equal(release.Manifests.Select(static m => m.Digest).Order(), attached.Select(static r => r.Digest!).Order());
        Assert.Equal(["list", "linux/amd64", "linux/arm64"], attached.Take(3).Select(static r => r.Platform));
        Assert.Equal($"oci:{world.PathOf("saved/layout")}:{TestRelease.SignatureTag(release.Release.Digest)}", attached[0].Path);

        // The store, by the bytes and modes that everybody may read.
        SavedSignatureResult stored = answers.Single(static a => a.Result.Form == SavedSignatureForm.Store).Result;
        string folder = release.Release.Digest.Replace(':', '=');
        Assert.Equal($"{world.PathOf("saved/store")}/{TestRelease.ReleaseRepository}@{folder}", stored.Path);
        Assert.Equal(release.OpenPgpSignature, File.ReadAllBytes($"{stored.Path}/signature-1"));
        Assert.StartsWith("Release <release@example.com> (", Assert.Single(stored.Signer), StringComparison.Ordinal);
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        foreach (string file in Directory.EnumerateFiles(world.PathOf("saved"), "*", SearchOption.AllDirectories))
            Assert.Equal(Readable | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        // The ConfigMap, as a cluster takes it.
        string map = answers.Single(static a => a.Result.Form == SavedSignatureForm.ConfigMap).Result.Path!;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(map));
        JsonElement root = document.RootElement;
        string name = release.Release.Digest.Replace(':', '-');
        Assert.Equal(("v1", "ConfigMap", name, "openshift-config-managed"), (root.GetProperty("apiVersion").GetString(),
            root.GetProperty("kind").GetString(), root.GetProperty("metadata").GetProperty("name").GetString(),
            root.GetProperty("metadata").GetProperty("namespace").GetString()));
        Assert.Equal("", root.GetProperty("metadata").GetProperty("labels").GetProperty("release.openshift.io/verification-signatures")
            .GetString());
        Assert.Equal(release.OpenPgpSignature, root.GetProperty("binaryData").GetProperty($"{name}-1").GetBytesFromBase64());
        Assert.Equal(release.OpenPgpSignature, Assert.Single(SignatureConfigMaps.Read(map, File.ReadAllBytes(map), release.Release.Digest))
            .UntrustedContent.ToArray());
    }

    [Fact]
    public async Task A_second_run_fetches_only_what_is_missing_and_touches_no_file()
    {
        await using MirrorWorld world = new();
        await world.SaveAsync();
        Dictionary<string, DateTime> before = Files(world);
        world.Server.Requests.Clear();
        IReadOnlyList<SaveAnswer> again = await world.SaveAsync();
        Assert.All(again, static a => Assert.True(a.Result is { Status: SavedSignatureStatus.Unchanged, AlreadySaved: 1 },
            a.Result.ToString()));
        Assert.Equal(11, again.Count);
        Assert.DoesNotContain(world.Server.Requests, static r => r.Path.EndsWith(".sig", StringComparison.Ordinal));
        Assert.Equal(before, Files(world));

        // One is lost: it alone is fetched.
        string map = Directory.GetFiles(world.PathOf("saved/maps")).Single();
        File.Delete(map);
        again = await world.SaveAsync();
        Assert.Equal(map, Assert.Single(again, static a => a.Result.Status == SavedSignatureStatus.Saved).Result.Path);
        Assert.Equal(before.Keys.Order(), Files(world).Keys.Order());

        // With force all is fetched again, and still nothing is written that is there.
        world.Server.Requests.Clear();
        before = Files(world);
        again = await world.SaveAsync(world.Saving with { Force = true });
        Assert.All(again, static a => Assert.Equal(SavedSignatureStatus.Unchanged, a.Result.Status));
        Assert.Equal(9, world.Server.Requests.Count(static r => r.Path.EndsWith(".sig", StringComparison.Ordinal)));
        Assert.Equal(before, Files(world));
    }

    [Theory]
    [InlineData("4.20.9", 0)]
    [InlineData("4.21.0", 3)]
    [InlineData("4.22.0", 6)]
    [InlineData("4.22.0-okd-scos.17", 0)]
    public async Task The_version_says_what_is_saved(string version, int attached)
    {
        await using MirrorWorld world = new(version, 1);
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync();
        Assert.Equal(attached, answers.Count(static a => a.Result.Form == SavedSignatureForm.Attachment));
        Assert.Equal(2, answers.Count(static a => a.Result.Form != SavedSignatureForm.Attachment));
        Assert.Equal(attached == 0 ? 1 : 0, world.Warnings.Count);
        Assert.Equal(6, (await world.SaveAsync(world.Saving with { OpenShiftVersion = "4.22" }))
            .Count(static a => a.Result.Form == SavedSignatureForm.Attachment));
    }

    /// <summary>The issue's own case, in a size that takes seconds: saved, carried to another registry, and verified there.</summary>
    [Fact]
    public async Task What_was_saved_makes_a_mirror_complete_that_had_no_signatures()
    {
        await using MirrorWorld world = new("4.22.1", 30, "amd64", "arm64", "s390x");
        foreach (string repository in new[] { MirrorWorld.MirrorReleases, MirrorWorld.MirrorComponents })
        {
            foreach (string tag in world.Content.Tags(repository).ToList())
                world.Content.RemoveManifest(repository, tag);
        }

        await world.SaveAsync();
        MirrorOptions there = world.Options with
        {
            Verification = world.Options.Verification with
                { SignatureStores = null, SignatureConfigMaps = Directory.GetFiles(world.PathOf("saved/maps")) },
        };
        Assert.All(await world.CheckAsync(there), static a => Assert.Equal(ReleaseMirrorStatus.SignatureMissing, a.Result.Status));
        HashSet<string> ofRelease = [.. world.Release.Release.Digests.Select(TestRelease.SignatureTag)];
        int count = new SavedLayout(world.PathOf("saved/layout")).CopyTo(world.Content,
            tag => ofRelease.Contains(tag) ? MirrorWorld.MirrorReleases : MirrorWorld.MirrorComponents);
        Assert.Equal(31 * 4, count);
        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync(there);
        Assert.Equal(31 * 4, answers.Count);
        Assert.All(answers, static a => Assert.True(a.Result is { Status: ReleaseMirrorStatus.Complete,
            SigstoreSignature: MirroredSignature.Verified }, a.Result.ToString()));
        Assert.Equal(MirroredSignature.Verified, answers[0].Result.OpenPgpSignature);
    }

    private static Dictionary<string, DateTime> Files(MirrorWorld world) =>
        Directory.EnumerateFiles(world.PathOf("saved"), "*", SearchOption.AllDirectories)
            .ToDictionary(static f => f, File.GetLastWriteTimeUtc);
}
