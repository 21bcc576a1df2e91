using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Tests.Lookaside;

public sealed class GoverningSectionTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("docker.io", "docker.io *.io")]
    [InlineData("host", "host")]
    [InlineData("host:5000", "host:5000")]
    [InlineData("docker.io/library/busybox:latest",
        "docker.io/library/busybox:latest docker.io/library/busybox docker.io/library docker.io *.io")]
    [InlineData("a.b.example.com:8443/ns/repo@sha256:0123",
        "a.b.example.com:8443/ns/repo@sha256:0123 a.b.example.com:8443/ns/repo a.b.example.com:8443/ns a.b.example.com:8443 " +
        "*.b.example.com *.example.com *.com")]
    [InlineData("h.io/r:t@sha256:01", "h.io/r:t@sha256:01 h.io/r h.io *.io")]
    [InlineData("*.example.com", "*.example.com *.com")]
    [InlineData("*.com", "*.com")]
    [InlineData("localhost:5000/x:tag", "localhost:5000/x:tag localhost:5000/x localhost:5000")]
    public void The_chain_goes_from_the_image_to_the_widest_wildcard(string scope, string chain) =>
        Assert.Equal(chain, string.Join(' ', LookasideChain.Of(scope)));

    [Fact]
    public void An_absurd_scope_costs_no_more_than_its_length()
    {
        string scope = string.Concat(Enumerable.Repeat("a.", 500_000)) + string.Concat(Enumerable.Repeat("/b", 500_000));
        Assert.True(LookasideChain.Of(scope, 100).Count < 200);
        Assert.Equal("d", Load("default-docker: {sigstore: d}").AsPodmanShows(scope));
    }

    [Fact]
    public void Each_setting_comes_from_the_first_section_that_has_it()
    {
        LookasideConfiguration configuration = Load("""
            default-docker: {lookaside: https://default, lookaside-staging: /default-staging, use-sigstore-attachments: true}
            docker:
              example.com/ns/app: {use-sigstore-attachments: false, lookaside: ""}
              example.com/ns: {sigstore-staging: /ns-staging}
              example.com: {sigstore: https://host}
              "*.com": {lookaside: https://wild}
            """);

        EffectiveLookaside app = configuration.ForScope("docker", "example.com/ns/app:v1")!;
        Assert.Equal(("https://host", "/ns-staging", "/ns-staging", false),
            (app.SignatureStore, app.SignatureStoreStaging, app.WriteStore, app.UseSigstoreAttachments));
        Assert.Equal("example.com", app.SignatureStoreSource!.Namespace);
        Assert.Equal("example.com/ns", app.WriteStoreSource!.Namespace);
        Assert.Equal("example.com/ns/app", app.UseSigstoreAttachmentsSource!.Namespace);

        // Writing: the most specific section with any store decides, a more general staging store does not.
        EffectiveLookaside host = configuration.ForScope("docker", "example.com")!;
        Assert.Equal(("https://host", null, "https://host", true),
            (host.SignatureStore, host.SignatureStoreStaging, host.WriteStore, host.UseSigstoreAttachments));

        Assert.Equal("https://wild", configuration.ForScope("docker", "other.com:5000/x")!.SignatureStore);
        EffectiveLookaside fallback = configuration.ForScope("docker", "")!;
        Assert.Equal(("https://default", "/default-staging"), (fallback.SignatureStore, fallback.SignatureStoreStaging));
        Assert.Null(fallback.SignatureStoreSource!.Namespace);
    }

    [Fact]
    public void Nothing_configured_is_nothing_in_force()
    {
        EffectiveLookaside none = Load("docker: {a: {}}").ForScope("docker", "a")!;
        Assert.Equal(new EffectiveLookaside(), none);
    }

    [Theory]
    [InlineData("dir")]
    [InlineData("docker-daemon")]
    [InlineData("atomic")]
    [InlineData("Docker")]
    public void Other_transports_have_no_lookaside(string transport) =>
        Assert.Null(Load("default-docker: {sigstore: d}").ForScope(transport, "a"));

    [Theory]
    [InlineData("", "d")]
    [InlineData("h", "old")]
    [InlineData("h/ns", "new")]
    [InlineData("h/ns/x/y", "new")]
    [InlineData("h/x", "old")]
    [InlineData("h/ns:tag", "old")]
    [InlineData("h/empty", "")]
    [InlineData("x.h", "d")]
    [InlineData("/dir/path", "d")]
    public void Podman_looks_at_one_section_by_path_components(string scope, string store) =>
        Assert.Equal(store, Load("""
            default-docker: {sigstore: d, lookaside-staging: s}
            docker: {h: {sigstore: old}, h/ns: {sigstore: old, lookaside: new}, h/empty: {use-sigstore-attachments: true}, "*.h": {sigstore: w}}
            """).AsPodmanShows(scope));

    [Fact]
    public void Podman_takes_key_names_without_regard_to_case()
    {
        LookasideConfiguration configuration = Load("""
            Docker:
              a: {SigStore: upper}
            docker:
              b: {SigStore: upper, sigstore: exact, LOOKASIDE: ''}
            Default-Docker: {Lookaside: d}
            """);
        Assert.Equal(("upper", "exact", "d"),
            (configuration.AsPodmanShows("a"), configuration.AsPodmanShows("b"), configuration.AsPodmanShows("")));
        Assert.Null(configuration.ForScope("docker", "a")!.SignatureStore);
    }

    private static LookasideConfiguration Load(string content) =>
        LookasideConfiguration.Load(MemoryHost.With(("a.yaml", content)), MemoryHost.Directory);
}
