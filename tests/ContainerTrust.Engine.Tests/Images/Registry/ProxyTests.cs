using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Testing;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>Proxies: which servers are reached by one, and what it sees.</summary>
public sealed class ProxyTests : RegistryTest
{
    private const string Secret = "a secret";

    public static TheoryData<string> Rows => [.. ProxyTable.Cases.Select(static c => c.Row)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_registry_is_reached_as_Go_reaches_it(string row)
    {
        ProxyCase expected = ProxyTable.Cases.Single(c => c.Row == row);
        var proxies = new Proxies(ProxyEnvironment.Of(name => expected.Variable(name, "127.0.0.1:3128")));
        Assert.Equal(expected.Https, Way(proxies, $"https://{expected.Registry}/v2/"));
        Assert.Equal(expected.Http, Way(proxies, $"http://{expected.Registry}/v2/"));
    }

    [Theory]
    [InlineData("https://[ff0e::1]/", "", 'p')]
    [InlineData("https://[ff0e::1]/", "ff0e::1", '-')]
    [InlineData("https://[ff0e::1]:5000/", "[ff0e::1]:5000", '-')]
    [InlineData("https://[ff0e::1]:5001/", "[ff0e::1]:5000", 'p')]
    [InlineData("https://[ff0e::1]/", "ff0e::/16", '-')]
    [InlineData("https://[ff0f::1]/", "ff0e::/16", 'p')]
    [InlineData("https://[ff0e::1]/", "FF0E:0:0:0:0:0:0:1", '-')]
    [InlineData("https://[ff0e::1]/", "ff0e::1%eth0", 'p')]
    [InlineData("https://[ff0e::1]/", "0.0.0.0/0", 'p')]
    [InlineData("https://[::1]/", "", '-')]
    [InlineData("https://[::ffff:127.0.0.1]/", "", '-')]
    [InlineData("https://[::ffff:224.77.0.1]/", "224.77.0.0/16", '-')]
    public void Addresses_of_IPv6(string url, string noProxy, char expected) =>
        Assert.Equal(expected, Way(new Proxies(new ProxyEnvironment { HttpsProxy = "proxy.example.com:3128", NoProxy = noProxy }), url));

    // Go takes these for names, and a proxy that is asked for them can only find itself.
    [Theory]
    [InlineData("https://LOCALHOST:5000/")]
    [InlineData("https://127.1:5000/")]
    public void Loopback_in_another_spelling_is_loopback(string url) =>
        Assert.Equal('-', Way(new Proxies(new ProxyEnvironment { HttpsProxy = "proxy.example.com:3128" }), url));

    [Theory]
    [InlineData("proxy.example.com", "http://proxy.example.com/", null)]
    [InlineData("proxy.example.com:3128", "http://proxy.example.com:3128/", null)]
    [InlineData("https://proxy.example.com", "https://proxy.example.com/", null)]
    [InlineData("socks5://proxy.example.com", "socks5://proxy.example.com:1080/", null)]
    [InlineData("socks5h://proxy.example.com:99", "socks5://proxy.example.com:99/", null)]
    [InlineData("http://us%65r:p%40ss@proxy.example.com", "http://proxy.example.com/", "user p@ss")]
    [InlineData("user@proxy.example.com:1", "http://proxy.example.com:1/", "user ")]
    [InlineData("http://[ff0e::1]:3128", "http://[ff0e::1]:3128/", null)]
    public void A_proxy_is_named_by_a_URL_or_by_host_and_port(string value, string url, string? credential)
    {
        ProxyAddress? proxy = ProxyAddress.Parse(value);
        Assert.Equal(url, proxy?.Url?.AbsoluteUri);
        Assert.Equal(credential, proxy?.Credential is { } c ? $"{c.UserName} {c.Password}" : null);
        Assert.DoesNotContain("user", proxy!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_users_of_one_proxy_are_kept_apart()
    {
        ProxyEnvironment two = new()
            { HttpProxy = "http://plain:one@proxy.example.com:3128", HttpsProxy = "http://secure:two@proxy.example.com:3128" };
        Proxies proxies = new(two);
        Uri proxy = new("http://proxy.example.com:3128/"), other = new("http://proxy.example.com:3129/");

        Assert.Equal("plain", new SchemeProxy(proxies, "http").GetCredential(proxy, "Basic")?.UserName);
        Assert.Equal("secure", new SchemeProxy(proxies, "https").GetCredential(proxy, "basic")?.UserName);
        Assert.Null(new SchemeProxy(proxies, "https").GetCredential(proxy, "Digest"));
        Assert.Null(new SchemeProxy(proxies, "https").GetCredential(other, "Basic"));
    }

    [Fact]
    public async Task A_registry_on_loopback_is_reached_directly_and_the_proxy_sees_nothing()
    {
        HostileServer proxy = Start(tls: false);
        HostileServer registry = Start(tls: false);
        registry.Handler = Registry;
        Host.LogIn(registry.Authority, "user", Secret);
        RegistryClient client = Client(o => o with { Proxies = By(proxy) });

        await client.GetManifestAsync(Image(insecure: true, server: registry), null, CancellationToken.None);

        Assert.Empty(proxy.Requests);
        Assert.Contains(registry.Requests, r => r.Authorization == RegistryCredential.Basic("user", Secret));
        Assert.Empty(Warnings);
    }

    [Fact]
    public async Task A_credential_goes_to_an_http_proxy_for_an_insecure_registry_alone_and_that_is_said()
    {
        HostileServer proxy = Start(tls: false);
        proxy.Handler = Registry;
        Host.LogIn("registry.example.invalid", "user", Secret);
        RegistryClient client = Client(o => o with { Proxies = By(proxy), Retries = 0 });

        await client.GetManifestAsync(Image("registry.example.invalid/ns/app:1", insecure: true), null, CancellationToken.None);

        SeenRequest told = proxy.Requests.First(static r => r.Authorization is not null);
        Assert.Equal("http://registry.example.invalid/v2/ns/app/manifests/1", told.Target);
        Assert.Equal(RegistryCredential.Basic("user", Secret), told.Authorization);
        string warning = Assert.Single(Warnings.Distinct());
        string start = $"The credential for http://registry.example.invalid goes to the proxy {proxy.Url} without TLS";
        Assert.StartsWith(start, warning, StringComparison.Ordinal);
        AssertNothingSaid(Secret);

        int before = proxy.Requests.Count;
        await ManifestRefusedAsync("RegistryUnreachable", client, Image("registry.example.invalid/ns/app:1"));
        Assert.All(proxy.Requests.Skip(before), static r => Assert.Equal(("CONNECT", null), (r.Method, r.Authorization)));
    }

    [Fact]
    public async Task A_credential_of_a_store_goes_to_no_http_proxy()
    {
        HostileServer proxy = Start(tls: false);
        RegistryClient client = Client(o => o with { Proxies = By(proxy), Retries = 0 });

        var secret = new Uri($"http://user:{Uri.EscapeDataString(Secret)}@store.example.invalid/x");
        Exception e = await RefusedAsync("CredentialRefused", () => client.TryGetFileAsync(secret, 100, CancellationToken.None));
        Assert.Contains(proxy.Url, e.Message, StringComparison.Ordinal);
        Assert.Empty(proxy.Requests);

        await client.TryGetFileAsync(new Uri("http://store.example.invalid/x"), 100, CancellationToken.None);
        Assert.Equal("http://store.example.invalid/x", Assert.Single(proxy.Requests).Target);
    }

    [Fact]
    public async Task A_redirect_is_asked_for_anew()
    {
        HostileServer proxy = Start(tls: false);
        HostileServer store = Start(tls: false);
        store.Handler = static (_, stream, _) => HostileServer.AnswerAsync(stream, 302, "", "Location: http://elsewhere.example.invalid/y");
        RegistryClient client = Client(o => o with { Proxies = By(proxy), Retries = 0 });

        await client.TryGetFileAsync(new Uri(store.Url + "/x"), 100, CancellationToken.None);

        Assert.Equal("/x", Assert.Single(store.Requests).Target);
        Assert.Equal("http://elsewhere.example.invalid/y", Assert.Single(proxy.Requests).Target);
    }

    [Fact]
    public async Task A_proxy_gets_its_own_credential_and_no_other()
    {
        HostileServer proxy = Start(tls: false);
        proxy.Handler = static (request, stream, _) => request.Headers.ContainsKey("Proxy-Authorization")
            ? HostileServer.AnswerAsync(stream, 200, "content")
            : HostileServer.AnswerAsync(stream, 407, "", "Proxy-Authenticate: Basic realm=\"x\"");
        var proxies = new ProxyEnvironment { HttpProxy = $"http://me:w%6frd@{proxy.Authority}", HttpsProxy = "http://other:x@127.0.0.1:9" };
        RegistryClient client = Client(o => o with { Retries = 0, Proxies = proxies });

        byte[]? content = await client.TryGetFileAsync(new Uri("http://store.example.invalid/x"), 100, CancellationToken.None);
        Assert.Equal("content"u8.ToArray(), content);
        Assert.Equal(RegistryCredential.Basic("me", "word"), proxy.Requests.Last().Headers["Proxy-Authorization"]);
        AssertNothingSaid("word");
    }

    [Fact]
    public async Task A_proxy_that_is_down_is_named_in_the_error()
    {
        RegistryClient client = Client(static o => o with { Retries = 0, Proxies = new ProxyEnvironment { HttpsProxy = "127.0.0.1:9" } });
        Exception e = await ManifestRefusedAsync("RegistryUnreachable", client, Image("registry.example.invalid/ns/app:1"));
        Assert.Contains("the connection was refused (by the proxy http://127.0.0.1:9)", e.Message, StringComparison.Ordinal);
    }

    private static ProxyEnvironment By(HostileServer proxy) => new() { HttpProxy = proxy.Url, HttpsProxy = proxy.Url };

    private static char Way(Proxies proxies, string url)
    {
        try
        {
            return proxies.For(new Uri(url)) is null ? '-' : 'p';
        }
        catch (TrustException e) when (e.ErrorId is "ProxyRefused" or "ProxyInvalid")
        {
            return 'x';
        }
    }

    // What a registry with Basic authentication answers; https is refused.
    private static Task<bool> Registry(SeenRequest request, Stream stream, CancellationToken stop)
    {
        if (request.Method == "CONNECT")
            return HostileServer.AnswerAsync(stream, 502, "");
        return request.Authorization is null
            ? HostileServer.AnswerAsync(stream, 401, "{}", "WWW-Authenticate: Basic realm=\"x\"")
            : GiveManifest(stream);
    }
}
