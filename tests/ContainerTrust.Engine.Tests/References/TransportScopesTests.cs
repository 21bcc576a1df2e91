using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.References;

public sealed class TransportScopesTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Digest = "sha256:" + Hex;
    private const string Store = "[overlay@/var/lib/containers/storage]";

    public static TheoryData<string, string> Valid
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string transport in new[] { "dir", "oci", "oci-archive", "sif" })
            {
                foreach (string scope in new[] { "", "/etc", "/this/does/not/exist", "/a:tag", "/...", "/.a", "/a b", "/ü", "/a\n" })
                    data.Add(transport, scope);
            }

            foreach (string transport in new[] { "atomic", "docker-daemon", "docker" })
            {
                foreach (string scope in new[] { "", "registry.example.com/ns/stream@" + Digest, "registry.example.com/ns/stream:notlatest",
                    "registry.example.com/ns/stream", "registry.example.com/ns", "registry.example.com", "*.example.com", "*.com", Hex })
                {
                    if (transport != "atomic" || !scope.Contains('@'))
                        data.Add(transport, scope);
                }
            }

            data.Add("atomic", "registry.example.com:5000");
            data.Add("atomic", "a:b:c");
            data.Add("atomic", "/");
            data.Add("atomic", "//");
            data.Add("atomic", "//:");
            data.Add("atomic", "/a/b:");
            data.Add("atomic", "a\nb/c\nd/e\nf:g\n");
            data.Add("atomic", "registry.example.com/ns/stream@sha256:" + Hex);
            data.Add("docker", Digest);
            data.Add("docker", "/");
            data.Add("docker-daemon", "sha256:abc");
            data.Add("docker-daemon", "md5:" + Hex);
            data.Add("docker-daemon", "sha256:" + Hex.ToUpperInvariant());
            data.Add("docker-archive", "");
            data.Add("tarball", "");
            data.Add("ostree", "anything");
            data.Add("unknown", "/");
            foreach (string scope in new[]
            {
                "[/var/lib/suffix1]", "[overlay@/var/lib]", Store + "@" + Hex, Store + "docker.io", Store + "docker.io/library", Store +
                    "docker.io/library/busybox",
                Store + "docker.io/library/busybox:notlatest", Store + "docker.io/library/busybox:notlatest@" + Hex, Store +
                    "docker.io/library/busybox@" + Digest,
                Store + "docker.io/library/busybox@" + Digest + "@" + Hex, Store + "busybox:notlatest@" + Digest, Store +
                    "busybox:notlatest@" + Digest + "@" + Hex,
                Store + "]", Store + "UPPER CASE", "[a@/b@c]", "[//]",
            })
            {
                data.Add("containers-storage", scope);
            }

            return data;
        }
    }

    public static TheoryData<string, string> Invalid
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string transport in new[] { "dir", "oci", "oci-archive", "sif" })
            {
                foreach (string scope in new[] { "relative/path", "/double//slashes", "/has/./dot", "/has/dot/../dot", "/trailing/slash/",
                    "/", "//", "/.", "/..", "/../a", ".", "C:\\x", " /a" })
                    data.Add(transport, scope);
            }

            data.Add("atomic", "registry.example.com/too/deep/hierarchy");
            data.Add("atomic", "registry.example.com/ns/stream:tag1:tag2");
            data.Add("atomic", "a/b:c");
            data.Add("atomic", "a/b:c/d");
            data.Add("atomic", "///");
            data.Add("docker-daemon", Digest);
            data.Add("docker-daemon", "sha512:" + Hex + Hex);
            data.Add("docker-daemon", "sha384:" + Hex + Hex[..32]);
            data.Add("docker-archive", "/a");
            data.Add("tarball", "/a");
            foreach (string scope in new[]
            {
                "busybox", "[unterminated", "[]", "[@]", "[@/a]", "[a@]", "[relative/path]", "[overlay@relative/path]", "]", "x[/a]",
                Store + "@", Store + "busybox@sha256:ab",
                Store + "busybox@ab", Store + "busybox@", Store + "busybox@@" + Hex, Store + "busybox@ab@" + Hex, Store +
                    "busybox@sha256:ab@" + Hex, Store + "busybox@" + Digest + "@",
                Store + "busybox@" + Digest + "@ab", Store + "busybox@" + Hex + "@" + Hex, Store + "@" + Digest + "@" + Hex + "@", Store +
                    "@" + Hex.ToUpperInvariant(),
            })
            {
                data.Add("containers-storage", scope);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_scope_is_possible(string transport, string scope) => Assert.Null(TransportScopes.Refusal(transport, scope));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_scope_is_not_possible(string transport, string scope)
    {
        string? refusal = TransportScopes.Refusal(transport, scope);
        Assert.NotNull(refusal);
        Assert.NotEmpty(refusal);
        Assert.False(refusal.EndsWith('.'), refusal);
    }

    [Theory]
    [InlineData("/a//b", "/a/b")]
    [InlineData("/a/./b/", "/a/b")]
    [InlineData("/a/../../b", "/b")]
    [InlineData("//..//", "/")]
    public void The_clean_path_is_named(string scope, string clean) =>
        Assert.EndsWith(" " + clean, TransportScopes.Refusal("dir", scope), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("docker.io")]
    [InlineData("docker.io/library")]
    [InlineData("docker.io/library/busybox")]
    [InlineData("docker.io/library/busybox:latest")]
    [InlineData("docker.io/ns")]
    [InlineData("example.com")]
    [InlineData("example.com:5000")]
    [InlineData("host:5000/ns/repo@" + Digest)]
    [InlineData("localhost")]
    [InlineData("localhost/a")]
    [InlineData("my_host.example.com")]
    [InlineData("my_host.example.com/a")]
    [InlineData("*.example.com")]
    [InlineData("*.com")]
    [InlineData("*.my_host.example.com")]
    public void Images_can_be_governed_by_a_scope(string scope)
    {
        Assert.Null(TransportScopes.Unreachable(scope, out string? suggestion));
        Assert.Null(suggestion);
    }

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox")]
    [InlineData("busybox:latest", "docker.io/library/busybox:latest")]
    [InlineData("library/busybox", "docker.io/library/busybox")]
    [InlineData("docker.io/busybox:1", "docker.io/library/busybox:1")]
    [InlineData("docker.io/busybox@" + Digest, "docker.io/library/busybox@" + Digest)]
    [InlineData("index.docker.io", "docker.io")]
    [InlineData("index.docker.io/library", "docker.io/library")]
    [InlineData("index.docker.io/library/busybox:1", "docker.io/library/busybox:1")]
    [InlineData("https://registry.example.com", "registry.example.com")]
    [InlineData("https://registry.example.com/ns/", "registry.example.com/ns")]
    [InlineData("docker://busybox", "docker.io/library/busybox")]
    [InlineData("https://", null)]
    [InlineData("https:///", null)]
    [InlineData("/", null)]
    [InlineData("registry.example.com/", "registry.example.com")]
    [InlineData("registry.example.com//", "registry.example.com")]
    [InlineData("busybox/", "docker.io/library/busybox")]
    [InlineData("*.example.com:5000", "*.example.com")]
    [InlineData("https://*.example.com:5000/", "*.example.com")]
    [InlineData("*.example.com/app", null)]
    [InlineData("*", null)]
    [InlineData("*.", null)]
    [InlineData("**.example.com", null)]
    [InlineData("*.*.example.com", null)]
    [InlineData("registry.*.com", null)]
    [InlineData("example.com/*", null)]
    [InlineData("example.com/App", "example.com/app")]
    [InlineData("example.com/App Store", null)]
    [InlineData("example.com/app:", null)]
    [InlineData("example.com/app@sha256:ab", null)]
    [InlineData("example.com/app:v1@" + Digest, "example.com/app@" + Digest)]
    [InlineData("exa mple.com", null)]
    [InlineData("-example.com", null)]
    [InlineData(Hex, null)]
    [InlineData("..", null)]
    [InlineData("default", "docker.io/library/default")]
    public void No_image_can_be_governed_by_a_scope(string scope, string? expected)
    {
        string? reason = TransportScopes.Unreachable(scope, out string? suggestion);
        Assert.NotNull(reason);
        Assert.NotEmpty(reason);
        Assert.False(reason.EndsWith('.'), reason);
        Assert.Equal(expected, suggestion);
    }

    [Fact]
    public void Unreachable_says_so_exactly_where_no_image_has_the_scope_in_its_chain()
    {
        Random random = new(4);
        string[] pieces = ["docker.io", "index.docker.io", "library", "example.com", "a", "B", "localhost", ".", "/", "/", ":", ":5000",
            ":tag", "@" + Digest, "*.", "*", "://", "_", "-", "x y"];
        int reachable = 0;
        for (int i = 0; i < 40_000; i++)
        {
            string scope = string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => pieces[random.Next(pieces.Length)]));
            string? reason = TransportScopes.Unreachable(scope, out string? suggestion);
            Assert.True((reason is null) == HasImage(scope), $"{scope}: {reason}");
            if (reason is null)
                reachable++;
            if (suggestion is not null)
                Assert.True(HasImage(suggestion), $"{scope} -> {suggestion}");
        }

        Assert.InRange(reachable, 2_000, 38_000);
    }

    // Whether one of the images that could be meant has the scope in its chain: the scope itself, something below it, or a host below its
    // domain.
    private static bool HasImage(string scope)
    {
        string[] candidates = [scope, scope + "/x", scope + "/x/y", scope.StartsWith("*.", StringComparison.Ordinal)
            ? $"x{scope[1..]}/y" : scope];
        return candidates.Any(c => DockerReference.TryParse(c, out DockerReference? image, out _) && ScopeChain.For(image).Contains(scope));
    }
}
