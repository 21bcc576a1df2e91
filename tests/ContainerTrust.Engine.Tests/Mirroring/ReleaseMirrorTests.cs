using ContainerTrust.Engine.Mirroring;

namespace ContainerTrust.Engine.Tests.Mirroring;

/// <summary>What is found of a mirror: what is there, what is missing, and what nobody knows.</summary>
public sealed class ReleaseMirrorTests
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    [Fact]
    public async Task A_whole_mirror_is_complete()
    {
        await using MirrorWorld world = new();
        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync();
        Assert.All(answers, static a => Assert.True(a.Result.Status == ReleaseMirrorStatus.Complete, a.Result.ToString()));
        Assert.All(answers, static a => Assert.Equal(MirroredSignature.Verified, a.Result.SigstoreSignature));
        Assert.Equal(MirroredSignature.Verified, answers[0].Result.OpenPgpSignature);
        Assert.Equal(["release", "release", "release", "component-000"], answers.Take(4).Select(static a => a.Result.Name));
        Assert.Equal(["list", "linux/amd64", "linux/arm64"], answers.Take(3).Select(static a => a.Result.Platform));
        Assert.Equal(9, answers.Count);
        Assert.All(answers, a => Assert.Equal(world.Release.Reference, a.Result.Release));
        Assert.Equal($"{world.Server.Authority}/{MirrorWorld.MirrorComponents}@{world.Release.Components[0].Digest}",
            answers[3].Result.MirrorImage);
        Assert.Empty(world.Warnings);
    }

    /// <summary>The issue's own case: 200 components of three platforms, and signatures missing in more than ten ways.</summary>
    [Fact]
    public async Task Whatever_is_missing_of_a_large_release_is_found_and_nothing_else()
    {
        await using MirrorWorld world = new("4.22.1", 200, "amd64", "arm64", "s390x");
        RegistryContent content = world.Content;
        TestRelease release = world.Release;
        const string Releases = MirrorWorld.MirrorReleases, Components = MirrorWorld.MirrorComponents;
        Dictionary<string, (ReleaseMirrorStatus Status, string Why)> expected = [];
        string Of(int component, int instance) => instance < 0 ? release.Components[component].Digest
            : release.Components[component].Instances[instance];
        void Expect(string digest, ReleaseMirrorStatus status, string why) => expected.Add(digest, (status, why));

        // 1, 2: the release's list, and one of its instances, have no attachment.
        content.RemoveManifest(Releases, TestRelease.SignatureTag(release.Release.Digest));
        Expect(release.Release.Digest, ReleaseMirrorStatus.SignatureMissing, "does not exist");
        content.RemoveManifest(Releases, TestRelease.SignatureTag(release.Release.Instances[1]));
        Expect(release.Release.Instances[1], ReleaseMirrorStatus.SignatureMissing, "does not exist");

        // 3, 4: nor have a component's list, and an instance of another.
        content.RemoveManifest(Components, TestRelease.SignatureTag(Of(3, -1)));
        Expect(Of(3, -1), ReleaseMirrorStatus.SignatureMissing, "does not exist");
        content.RemoveManifest(Components, TestRelease.SignatureTag(Of(4, 2)));
        Expect(Of(4, 2), ReleaseMirrorStatus.SignatureMissing, "does not exist");

        // 5: attachments without any layer. 6: of the wrong type.
        content.PutManifest(Components, "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"layers\":[]}"u8
            .ToArray(), TestRelease.SignatureTag(Of(5, 0)));
        Expect(Of(5, 0), ReleaseMirrorStatus.SignatureMissing, "does not exist");
        release.Attach(content, Components, Of(6, 0), type: DockerManifest);
        Expect(Of(6, 0), ReleaseMirrorStatus.SignatureInvalid, "media type");

        // 7: by someone else. 8: of another image. 9: of another repository.
        release.Attach(content, Components, Of(7, 1), key: TestKey.Get("P-256", "someone else"));
        Expect(Of(7, 1), ReleaseMirrorStatus.SignatureInvalid, "is good");
        release.Attach(content, Components, Of(8, 1), claimed: Of(9, 1));
        Expect(Of(8, 1), ReleaseMirrorStatus.SignatureInvalid, "is good");
        release.Attach(content, Components, Of(10, -1), reference: $"registry.example.com/elsewhere@{Of(10, -1)}");
        Expect(Of(10, -1), ReleaseMirrorStatus.SignatureInvalid, "is good");

        // 10: its payload is gone.
        content.RemoveBlob(Components, release.Attach(content, Components, Of(11, 0)));
        Expect(Of(11, 0), ReleaseMirrorStatus.SignatureInvalid, "is not in the registry");

        // 11: an instance is gone, and has its signature still. 12: a whole component is, with its signature.
        content.RemoveManifest(Components, Of(12, 1));
        Expect(Of(12, 1), ReleaseMirrorStatus.ImageMissing, "is missing");
        content.RemoveManifest(Components, Of(199, -1));
        content.RemoveManifest(Components, TestRelease.SignatureTag(Of(199, -1)));
        Expect(Of(199, -1), ReleaseMirrorStatus.ImageMissing, "does not exist");

        // 13: the OpenPGP signature of the release is gone as well.
        Directory.Delete(world.Store, recursive: true);
        Directory.CreateDirectory(world.Store);

        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync();
        Assert.Equal(201 * 4 - 3, answers.Count);
        Dictionary<string, ReleaseMirrorResult> found = answers.Select(static a => a.Result)
            .Where(static r => r.Status != ReleaseMirrorStatus.Complete).ToDictionary(static r => r.Digest);
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach ((string digest, (ReleaseMirrorStatus status, string why)) in expected)
        {
            Assert.True(found[digest].Status == status, found[digest].ToString());
            Assert.Contains(why, string.Join(' ', found[digest].Missing), StringComparison.Ordinal);
            Assert.NotEmpty(found[digest].Copy);
            Assert.All(found[digest].Copy, static c => Assert.StartsWith("skopeo copy ", c, StringComparison.Ordinal));
        }

        Assert.Equal(MirroredSignature.Missing, found[release.Release.Digest].OpenPgpSignature);
        Assert.All(answers, static a => Assert.Null(a.Failure));
    }

    [Theory]
    [InlineData("4.14.3", false, false)]
    [InlineData("4.20.9", false, false)]
    [InlineData("4.21.0", true, false)]
    [InlineData("4.22.0-rc.1", true, true)]
    [InlineData("5.0.0", true, true)]
    [InlineData("4.22.0-okd-scos.17", false, false)]
    public async Task The_version_says_what_is_asked_for(string version, bool isReleaseSigned, bool areComponentsSigned)
    {
        await using MirrorWorld world = new(version, 1, "amd64");
        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync();
        Assert.Equal(2, answers.Count);
        Assert.Equal([isReleaseSigned, areComponentsSigned],
            answers.Select(static a => a.Result.SigstoreSignature == MirroredSignature.Verified));
        Assert.All(answers, static a => Assert.Equal(ReleaseMirrorStatus.Complete, a.Result.Status));
        Assert.Equal(MirroredSignature.Verified, answers[0].Result.OpenPgpSignature);

        // Another version can be asked about.
        answers = await world.CheckAsync(world.Options with { OpenShiftVersion = "v4.22" });
        Assert.All(answers, static a => Assert.Equal(MirroredSignature.Verified, a.Result.SigstoreSignature));
        Assert.Equal("4.22", answers[0].Result.OpenShiftVersion);
    }

    [Fact]
    public async Task Without_keys_what_is_there_is_not_verified()
    {
        await using MirrorWorld world = new(components: 1);
        MirrorOptions options = world.Options with { KeyPaths = null, SigstoreKeyPaths = null };
        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync(options);
        Assert.All(answers, static a => Assert.Equal(ReleaseMirrorStatus.NotVerified, a.Result.Status));
        Assert.All(answers, static a => Assert.Equal(MirroredSignature.Present, a.Result.SigstoreSignature));
        Assert.Equal(MirroredSignature.Present, answers[0].Result.OpenPgpSignature);
        answers = await world.CheckAsync(options with { SkipSignatureCheck = true });
        Assert.All(answers, static a => Assert.Equal(ReleaseMirrorStatus.Complete, a.Result.Status));

        // What is missing is missing all the same, and a bad one stays bad where there is a key.
        world.Content.RemoveManifest(MirrorWorld.MirrorComponents, TestRelease.SignatureTag(world.Release.Components[0].Digest));
        world.Release.Attach(world.Content, MirrorWorld.MirrorReleases, world.Release.Release.Instances[0],
            TestKey.Get("P-256", "someone else"));
        IReadOnlyDictionary<string, ReleaseMirrorResult> found =
            await world.IncompleteAsync(world.Options with { KeyPaths = null, SkipSignatureCheck = true });
        Assert.Equal([ReleaseMirrorStatus.SignatureMissing, ReleaseMirrorStatus.SignatureInvalid],
            found.Values.Select(static r => r.Status).Order());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task What_a_registry_does_not_say_is_neither_missing_nor_there(int status)
    {
        await using MirrorWorld world = new(components: 3);
        TestRelease release = world.Release;
        string components = $"/v2/{MirrorWorld.MirrorComponents}/manifests/";
        world.Failing[components + release.Components[0].Digest] = status;
        world.Failing[components + TestRelease.SignatureTag(release.Components[1].Instances[0])] = status;
        world.Failing[components + TestRelease.SignatureTag(release.Components[2].Digest)] = status;
        world.Content.RemoveManifest(MirrorWorld.MirrorComponents, release.Components[2].Digest);
        IReadOnlyList<MirrorAnswer> answers = await world.CheckAsync();
        MirrorAnswer[] failed = [.. answers.Where(static a => a.Failure is not null)];
        Assert.Equal([release.Components[0].Digest, release.Components[1].Instances[0], release.Components[2].Digest],
            failed.Select(static f => f.Result.Digest));
        Assert.Equal([ReleaseMirrorStatus.Unknown, ReleaseMirrorStatus.Unknown, ReleaseMirrorStatus.ImageMissing],
            failed.Select(static f => f.Result.Status));
        Assert.All(failed, static f => Assert.StartsWith("Registry", f.Failure!.ErrorId, StringComparison.Ordinal));
        Assert.Empty(failed[0].Result.Copy);
        Assert.All(answers.Except(failed), static a => Assert.Equal(ReleaseMirrorStatus.Complete, a.Result.Status));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_an_error()
    {
        await using MirrorWorld world = new(components: 1);
        foreach (IReadOnlyList<string>? keys in new[] { null, world.Options.KeyPaths })
        {
            MirrorOptions options = world.Options;
            MirrorAnswer release = (await world.CheckAsync(options with
            {
                KeyPaths = keys, Verification = options.Verification with { SignatureStores = ["https://127.0.0.1:1/store"] },
            }))[0];
            Assert.Equal((ReleaseMirrorStatus.Unknown, MirroredSignature.Unknown),
                (release.Result.Status, release.Result.OpenPgpSignature));
            Assert.Equal("StoreUnreachable", release.Failure!.ErrorId);
        }

        // Where nothing was named, nothing was found.
        MirrorOptions none = world.Options;
        none = none with { Verification = none.Verification with { SignatureStores = null } };
        ReleaseMirrorResult result = (await world.CheckAsync(none))[0].Result;
        Assert.Equal(ReleaseMirrorStatus.SignatureMissing, result.Status);
        Assert.Contains("SignatureStore", result.Missing[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_signature_ConfigMap_is_as_good_as_a_store()
    {
        await using MirrorWorld world = new(components: 1);
        string map = world.Write("map.yaml", $"kind: ConfigMap\nmetadata:\n  name: signatures\nbinaryData:\n  " +
            $"{world.Release.Release.Digest.Replace(':', '-')}-1: {Convert.ToBase64String(world.Release.OpenPgpSignature)}\n");
        MirrorOptions options = world.Options;
        options = options with { Verification = options.Verification with { SignatureStores = null, SignatureConfigMaps = [map] } };
        Assert.Equal(MirroredSignature.Verified, (await world.CheckAsync(options))[0].Result.OpenPgpSignature);
        Assert.Equal(MirroredSignature.Present,
            (await world.CheckAsync(options with { KeyPaths = null }))[0].Result.OpenPgpSignature);

        // A signature of another release is none of this one.
        world.Write("map.yaml", $"kind: ConfigMap\nbinaryData:\n  sha256-{new string('0', 64)}-1: AAAA\n");
        Assert.Equal(MirroredSignature.Missing, (await world.CheckAsync(options))[0].Result.OpenPgpSignature);

        // By someone else's key it is not good.
        string key = world.Write("other.pgp", "");
        File.WriteAllBytes(key, new ClaimSigner("Someone <someone@example.com>").PublicKey);
        Assert.Equal(ReleaseMirrorStatus.SignatureInvalid,
            (await world.CheckAsync(world.Options with { KeyPaths = [key] }))[0].Result.Status);
    }

    [Fact]
    public async Task Other_bytes_under_a_digest_are_not_the_image()
    {
        await using MirrorWorld world = new(components: 1);
        string path = $"/v2/{MirrorWorld.MirrorComponents}/manifests/{world.Release.Components[0].Digest}";
        var honest = world.Server.Handler;
        world.Server.Handler = (request, stream, stop) => request.Path == path
            ? Registry.HostileServer.AnswerAsync(stream, 200, """{"manifests":[]}""",
                "Content-Type: application/vnd.oci.image.index.v1+json")
            : honest(request, stream, stop);
        MirrorAnswer bad = Assert.Single(await world.CheckAsync(), static a => a.Result.Status != ReleaseMirrorStatus.Complete);
        Assert.Equal(ReleaseMirrorStatus.Unknown, bad.Result.Status);
        Assert.Equal("ManifestDigestMismatch", bad.Failure!.ErrorId);
    }

    [Fact]
    public async Task Nothing_is_asked_for_after_a_cancellation()
    {
        await using MirrorWorld world = new(components: 1);
        using ReleaseMirrorChecker checker = world.Checker();
        MirrorPlan plan = await checker.PlanAsync(world.Release.Reference, CancellationToken.None);
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        int before = world.Server.Requests.Count;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checker.CheckAsync(plan, plan.Items[0], stop.Token));
        Assert.Equal(before, world.Server.Requests.Count);
    }
}
