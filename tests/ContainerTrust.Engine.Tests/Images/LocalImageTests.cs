using ContainerTrust.Engine.Hosts;
using System.Text;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using static ContainerTrust.TestKit.SignedManifests;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Images in directories and OCI layouts.</summary>
public sealed class LocalImageTests
{
    private const string Manifest = "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\"}";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static string Hex(string content) => DigestOf(content)[7..];

    private static string Descriptor(string content, string? name, string type = ManifestType) =>
        $$"""{"mediaType":"{{type}}","digest":"{{DigestOf(content)}}","size":1{{(name is null ? "" : $$""","annotations":{"org.opencontainers.image.ref.name":"{{name}}"}""")}}}""";

    private static MemoryHost Layout(params IReadOnlyList<string> descriptors) =>
        new MemoryHost().With("/i/index.json", $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', descriptors)}}]}""")
            .With($"/i/blobs/sha256/{Hex(Manifest)}", Manifest);

    [Fact]
    public async Task A_directory_gives_its_manifest_and_signatures()
    {
        MemoryHost host = new MemoryHost().With("/i/manifest.json", Manifest).With("/i/signature-1", "one").With("/i/signature-2", "two")
            .With("/i/signature-4", "four").With("/i/version", "Directory Transport Version: 1.1\n");
        var source = new DirectoryImageSource(host, "/i");
        ImageManifest manifest = await source.GetManifestAsync(null, default);
        Assert.Equal((Manifest, "application/vnd.docker.distribution.manifest.v2+json", "/i/manifest.json", "dir:/i"),
            (Encoding.UTF8.GetString(manifest.Content.Span), manifest.MediaType, manifest.Source, source.Name));
        IReadOnlyList<SignatureBlob> signatures = (await source.GetSignaturesAsync(null, DigestOf(Manifest), default)).Signatures;
        Assert.Equal(["/i/signature-1", "/i/signature-2"], signatures.Select(s => s.Source));
        Assert.Equal("two"u8.ToArray(), signatures[1].UntrustedContent.ToArray());
    }

    [Fact]
    public async Task A_directory_gives_instances_by_their_digest()
    {
        string sha512 = "sha512:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData("blob"u8));
        MemoryHost host = new MemoryHost()
            .With($"/i/{Hex(Manifest)}.manifest.json", Manifest).With($"/i/{Hex(Manifest)}.signature-1", "one")
            .With($"/i/{Hex("blob")}", "blob").With("/i/" + sha512.Replace(':', '-'), "blob")
            .With($"/i/{Hex("other")}.manifest.json", Manifest);
        var source = new DirectoryImageSource(host, "/i/");
        Assert.Equal(Manifest, Encoding.UTF8.GetString((await source.GetManifestAsync(DigestOf(Manifest), default)).Content.Span));
        Assert.Single((await source.GetSignaturesAsync(DigestOf(Manifest), DigestOf(Manifest), default)).Signatures);
        Assert.Equal("blob"u8.ToArray(), await source.GetBlobAsync(DigestOf("blob"), 4, default));
        Assert.Equal("blob"u8.ToArray(), await source.GetBlobAsync(sha512, 4, default));
        Assert.Equal("FileTooLarge",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetBlobAsync(DigestOf("blob"), 3, default))).ErrorId);
        Assert.Equal("ManifestDigestMismatch",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetManifestAsync(DigestOf("other"), default))).ErrorId);
        Assert.Equal("ManifestNotFound",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetManifestAsync(DigestOf("none"), default))).ErrorId);
        Assert.Equal("BlobNotFound",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetBlobAsync(DigestOf("none"), 3, default))).ErrorId);
    }

    [Theory]
    [InlineData("sha256:../../../etc/passwd")]
    [InlineData("../x")]
    [InlineData("sha256:")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public async Task A_digest_that_is_none_never_becomes_a_path(string digest)
    {
        MemoryHost host = Layout(Descriptor(Manifest, null)).With("/i/manifest.json", Manifest);
        foreach (IImageSource source in (IImageSource[])[new DirectoryImageSource(host, "/i"), new OciLayoutImageSource(host, "/i")])
        {
            Assert.Equal("InvalidDigest",
                (await Assert.ThrowsAsync<TrustException>(() => source.GetManifestAsync(digest, default))).ErrorId);
            Assert.Equal("InvalidDigest",
                (await Assert.ThrowsAsync<TrustException>(() => source.GetBlobAsync(digest, 10, default))).ErrorId);
        }

        Assert.Equal("InvalidDigest",
            (await Assert.ThrowsAsync<TrustException>(() => new DirectoryImageSource(host, "/i")
            .GetSignaturesAsync(digest, digest, default))).ErrorId);
        Assert.Equal("InvalidDigest",
            (await Assert.ThrowsAsync<TrustException>(() =>
            new OciLayoutImageSource(new MemoryHost().With("/i/index.json", $$"""{"manifests":[{"digest":"{{digest}}"}]}"""), "/i")
            .GetManifestAsync(null, default))).ErrorId);
        Assert.All(host.Asked, path => Assert.DoesNotContain("..", path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Directory Transport Version: 1.2\n", true)]
    [InlineData("Directory Transport Version: 0.9\n", true)]
    [InlineData("Directory Transport Version: 1.3\n", false)]
    [InlineData("Directory Transport Version: 2.0\n", false)]
    [InlineData("Directory Transport Version: 1.1", false)]
    [InlineData("Directory Transport Version: 01.1\n", false)]
    [InlineData("Directory Transport Version: 1.1.1\n", false)]
    [InlineData("", false)]
    public async Task A_directory_of_a_newer_version_is_refused(string version, bool accepted)
    {
        var source = new DirectoryImageSource(new MemoryHost().With("/i/manifest.json", Manifest).With("/i/version", version), "/i");
        if (accepted)
            Assert.NotNull(await source.GetManifestAsync(null, default));
        else
            Assert.Equal("ImageDirectoryVersion",
                (await Assert.ThrowsAsync<TrustException>(() => source.GetManifestAsync(null, default))).ErrorId);
    }

    [Fact]
    public async Task Sizes_and_numbers_are_bounded()
    {
        MemoryHost host = new MemoryHost().With("/i/manifest.json", new byte[ImageLimits.ManifestBytes + 1]);
        for (int i = 1; i <= ImageLimits.Signatures; i++)
            host.With($"/i/signature-{i}", "x");
        var source = new DirectoryImageSource(host, "/i");
        Assert.Equal("FileTooLarge", (await Assert.ThrowsAsync<TrustException>(() => source.GetManifestAsync(null, default))).ErrorId);
        Assert.Equal(ImageLimits.Signatures, (await source.GetSignaturesAsync(null, DigestOf(""), default)).Signatures.Count);
        host.With($"/i/signature-{ImageLimits.Signatures + 1}", "x");
        Assert.Equal("TooManySignatures",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetSignaturesAsync(null, DigestOf(""), default))).ErrorId);
        host.With("/i/signature-1", new byte[ImageLimits.SignatureBytes + 1]);
        Assert.Equal("FileTooLarge",
            (await Assert.ThrowsAsync<TrustException>(() => source.GetSignaturesAsync(null, DigestOf(""), default))).ErrorId);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.GetManifestAsync(null, new CancellationToken(true)));
    }

    [Theory]
    [InlineData("i")]
    [InlineData("./i")]
    [InlineData("")]
    [InlineData("/i\0")]
    public void Relative_paths_are_refused(string path)
    {
        Assert.Equal("PathNotAbsolute", Assert.Throws<TrustException>(() => new DirectoryImageSource(new MemoryHost(), path)).ErrorId);
        Assert.Equal("PathNotAbsolute", Assert.Throws<TrustException>(() => new OciLayoutImageSource(new MemoryHost(), path)).ErrorId);
    }

    [Fact]
    public async Task A_layout_gives_its_only_image_or_one_by_name_or_position()
    {
        MemoryHost one = Layout(Descriptor(Manifest, "v1"));
        foreach (string reference in (string[])["/i", "/i:", "/i:v1", "/i:@0"])
        {
            OciLayoutImageSource source = OciLayoutImageSource.Parse(one, reference);
            ImageManifest manifest = await source.GetManifestAsync(null, default);
            Assert.Equal((Manifest, ManifestType), (Encoding.UTF8.GetString(manifest.Content.Span), manifest.MediaType));
            Assert.Empty((await source.GetSignaturesAsync(null, DigestOf(Manifest), default)).Signatures);
            Assert.Equal(Encoding.UTF8.GetBytes(Manifest), await source.GetBlobAsync(DigestOf(Manifest), 1000, default));
        }

        MemoryHost two = Layout(Descriptor("gone", "v2"), Descriptor(Manifest, "v1", ""), Descriptor(Manifest, "v1"),
            Descriptor(Manifest, null));
        Assert.Equal("ImageAmbiguous", await Error(two, "/i"));
        Assert.Equal("ImageNotFound", await Error(two, "/i:v3"));
        Assert.Equal("ImageNotFound", await Error(two, "/i:@4"));
        Assert.Equal("ManifestNotFound", await Error(two, "/i:v2"));
        Assert.Equal("ManifestNotFound", await Error(new MemoryHost(), "/i"));
        Assert.NotNull(await OciLayoutImageSource.Parse(two, "/i:v1").GetManifestAsync(null, default));
        Assert.NotNull(await OciLayoutImageSource.Parse(two, "/i:@3").GetManifestAsync(null, default));
        Assert.Equal("ImageNotFound", await Error(Layout(Descriptor(Manifest, "v1", "application/x")), "/i:v1"));
        Assert.Equal("ManifestDigestMismatch",
            await Error(Layout(Descriptor(Manifest, null)).With($"/i/blobs/sha256/{Hex(Manifest)}", Manifest + " "), "/i"));
    }

    [Fact]
    public async Task A_layout_may_have_an_index_within_its_index()
    {
        string inner = $$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{Descriptor(Manifest, null)}}]}""";
        MemoryHost host = Layout(Descriptor(inner, "multi", IndexType)).With($"/i/blobs/sha256/{Hex(inner)}", inner);
        var source = new OciLayoutImageSource(host, "/i", "multi");
        ImageManifest top = await source.GetManifestAsync(null, default);
        Assert.True(ManifestList.IsList(top));
        string digest = ManifestList.SelectInstance(top, ImagePlatform.OfMachine(LocalHost.Instance.Machine!)!);
        ImageManifest instance = await source.GetManifestAsync(digest, default);
        Assert.Equal(Manifest, Encoding.UTF8.GetString(instance.Content.Span));
        Assert.False(ManifestList.IsList(instance));
    }

    [Theory]
    [InlineData("/i:@-1")]
    [InlineData("/i:@x")]
    [InlineData("/i:@")]
    [InlineData("/i:-x")]
    [InlineData("/i:a b")]
    [InlineData("/i:a//b")]
    [InlineData("/i:a___b")]
    [InlineData("/i:a---b")]
    public void What_is_no_image_name_is_refused(string reference) =>
        Assert.Equal("InvalidImageName",
            Assert.Throws<TrustException>(() => OciLayoutImageSource.Parse(new MemoryHost(), reference)).ErrorId);

    [Theory]
    [InlineData("/i:a")]
    [InlineData("/i:a--b")]
    [InlineData("/i:docker.io/library/busybox:1.2@sha256_x+y")]
    public void Image_names_are_taken(string reference) =>
        Assert.Equal("oci:" + reference, OciLayoutImageSource.Parse(new MemoryHost(), reference).Name);

    [Fact]
    public void Damaged_layouts_are_read_or_refused()
    {
        byte[] index = Layout(Descriptor(Manifest, "v1"), Descriptor(Manifest, "v2"))["/i/index.json"];
        int refused = Mutation.Run([index], 5_000, 3, content =>
        {
            MemoryHost host = Layout().With("/i/index.json", content);
            ImageManifest manifest = new OciLayoutImageSource(host, "/i", "v1").GetManifestAsync(null, default).GetAwaiter().GetResult();
            Assert.Equal(Manifest, Encoding.UTF8.GetString(manifest.Content.Span));
        });
        Assert.InRange(refused, 500, 4_990);
    }

    private static async Task<string> Error(MemoryHost host, string reference) =>
        (await Assert.ThrowsAsync<TrustException>(() => OciLayoutImageSource.Parse(host, reference)
            .GetManifestAsync(null, default))).ErrorId;
}
