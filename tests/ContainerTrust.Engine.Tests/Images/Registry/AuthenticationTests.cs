using System.Net;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Tests.Images.Registry;

public class AuthenticationTests : RegistryTest
{
    private const string Password = "correct horse";

    private string _token = "t1";

    private HostileServer _tokens = null!;

    /// <summary>A registry that wants a bearer token of another server.</summary>
    private void WantToken(string? answer = null, int status = 200)
    {
        _tokens = Start();
        _tokens.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, status, answer ?? "{\"token\": \"" + _token + "\"}");
        Server.Handler = (request, stream, _) => request.Path != "/v2/" && request.Authorization == "Bearer " + _token
            ? GiveManifest(stream)
            : HostileServer.AnswerAsync(stream, 401, "", Challenge());
        Host.Trust(Server.Authority, TestCertificates.SharedAuthority);
    }

    private string Challenge() => $"WWW-Authenticate: Bearer realm=\"{_tokens.Url}/token?x=1\",service=\"the service\"";

    [Fact]
    public async Task A_token_is_got_once_for_a_repository()
    {
        WantToken();
        Host.LogIn(Server.Authority, "user", Password);
        RegistryClient client = Client();
        await Task.WhenAll(Enumerable.Range(0, 40)
            .Select(i => client.GetManifestAsync(Image(i % 2 == 0 ? "ns/app:1" : "ns/other:1"), null, CancellationToken.None)));
        Assert.Single(Server.To("/v2/"));
        Assert.Equal(2, _tokens.Requests.Count);
        SeenRequest request = _tokens.Requests.Single(r => r.Target.Contains("app", StringComparison.Ordinal));
        Assert.Equal("/token?x=1&account=user&service=the%20service&scope=repository%3Ans%2Fapp%3Apull", request.Target);
        Assert.Equal(RegistryCredential.Basic("user", Password), request.Authorization);
        Assert.DoesNotContain(Server.Requests, r => r.Authorization is { } a && a.StartsWith("Basic", StringComparison.Ordinal));
        AssertNothingSaid(Password, RegistryCredential.Basic("user", Password)[6..], "t1");
    }

    [Fact]
    public async Task Without_credentials_the_token_is_anonymous()
    {
        WantToken("{\"access_token\": \"t1\", \"expires_in\": \"soon\"}");
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Null(_tokens.Requests.Single().Authorization);
        Assert.DoesNotContain("account", _tokens.Requests.Single().Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_token_is_posted_and_never_redirected()
    {
        WantToken();
        Host.LogIn(Server.Authority, "<token>", "", "refresh me");
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        SeenRequest request = _tokens.Requests.Single();
        Assert.Equal("POST", request.Method);
        Assert.Equal("service=the+service&scope=repository%3Ans%2Fapp%3Apull&grant_type=refresh_token&refresh_token=refresh+me&client_id=containers%2Fimage", request.Body);
        Assert.Null(request.Authorization);
        Assert.DoesNotContain("refresh", request.Target, StringComparison.Ordinal);
        _tokens.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 307, "", $"Location: {Server.Url}/x");
        await ManifestRefusedAsync("RedirectRefused", Client());
        Assert.Empty(Server.To("/x"));
        AssertNothingSaid("refresh me", "refresh+me");
    }

    [Fact]
    public async Task A_token_that_has_expired_is_got_again()
    {
        WantToken();
        RegistryClient client = Client();
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        _token = "t2";

        // A token of the very millisecond in which it is refused is a fresh one.
        long now = Environment.TickCount64;
        SpinWait.SpinUntil(() => Environment.TickCount64 > now);
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(2, _tokens.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_refuses_a_fresh_token_is_not_asked_for_ever()
    {
        WantToken("{\"token\": \"other\"}");
        await ManifestRefusedAsync("RegistryUnauthorized", Client());
        Assert.Single(_tokens.Requests);
        Assert.Single(Server.To(ManifestPath));
    }

    [Fact]
    public async Task A_scope_that_is_missing_is_asked_for_if_it_only_pulls()
    {
        WantToken();
        int round = 0;
        string scope = "repository:ns/base:pull";
        _tokens.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 200, "{\"token\": \"t" + ++round + "\"}");
        Server.Handler = (request, stream, _) => request.Authorization == "Bearer t2"
            ? GiveManifest(stream)
            : HostileServer.AnswerAsync(stream, 401, "", Challenge() +
                (request.Path == "/v2/" ? "" : $",error=\"insufficient_scope\",scope=\"{scope}\""));
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.EndsWith("&scope=repository%3Ans%2Fapp%3Apull&scope=repository%3Ans%2Fbase%3Apull", _tokens.Requests.Last().Target,
            StringComparison.Ordinal);
        scope = "repository:ns/base:push";
        round = 0;
        await ManifestRefusedAsync("RegistryUnauthorized", Client());
    }

    [Fact]
    public async Task A_challenge_that_comes_late_is_met_and_remembered()
    {
        WantToken();
        Host.LogIn(Server.Authority, "user", Password);
        Server.Handler = (request, stream, _) => request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 200, "{}")
            : request.Authorization == "Bearer t1" ? GiveManifest(stream)
            : HostileServer.AnswerAsync(stream, 401, "", Challenge());
        RegistryClient client = Client();
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(3, Server.To(ManifestPath).Count());
        Assert.NotNull(_tokens.Requests.Single().Authorization);
    }

    [Theory]
    [InlineData("{}", "TokenAnswerInvalid")]
    [InlineData("", "TokenAnswerInvalid")]
    [InlineData("[]", "TokenAnswerInvalid")]
    [InlineData("null", "TokenAnswerInvalid")]
    [InlineData("{\"token\": 7}", "TokenAnswerInvalid")]
    [InlineData("{\"token\": \"\"}", "TokenAnswerInvalid")]
    [InlineData("{\"token\": \"a\\r\\nX-Evil: 1\"}", "TokenAnswerInvalid")]
    [InlineData("{\"token\": \"a b\"}", "TokenAnswerInvalid")]
    [InlineData("{\"token\": \"\\ud800\"}", "TokenAnswerInvalid")]
    [InlineData("{\"token\": \"topsecret\"", "TokenAnswerInvalid")]
    [InlineData("\u0001topsecret", "TokenAnswerInvalid")]
    public async Task A_token_answer_that_makes_no_sense_is_refused(string answer, string errorId)
    {
        WantToken(answer);
        TrustException e = await ManifestRefusedAsync(errorId, Client());
        Assert.DoesNotContain("topsecret", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"token\": \"t1\", \"expires_in\": 1e300}")]
    [InlineData("{\"token\": \"t1\", \"expires_in\": -5}")]
    [InlineData("{\"token\": \"t1\", \"expires_in\": null, \"issued_at\": \"1970-01-01T00:00:00Z\"}")]
    public async Task An_odd_lifetime_does_no_harm(string answer)
    {
        WantToken(answer);
        RegistryClient client = Client();
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        await client.GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Single(_tokens.Requests);
    }

    [Fact]
    public async Task A_token_server_may_answer_a_mebibyte_and_no_more()
    {
        WantToken("{\"token\": \"t1\"}" + new string(' ', 1 << 20));
        await ManifestRefusedAsync("TokenAnswerTooLarge", Client());
        WantToken("{\"token\": \"" + new string('t', 100_000) + "\"}");
        await ManifestRefusedAsync("TokenAnswerInvalid", Client());
        WantToken("{\"token\": \"t1\"}" + new string(' ', (1 << 20) - 100));
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
    }

    [Fact]
    public async Task A_wrong_password_is_tried_once()
    {
        WantToken("{\"details\": \"incorrect username or password\"}", 401);
        string file = Host.Write("auth.json", ScratchHost.AuthFileText(Server.Authority, "user", Password));
        RegistryClient client = Client(o => o with { AuthFile = file });
        for (int i = 0; i < 10; i++)
        {
            TrustException e = await ManifestRefusedAsync("RegistryUnauthorized", client);
            Assert.Contains("incorrect username", e.Message, StringComparison.Ordinal);
            Assert.Contains(file, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, e.Message, StringComparison.Ordinal);
        }

        Assert.Single(_tokens.Requests);
    }

    [Fact]
    public async Task A_token_server_that_fails_is_asked_again()
    {
        WantToken();
        int count = 0;
        _tokens.Handler = (_, stream, _) =>
            ++count <= 2 ? HostileServer.AnswerAsync(stream, 502, "") : HostileServer.AnswerAsync(stream, 200, "{\"token\": \"t1\"}");
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_token_servers_redirect()
    {
        WantToken();
        HostileServer other = Start();
        other.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 200, "{\"token\": \"t1\"}");
        _tokens.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 302, "", $"Location: {other.Url}/token");
        Host.LogIn(Server.Authority, "user", Password);
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.NotNull(_tokens.Requests.Single().Authorization);
        Assert.Null(other.Requests.Single().Authorization);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/token")]
    [InlineData("//evil")]
    [InlineData("https://")]
    [InlineData("")]
    public async Task A_token_realm_must_be_https(string realm)
    {
        Server.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 401, "", $"WWW-Authenticate: Bearer realm=\"{realm}\"");
        Host.LogIn(Server.Authority, "user", Password);
        await ManifestRefusedAsync("TokenRealmRefused", Client());
    }

    [Fact]
    public async Task An_insecure_registry_may_have_its_tokens_by_http()
    {
        HostileServer plain = Start(tls: false);
        plain.Handler = (request, stream, _) => request.Path == "/token" ? HostileServer.AnswerAsync(stream, 200, "{\"token\": \"t1\"}")
            : request.Authorization == "Bearer t1" ? GiveManifest(stream)
            : HostileServer.AnswerAsync(stream, 401, "", $"WWW-Authenticate: Bearer realm=\"{plain.Url}/token\"");
        await Client().GetManifestAsync(Image(server: plain, insecure: true), null, CancellationToken.None);
        Assert.Single(plain.To("/token"));
    }

    [Theory]
    [InlineData("WWW-Authenticate: ")]
    [InlineData("WWW-Authenticate: =,\"")]
    [InlineData("WWW-Authenticate: Negotiate")]
    [InlineData("WWW-Authenticate: Digest realm=\"x\", qop=\"auth")]
    [InlineData("X-Nothing: 1")]
    public async Task Without_a_known_challenge_the_request_is_made_without_credentials(string header)
    {
        Server.Handler = (request, stream, _) =>
            request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 401, "", header) : GiveManifest(stream);
        Host.LogIn(Server.Authority, "user", Password);
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.All(Server.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact]
    public async Task A_credential_that_was_given_is_not_for_mirrors_or_other_registries()
    {
        Server.Handler = (request, stream, _) =>
            request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 401, "", "WWW-Authenticate: Basic realm=r") : GiveManifest(stream);
        var given = new NetworkCredential("given", "pw");
        RegistryClient client = Client(o => o with { Credential = given });
        await client.GetManifestAsync(Image("ns/a"), null, CancellationToken.None);
        await client.GetManifestAsync(Image("ns/b", mirror: true), null, CancellationToken.None);
        RegistryClient other = Client(o => o with { Credential = new NetworkCredential("given", "pw", "registry.example.com") });
        await other.GetManifestAsync(Image("ns/c"), null, CancellationToken.None);
        RegistryClient same = Client(o => o with { Credential = new NetworkCredential("given", "pw", Server.Authority) });
        await same.GetManifestAsync(Image("ns/d"), null, CancellationToken.None);
        string? Sent(string name) => Server.To($"/v2/ns/{name}/manifests/latest").Single().Authorization;
        Assert.Equal(RegistryCredential.Basic("given", "pw"), Sent("a"));
        Assert.Null(Sent("b"));
        Assert.Null(Sent("c"));
        Assert.Equal(RegistryCredential.Basic("given", "pw"), Sent("d"));
        AssertNothingSaid(RegistryCredential.Basic("given", "pw")[6..]);
    }
}
