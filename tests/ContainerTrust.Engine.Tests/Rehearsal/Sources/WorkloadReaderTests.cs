using System.Text;
using ContainerTrust.Engine.Rehearsal.Sources;

namespace ContainerTrust.Engine.Tests.Rehearsal.Sources;

public sealed class WorkloadReaderTests
{
    private const string Pods = """
        {"kind":"List","items":[
          {"kind":"Pod","metadata":{"name":"web-0","namespace":"shop"},
           "spec":{"initContainers":[{"name":"i","image":"quay.io/i/i"}],"containers":[{"name":"w","image":"quay.io/a/b:v1"}],
                   "volumes":[{"name":"v","image":{"reference":"quay.io/v/v"}},{"name":"e","emptyDir":{}}]},
           "status":{"containerStatuses":[{"name":"w","imageID":"quay.io/a/b@sha256:1"}]}},
          {"kind":"Service","metadata":{"name":"s"}},
          {"kind":"CronJob","metadata":{"name":"nightly"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[
            {"image":"quay.io/c/d"}]}}}}}}]}
        """;

    [Fact]
    public void Pods_and_what_makes_pods_name_their_images()
    {
        IReadOnlyList<NamedImage> found = Read(Pods);
        Assert.Equal(
            [
                ("quay.io/i/i", "pod shop/web-0"), ("quay.io/a/b:v1", "pod shop/web-0"), ("quay.io/v/v", "pod shop/web-0"),
                ("quay.io/c/d", "cronjob nightly"),
            ],
            found.Select(static i => (i.Name, i.Owner)));
        Assert.Equal(["sha256:1"], found[1].StoredDigests);
        Assert.True(found[1].IsPresent);
        Assert.False(found[3].IsPresent);
    }

    [Theory]
    [InlineData("""
        {"kind":"ImageStream","metadata":{"name":"app","namespace":"n"},
         "spec":{"tags":[{"from":{"kind":"DockerImage","name":"quay.io/a/b:v1"}},{"from":{"kind":"ImageStreamTag","name":"x:1"}}]},
         "status":{"tags":[{"items":[{"dockerImageReference":"quay.io/a/b@sha256:2"},{"dockerImageReference":"quay.io/old"}]}]}}
        """, "quay.io/a/b:v1|imagestream n/app quay.io/a/b@sha256:2|imagestream n/app", "")]
    [InlineData("""
        {"images":[{"id":"sha256:1","repoTags":["quay.io/a/b:v1"],"repoDigests":["quay.io/a/b@sha256:1"]},
                   {"repoTags":[],"repoDigests":["quay.io/c/d@sha256:3"]}]}
        """, "quay.io/a/b:v1|f quay.io/c/d@sha256:3|f")]
    [InlineData("""
        {"containers":[{"metadata":{"name":"w"},"image":{"image":"0123456789abcdef0123456789abcdef"},"imageRef":"quay.io/a/b@sha256:1",
          "labels":{"io.kubernetes.pod.name":"web-0","io.kubernetes.pod.namespace":"shop"}}]}
        """, "quay.io/a/b@sha256:1|pod shop/web-0")]
    [InlineData("""[{"Id":"1","Image":"quay.io/a/b:v1","Names":["web"]}]""", "quay.io/a/b:v1|container web")]
    [InlineData("""[{"Id":"1","Names":["quay.io/a/b:v1"],"RepoDigests":["quay.io/a/b@sha256:1"]}]""", "quay.io/a/b:v1|f")]
    [InlineData("services:\n  db:\n    image: quay.io/d/b:1\n  web:\n    image: 'quay.io/a/b'\n",
        "quay.io/d/b:1|service db in f quay.io/a/b|service web in f")]
    [InlineData("kind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - image: quay.io/a/b\n---\nkind: ConfigMap\n",
        "quay.io/a/b|pod p in f")]
    public void Other_documents_name_their_images(string text, string expected, string file = "f") => Assert.Equal(
        expected,
        string.Join(' ', WorkloadReader.Read(Encoding.UTF8.GetBytes(text), file).Select(static i => $"{i.Name}|{i.Owner}")));

    [Theory]
    [InlineData("""{"kind":"Thing","metadata":{"name":"t"},"spec":{"image":"quay.io/a/b"}}""")]
    [InlineData("services:\n  web:\n    build: .\n")]
    [InlineData("services:\n  web:\n    image: quay.io/a/b:${TAG:-1}\n")]
    [InlineData("""{"containers":[{"metadata":{"name":"w"},"image":{"image":"0123456789abcdef"},"imageRef":"0123456789ab"}]}""")]
    [InlineData("x: 1\n")]
    public void What_is_not_understood_is_an_image_that_nobody_knows(string text) =>
        Assert.NotNull(Assert.Single(Read(text)).Problem);

    [Theory]
    [InlineData("{")]
    [InlineData("a: [")]
    [InlineData("services: &a\n  web:\n    <<: *a\n")]
    public void What_cannot_be_read_is_refused(string text) =>
        Assert.Equal("InvalidWorkload", Assert.Throws<TrustFormatException>(() => Read(text)).ErrorId);

    [Fact]
    public void Damaged_documents_give_images_or_an_error()
    {
        byte[] yaml = "services:\n  db:\n    image: quay.io/d/b:1\n  web:\n    build: .\n"u8.ToArray();
        int refused = Mutation.Run([Encoding.UTF8.GetBytes(Pods), yaml], 2000, 5, static c => WorkloadReader.Read(c, "f"));
        Assert.InRange(refused, 200, 1990);
    }

    private static IReadOnlyList<NamedImage> Read(string text) => WorkloadReader.Read(Encoding.UTF8.GetBytes(text), "");
}
