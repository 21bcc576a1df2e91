using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Release;
using ContainerTrust.Engine.Manifests;
using static ContainerTrust.Engine.Tests.Images.SignedManifests;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>What a release image lists.</summary>
public sealed class ReleaseContentTests
{
    private const string Target = "release-manifests/image-references";
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private readonly List<string> _warnings = [];

    private static string References(string release = "4.14.3") => $$$"""
        {"kind":"ImageStream","apiVersion":"image.openshift.io/v1","metadata":{"name":"{{{release}}}","annotations":{"name":"x"}},"spec":{"lookupPolicy":{"local":false},"tags":[
          {"name":"cli","annotations":{"io.openshift.build.commit.id":"1"},"from":{"kind":"DockerImage","name":"quay.io/openshift-release-dev/ocp-v4.0-art-dev@{{{Digest}}}"}},
          {"name":"pod","from":{"kind":"DockerImage","name":"quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha512:{{{new string('b', 128)}}}"}}]}}
        """;

    private static byte[] Tar(TarEntryFormat format, params IReadOnlyList<(string Path, string? Content)> entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach ((string path, string? content) in entries)
            {
                TarEntryType type = content is null ? TarEntryType.Directory : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile
                    : TarEntryType.RegularFile;
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(type, path),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, path),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, path),
                    _ => new PaxTarEntry(type, path),
                };
                if (content is not null)
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Tar(params IReadOnlyList<(string Path, string? Content)> entries) => Tar(TarEntryFormat.Pax, entries);

    private static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
            gzip.Write(content);
        return stream.ToArray();
    }

    private static (FileHost Host, ImageManifest Manifest) Image(params IReadOnlyList<byte[]> layers)
    {
        var host = new FileHost();
        List<string> descriptors = [];
        foreach (byte[] layer in layers)
        {
            host.With("/i/" + DigestOf(layer)[7..], layer);
            descriptors.Add($$"""{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layer.Length}},"digest":"{{DigestOf(layer)}}"}""");
        }

        string manifest = $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"{{Digest}}"},"layers":[{{string.Join(',', descriptors)}}]}""";
        return (host.With("/i/manifest.json", manifest), new ImageManifest(Encoding.UTF8.GetBytes(manifest), null, "test"));
    }

    private async Task<IReadOnlyList<ReleaseImageContent>> Read(ReleaseContentOptions? options, params IReadOnlyList<byte[]> layers)
    {
        (FileHost host, ImageManifest manifest) = Image(layers);
        return await ReleaseContent.ReadAsync(new DirectoryImageSource(host, "/i"), manifest, default, options ?? new ReleaseContentOptions
            { Warning = _warnings.Add });
    }

    private async Task<string> Error(params IReadOnlyList<byte[]> layers) =>
        (await Assert.ThrowsAsync<TrustException>(() => Read(null, layers))).ErrorId;

    [Fact]
    public async Task A_release_image_gives_its_list()
    {
        byte[] other = Gzip(Tar(("etc/", null), ("etc/passwd", "x")));
        byte[] layer = Gzip(Tar(("release-manifests/", null), ("release-manifests/0000_50_x.yaml", new string('x', 3000)),
            (Target, References())));
        IReadOnlyList<ReleaseImageContent> images = await Read(null, other, layer, other);
        Assert.Equal(["cli", "pod"], images.Select(i => i.Name));
        Assert.Equal((Digest, $"quay.io/openshift-release-dev/ocp-v4.0-art-dev@{Digest}", "4.14.3"),
            (images[0].Digest, images[0].Image, images[0].ReleaseName));
        (_, ImageManifest manifest) = Image(other, layer, other);
        Assert.Equal($"dir:/i@{ManifestDigest.Compute(manifest.Content.Span)}", images[0].Release);
        Assert.Equal("r", (await Read(new ReleaseContentOptions { Release = "r" }, layer))[0].Release);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task Every_kind_of_tar_is_read(TarEntryFormat format)
    {
        string prefix = format == TarEntryFormat.V7 ? "x" : string.Concat(Enumerable.Repeat("a-long-directory/", 8));
        byte[] tar = Tar(format, (prefix + "/file", "x"), ("./" + Target, References()), ("last", new string('x', 1000)));
        Assert.Equal(2, (await Read(null, tar)).Count);
        Assert.Equal(2, (await Read(null, Gzip(tar))).Count);
    }

    [Fact]
    public async Task The_upper_layer_decides()
    {
        byte[] lower = Tar((Target, References("lower")));
        Assert.Equal("upper", (await Read(null, lower, Tar((Target, References("upper")))))[0].ReleaseName);
        Assert.Equal("later", (await Read(null, lower, Tar((Target, References("upper")), (Target, References("later")))))[0].ReleaseName);
        foreach (string hidden in (string[])["release-manifests/.wh.image-references", ".wh.release-manifests",
            "release-manifests/.wh..wh..opq", ".wh..wh..opq", "./release-manifests/.wh..wh..opq"])
        {
            Assert.Equal("NotARelease", await Error(lower, Tar((hidden, "")), Tar(("other", "x"))));
            Assert.Equal("upper", (await Read(null, lower, Tar((Target, References("upper")), (hidden, ""))))[0].ReleaseName);
        }

        Assert.Equal("lower", (await Read(null, lower, Tar(("release-manifests/.wh.other", ""), (".wh.other", ""))))[0].ReleaseName);
        Assert.Equal("NotARelease", await Error(Tar(("other", "x"), ("x/" + Target, References()), ("../" + Target, References()))));
        Assert.Equal("NotARelease", await Error());
    }

    [Fact]
    public async Task Links_in_the_place_of_the_file_are_refused()
    {
        byte[] lower = Tar((Target, References("lower")));
        foreach ((TarEntryType type, string path) in ((TarEntryType, string)[])[(TarEntryType.SymbolicLink, Target),
            (TarEntryType.HardLink, Target), (TarEntryType.SymbolicLink, "release-manifests"), (TarEntryType.Directory, Target)])
        {
            using var stream = new MemoryStream();
            using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
                writer.WriteEntry(type == TarEntryType.Directory ? new PaxTarEntry(type, path) : new PaxTarEntry(type, path)
                    { LinkName = "elsewhere" });
            Assert.Equal("InvalidReleaseContent", await Error(lower, stream.ToArray()));
        }

        Assert.Equal("InvalidReleaseContent", await Error(lower, Tar(("release-manifests", "a file"))));
    }

    [Fact]
    public async Task Layers_that_cannot_be_read_are_refused()
    {
        byte[] tar = Tar((Target, References()));
        Assert.Equal("LayerCompressionNotSupported", await Error([0x28, 0xB5, 0x2F, 0xFD, 0]));
        Assert.Equal("InvalidReleaseContent", await Error(Encoding.UTF8.GetBytes("no tar")));
        Assert.Equal("InvalidReleaseContent", await Error([0x1F, 0x8B, 8, 0]));
        Assert.Equal("InvalidReleaseContent", await Error([[]]));
        Assert.Equal("InvalidReleaseContent", await Error(tar[..1600]));
        Assert.Equal("InvalidReleaseContent", await Error(tar[..^1024]));
        Assert.Equal("InvalidReleaseContent", await Error(Gzip(tar)[..^200]));
        Assert.Equal("InvalidReleaseContent", await Error(Tar((Target, new string(' ', ReleaseContent.MaxImageReferencesBytes + 1)))));
        byte[] bomb = Gzip(Tar(("zeros", new string('\0', 30_000_000))));
        Assert.Equal("LayerTooLarge",
            (await Assert.ThrowsAsync<TrustException>(() =>
            Read(new ReleaseContentOptions { MaxUnpackedBytes = 20_000_000 }, bomb))).ErrorId);
        Assert.Equal("FileTooLarge",
            (await Assert.ThrowsAsync<TrustException>(() => Read(new ReleaseContentOptions { MaxLayerBytes = 100 }, tar))).ErrorId);
    }

    [Theory]
    [InlineData("x", "InvalidManifest")]
    [InlineData("[]", "InvalidManifest")]
    [InlineData("{}", "InvalidManifest")]
    [InlineData("{\"layers\":1}", "InvalidManifest")]
    [InlineData("{\"layers\":[1]}", "InvalidManifest")]
    [InlineData("{\"layers\":[{}]}", "InvalidDigest")]
    [InlineData("{\"layers\":[{\"digest\":\"sha256:../x\"}]}", "InvalidDigest")]
    [InlineData("{\"layers\":[],\"Layers\":[]}", "InvalidManifest")]
    [InlineData("{\"manifests\":[]}", "InvalidManifest")]
    [InlineData("{\"manifests\":[],\"layers\":[]}", "AmbiguousManifest")]
    [InlineData("{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}", "InvalidManifest")]
    [InlineData("{\"layers\":[]}", "NotARelease")]
    public async Task Other_manifests_are_refused(string manifest, string expected)
    {
        var source = new DirectoryImageSource(new FileHost(), "/i");
        TrustException e = await Assert
            .ThrowsAsync<TrustException>(() =>
            ReleaseContent.ReadAsync(source, new ImageManifest(Encoding.UTF8.GetBytes(manifest), null, "test"), default));
        Assert.Equal(expected, e.ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"List\"}")]
    [InlineData("{\"kind\":\"ImageStream\"}")]
    [InlineData("{\"kind\":\"ImageStream\",\"spec\":{\"tags\":{}}}")]
    [InlineData("{\"kind\":\"ImageStream\",\"spec\":{\"tags\":[]},\"SPEC\":{}}")]
    [InlineData("{\"kind\":\"ImageStream\",\"spec\":{\"tags\":[{\"name\":\"a\",\"name\":\"b\"}]}}")]
    [InlineData("{\"kind\":\"ImageStream\",\"spec\":{\"tags\":[{\"name\":\"\\ud800\"}]}}")]
    [InlineData("{\"kind\":\"ImageStream\",\"spec\":{\"tags\":[{\"name\":\"a\",\"from\":{\"name\":\"x@%a\"}}," +
        "{\"name\":\"a\",\"from\":{\"name\":\"x@%b\"}}]}}")]
    public void What_is_no_list_of_images_is_refused(string text)
    {
        text = text.Replace("%a", Digest, StringComparison.Ordinal)
            .Replace("%b", Digest.Replace('a', 'b').Replace("shb", "sha", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("InvalidReleaseContent",
            Assert.Throws<TrustException>(() => ReleaseContent.Parse("file", Encoding.UTF8.GetBytes(text), "r")).ErrorId);
    }

    [Fact]
    public void Entries_without_a_digest_are_passed_over_with_a_reason()
    {
        string text = $$$"""
            {"kind":"ImageStream","spec":{"tags":[1,{"name":"none"},{"name":"tagged","from":{"kind":"DockerImage","name":"quay.io/x:1"}},{"name":"bad","from":{"name":"@@"}},{"from":{"name":"x@{{{Digest}}}"}},
             {"name":"stream","from":{"kind":"ImageStreamTag","name":"x@{{{Digest}}}"}},{"name":"good","from":{"name":"x:1@{{{Digest}}}"}},{"name":"good","from":{"name":"x:1@{{{Digest}}}"}}]}}
            """;
        ReleaseImageContent image = Assert.Single(ReleaseContent.Parse("file", Encoding.UTF8.GetBytes(text), "r", _warnings.Add));
        Assert.Equal(("good", $"docker.io/library/x:1@{Digest}", Digest, null), (image.Name, image.Image, image.Digest, image.ReleaseName));
        Assert.Equal(6, _warnings.Count);
    }

    [Fact]
    public async Task Work_ends_when_it_is_cancelled()
    {
        (FileHost host, ImageManifest manifest) = Image(Tar((Target, References())));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ReleaseContent.ReadAsync(new DirectoryImageSource(host, "/i"), manifest, new CancellationToken(true)));
    }

    [Fact]
    public void Damaged_layers_and_lists_are_read_or_refused()
    {
        byte[] list = Encoding.UTF8.GetBytes(References());
        int refused = Mutation.Run([list], 10_000, 19, content => ReleaseContent.Parse("file", content, "r"));
        Assert.InRange(refused, 2_000, 9_900);

        byte[][] seeds = [Tar(("a", "x"), (Target, References()), ("b", "y")),
            Tar(TarEntryFormat.Gnu, (new string('a', 200), "x"), (Target, References())), Gzip(Tar((Target, References())))];
        refused = Mutation.Run(seeds, 6_000, 23, content => Read(new ReleaseContentOptions { MaxUnpackedBytes = 10_000_000 }, content)
            .GetAwaiter().GetResult(), maxBytes: 40_000_000);
        Assert.InRange(refused, 1_000, 5_900);
    }
}
