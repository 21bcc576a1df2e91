using System.Text;
using ContainerTrust.Engine.Rehearsal.Sources;

namespace ContainerTrust.Engine.Tests.Rehearsal.Sources;

public sealed class StorageReaderTests
{
    private const string Digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    private const string List = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    // As podman 5 writes it.
    private const string Images = $$"""
        [{"id":"aa","digest":"{{Digest}}","names":["quay.io/a/b:v1","quay.io/a/b@{{List}}"],"layer":"l",
          "metadata":"{}","big-data-names":["manifest"],
          "big-data-digests":{"manifest":"{{Digest}}","manifest-{{List}}":"{{List}}","sha256:33":"sha256:33"},
          "created":"2026-01-01T00:00:00Z"},
         {"id":"bb","names":null,"layer":"m"}]
        """;

    private const string Containers = """
        [{"id":"c1","names":["web"],"image":"aa","layer":"x",
          "metadata":"{\"image-name\":\"quay.io/a/b:v1\",\"image-id\":\"aa\",\"name\":\"web\"}"},
         {"id":"c2","names":["k8s_app"],"image":"bb","layer":"y",
          "metadata":"{\"pod-name\":\"shop-1\",\"image-name\":\"quay.io/c/d@sha256:4\",\"container-name\":\"app\"}"},
         {"id":"c3","names":["old"],"image":"bb","layer":"z","metadata":"{}"},
         {"id":"c4","names":["rootfs"],"image":"","layer":"z","metadata":"{\"image-name\":\"\"}"}]
        """;

    [Fact]
    public void Images_and_containers_are_named_with_what_the_host_has()
    {
        IReadOnlyList<NamedImage> found = StorageReader.Read("/s", Encoding.UTF8.GetBytes(Images), [Encoding.UTF8.GetBytes(Containers)]);
        Assert.Equal(
            [
                ("quay.io/a/b:v1", "image of /s"), ($"quay.io/a/b@{List}", "image of /s"), ("quay.io/a/b:v1", "container web"),
                ("quay.io/c/d@sha256:4", "container shop-1/app"), ("", "container old"),
            ],
            found.Select(static i => (i.Name, i.Owner)));
        Assert.All(found, static i => Assert.True(i.IsPresent));
        Assert.Equal([Digest, List], found[0].StoredDigests);
        Assert.Equal([Digest, List], found[2].StoredDigests);
        Assert.NotNull(found[4].Problem);
        Assert.All(found.Take(4), static i => Assert.Null(i.Problem));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{")]
    [InlineData("")]
    public void What_is_no_list_is_refused(string text)
    {
        TrustException e = Assert.Throws<TrustFormatException>(() => StorageReader.Read("/s", Encoding.UTF8.GetBytes(text), []));
        Assert.Equal("InvalidStorage", e.ErrorId);
    }

    [Fact]
    public void Damaged_files_give_images_or_an_error()
    {
        byte[] images = Encoding.UTF8.GetBytes(Images), containers = Encoding.UTF8.GetBytes(Containers);
        int refused = Mutation.Run([images], 2000, 1, content => StorageReader.Read("/s", content, [containers]));
        refused += Mutation.Run([containers], 2000, 2, content => StorageReader.Read("/s", images, [content]));
        Assert.InRange(refused, 500, 3999);
    }
}
