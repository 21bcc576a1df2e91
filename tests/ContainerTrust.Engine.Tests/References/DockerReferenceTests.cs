using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.References;

public sealed class DockerReferenceTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("Busybox", "a repository name must be lowercase")]
    [InlineData("example.com/@sha256:" + Hex, "'' is not a repository name")]
    [InlineData("example.com/:tag", "'' is not a repository name")]
    [InlineData(".example/app", "'.example' is not a host[:port]")]
    [InlineData("/app", "'/app' is not a repository name")]
    [InlineData("repo:-tag", "'-tag' is not a tag")]
    [InlineData("repo@sha256:abc", "'sha256:abc' is not a digest (sha256, sha384 or sha512 and lowercase hexadecimal digits)")]
    [InlineData("", "a reference must not be empty")]
    [InlineData(Hex, "64 hexadecimal digits are an image id, not a repository name")]
    public void What_is_wrong_is_named(string text, string expected)
    {
        Assert.False(DockerReference.TryParse(text, out DockerReference? reference, out string problem));
        Assert.Equal(expected, problem);
        Assert.Null(reference);
    }

    [Theory]
    [InlineData("g")]
    [InlineData("z")]
    public void Sixty_four_characters_are_an_image_id_only_if_all_are_digits(string last)
    {
        string text = Hex[..^1] + last;
        Assert.True(DockerReference.TryParse(text, out DockerReference? reference, out string problem), problem);
        Assert.Equal("library/" + text, reference.Path);
    }

    [Theory]
    [InlineData("busybox", "docker.io", "library/busybox", null, null)]
    [InlineData("busybox:latest", "docker.io", "library/busybox", "latest", null)]
    [InlineData("busybox@sha256:" + Hex, "docker.io", "library/busybox", null, "sha256:" + Hex)]
    [InlineData("busybox:v1@sha256:" + Hex, "docker.io", "library/busybox", "v1", "sha256:" + Hex)]
    [InlineData("docker.io/busybox", "docker.io", "library/busybox", null, null)]
    [InlineData("docker.io/library/busybox", "docker.io", "library/busybox", null, null)]
    [InlineData("index.docker.io/busybox", "docker.io", "library/busybox", null, null)]
    [InlineData("index.docker.io/ns/repo", "docker.io", "ns/repo", null, null)]
    [InlineData("library/busybox", "docker.io", "library/busybox", null, null)]
    [InlineData("ns/repo", "docker.io", "ns/repo", null, null)]
    [InlineData("a/b/c", "docker.io", "a/b/c", null, null)]
    [InlineData("host/repo", "docker.io", "host/repo", null, null)]
    [InlineData("localhost/repo", "localhost", "repo", null, null)]
    [InlineData("localhost:5000/repo:5000", "localhost:5000", "repo", "5000", null)]
    [InlineData("host:5000/repo", "host:5000", "repo", null, null)]
    [InlineData("host.:5000/repo", null, null, null, null)]
    [InlineData("test.com:5000", "docker.io", "library/test.com", "5000", null)]
    [InlineData("test.com/repo:tag", "test.com", "repo", "tag", null)]
    [InlineData("sub-dom1.foo.com/bar/baz/quux:some-long-tag", "sub-dom1.foo.com", "bar/baz/quux", "some-long-tag", null)]
    [InlineData("b.gcr.io/test.example.com/my-app:test.example.com", "b.gcr.io", "test.example.com/my-app", "test.example.com", null)]
    [InlineData("xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", "xn--n3h.com", null)]
    [InlineData("EXAMPLE.com/app", "EXAMPLE.com", "app", null, null)]
    [InlineData("my_host.example/app:v1", "my_host.example", "app", "v1", null)]
    [InlineData("docker.io/" + Hex, "docker.io", "library/" + Hex, null, null)]
    [InlineData(Hex + ":tag", "docker.io", "library/" + Hex, "tag", null)]
    [InlineData("repo:Tag_1.2-3", "docker.io", "library/repo", "Tag_1.2-3", null)]
    [InlineData("a__b/c-d--e.f", "docker.io", "a__b/c-d--e.f", null, null)]
    [InlineData("127.0.0.1:8000/private/moonbase", "127.0.0.1:8000", "private/moonbase", null, null)]
    [InlineData("", null, null, null, null)]
    [InlineData(Hex, null, null, null, null)]
    [InlineData("Busybox", null, null, null, null)]
    [InlineData("UPPERCASE:tag", null, null, null, null)]
    [InlineData("test:5000/Uppercase/lowercase:tag", null, null, null, null)]
    [InlineData("my_host.example:5000/app", null, null, null, null)]
    [InlineData("My_host.example/app", null, null, null, null)]
    [InlineData("https://github.com/docker/docker", null, null, null, null)]
    [InlineData("docker:///busybox", null, null, null, null)]
    [InlineData("//busybox", null, null, null, null)]
    [InlineData("-docker/docker", null, null, null, null)]
    [InlineData("docker-/docker", null, null, null, null)]
    [InlineData("-docker.io/docker/docker", null, null, null, null)]
    [InlineData("docker///docker", null, null, null, null)]
    [InlineData("docker/", null, null, null, null)]
    [InlineData("____/____", null, null, null, null)]
    [InlineData("_docker/_docker", null, null, null, null)]
    [InlineData("a___b", null, null, null, null)]
    [InlineData("dock..er/docker", null, null, null, null)]
    [InlineData("dock_.er/docker", null, null, null, null)]
    [InlineData("dock-.er/docker", null, null, null, null)]
    [InlineData("aa/asdf$$^/aa", null, null, null, null)]
    [InlineData(":justtag", null, null, null, null)]
    [InlineData("repo:", null, null, null, null)]
    [InlineData("repo:.tag", null, null, null, null)]
    [InlineData("repo:-tag", null, null, null, null)]
    [InlineData("repo:tag:tag", null, null, null, null)]
    [InlineData("repo:tag/x", null, null, null, null)]
    [InlineData("repo@", null, null, null, null)]
    [InlineData("repo@sha256:abc", null, null, null, null)]
    [InlineData("repo@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", null, null, null, null)]
    [InlineData("repo@md5:0123456789abcdef0123456789abcdef", null, null, null, null)]
    [InlineData("repo@sha512:" + Hex, null, null, null, null)]
    [InlineData("repo@sha256:" + Hex + "@sha256:" + Hex, null, null, null, null)]
    [InlineData("@sha256:" + Hex, null, null, null, null)]
    [InlineData(" busybox", null, null, null, null)]
    [InlineData("busybox\n", null, null, null, null)]
    [InlineData("busybox:latest\n", null, null, null, null)]
    [InlineData("*.example.com/app", null, null, null, null)]
    [InlineData("[::1]:5000/app", null, null, null, null)]
    [InlineData("example.com:/app", null, null, null, null)]
    [InlineData("example.com:port/app", null, null, null, null)]
    [InlineData("example..com/app", null, null, null, null)]
    [InlineData("bücher.example/app", null, null, null, null)]
    [InlineData("example.com/ü", null, null, null, null)]
    [InlineData("repo:\u0661", null, null, null, null)]
    [InlineData("repo\u0661", null, null, null, null)]
    public void References_are_expanded_or_refused(string text, string? domain, string? path, string? tag, string? digest)
    {
        bool parsed = DockerReference.TryParse(text, out DockerReference? reference, out string problem);
        Assert.Equal(domain is not null, parsed);
        Assert.Equal(parsed, problem.Length == 0);
        Assert.Equal((domain, path, tag, digest), (reference?.Domain, reference?.Path, reference?.Tag, reference?.Digest));
        if (reference is null)
            return;
        Assert.Equal($"{domain}/{path}", reference.Name);
        Assert.Equal(tag is null && digest is null, reference.IsNameOnly);

        // The expanded form is a reference to the same.
        Assert.True(DockerReference.TryParse(reference.ToString(), out DockerReference? again, out _));
        Assert.Equal(reference, again);
    }

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        string longest = "example.com/" + new string('a', 243);
        Assert.True(DockerReference.TryParse(longest + ":tag-that-does-not-count", out _, out _));
        Assert.False(DockerReference.TryParse(longest + "a", out _, out _));
        Assert.True(DockerReference.TryParse(new string('a', 237), out _, out _));
        Assert.False(DockerReference.TryParse(new string('a', 238), out _, out _));
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(DockerReference.TryParse("a:" + new string('b', 128), out _, out _));
        Assert.False(DockerReference.TryParse("a:" + new string('b', 129), out _, out _));
    }

    [Theory]
    [InlineData("sha256", 64)]
    [InlineData("sha384", 96)]
    [InlineData("sha512", 128)]
    public void Digests_of_three_algorithms_are_known(string algorithm, int digits)
    {
        Assert.True(DockerReference.TryParse($"a@{algorithm}:{new string('f', digits)}", out _, out _));
        Assert.False(DockerReference.TryParse($"a@{algorithm}:{new string('f', digits - 1)}", out _, out _));
        Assert.False(DockerReference.TryParse($"a@{algorithm}:{new string('f', digits + 1)}", out _, out _));
        Assert.False(DockerReference.TryParse($"a@{algorithm.ToUpperInvariant()}:{new string('f', digits)}", out _, out _));
    }

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("busybox:v1", "docker.io/library/busybox:v1")]
    [InlineData("busybox@sha256:" + Hex, "docker.io/library/busybox@sha256:" + Hex)]
    [InlineData("busybox:v1@sha256:" + Hex, "docker.io/library/busybox@sha256:" + Hex)]
    public void A_lookup_has_either_a_tag_or_a_digest(string text, string lookup)
    {
        Assert.True(DockerReference.TryParse(text, out DockerReference? reference, out _));
        Assert.Equal(lookup, reference.ForLookup().ToString());
    }

    [Fact]
    public void Any_text_is_parsed_in_bounded_time()
    {
        Random random = new(1);
        const string Alphabet = "ab1.:/@-_A *\u00e9sha256";
        int parsed = 0;
        for (int i = 0; i < 50_000; i++)
        {
            string text = string.Create(random.Next(30), random, static (span, r) =>
            {
                foreach (ref char c in span)
                    c = Alphabet[r.Next(Alphabet.Length)];
            });
            if (!DockerReference.TryParse(text, out DockerReference? reference, out string problem))
            {
                Assert.NotEmpty(problem);
                continue;
            }

            parsed++;
            Assert.True(DockerReference.TryParse(reference.ToString(), out DockerReference? again, out _), text);
            Assert.Equal(reference, again);
        }

        Assert.InRange(parsed, 100, 50_000);
        Assert.False(DockerReference.TryParse(new string('a', 1_000_000) + "/" + new string('-', 1_000_000), out _, out _));
        Assert.False(DockerReference.TryParse(new string('/', 1_000_000), out _, out _));
    }
}
