using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>Servers that mean harm: an error or a retry, bounded in time and memory.</summary>
public class HostileServerTests : RegistryTest
{
    private static readonly byte[] s_megabyte = new byte[1 << 20];

    // Short, but long enough that all other answers come in time on a busy machine too.
    private static Func<WebOptions, WebOptions> Hasty(int retries = 0) => o =>
        o with { Timeout = TimeSpan.FromSeconds(2.5), Retries = retries };

    private static async Task<bool> Stall(CancellationToken stop)
    {
        await Task.Delay(-1, stop);
        return false;
    }

    [Fact]
    public async Task A_server_that_does_not_answer_times_out()
    {
        Serve((_, _, stop) => Stall(stop));
        TrustException e = await ManifestRefusedAsync("RegistryTimeout", Client(Hasty(retries: 2)));
        Assert.Equal(3, Server.To(ManifestPath).Count());
        Assert.Contains("2.5 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_in_the_body_times_out()
    {
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
            return await Stall(stop);
        });
        await ManifestRefusedAsync("RegistryTimeout", Client(Hasty()));
    }

    [Fact]
    public async Task A_server_that_drips_cannot_hold_a_caller()
    {
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            for (int i = 0; i < 1000; i++)
            {
                await HostileServer.WriteAsync(stream, "x");
                await Task.Delay(50, stop);
            }

            return false;
        });
        await ManifestRefusedAsync("RegistryTimeout", Client(Hasty()));
    }

    [Fact]
    public async Task A_header_without_end_is_not_read()
    {
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\n");
            while (!stop.IsCancellationRequested)
                await HostileServer.WriteAsync(stream, $"X-More: {new string('x', 1000)}\r\n");
            return false;
        });
        await ManifestRefusedAsync("RegistryAnswerInvalid", Client());
    }

    [Fact]
    public async Task A_chunked_gigabyte_is_not_read()
    {
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (!stop.IsCancellationRequested)
            {
                await HostileServer.WriteAsync(stream, "100000\r\n");
                await stream.WriteAsync(s_megabyte, stop);
                await HostileServer.WriteAsync(stream, "\r\n");
            }

            return false;
        });
        await ManifestRefusedAsync("ManifestTooLarge", Client());
    }

    [Fact]
    public async Task The_limit_is_four_mebibytes_and_not_a_byte_less()
    {
        int size = 4 << 20;
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, new byte[size]));
        RegistryClient client = Client();
        Assert.Equal(size, (await client.GetManifestAsync(Image(), null, CancellationToken.None)).Content.Length);
        size++;
        await ManifestRefusedAsync("ManifestTooLarge", client);
    }

    [Fact]
    public async Task An_encoding_that_was_not_asked_for_is_not_decoded()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (int i = 0; i < 64; i++)
                await gzip.WriteAsync(s_megabyte);
        }

        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, bomb.ToArray(), "Content-Encoding: gzip"));
        await ManifestRefusedAsync("RegistryUnexpectedEncoding", Client());
        await RefusedAsync("StoreUnexpectedEncoding", () => Client()
            .TryGetFileAsync(new Uri(Server.Url + "/signature-1"), 1 << 20, CancellationToken.None));
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 200, Manifest, "Content-Encoding: identity"));
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
    }

    [Fact]
    public async Task Half_an_answer_is_asked_for_again()
    {
        int count = 0;
        Serve((_, stream, _) => Interlocked.Increment(ref count) == 1
            ? HostileServer.WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {Manifest.Length}\r\n\r\n{Manifest[..20]}")
            : GiveManifest(stream));
        Assert.Equal(Manifest.Length, (await Client().GetManifestAsync(Image(), null, CancellationToken.None)).Content.Length);
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Half_an_answer_is_never_taken_for_a_whole_one()
    {
        Serve((_, stream, _) => HostileServer
            .WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {Manifest.Length}\r\n\r\n{Manifest[..20]}"));
        TrustException e = await ManifestRefusedAsync("RegistryUnreachable", Client());
        Assert.Contains("in the middle", e.Message, StringComparison.Ordinal);
        Assert.Equal(4, Server.To(ManifestPath).Count());
        Serve((_, stream, _) => HostileServer.WriteAsync(stream, $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc"));
        await ManifestRefusedAsync("RegistryUnreachable", Client(Hasty()));
    }

    [Fact]
    public async Task What_comes_after_the_length_is_not_the_answer_to_the_next_request()
    {
        int count = 0;
        Serve(async (_, stream, _) =>
        {
            if (Interlocked.Increment(ref count) > 1)
                return await HostileServer.AnswerAsync(stream, 200, "second");
            return await HostileServer
                .WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled")
                || true;
        });
        RegistryClient client = Client();
        Assert.Equal("first", Encoding.UTF8.GetString((await client.GetManifestAsync(Image(), null, CancellationToken.None)).Content.Span));
        Assert.Equal("second", Encoding.UTF8
            .GetString((await client.GetManifestAsync(Image(), null, CancellationToken.None)).Content.Span));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_made_again()
    {
        int count = 0;
        Serve((_, stream, _) => Interlocked.Increment(ref count) <= 2 ? Task.FromResult(false) : GiveManifest(stream));
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/9.9 abc\r\n\r\n")]
    [InlineData("HTTP/1.1 99999 OK\r\n\r\n")]
    [InlineData("\0\0\0\0\r\n\r\n")]
    public async Task What_is_no_http_is_said_to_be_none(string text)
    {
        Serve((_, stream, _) => HostileServer.WriteAsync(stream, text));
        await ManifestRefusedAsync("RegistryAnswerInvalid", Client());
    }

    [Fact]
    public async Task Mutated_answers_end_in_an_error_or_an_answer()
    {
        string good = $"HTTP/1.1 200 OK\r\nContent-Length: {Manifest.Length}\r\n{Type}\r\nWWW-Authenticate: Bearer " +
            $"realm=\"x\"\r\nLocation: https://x/\r\n\r\n{Manifest}";
        string answer = good;
        Serve((_, stream, _) => HostileServer.WriteAsync(stream, answer));
        RegistryClient client = Client(o => o with { Timeout = TimeSpan.FromMilliseconds(200), Retries = 0 });
        var random = new Random(20);
        int gave = 0;
        for (int i = 0; i < 400; i++)
        {
            char[] text = good.ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                text[random.Next(random.Next(2) == 0 ? 40 : text.Length)] = (char)random.Next(256);
            answer = new string(text);
            try
            {
                await client.GetManifestAsync(Image(), null, CancellationToken.None);
                gave++;
            }
            catch (TrustException)
            {
                // What is wanted of an answer that makes no sense.
                continue;
            }
        }

        Assert.InRange(gave, 20, 399);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task No_credential_goes_to_another_host(int status)
    {
        HostileServer other = Start();
        other.Handler = (request, stream, _) => request.Path == "/stolen"
            ? HostileServer.AnswerAsync(stream, 302, "", $"Location: {Server.Url}/back", "Set-Cookie: a=b")
            : GiveManifest(stream);
        Server.Handler = (request, stream, _) => request.Path switch
        {
            "/v2/" => HostileServer.AnswerAsync(stream, 401, "", "WWW-Authenticate: Basic realm=\"r\"", "Set-Cookie: session=1"),
            "/back" => GiveManifest(stream),
            _ => HostileServer.AnswerAsync(stream, status, "", $"Location: {other.Url}/stolen", "Set-Cookie: session=1"),
        };
        Host.LogIn(Server.Authority, "user", "hunter2");
        WriteClientCertificate(Server.Authority);
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(RegistryCredential.Basic("user", "hunter2"), Server.To(ManifestPath).Single().Authorization);
        Assert.NotNull(Server.To(ManifestPath).Single().ClientCertificate);
        SeenRequest stolen = other.To("/stolen").Single();
        Assert.Null(stolen.Authorization);
        Assert.Null(stolen.ClientCertificate);
        Assert.Null(Server.To("/back").Single().Authorization);
        Assert.All(Server.Requests.Concat(other.Requests), r => Assert.False(r.Headers.ContainsKey("Cookie")));
        AssertNothingSaid("hunter2", RegistryCredential.Basic("user", "hunter2")[6..]);
    }

    [Fact]
    public async Task A_credential_stays_on_a_redirect_within_the_server()
    {
        Server.Handler = (request, stream, _) => request.Path switch
        {
            "/v2/" => HostileServer.AnswerAsync(stream, 401, "", "WWW-Authenticate: Basic realm=\"r\""),
            "/elsewhere" => GiveManifest(stream),
            _ => HostileServer.AnswerAsync(stream, 307, "", "Location: ../../../../elsewhere"),
        };
        Host.LogIn(Server.Authority, "user", "hunter2");
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.NotNull(Server.To("/elsewhere").Single().Authorization);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "file")]
    [InlineData("gopher://x/", "gopher")]
    [InlineData("javascript:alert(1)", "javascript")]
    [InlineData("http://127.0.0.1:1/x", "from https to http://127.0.0.1:1")]
    [InlineData("https://", "where to")]
    [InlineData("", "where to")]
    [InlineData("https://[::1", "where to")]
    public async Task Redirects_lead_only_to_https(string location, string words)
    {
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 302, "", "Location: " + location));
        TrustException e = await ManifestRefusedAsync("RedirectRefused", Client());
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_insecure_registry_may_lead_from_https_to_http()
    {
        HostileServer plain = Start(tls: false);
        plain.Handler = (_, stream, _) => GiveManifest(stream);
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 302, "", $"Location: {plain.Url}/x"));
        await ManifestRefusedAsync("RedirectRefused", Client());
        await RefusedAsync("RedirectRefused", () => Client().TryGetFileAsync(new Uri(Server.Url + "/x"), 1000, CancellationToken.None));
        Assert.Empty(plain.Requests);
        await Client().GetManifestAsync(Image(insecure: true), null, CancellationToken.None);
        Assert.Single(plain.Requests);
    }

    [Fact]
    public async Task A_redirect_without_end_is_given_up()
    {
        Serve((_, stream, _) => HostileServer.AnswerAsync(stream, 302, "", "Location: " + ManifestPath));
        await ManifestRefusedAsync("TooManyRedirects", Client());
        Assert.Equal(11, Server.To(ManifestPath).Count());
    }

    [Fact]
    public async Task Cancelling_ends_it_at_once()
    {
        RegistryClient client = Client(o => o with { Timeout = TimeSpan.FromMinutes(5), FirstDelay = TimeSpan.FromMinutes(5),
            LongestDelay = TimeSpan.FromMinutes(5), ConcurrencyPerHost = 1 });
        int mode = 0;
        Server.Handler = async (request, stream, stop) =>
        {
            if (request.Path == "/v2/" && mode > 0)
                return await HostileServer.AnswerAsync(stream, 200, "{}");
            if (mode == 2)
                return await HostileServer.AnswerAsync(stream, 503, "");
            if (mode == 3)
                await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
            if (mode == 4)
                await HostileServer.WriteAsync(stream, "HTTP/1.1 404 No\r\nContent-Length: 1000\r\n\r\n{");
            return await Stall(stop);
        };
        for (mode = 0; mode < 5; mode++)
        {
            using var cancel = new CancellationTokenSource();
            int seen = Server.Requests.Count;
            Task[] work = [.. Enumerable.Range(0, 4).Select(_ => client.GetManifestAsync(Image(), null, cancel.Token))];
            await Patience.UntilAsync(() => Server.Requests.Count > seen, "a request arrives");
            var watch = Stopwatch.StartNew();
            await cancel.CancelAsync();
            foreach (Task task in work)
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
            Patience.EndedSoon(watch);
        }
    }

    private void WriteClientCertificate(string hostAndPort)
    {
        using var certificate = TestCertificates.Leaf(TestCertificates.SharedAuthority, "CN=client",
            use: TestCertificates.ClientAuthentication);
        Host.Write($".config/containers/certs.d/{hostAndPort}/client.cert", certificate.ExportCertificatePem());
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(certificate)!;
        Host.Write($".config/containers/certs.d/{hostAndPort}/client.key", key.ExportPkcs8PrivateKeyPem());
    }
}
