using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>A TLS registry that a test makes hostile, and a client that trusts its certificate.</summary>
public abstract class RegistryTest : IAsyncLifetime, IDisposable
{
    protected const string ManifestPath = "/v2/ns/app/manifests/1";
    protected const string Manifest = """{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}""";
    protected const string Type = "Content-Type: application/vnd.oci.image.manifest.v1+json; charset=utf-8";

    private readonly List<HostileServer> _servers = [];
    private readonly List<RegistryClient> _clients = [];

    internal ScratchHost Host { get; } = new();

    internal ConcurrentQueue<string> Verbose { get; } = new();

    internal ConcurrentQueue<string> Warnings { get; } = new();

    internal HostileServer Server { get; private set; } = null!;

    protected static string ManifestDigest { get; } = Digest(Manifest);

    public Task InitializeAsync()
    {
        Server = Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (RegistryClient client in _clients)
            client.Dispose();
        foreach (HostileServer server in _servers)
            await server.DisposeAsync();
    }

    public void Dispose()
    {
        Host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A further server; with TLS, its authority is trusted.</summary>
    internal HostileServer Start(bool tls = true)
    {
        var server = new HostileServer(tls ? TestCertificates.SharedServer : null);
        if (tls)
            Host.Trust(server.Authority, TestCertificates.SharedAuthority);
        _servers.Add(server);
        return server;
    }

    internal RegistryClient Client(Func<WebOptions, WebOptions>? change = null)
    {
        var options = new WebOptions
            { Timeout = TimeSpan.FromSeconds(30), FirstDelay = TimeSpan.FromMilliseconds(10),
            LongestDelay = TimeSpan.FromMilliseconds(200) };
        var client = new RegistryClient(Host, change?.Invoke(options) ?? options, Verbose.Enqueue, warning: Warnings.Enqueue);
        _clients.Add(client);
        return client;
    }

    internal PullSource Image(string name = "ns/app:1", bool insecure = false, bool mirror = false, HostileServer? server = null)
    {
        string full = name.Contains("/ns/", StringComparison.Ordinal) ? name : $"{(server ?? Server).Authority}/{name}";
        Assert.True(DockerReference.TryParse(full, out DockerReference? reference, out string problem), problem);
        return new PullSource(reference, insecure, mirror);
    }

    /// <summary>Lets the ping pass, and gives all else to the test.</summary>
    internal void Serve(Func<SeenRequest, Stream, CancellationToken, Task<bool>> handler) =>
        Server.Handler = (request, stream, stop) =>
            request.Path == "/v2/" ? HostileServer.AnswerAsync(stream, 200, "{}") : handler(request, stream, stop);

    internal static Task<bool> GiveManifest(Stream stream) => HostileServer.AnswerAsync(stream, 200, Manifest, Type);

    protected static string Digest(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    internal async Task<TrustException> RefusedAsync(string errorId, Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(action);
        Assert.True(e.ErrorId == errorId, $"{e.ErrorId}: {e.Message}");
        Patience.EndedSoon(watch);
        Assert.DoesNotContain('\n', e.Message);
        return e;
    }

    internal Task<TrustException> ManifestRefusedAsync(string errorId, RegistryClient client, PullSource? image = null) =>
        RefusedAsync(errorId, () => client.GetManifestAsync(image ?? Image(), null, CancellationToken.None));

    /// <summary>No secret may be in anything that is said.</summary>
    internal void AssertNothingSaid(params string[] secrets)
    {
        foreach (string secret in secrets)
            Assert.DoesNotContain(Verbose, line => line.Contains(secret, StringComparison.Ordinal));
    }
}
