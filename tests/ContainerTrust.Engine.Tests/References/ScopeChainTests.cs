using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.References;

public sealed class ScopeChainTests
{
    private const string Digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public static TheoryData<string, string[]> Names => new()
    {
        { "example.com/ns/repo", ["example.com/ns/repo", "example.com/ns", "example.com", "*.com"] },
        { "example.com/repo", ["example.com/repo", "example.com", "*.com"] },
        { "localhost/ns/repo", ["localhost/ns/repo", "localhost/ns", "localhost"] },
        { "localhost/repo", ["localhost/repo", "localhost"] },
        { "notlocalhost/repo", ["docker.io/notlocalhost/repo", "docker.io/notlocalhost", "docker.io", "*.io"] },
        { "docker.io/ns/repo", ["docker.io/ns/repo", "docker.io/ns", "docker.io", "*.io"] },
        { "docker.io/library/repo", ["docker.io/library/repo", "docker.io/library", "docker.io", "*.io"] },
        { "docker.io/repo", ["docker.io/library/repo", "docker.io/library", "docker.io", "*.io"] },
        { "ns/repo", ["docker.io/ns/repo", "docker.io/ns", "docker.io", "*.io"] },
        { "library/repo", ["docker.io/library/repo", "docker.io/library", "docker.io", "*.io"] },
        { "repo", ["docker.io/library/repo", "docker.io/library", "docker.io", "*.io"] },
        { "index.docker.io/repo", ["docker.io/library/repo", "docker.io/library", "docker.io", "*.io"] },
        { "yet.another.example.com:8443/ns/repo",
            ["yet.another.example.com:8443/ns/repo", "yet.another.example.com:8443/ns", "yet.another.example.com:8443",
            "*.another.example.com", "*.example.com", "*.com"] },
        { "my_host.example.com/repo", ["my_host.example.com/repo", "my_host.example.com", "*.example.com", "*.com"] },
        { "localhost:5000/repo", ["localhost:5000/repo", "localhost:5000"] },
        { "127.0.0.1:5000/repo", ["127.0.0.1:5000/repo", "127.0.0.1:5000", "*.0.0.1", "*.0.1", "*.1"] },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_is_looked_up_from_the_most_specific_scope_on(string name, string[] namespaces)
    {
        foreach ((string suffix, string identity) in new[] { (":tag", ":tag"), (Digest, Digest), (":tag" + Digest, Digest),
            ("", ":latest") })
        {
            Assert.True(DockerReference.TryParse(name + suffix, out DockerReference? reference, out _));
            Assert.Equal([namespaces[0] + identity, .. namespaces], ScopeChain.For(reference));
        }
    }

    [Theory]
    [InlineData("/a/b/c", new[] { "/a/b/c", "/a/b", "/a" })]
    [InlineData("/a", new[] { "/a" })]
    [InlineData("/", new string[0])]
    public void A_path_is_looked_up_with_its_parents_but_never_the_root(string path, string[] chain) =>
        Assert.Equal(chain, ScopeChain.ForPath(path));

    [Fact]
    public void Every_scope_of_a_chain_is_reachable_and_valid()
    {
        Random random = new(3);
        string[] hosts = ["docker.io", "example.com", "a.b.c.example.com:5000", "localhost", "localhost:1", "x:443", "my_host.local",
            "EXAMPLE.com", "10.0.0.1", "index.docker.io", "short"];
        string[] components = ["library", "a", "b-c", "d__e", "f.g", "0", "docker.io"];
        for (int i = 0; i < 5_000; i++)
        {
            string name = string.Join('/', Enumerable.Range(0, 1 + random.Next(4)).Select(_ => components[random.Next(components.Length)])
                .Prepend(hosts[random.Next(hosts.Length)]));
            name += random.Next(3) switch { 0 => "", 1 => ":Tag", _ => Digest };
            Assert.True(DockerReference.TryParse(name, out DockerReference? reference, out _), name);
            foreach (string scope in ScopeChain.For(reference))
            {
                Assert.True(TransportScopes.Unreachable(scope, out string? suggestion) is null, $"{scope} of {name}");
                Assert.Null(suggestion);
                Assert.Null(TransportScopes.Refusal("docker", scope));
                Assert.Null(TransportScopes.Refusal("docker-daemon", scope));
            }
        }
    }
}
