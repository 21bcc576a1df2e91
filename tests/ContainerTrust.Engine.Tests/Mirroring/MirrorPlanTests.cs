using System.Text;
using ContainerTrust.Engine.Mirroring;

namespace ContainerTrust.Engine.Tests.Mirroring;

/// <summary>What of a release is asked for, and where in a mirror.</summary>
public sealed class MirrorPlanTests
{
    [Fact]
    public async Task Copies_get_the_tags_that_the_tools_give()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        MirrorPlan plan = await PlanAsync(world);
        Assert.Equal(["4.22.1-x86_64", "4.22.1-x86_64-component-000"], plan.Items.Select(static i => i.Tag));
        Assert.Equal(("4.22.1", world.Release.Reference), (plan.ReleaseName, plan.Release));
        await using MirrorWorld multi = new("4.22.1", 1);
        Assert.Equal("4.22.1-multi-component-000", (await PlanAsync(multi)).Items[1].Tag);
        await using MirrorWorld arm = new("4.22.1", 1, "arm64");
        Assert.Equal("4.22.1-aarch64", (await PlanAsync(arm)).Items[0].Tag);
    }

    [Fact]
    public async Task The_commands_name_what_to_copy_from_where()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        TestReleaseImage component = world.Release.Components[0];
        world.Content.RemoveManifest(MirrorWorld.MirrorComponents, component.Digest);
        world.Content.RemoveManifest(MirrorWorld.MirrorComponents, TestRelease.SignatureTag(component.Digest));
        ReleaseMirrorResult result = Assert.Single(await world.IncompleteAsync()).Value;
        string host = world.Server.Authority, tag = TestRelease.SignatureTag(component.Digest);
        const string Tool = "skopeo copy --src-tls-verify=false --dest-tls-verify=false --preserve-digests";
        Assert.Equal(
            [
                $"{Tool} --all docker://{host}/{TestRelease.ComponentRepository}@{component.Digest} " +
                    $"docker://{host}/ocp/openshift/release:4.22.1-x86_64-component-000",
                $"{Tool} docker://{host}/{TestRelease.ComponentRepository}:{tag} docker://{host}/ocp/openshift/release:{tag}",
            ],
            result.Copy);
    }

    [Fact]
    public async Task The_layout_of_oc_adm_release_mirror_is_found()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        world.Release.Origin.Copy(TestRelease.ReleaseRepository, world.Content, "plain/ocp");
        world.Release.Origin.Copy(TestRelease.ComponentRepository, world.Content, "plain/ocp");
        MirrorOptions options = world.Options with { Mirror = $"docker://{world.Server.Authority}/plain/ocp/" };
        Assert.Empty(await world.IncompleteAsync(options));

        // Also where the registry refuses what it does not have; but not where it refuses everything.
        string path = $"/manifests/{world.Release.Release.Digest}";
        world.Failing[$"/v2/plain/ocp/openshift/release-images{path}"] = 401;
        Assert.Empty(await world.IncompleteAsync(options));
        world.Failing[$"/v2/plain/ocp{path}"] = 401;
        world.Failing[$"/v2/plain/ocp/manifests/{world.Release.Components[0].Digest}"] = 401;
        Assert.Equal("RegistryUnauthorized",
            (await Assert.ThrowsAnyAsync<TrustException>(() => world.CheckAsync(options))).ErrorId);
        world.Failing.Clear();

        // Also where the release image itself is what is missing.
        world.Content.RemoveManifest("plain/ocp", world.Release.Release.Digest);
        ReleaseMirrorResult result = Assert.Single(await world.IncompleteAsync(options)).Value;
        Assert.Equal($"{world.Server.Authority}/plain/ocp@{world.Release.Release.Digest}", result.MirrorImage);
        Assert.Equal(ReleaseMirrorStatus.ImageMissing, result.Status);
    }

    [Fact]
    public async Task Repositories_can_be_named()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string host = world.Server.Authority;
        MirrorOptions options = world.Options with
        {
            Mirror = host, ReleaseRepository = $"{host}/{MirrorWorld.MirrorReleases}",
            ComponentRepository = $"{host}/{MirrorWorld.MirrorComponents}",
        };
        Assert.Empty(await world.IncompleteAsync(options));
        Assert.Equal(2, (await world.IncompleteAsync(options with { ComponentRepository = null, ReleaseRepository = null })).Count);
    }

    [Fact]
    public async Task A_release_by_its_name_in_the_mirror_needs_its_origin()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        string inMirror = $"{world.Server.Authority}/{MirrorWorld.MirrorReleases}@{world.Release.Release.Digest}";
        ReleaseMirrorResult release = (await world.CheckAsync(release: inMirror))[0].Result;
        Assert.Equal(ReleaseMirrorStatus.SignatureInvalid, release.Status);
        Assert.Null(release.Source);
        Assert.Contains(release.Missing, static m => m.Contains("is not known. Specify", StringComparison.Ordinal));
        MirrorOptions options = world.Options with { SourceRepository = $"{world.Server.Authority}/{TestRelease.ReleaseRepository}" };
        Assert.All(await world.CheckAsync(options, inMirror), static a => Assert.Equal(ReleaseMirrorStatus.Complete, a.Result.Status));
    }

    [Theory]
    [InlineData("quay.io/openshift-release-dev/ocp-v4.0-art-dev", "quay.io/openshift-release-dev/ocp-release")]
    [InlineData("quay.io/okd/scos-content", "quay.io/okd/scos-release")]
    [InlineData("registry.example.com/parts", null)]
    public async Task Known_components_tell_where_their_release_comes_from(string components, string? origin)
    {
        await using MirrorWorld world = new();
        string inMirror = Release(world,
            $$$"""{"name":"a","from":{"kind":"DockerImage","name":"{{{components}}}@{{{TestSignature.Digest}}}"}}""");
        using ReleaseMirrorChecker checker = world.Checker();
        MirrorPlan plan = await checker.PlanAsync(inMirror, CancellationToken.None);
        Assert.Equal(origin, plan.Items[0].Source?.Name);
        Assert.Equal(components, plan.Items[1].Source?.Name);
    }

    [Theory]
    [InlineData("", "lists no images")]
    [InlineData("""{"name":"a","from":{"kind":"DockerImage","name":"registry.example.com/a:v1"}}""", "passed over")]
    [InlineData("""{"name":"a","from":{"kind":"ImageStreamTag","name":"a:v1"}}""", "passed over")]
    public async Task A_release_with_what_cannot_be_asked_for_is_refused(string tags, string why)
    {
        await using MirrorWorld world = new();
        string release = Release(world, tags);
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => world.CheckAsync(release: release));
        Assert.Equal("InvalidReleaseContent", e.ErrorId);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_is_warned_of()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        world.Content.PutManifest(TestRelease.ReleaseRepository,
            world.Content.Manifest(TestRelease.ReleaseRepository, world.Release.Release.Digest), "latest");
        Assert.All(await world.CheckAsync(release: $"{world.Server.Authority}/{TestRelease.ReleaseRepository}:latest"),
            static a => Assert.Equal(ReleaseMirrorStatus.Complete, a.Result.Status));
        Assert.Contains(world.Release.Release.Digest, Assert.Single(world.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_without_a_version_needs_one()
    {
        await using MirrorWorld world = new("nightly", 1, "amd64");
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => world.CheckAsync());
        Assert.Equal("OpenShiftVersionUnknown", e.ErrorId);
        Assert.Empty(await world.IncompleteAsync(world.Options with { OpenShiftVersion = "4.22" }));
    }

    [Theory]
    [InlineData("ocp")]
    [InlineData("")]
    [InlineData("registry.example.com:5000/UPPER")]
    [InlineData("registry.example.com/ocp:v1")]
    [InlineData("registry.example.com/$(id)")]
    public async Task What_is_not_a_mirror_is_refused(string mirror)
    {
        await using MirrorWorld world = new();
        Assert.Equal("InvalidMirror", Assert.Throws<TrustException>(() => world.Checker(world.Options with { Mirror = mirror })).ErrorId);
    }

    [Fact]
    public async Task Keys_of_the_other_kind_are_refused()
    {
        await using MirrorWorld world = new("4.22.1", 1, "amd64");
        foreach (MirrorOptions options in new[] { world.Options with { KeyPaths = [world.SigstoreKeyFile] },
            world.Options with { SigstoreKeyPaths = [world.KeyFile] } })
            Assert.Equal("WrongKeyKind", (await Assert.ThrowsAsync<TrustException>(() => world.CheckAsync(options))).ErrorId);
        MirrorOptions missing = world.Options with { SigstoreKeyPaths = ["/nowhere.pub"] };
        Assert.Equal("NoUsableKey", (await Assert.ThrowsAsync<TrustException>(() => world.CheckAsync(missing))).ErrorId);
        MirrorOptions broken = world.Options with { SigstoreKeyPaths =
            [world.Write("broken.pub", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")] };
        Assert.Equal("NoUsableKey", (await Assert.ThrowsAsync<TrustException>(() => world.CheckAsync(broken))).ErrorId);
    }

    [Theory]
    [InlineData("4.22", "4.22", true, true, false)]
    [InlineData("v4.21.3", "4.21", true, false, false)]
    [InlineData("4.20.0-okd-scos.17", "4.20", false, false, true)]
    [InlineData("4.22.0-rc.1", "4.22", true, true, false)]
    [InlineData("4.9.59+build", "4.9", false, false, false)]
    [InlineData("10.0", "10.0", true, true, false)]
    public void Versions_are_read_as_clusters_print_them(string text, string version, bool ofRelease, bool ofComponents, bool isOkd)
    {
        MirrorDemands demands = MirrorDemands.Parse(text);
        Assert.Equal((version, ofRelease, ofComponents, isOkd),
            (demands.Version, demands.AttachmentsOfRelease, demands.AttachmentsOfComponents, demands.IsOkd));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4.")]
    [InlineData("4.22.1.0")]
    [InlineData("4.-22")]
    [InlineData("4.22.x")]
    [InlineData("four")]
    [InlineData("4.99999")]
    [InlineData("vv4.22")]
    public void What_is_not_a_version_is_refused(string text) =>
        Assert.Equal("InvalidOpenShiftVersion", Assert.Throws<TrustException>(() => MirrorDemands.Parse(text)).ErrorId);

    [Theory]
    [InlineData("""{"architecture":"amd64"}""", "x86_64")]
    [InlineData("""{"architecture":"arm64"}""", "aarch64")]
    [InlineData("""{"architecture":"ppc64le"}""", "ppc64le")]
    [InlineData("""{"architecture":"a b"}""", null)]
    [InlineData("""{"architecture":7}""", null)]
    [InlineData("[]", null)]
    [InlineData("", null)]
    public void An_architecture_is_one_word_or_not_known(string config, string? architecture) =>
        Assert.Equal(architecture, MirrorPlanner.Architecture(Encoding.UTF8.GetBytes(config)));

    [Fact]
    public void A_damaged_configuration_names_one_word_or_none() =>
        Mutation.Run([Encoding.UTF8.GetBytes("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""")],
            5000, 17, static bytes => Assert.True(MirrorPlanner.Architecture(bytes)?.All(c => c == '_' || char.IsAsciiLetterOrDigit(c))
                ?? true));

    [Fact]
    public void A_damaged_version_is_a_version_or_refused() =>
        Mutation.Run([.. ((string[])["4.22.0-rc.1", "4.20.0-okd-scos.17", "v4.21"]).Select(Encoding.ASCII.GetBytes)], 3000, 17,
            static bytes => MirrorDemands.Parse(Encoding.Latin1.GetString(bytes)));

    // Puts a release image with these tags into the mirror.
    private static string Release(MirrorWorld world, string tags)
    {
        string digest = TestRelease.PutRelease(world.Content, MirrorWorld.MirrorReleases,
            $$$"""{"kind":"ImageStream","metadata":{"name":"4.22.1"},"spec":{"tags":[{{{tags}}}]}}""");
        return $"{world.Server.Authority}/{MirrorWorld.MirrorReleases}@{digest}";
    }

    private static async Task<MirrorPlan> PlanAsync(MirrorWorld world)
    {
        using ReleaseMirrorChecker checker = world.Checker();
        return await checker.PlanAsync(world.Release.Reference, CancellationToken.None);
    }
}
