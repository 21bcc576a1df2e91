using ContainerTrust.Engine.Hosts;
using System.Text;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>What is a list, and which of its instances is chosen.</summary>
public sealed class ManifestListTests
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ListType = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    public static readonly string Index = $$$"""
        {"schemaVersion":2,"mediaType":"{{{IndexType}}}","manifests":[
          {"mediaType":"{{{ManifestType}}}","size":1,"digest":"{{{Digest('a')}}}","platform":{"architecture":"amd64","os":"linux"}},
          {"mediaType":"{{{ManifestType}}}","size":1,"digest":"{{{Digest('b')}}}","platform":{"architecture":"arm64","os":"linux","variant":"v8"}},
          {"mediaType":"{{{ManifestType}}}","size":1,"digest":"{{{Digest('c')}}}","platform":{"architecture":"arm","os":"linux","variant":"v6"},"annotations":{"org.opencontainers.image.ref.name":"x"}},
          {"mediaType":"{{{ManifestType}}}","size":1,"digest":"{{{Digest('d')}}}","platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}
        """;

    public static readonly string DockerList = Index.Replace(IndexType, ListType, StringComparison.Ordinal);

    internal static string Digest(char digit) => "sha256:" + new string(digit, 64);

    private static ImageManifest Manifest(string content, string? mediaType = null) =>
        new(Encoding.UTF8.GetBytes(content), mediaType, "test");

    private static string Entry(string platform, char digit, string more = "") =>
        $$"""{"digest":"{{Digest(digit)}}"{{platform}}{{more}}}""";

    private static string List(params IReadOnlyList<string> entries) =>
        $$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""";

    [Theory]
    [InlineData("linux/amd64", 'a')]
    [InlineData("linux/x86_64", 'a')]
    [InlineData("linux/amd64/v2", 'a')]
    [InlineData("linux/arm64", 'b')]
    [InlineData("linux/aarch64", 'b')]
    [InlineData("linux/arm64/v8", 'b')]
    [InlineData("linux/arm/v8", 'd')]
    [InlineData("linux/arm/v7", 'd')]
    [InlineData("linux/arm/v6", 'c')]
    [InlineData("linux/arm", 'd')]
    public void The_best_compatible_variant_is_chosen(string platform, char expected)
    {
        Assert.Equal(Digest(expected), ManifestList.SelectInstance(Manifest(Index), ImagePlatform.Parse(platform)));
        Assert.Equal(Digest(expected), ManifestList.SelectInstance(Manifest(DockerList), ImagePlatform.Parse(platform)));
    }

    [Theory]
    [InlineData("linux/arm/v5")]
    [InlineData("windows/amd64")]
    [InlineData("linux/s390x")]
    public void A_platform_that_is_not_there_is_an_error_that_names_those_there_are(string platform)
    {
        TrustException e = Assert.Throws<TrustException>(() => ManifestList.SelectInstance(Manifest(Index), ImagePlatform.Parse(platform)));
        Assert.Equal("PlatformNotFound", e.ErrorId);
        Assert.Contains("linux/amd64, linux/arm64/v8, linux/arm/v6, linux/arm/v7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_without_a_platform_is_the_last_choice_and_only_in_an_index()
    {
        const string Amd64 = ",\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}";
        string list = List(Entry("", 'e'), Entry(Amd64, 'a'));
        Assert.Equal(Digest('a'), ManifestList.SelectInstance(Manifest(list), ImagePlatform.Parse("linux/amd64")));
        Assert.Equal(Digest('e'), ManifestList.SelectInstance(Manifest(list), ImagePlatform.Parse("linux/s390x")));
        Assert.Throws<TrustException>(() =>
            ManifestList.SelectInstance(Manifest(list.Replace(IndexType, ListType, StringComparison.Ordinal)),
            ImagePlatform.Parse("linux/s390x")));
    }

    [Fact]
    public void Of_two_alike_the_one_with_zstd_and_then_the_first_is_chosen()
    {
        const string Amd64 = ",\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}";
        const string Zstd = ",\"annotations\":{\"io.github.containers.compression.zstd\":\"true\"}";
        string list = List(Entry(Amd64, 'a'), Entry(Amd64, 'b', Zstd), Entry(Amd64, 'c', Zstd));
        Assert.Equal(Digest('b'), ManifestList.SelectInstance(Manifest(list), ImagePlatform.Parse("linux/amd64")));
        Assert.Equal(Digest('a'), ManifestList.SelectInstance(Manifest(list.Replace(IndexType, ListType, StringComparison.Ordinal)),
            ImagePlatform.Parse("linux/amd64")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(IndexType)]
    [InlineData(IndexType + "; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public void A_list_is_known_by_its_content_and_its_type(string? mediaType)
    {
        Assert.True(ManifestList.IsList(Manifest(Index, mediaType)));
        Assert.Equal(4, ManifestList.Instances(Manifest(Index, mediaType)).Count);
        Assert.True(ManifestList.IsList(Manifest("{\"schemaVersion\":2,\"manifests\":[]}", mediaType)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("no JSON", null)]
    [InlineData("{}", null)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", ManifestType)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"layers\":[],\"manifests\":null}", null)]
    [InlineData("{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    public void Other_content_is_no_list(string content, string? mediaType)
    {
        Assert.False(ManifestList.IsList(Manifest(content, mediaType)));
        Assert.Throws<TrustException>(() => ManifestList.Instances(Manifest(content, mediaType)));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"Layers\":[],\"manifests\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"manifests\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"MANIFESTS\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"man\\u0069fest\\u017F\":[]}", null)]
    [InlineData("{\"schemaVersion\":1,\"history\":[],\"manifests\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"fsLayers\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[]}", ManifestType)]
    [InlineData("{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", IndexType)]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"" + ManifestType + "\",\"manifests\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"" + ManifestType + "\"}", IndexType)]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"" + IndexType + "\"}", ManifestType)]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"" + IndexType + "\",\"layers\":[]}", null)]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"" + IndexType + "\",\"manifests\":[]}", ListType)]
    public void What_can_be_read_in_two_ways_is_refused(string content, string? mediaType) =>
        Assert.Equal("AmbiguousManifest", Assert.Throws<TrustException>(() => ManifestList.IsList(Manifest(content, mediaType))).ErrorId);

    [Theory]
    [InlineData("x")]
    [InlineData("{\"manifests\":{}}")]
    [InlineData("{\"manifests\":[1]}")]
    [InlineData("{\"manifests\":[null]}")]
    [InlineData("{\"manifests\":[],\"Manifests\":[]}")]
    [InlineData("{\"manifests\":[{}]}")]
    [InlineData("{\"manifests\":[{\"digest\":\"sha256:../../x\"}]}")]
    [InlineData("{\"manifests\":[{\"digest\":1}]}")]
    public void A_list_that_cannot_be_read_is_refused(string content)
    {
        ImageManifest manifest = Manifest(content, IndexType);
        Assert.Contains(Assert.Throws<TrustException>(() => ManifestList.Instances(manifest)).ErrorId,
            (string[])["InvalidManifest", "InvalidDigest"]);
        Assert.Throws<TrustException>(() => ManifestList.SelectInstance(manifest, ImagePlatform.OfMachine(LocalHost.Instance.Machine!)!));
    }

    [Theory]
    [InlineData("\"digest\":\"%\",\"Digest\":\"%\"")]
    [InlineData("\"digest\":\"%\",\"platform\":{\"os\":\"linux\",\"OS\":\"linux\"}")]
    [InlineData("\"digest\":\"%\",\"platform\":{},\"platform\":{}")]
    public void Members_that_are_there_twice_are_refused(string entry) =>
        Assert.Throws<TrustException>(() =>
            ManifestList.Instances(Manifest($$"""{"manifests":[{{{entry.Replace("%", Digest('a'), StringComparison.Ordinal)}}}]}""")));

    [Theory]
    [InlineData("")]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("/amd64")]
    [InlineData("linux/arm/v7/x")]
    [InlineData("linux/am d64")]
    public void What_is_no_platform_is_refused(string text) =>
        Assert.Equal("InvalidPlatform", Assert.Throws<TrustException>(() => ImagePlatform.Parse(text)).ErrorId);

    [Fact]
    public void The_current_platform_is_one()
    {
        Assert.Equal(ImagePlatform.OfMachine(LocalHost.Instance.Machine!)!,
            ImagePlatform.Parse(ImagePlatform.OfMachine(LocalHost.Instance.Machine!)!.ToString()));
        Assert.Equal("linux/arm/v7", ImagePlatform.Parse("linux/arm/v7").ToString());
    }

    [Fact]
    public void Damaged_lists_are_read_or_refused()
    {
        byte[][] seeds = [Encoding.UTF8.GetBytes(Index), Encoding.UTF8.GetBytes(DockerList),
            Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"config\":{},\"layers\":[{\"digest\":\"x\"}]}")];
        int refused = Mutation.Run(seeds, 20_000, 11, content =>
        {
            var manifest = new ImageManifest(content, null, "test");
            if (ManifestList.IsList(manifest))
                Assert.Matches("^sha256:[0-9a-f]{64}$", ManifestList.SelectInstance(manifest, ImagePlatform.Parse("linux/amd64")));
        });
        Assert.InRange(refused, 500, 19_500);
    }
}
