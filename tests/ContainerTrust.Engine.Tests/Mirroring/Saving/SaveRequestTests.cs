using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Mirroring.Saving;

/// <summary>What is refused before anything is asked, and what of an image is meant.</summary>
public sealed class SaveRequestTests
{
    [Fact]
    public async Task What_makes_no_sense_is_refused_beforehand()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        SaveOptions all = world.Saving;
        Refused("TargetMissing", all with { StoreDirectory = null, ConfigMapDirectory = null, LayoutDirectory = null });
        Refused("InvalidPath", all with { LayoutDirectory = "/tmp/a:b" });
        Refused("PathNotAbsolute", all with { StoreDirectory = "store" });
        Refused("KeyPathMissing", all with { KeyPaths = null });
        Refused("KeyPathMissing", all with { SigstoreKeyPaths = null });
        Refused("WrongKeyKind", all with { KeyPaths = all.SigstoreKeyPaths });
        Refused("WrongKeyKind", all with { SigstoreKeyPaths = all.KeyPaths });
        Refused("InvalidOpenShiftVersion", all with { OpenShiftVersion = "new" });
        using ImageSignatureSaver saver = world.Saver(all with { KeyPaths = [world.Write("empty.pgp", "nothing")] });
        TrustException refusal = await Assert.ThrowsAsync<TrustException>(() => saver.RequireUsableKeysAsync(CancellationToken.None));
        Assert.Equal("NoUsableKey", refusal.ErrorId);
        Assert.Empty(world.Server.Requests);

        void Refused(string errorId, SaveOptions options) =>
            Assert.Equal(errorId, Assert.Throws<TrustException>(() => world.Saver(options)).ErrorId);
    }

    [Theory]
    [InlineData("all", "list", "linux/amd64", "linux/arm64")]
    [InlineData("list", "list")]
    [InlineData("linux/arm64", "linux/arm64")]
    public async Task Of_a_multi_arch_image_what_was_chosen_is_saved(string platform, params string[] expected)
    {
        await using MirrorWorld world = new("4.22.1", 1);
        using ImageSignatureSaver saver = world.Saver(world.Saving with { StoreDirectory = null, ConfigMapDirectory = null });
        IReadOnlyList<SaveAnswer> answers = await saver.SaveAsync(new SaveItem
        {
            Image = $"{world.Release.Host}/{TestRelease.ComponentRepository}@{world.Release.Components[0].Digest}",
            Platform = PlatformChoice.Parse(platform),
        }, CancellationToken.None);
        Assert.Equal(expected, answers.Select(static a => a.Result.Platform));
        Assert.All(answers, static a => Assert.Equal(SavedSignatureStatus.Saved, a.Result.Status));
    }

    [Fact]
    public async Task An_instance_that_the_registry_does_not_have_does_not_hold_up_the_others()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64", "arm64", "s390x");
        TestReleaseImage component = world.Release.Components[0];
        world.Content.RemoveManifest(TestRelease.ComponentRepository, component.Instances[1]);
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync(
            $"{world.Release.Host}/{TestRelease.ComponentRepository}@{component.Digest}",
            world.Saving with { StoreDirectory = null, ConfigMapDirectory = null });
        Assert.Equal(["Saved", "Saved", "Failed", "Saved"], answers.Select(static a => a.Result.Status.ToString()));
        Assert.Equal((component.Instances[1], "linux/arm64", "ImageNotFound"),
            (answers[2].Result.Digest, answers[2].Result.Platform, answers[2].Failure?.ErrorId));
    }

    [Fact]
    public async Task An_image_that_cannot_be_reached_is_an_answer_for_each_form()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync($"{world.Release.Host}/none@sha256:{new string('0', 64)}");
        Assert.Equal(["Store", "ConfigMap", "Attachment"], answers.Select(static a => a.Result.Form.ToString()));
        Assert.All(answers, static a => Assert.Equal("ImageNotFound", a.Failure?.ErrorId));
        File.WriteAllText($"{world.Store}/manifest.json", "{}");
        Assert.All(await world.SaveAsync($"dir:{world.Store}"), static a => Assert.Equal("TransportNotSupported", a.Failure?.ErrorId));
        Assert.False(Directory.Exists(world.PathOf("saved")));
    }

    [Fact]
    public async Task The_OpenPgp_signatures_of_an_image_are_those_of_the_store_by_its_name()
    {
        await using MirrorWorld world = new("4.22.1", 1);
        TestRelease release = world.Release;
        string image = $"{release.Host}/{TestRelease.ComponentRepository}";
        TestReleaseImage component = release.Components[0];

        // As vendors sign: each instance, and not the list.
        foreach (string digest in component.Instances)
        {
            string folder = $"{world.Store}/{TestRelease.ComponentRepository}@{digest.Replace(':', '=')}";
            Directory.CreateDirectory(folder);
            File.WriteAllBytes($"{folder}/signature-1", TestRelease.Signer.SignClaim($"{image}:1", digest));
        }

        IReadOnlyList<SaveAnswer> answers = await world.SaveAsync($"{image}@{component.Digest}",
            world.Saving with { ConfigMapDirectory = null, LayoutDirectory = null });
        Assert.Equal(["Missing", "Saved", "Saved"], answers.Select(static a => a.Result.Status.ToString()));
        Assert.Contains("there is none", answers[0].Result.NotSaved[0], StringComparison.Ordinal);
        foreach (string digest in component.Instances)
        {
            string name = $"{TestRelease.ComponentRepository}@{digest.Replace(':', '=')}/signature-1";
            Assert.Equal(File.ReadAllBytes($"{world.Store}/{name}"), File.ReadAllBytes($"{world.PathOf("saved/store")}/{name}"));
        }
    }
}
