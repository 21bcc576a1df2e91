using System.Text;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Where a store is asked for signatures, and what it may answer.</summary>
public sealed class SignatureStoreTests
{
    private static readonly string Hex = new('a', 64);
    private static readonly string Digest = "sha256:" + Hex;
    private readonly Dictionary<string, byte[]> _web = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];
    private readonly FileHost _host = new();

    private static DockerReference Image(string text = "registry.example.com:5000/ns/app:v1")
    {
        Assert.True(DockerReference.TryParse(text, out DockerReference? reference, out _));
        return reference;
    }

    private SignatureStoreReader Reader() => new(
        _host,
        (url, limit, _) =>
        {
            Assert.Equal(ImageLimits.SignatureBytes, limit);
            _asked.Add(url.AbsoluteUri);
            return url.AbsoluteUri.Contains("forbidden", StringComparison.Ordinal)
                ? throw new TrustException("HttpStatus", TrustErrorKind.ReadError, "403")
                : Task.FromResult(_web.GetValueOrDefault(url.AbsoluteUri));
        });

    [Theory]
    [InlineData("https://h/sig", "https://h/sig/ns/app@sha256=%/signature-1")]
    [InlineData("https://h/sig/", "https://h/sig//ns/app@sha256=%/signature-1")]
    [InlineData("https://h", "https://h/ns/app@sha256=%/signature-1")]
    [InlineData("HTTPS://h:8443/a%20b", "https://h:8443/a%20b/ns/app@sha256=%/signature-1")]
    [InlineData("https://h/a%2Fb", "https://h/a/b/ns/app@sha256=%/signature-1")]
    [InlineData("http://h/sig?x=y#z", "http://h/sig/ns/app@sha256=%/signature-1?x=y")]
    [InlineData("https://h/ä", "https://h/%C3%A4/ns/app@sha256=%/signature-1")]
    public async Task Urls_are_put_together_as_the_reference_does(string store, string expected)
    {
        expected = expected.Replace("=%", "=" + Hex, StringComparison.Ordinal);
        _web[expected] = [1];
        IReadOnlyList<SignatureBlob> signatures = await Reader().ReadLookasideAsync(store, Image(), Digest, default);
        Assert.Equal([expected, expected.Replace("signature-1", "signature-2", StringComparison.Ordinal)], _asked);
        Assert.Equal(expected.Replace("?x=y", "", StringComparison.Ordinal), Assert.Single(signatures).Source);
    }

    [Fact]
    public async Task Secrets_of_a_url_are_not_shown()
    {
        _web[$"https://user:secret@h/ns/app@sha256={Hex}/signature-1?token=secret"] = [1];
        Assert.DoesNotContain("secret",
            Assert.Single(await Reader().ReadLookasideAsync("https://user:secret@h?token=secret", Image(), Digest, default)).Source,
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret",
            (await Assert.ThrowsAsync<TrustException>(() => Reader()
            .ReadLookasideAsync("ftp://user:secret@h", Image(), Digest, default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///s", "/s")]
    [InlineData("file:/s", "/s")]
    [InlineData("file:///s/", "/s/")]
    [InlineData("file:///a%20b", "/a b")]
    [InlineData("file:///s?x#y", "/s")]
    [InlineData("/s", "/s")]
    [InlineData("/a%20b", "/a%20b")]
    public async Task Files_are_read_through_the_host(string store, string path)
    {
        _host.With($"{path}/ns/app@sha256={Hex}/signature-1", "one").With($"{path}/ns/app@sha256={Hex}/signature-2", "two");
        IReadOnlyList<SignatureBlob> signatures = await Reader().ReadLookasideAsync(store, Image(), Digest, default);
        Assert.Equal(["one", "two"], signatures.Select(s => Encoding.UTF8.GetString(s.UntrustedContent.Span)));
        Assert.Equal($"{path}/ns/app@sha256={Hex}/signature-1", signatures[0].Source);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_refused_end_of_the_list_is_named_as_such()
    {
        string place = $"https://h/s/ns/app@sha256={Hex}/signature-";
        SignatureStoreReader reader = new(_host, (url, _, _) => url.AbsoluteUri == place + "1"
            ? Task.FromResult<byte[]?>([1])
            : throw new TrustException("StoreUnauthorized", TrustErrorKind.PermissionDenied, "403"));
        TrustException e = await Assert.ThrowsAsync<TrustException>(
            () => reader.ReadLookasideAsync("https://h/s", Image(), Digest, default));
        Assert.Equal(("StoreUnauthorized", TrustErrorKind.PermissionDenied), (e.ErrorId, e.Kind));
        Assert.StartsWith(
            place + "2 is refused, and the signature before it is not: the server probably answers 403 for what it does not have",
            e.Message,
            StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<TrustException>(() => reader.ReadLookasideAsync("https://h/other", Image(), Digest, default));
        Assert.Equal("403", e.Message);
    }

    [Fact]
    public async Task A_path_in_registries_d_is_refused_as_podman_refuses_it()
    {
        _host.With($"/s/ns/app@sha256={Hex}/signature-1", "one");
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => Reader().ReadConfiguredAsync("/s", Image(), Digest, default));
        Assert.Equal(("InvalidSignatureStore", "/s"), (e.ErrorId, e.Target));
        Assert.Single(await Reader().ReadConfiguredAsync("file:///s", Image(), Digest, default));
    }

    [Fact]
    public async Task A_server_that_answers_with_pages_is_told_from_one_with_many_signatures()
    {
        foreach ((string page, string expected) in ((string, string)[])[("<!DOCTYPE html>", "answers with pages"),
            ("x", "no honest store")])
        {
            SignatureStoreReader reader = new(_host, (_, _, _) => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(page)));
            TrustException e = await Assert
                .ThrowsAsync<TrustException>(() => reader.ReadLookasideAsync("https://h/s", Image(), Digest, default));
            Assert.Equal("TooManySignatures", e.ErrorId);
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative/path")]
    [InlineData("ftp://h/x")]
    [InlineData("https:")]
    [InlineData("https://")]
    [InlineData("https:///x")]
    [InlineData("https://good.example\\@other.example/x")]
    [InlineData("https://h/%zz")]
    [InlineData("https://h/%f")]
    [InlineData("https://h/%00")]
    [InlineData("file://host/x")]
    [InlineData("file:x")]
    [InlineData("https://h/a b")]
    [InlineData("https://h/a\nb")]
    public async Task What_is_no_store_is_refused(string store)
    {
        foreach (Func<Task> read in (Func<Task>[])[() => Reader().ReadLookasideAsync(store, Image(), Digest, default), () => Reader()
            .ReadReleaseLayoutAsync(store, Digest, default), () => Reader().ReadAsync(store, Image(), Digest, default)])
            Assert.Equal("InvalidSignatureStore", (await Assert.ThrowsAsync<TrustException>(read)).ErrorId);
        Assert.Empty(_asked);
        Assert.Empty(_host.Asked);
    }

    [Theory]
    [InlineData("sha256:../../etc")]
    [InlineData("")]
    [InlineData("sha256=aa")]
    public async Task What_is_no_digest_is_refused(string digest)
    {
        Assert.Equal("InvalidDigest",
            (await Assert.ThrowsAsync<TrustException>(() => Reader().ReadAsync("https://h", Image(), digest, default))).ErrorId);
        Assert.Equal("InvalidDigest",
            (await Assert.ThrowsAsync<TrustException>(() => Reader().ReadReleaseLayoutAsync("https://h", digest, default))).ErrorId);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("https://h/openshift/release")]
    [InlineData("https://h/openshift/release/")]
    [InlineData("https://h/openshift/release/sha256=%")]
    [InlineData("https://h/openshift/release/sha256=%/")]
    public async Task The_release_layout_is_read_wherever_its_store_ends(string store)
    {
        store = store.Replace("%", Hex, StringComparison.Ordinal);
        _web[$"https://h/openshift/release/sha256={Hex}/signature-1"] = [1];
        _web[$"https://h/openshift/release/sha256={Hex}/signature-2"] = [2];
        Assert.Equal(2, (await Reader().ReadReleaseLayoutAsync(store, Digest, default)).Count);
        Assert.Equal(2, (await Reader().ReadAsync(store, Image(), Digest, default)).Count);
        Assert.Equal(2, (await Reader().ReadAsync(store, null, Digest, default)).Count);
        if (store.Contains('=', StringComparison.Ordinal))
            Assert.Empty(await Reader().ReadAsync(store.Replace('a', 'b'), Image(), "sha256:" + new string('c', 64), default));
    }

    [Fact]
    public async Task The_layout_is_found_by_itself()
    {
        _host.With($"/one/ns/app@sha256={Hex}/signature-1", "lookaside").With($"/one/sha256={Hex}/signature-1", "release")
            .With($"/two/sha256={Hex}/signature-1", "release");
        Assert.Equal("lookaside"u8.ToArray(),
            Assert.Single(await Reader().ReadAsync("file:///one", Image(), Digest, default)).UntrustedContent.ToArray());
        Assert.Equal("release"u8.ToArray(),
            Assert.Single(await Reader().ReadAsync("file:///two", Image(), Digest, default)).UntrustedContent.ToArray());
        Assert.Empty(await Reader().ReadAsync("file:///three", Image(), Digest, default));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_an_error_unless_the_other_layout_has_signatures()
    {
        const string Store = "https://h/rel";
        DockerReference forbidden = Image("registry.example.com/forbidden/app");
        Assert.Equal("HttpStatus",
            (await Assert.ThrowsAsync<TrustException>(() => Reader().ReadAsync(Store, forbidden, Digest, default))).ErrorId);
        _web[$"{Store}/sha256={Hex}/signature-1"] = [1];
        Assert.Single(await Reader().ReadAsync(Store, forbidden, Digest, default));
        Assert.Equal("HttpStatus",
            (await Assert.ThrowsAsync<TrustException>(() => Reader().ReadAsync("https://h/forbidden", Image(), Digest, default))).ErrorId);
    }

    [Fact]
    public async Task An_endless_store_is_given_up()
    {
        for (int i = 1; i < ImageLimits.Signatures; i++)
            _host.With($"/s/ns/app@sha256={Hex}/signature-{i}", "x");
        Assert.Equal(ImageLimits.Signatures - 1, (await Reader().ReadLookasideAsync("file:///s", Image(), Digest, default)).Count);
        _host.With($"/s/ns/app@sha256={Hex}/signature-{ImageLimits.Signatures}", "x");
        Assert.Equal("TooManySignatures",
            (await Assert.ThrowsAsync<TrustException>(() => Reader().ReadAsync("file:///s", Image(), Digest, default))).ErrorId);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Reader()
            .ReadLookasideAsync("file:///s", Image(), Digest, new CancellationToken(true)));
    }

    [Theory]
    [InlineData(null, null, "file:///var/lib/containers/sigstore")]
    [InlineData("/root", null, "file:///var/lib/containers/sigstore")]
    [InlineData("/root", "1000", "file:///root/.local/share/containers/sigstore")]
    [InlineData("/home/a b", null, "file:///home/a%20b/.local/share/containers/sigstore")]
    [InlineData("/home/a", "0", "file:///var/lib/containers/sigstore")]
    public async Task The_default_store_is_the_users_own(string? home, string? uid, string expected)
    {
        _host.HomeDirectory = home;
        if (uid is not null)
            _host.Environment["_CONTAINERS_ROOTLESS_UID"] = uid;
        Assert.Equal(expected, SignatureStoreReader.DefaultStore(_host));
        Assert.Empty(await Reader().ReadLookasideAsync(expected, Image(), Digest, default));
    }

    [Fact]
    public void Damaged_stores_are_asked_or_refused()
    {
        byte[][] seeds = [.. ((string[])["https://user:pw@h:80/a%20b/c?d=e#f", "file:///a%20b/c", "/a/b", "http://[::1]:5000/x"])
            .Select(Encoding.UTF8.GetBytes)];
        int refused = Mutation.Run(seeds, 20_000, 5, content =>
        {
            _asked.Clear();
            _host.Asked.Clear();
            string store = Encoding.UTF8.GetString(content);
            if (store.Contains("forbidden", StringComparison.Ordinal))
                return;
            Assert.Empty(Reader().ReadLookasideAsync(store, Image(), Digest, default).GetAwaiter().GetResult());
            Assert.True(_asked.Count == 1 || _host.Asked is [['/', ..]]);
        });
        Assert.InRange(refused, 500, 19_500);
    }
}
