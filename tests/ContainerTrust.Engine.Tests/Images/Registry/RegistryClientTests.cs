using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Images.Registry;

public class RegistryClientTests : RegistryTest
{
    [Fact]
    public async Task A_manifest_comes_as_it_is()
    {
        Serve((_, stream, _) => GiveManifest(stream));
        ImageManifest manifest = await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(Manifest, Encoding.UTF8.GetString(manifest.Content.Span));
        Assert.Equal("application/vnd.oci.image.manifest.v1+json", manifest.MediaType);
        Assert.Equal(Server.Url + ManifestPath, manifest.Source);
        SeenRequest request = Assert.Single(Server.To(ManifestPath));
        Assert.Null(request.Authorization);
        Assert.False(request.Headers.ContainsKey("Accept-Encoding"));
        Assert.False(request.Headers.ContainsKey("Cookie"));
        Assert.False(request.Headers.ContainsKey("traceparent"));
        foreach (string type in (string[])["oci.image.manifest.v1+json", "oci.image.index.v1+json", "manifest.v2+json",
            "manifest.list.v2+json", "manifest.v1+json", "manifest.v1+prettyjws"])
            Assert.Contains(type, request.Headers["Accept"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: Application/JSON ;a=b", "application/json")]
    [InlineData("Content-Type: nonsense", null)]
    [InlineData("Content-Type: a/b/c", null)]
    [InlineData("Content-Type: /", null)]
    [InlineData("Content-Type: ", null)]
    [InlineData("X-None: 1", null)]
    public async Task The_media_type_is_the_headers_without_parameters(string header, string? expected)
    {
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, Manifest, header));
        Assert.Equal(expected, (await Client().GetManifestAsync(Image(), null, CancellationToken.None)).MediaType);
    }

    [Fact]
    public async Task A_manifest_by_digest_is_checked()
    {
        Serve((_, stream, _) => GiveManifest(stream));
        string wrong = Digest("other");
        RegistryClient client = Client();
        Assert.Equal(Manifest.Length, (await client.GetManifestAsync(Image(), ManifestDigest, CancellationToken.None)).Content.Length);
        Assert.Equal(Manifest.Length,
            (await client.GetManifestAsync(Image("ns/app@" + ManifestDigest), null, CancellationToken.None)).Content.Length);
        Assert.Equal(Manifest.Length,
            (await client.GetManifestAsync(Image("ns/app:2@" + ManifestDigest), null, CancellationToken.None)).Content.Length);
        Assert.Equal(3, Server.To("/v2/ns/app/manifests/" + ManifestDigest).Count());
        TrustException e = await RefusedAsync("ManifestDigestMismatch",
            () => client.GetManifestAsync(Image(), wrong, CancellationToken.None));
        Assert.Equal(TrustErrorKind.InvalidData, e.Kind);
        await RefusedAsync("ManifestDigestMismatch", () => client.GetManifestAsync(Image("ns/app@" + wrong), null, CancellationToken.None));
        await RefusedAsync("InvalidDigest", () => client.GetManifestAsync(Image(), "sha256:../../x", CancellationToken.None));
    }

    [Fact]
    public async Task A_signed_schema_1_manifest_passes_only_if_the_caller_says_so()
    {
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, Manifest,
            "Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws"));
        string other = Digest("payload");
        await RefusedAsync("ManifestDigestMismatch", () => Client().GetManifestAsync(Image(), other, CancellationToken.None));
        using var client = new RegistryClient(Host, new WebOptions(), null, (content, digest) => content.Length == Manifest.Length
            && digest == other);
        Assert.Equal(Manifest.Length, (await client.GetManifestAsync(Image(), other, CancellationToken.None)).Content.Length);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public async Task A_blob_is_checked_against_its_digest(string algorithm)
    {
        byte[] blob = RandomNumberGenerator.GetBytes(200_000);
        string digest = algorithm + ":" +
            Convert.ToHexStringLower(CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), blob));
        byte[] served = blob;
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, served, "Content-Encoding: gzip"));
        RegistryClient client = Client();
        Assert.Equal(blob, await client.GetBlobAsync(Image(), digest, blob.Length, CancellationToken.None));
        await RefusedAsync("BlobTooLarge", () => client.GetBlobAsync(Image(), digest, blob.Length - 1, CancellationToken.None));
        served = [.. blob];
        served[^1] ^= 1;
        await RefusedAsync("BlobDigestMismatch", () => client.GetBlobAsync(Image(), digest, blob.Length, CancellationToken.None));
        Assert.Null(Server.To("/v2/ns/app/blobs/" + digest).First().Authorization);
    }

    [Theory]
    [InlineData(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest \u001b[31munknown"}]}""", "ImageNotFound",
        TrustErrorKind.NotFound, "manifest \\u001b[31munknown")]
    [InlineData(404, "", "ImageNotFound", TrustErrorKind.NotFound, "not in the registry")]
    [InlineData(400, """{"errors":[{"code":"NAME_UNKNOWN"}]}""", "ImageNotFound", TrustErrorKind.NotFound, "NAME_UNKNOWN")]
    [InlineData(403, """{"details":"go away"}""", "RegistryUnauthorized", TrustErrorKind.PermissionDenied, "go away")]
    [InlineData(401, """{"errors":[{"code":"NAME_UNKNOWN"}]}""", "RegistryUnauthorized", TrustErrorKind.PermissionDenied, "podman login")]
    [InlineData(500, "<html>oops", "RegistryError", TrustErrorKind.ReadError, "status 500.")]
    [InlineData(501, "no", "RegistryError", TrustErrorKind.ReadError, "no")]
    [InlineData(429, """{"errors":[]}""", "RegistryBusy", TrustErrorKind.ResourceBusy, "429")]
    [InlineData(204, "", "RegistryError", TrustErrorKind.ReadError, "204")]
    [InlineData(206, "part", "RegistryError", TrustErrorKind.ReadError, "206")]
    [InlineData(404, """{"errors":[7]}""", "ImageNotFound", TrustErrorKind.NotFound, "")]
    [InlineData(404, """{"errors":[{"message":{}}]}""", "ImageNotFound", TrustErrorKind.NotFound, "")]
    [InlineData(404, "[[[[[[", "ImageNotFound", TrustErrorKind.NotFound, "")]
    public async Task Statuses_are_told_apart(int status, string body, string errorId, TrustErrorKind kind, string words)
    {
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, status, body));
        TrustException e = await ManifestRefusedAsync(errorId, Client());
        Assert.Equal(kind, e.Kind);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', e.Message);
        Assert.DoesNotContain('<', e.Message);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(302)]
    public async Task A_server_that_is_no_registry_is_said_to_be_none(int status)
    {
        Server.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, status, "");
        await ManifestRefusedAsync(status == 302 ? "RedirectRefused" : "RegistryError", Client());
        Assert.DoesNotContain(Server.Requests, r => r.Path != "/v2/");
    }

    [Fact]
    public async Task A_failure_is_remembered_for_those_who_come_next()
    {
        Server.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 503, "");
        RegistryClient client = Client(o => o with { Retries = 1 });
        for (int i = 0; i < 20; i++)
            await ManifestRefusedAsync("RegistryError", client, Image($"ns/app{i}"));
        Assert.Equal(2, Server.Requests.Count);
    }

    [Fact]
    public async Task Errors_twice_then_an_answer()
    {
        int count = 0;
        Serve((_, stream, _) => Interlocked.Increment(ref count) <= 2 ? HostileServer.AnswerAsync(stream, 500, "oops")
            : GiveManifest(stream));
        Assert.Equal(Manifest.Length, (await Client().GetManifestAsync(Image(), null, CancellationToken.None)).Content.Length);
        Assert.Equal(3, Server.To(ManifestPath).Count());
        await ManifestRefusedAsync("RegistryError", Client(o => o with { Retries = 0 }), Reset(ref count));

        PullSource Reset(ref int value)
        {
            value = 0;
            return Image();
        }
    }

    [Fact]
    public async Task Too_many_requests_are_made_again_when_the_server_says()
    {
        int count = 0;
        Serve((_, stream, _) => Interlocked.Increment(ref count) == 1 ? HostileServer.AnswerAsync(stream, 429, "", "Retry-After: 1")
            : GiveManifest(stream));
        var watch = Stopwatch.StartNew();
        await Client(o => o with { LongestDelay = TimeSpan.FromSeconds(5) }).GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, Patience.Soon.TotalSeconds);
        count = 0;
        Serve((_, stream, _) => Interlocked.Increment(ref count) == 1
            ? HostileServer.AnswerAsync(stream, 429, "", "Retry-After: 99999999999") : GiveManifest(stream));
        watch.Restart();
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Patience.EndedSoon(watch);
    }

    [Fact]
    public void Delays_double_and_keep_to_their_bounds()
    {
        var options = new WebOptions { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromSeconds(10) };
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        Assert.InRange(RetryDelay.Of(options, 0, null, now).TotalSeconds, 1, 1.25);
        Assert.InRange(RetryDelay.Of(options, 2, null, now).TotalSeconds, 4, 5);
        Assert.Equal(10, RetryDelay.Of(options, 1000, null, now).TotalSeconds);
        Assert.Equal(3, RetryDelay.Of(options, 0, "3", now).TotalSeconds);
        Assert.Equal(7, RetryDelay.Of(options, 0, "Thu, 01 Jan 1970 00:00:07 GMT", now).TotalSeconds);
        Assert.Equal(10, RetryDelay.Of(options, 0, "Wed, 01 Jan 2070 00:00:07 GMT", now).TotalSeconds);
        foreach (string bad in (string[])["", "-1", "x", "1.5", "99999999999999999999999", "Fri, 01 Jan 1960 00:00:07 GMT", "99 Jan"])
            Assert.InRange(RetryDelay.Of(options, 0, bad, now).TotalSeconds, 1, 1.25);
        Assert.Equal(10, RetryDelay.Of(options, 0, ulong.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            now).TotalSeconds);
    }

    [Fact]
    public async Task One_host_gets_no_more_requests_at_once_than_allowed()
    {
        int now = 0;
        int most = 0;
        TaskCompletionSource three = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(async (_, stream, stop) =>
        {
            int count = Interlocked.Increment(ref now);
            for (int seen = most; count > seen; seen = most)
                Interlocked.CompareExchange(ref most, count, seen);

            // All wait until as many are there as may be; one more would come meanwhile.
            if (count >= 3)
                three.TrySetResult();
            await three.Task.WaitAsync(stop);
            await Task.Delay(20, stop);
            Interlocked.Decrement(ref now);
            return await GiveManifest(stream);
        });
        RegistryClient client = Client(o => o with { ConcurrencyPerHost = 3, Timeout = Patience.Limit });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.GetManifestAsync(Image(), null, CancellationToken.None)));
        Assert.Equal(3, most);
        Assert.InRange(Server.Connections, 1, 4);
        Assert.Single(Server.To("/v2/"));
    }

    [Fact]
    public async Task Http_is_spoken_only_with_a_registry_that_is_declared_insecure()
    {
        HostileServer plain = Start(tls: false);
        plain.Handler = (request, stream, _) =>
            request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 401, "", "WWW-Authenticate: Basic realm=x") : GiveManifest(stream);
        Host.LogIn(plain.Authority, "user", "secret");
        TrustException refused = await ManifestRefusedAsync("RegistryTlsError", Client(), Image(server: plain));
        Assert.StartsWith(
            $"https://{plain.Authority} answers with http, not https.",
            refused.Message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "mark it insecure in registries.conf (insecure = true in the [[registry]] or [[registry.mirror]] with " +
                $"location = \"{plain.Authority}\").",
            refused.Message,
            StringComparison.Ordinal);
        refused = await RefusedAsync(
            "StoreTlsError",
            () => Client().TryGetFileAsync(new Uri($"https://{plain.Authority}/signature-1"), 100, CancellationToken.None));
        Assert.EndsWith("If that is meant, name the store by http://.", refused.Message, StringComparison.Ordinal);
        await ManifestRefusedAsync("RegistryTlsError", Client(o => o with { VerifyTls = true }), Image(server: plain, insecure: true));
        Assert.Empty(plain.Requests);
        Assert.Equal(Manifest.Length,
            (await Client().GetManifestAsync(Image(server: plain, insecure: true), null, CancellationToken.None)).Content.Length);
        Assert.Equal(Manifest.Length,
            (await Client(o => o with { VerifyTls = false })
            .GetManifestAsync(Image(server: plain), null, CancellationToken.None)).Content.Length);
    }

    [Fact]
    public async Task What_is_neither_TLS_nor_http_is_not_called_http()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TaskCompletionSource gone = new();
        Task answering = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            NetworkStream stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[4096], 1);
            await stream.WriteAsync("SSH-2.0-OpenSSH_9.2 HTTP/1.1\r\n"u8.ToArray());
            await gone.Task.WaitAsync(Patience.Limit);
        });
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.True(DockerReference.TryParse($"127.0.0.1:{port}/ns/app:1", out DockerReference? reference, out _));
        TrustException refused = await Assert.ThrowsAnyAsync<TrustException>(
            () => Client().GetManifestAsync(new PullSource(reference, false, false), null, CancellationToken.None));
        gone.SetResult();
        await answering;
        Assert.Equal("RegistryTlsError", refused.ErrorId);
        Assert.StartsWith($"https://{reference.Domain} answers with something that is not TLS.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_unreachable()
    {
        int port;
        await using (var server = new HostileServer())
            port = server.Port;
        Assert.True(DockerReference.TryParse($"127.0.0.1:{port}/ns/app:1", out var reference, out _));
        TrustException e = await ManifestRefusedAsync("RegistryUnreachable", Client(), new PullSource(reference, false, false));
        Assert.Contains("refused", e.Message, StringComparison.Ordinal);
        Assert.True(DockerReference.TryParse($"127.0.0.1:99999/ns/app:1", out reference, out _));
        await ManifestRefusedAsync("InvalidRegistryHost", Client(), new PullSource(reference, false, false));
        Assert.True(DockerReference.TryParse("no-such-host.invalid/ns/app:1", out reference, out _));
        await ManifestRefusedAsync("RegistryUnreachable", Client(), new PullSource(reference, false, false));
    }

    [Fact]
    public async Task A_store_says_404_for_no_file_and_nothing_else()
    {
        Host.LogIn(Server.Authority, "user", "secret");
        Server.Handler = (request, stream, _) => request.Path switch
        {
            "/good" => HostileServer.AnswerAsync(stream, 200, "sig", "Content-Type: text/html"),
            "/secret" => HostileServer.AnswerAsync(stream, 403, "no"),
            "/asked" => HostileServer.AnswerAsync(stream, 401, "no", "WWW-Authenticate: Basic realm=x"),
            "/broken" => HostileServer.AnswerAsync(stream, 503, "no"),
            "/gone" => HostileServer.AnswerAsync(stream, 410, "no"),
            "/moved" => HostileServer.AnswerAsync(stream, 301, "", "Location: /good"),
            _ => HostileServer.AnswerAsync(stream, 404, "no"),
        };
        RegistryClient client = Client();
        Task<byte[]?> Get(string path, int max = 100) => client.TryGetFileAsync(new Uri(Server.Url + path), max, CancellationToken.None);
        Assert.Equal("sig"u8.ToArray(), await Get("/good", 3));
        Assert.Equal("sig"u8.ToArray(), await Get("/moved"));
        Assert.Null(await Get("/none"));
        await RefusedAsync("StoreFileTooLarge", () => Get("/good", 2));
        await RefusedAsync("StoreUnauthorized", () => Get("/secret"));
        await RefusedAsync("StoreUnauthorized", () => Get("/asked"));
        await RefusedAsync("StoreError", () => Get("/broken"));
        await RefusedAsync("StoreError", () => Get("/gone"));
        await RefusedAsync("InvalidStoreUrl", () => client.TryGetFileAsync(new Uri("file:///etc/passwd"), 10, CancellationToken.None));
        Assert.All(Server.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact]
    public async Task A_stores_own_user_and_password_are_for_it_alone_and_never_shown()
    {
        HostileServer other = Start();
        other.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 403, "");
        Server.Handler = (request, stream, _) => request.Path == "/a" ? HostileServer.AnswerAsync(stream, 200, "x")
            : HostileServer.AnswerAsync(stream, 302, "", $"Location: https://u:p@{other.Authority}/x?sig=topsecret");
        string url = Server.Url.Replace("https://", "https://me:my%20word@", StringComparison.Ordinal);
        RegistryClient client = Client();
        Assert.NotNull(await client.TryGetFileAsync(new Uri(url + "/a"), 10, CancellationToken.None));
        Assert.Equal("Basic " + Convert.ToBase64String("me:my word"u8), Server.To("/a").Single().Authorization);
        TrustException e = await RefusedAsync("StoreUnauthorized",
            () => client.TryGetFileAsync(new Uri(url + "/b"), 10, CancellationToken.None));
        Assert.Null(Assert.Single(other.Requests).Authorization);
        Assert.DoesNotContain("topsecret", e.Message, StringComparison.Ordinal);
        AssertNothingSaid("my%20word", "my word", "topsecret");
    }

    [Fact]
    public async Task A_thousand_manifests_come_quickly()
    {
        Serve((_, stream, _) => GiveManifest(stream));
        RegistryClient client = Client(o => o with { Timeout = TimeSpan.FromSeconds(30) });
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
            await client.GetManifestAsync(Image(), null, stop));
        Assert.True(watch.Elapsed < Patience.Limit, $"{1000 / watch.Elapsed.TotalSeconds:0} a second");
        Assert.InRange(Server.Connections, 1, 17);
    }
}
