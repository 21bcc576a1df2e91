using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrust.TestCluster;

/// <summary>
/// As much of a Kubernetes API server as reading takes: TLS with a certificate of its own, a bearer token, discovery, and the objects of a
/// state. It speaks HTTP/1.1, one request a connection.
/// </summary>
internal sealed class ApiServer : IDisposable
{
    private const string Group = "machineconfiguration.openshift.io";
    private const string Settings = "config.openshift.io";
    private static readonly Dictionary<string, JsonObject> s_namespaces = new[] { "default", "kube-system", "shop" }.ToDictionary(
        static n => n,
        static n => new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = n } });

    // Group, plural, singular, kind, and whether it belongs to namespaces.
    private static readonly (string Group, string Plural, string Singular, string Kind, bool IsNamespaced)[] s_others =
    [
        (Settings, "clusterversions", "clusterversion", "ClusterVersion", false),
        (Settings, "infrastructures", "infrastructure", "Infrastructure", false),
        (Settings, "images", "image", "Image", false),
        (Settings, "clusterimagepolicies", "clusterimagepolicy", "ClusterImagePolicy", false),
        (Settings, "imagepolicies", "imagepolicy", "ImagePolicy", true),
        (Group, "machineosconfigs", "machineosconfig", "MachineOSConfig", false),
        (Group, "osimagestreams", "osimagestream", "OSImageStream", false),
    ];

    private const string Token = "sha256~not-a-secret-of-anybody";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly Task _serving;
    private volatile ClusterState _state;
    private int _requests;
    private bool _isDisposed;

    /// <summary>Serves a state on a free port of this machine.</summary>
    public ApiServer(ClusterState state)
    {
        _state = state;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync();
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>How many requests there were.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What the cluster has now.</summary>
    public ClusterState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>A kubeconfig for servers, each a context of the name it is given here; the first is the current one.</summary>
    /// <param name="servers">The servers.</param>
    /// <param name="token">The token; null for the right one, empty for none.</param>
    public static string Kubeconfig(IReadOnlyDictionary<string, ApiServer> servers, string? token = null)
    {
        var all = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["clusters"] = new JsonArray([.. servers.Select(static s => new JsonObject
            {
                ["name"] = s.Key,
                ["cluster"] = new JsonObject
                {
                    ["server"] = $"https://127.0.0.1:{s.Value.Port}",
                    ["certificate-authority-data"] = Convert
                        .ToBase64String(Encoding.ASCII.GetBytes(s.Value._certificate.ExportCertificatePem() + "\n")),
                },
            })]),
            ["users"] = new JsonArray(new JsonObject
                { ["name"] = "reader", ["user"] = token == "" ? [] : new JsonObject { ["token"] = token ?? Token } }),
            ["contexts"] = new JsonArray(
                [.. servers.Keys.Select(static k => new JsonObject
                { ["name"] = k, ["context"] = new JsonObject { ["cluster"] = k, ["user"] = "reader" } })]),
            ["current-context"] = servers.Keys.First(),
        };
        return all.ToJsonString();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        _end.Cancel();
        _listener.Stop();
        _serving.Wait(TimeSpan.FromSeconds(5));
        _certificate.Dispose();
        _end.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=containertrust-test-cluster", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions
            .Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions
            .Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(_end.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
            return;
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        try
        {
            using (connection)
            {
                using var stream = new SslStream(connection.GetStream());
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    { ServerCertificate = _certificate, ApplicationProtocols = [SslApplicationProtocol.Http11] }, _end.Token)
                    .ConfigureAwait(false);
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                string[]? request = (await reader.ReadLineAsync(_end.Token).ConfigureAwait(false))?.Split(' ');
                if (request is not [var method, var target, _])
                    return;
                bool isKnown = false;
                while (await reader.ReadLineAsync(_end.Token).ConfigureAwait(false) is { Length: > 0 } header)
                    isKnown |= header.Equals("Authorization: Bearer " + Token, StringComparison.OrdinalIgnoreCase);
                Interlocked.Increment(ref _requests);
                if (_state.IsSilent)
                    await Task.Delay(Timeout.Infinite, _end.Token).ConfigureAwait(false);
                (int code, JsonNode body) = isKnown ? Answer(method, target) : (401, Failure(401, "Unauthorized", "Unauthorized"));
                byte[] content = Encoding.UTF8.GetBytes(body.ToJsonString());
                byte[] head = Encoding.ASCII
                    .GetBytes($"HTTP/1.1 {code} Status\r\nContent-Type: application/json\r\nContent-Length: " +
                    $"{content.Length}\r\nConnection: close\r\n\r\n");
                await stream.WriteAsync((byte[])[.. head, .. content], _end.Token).ConfigureAwait(false);
                await stream.ShutdownAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client went away.
            return;
        }
    }

    private (int Code, JsonNode Body) Answer(string method, string target)
    {
        string[] parts = target.Split('?', 2);
        string path = Uri.UnescapeDataString(parts[0]);
        ClusterState state = _state;
        if (method != "GET")
            return (405, Failure(405, "MethodNotAllowed", "The server only answers questions."));
        switch (path)
        {
            case "/version":
                return (200, Parse("""{"major":"1","minor":"31","gitVersion":"v1.31.6"}"""));
            case "/api":
                return (200, Parse("""{"kind":"APIVersions","versions":["v1"]}"""));
            case "/apis":
                return (200, Parse(state.IsOpenShift
                    ? $$$"""{"kind":"APIGroupList","apiVersion":"v1","groups":[{{{Groups(state)}}}]}"""
                    : """{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"""));
            case "/api/v1":
                return (200, Resources("v1", ("nodes", "node", "Node", false), ("namespaces", "namespace", "Namespace", false)));
            case $"/apis/{Group}/v1" when state.HasOperator:
                return (200, Resources($"{Group}/v1", [("machineconfigpools", "machineconfigpool", "MachineConfigPool", false),
                    ("machineconfigs", "machineconfig", "MachineConfig", false), .. Others(state, Group)]));
            case $"/apis/{Settings}/v1" when state.IsOpenShift:
                return (200, Resources($"{Settings}/v1", [.. Others(state, Settings)]));
        }

        string query = Query(parts.Length > 1 ? parts[1] : "", "labelSelector");
        if (state.HasOperator && Objects(path, $"/apis/{Group}/v1/machineconfigpools", state.Pools, "MachineConfigPool",
            query) is { } pools)
            return pools;
        if (state.HasOperator && Objects(path, $"/apis/{Group}/v1/machineconfigs", state.Configs, "MachineConfig", query) is { } configs)
            return configs;
        foreach ((string group, string plural, _, string kind, _) in s_others.Where(o => !state.Lacks.Contains(o.Plural)
            && (state.HasOperator || o.Group != Group)))
        {
            if (state.IsOpenShift && Objects(path, $"/apis/{group}/v1/{plural}", state.Settings(plural), kind, query) is { } settings)
                return settings;
        }

        return Objects(path, "/api/v1/nodes", state.Nodes, "Node", query)
            ?? Objects(path, "/api/v1/namespaces", s_namespaces, "Namespace", query)
            ?? (404, Failure(404, "NotFound", "the server could not find the requested resource"));
    }

    private static IEnumerable<(string Plural, string Singular, string Kind, bool IsNamespaced)> Others(ClusterState state, string group) =>
        s_others.Where(o => o.Group == group && !state.Lacks.Contains(o.Plural))
            .Select(static o => (o.Plural, o.Singular, o.Kind, o.IsNamespaced));

    private (int Code, JsonNode Body)? Objects(string path, string prefix, IReadOnlyDictionary<string, JsonObject> objects,
        string kind, string query)
    {
        bool isList = path == prefix;
        if (!isList && !path.StartsWith(prefix + "/", StringComparison.Ordinal))
            return null;
        string plural = prefix[(prefix.LastIndexOf('/') + 1)..];
        string group = prefix.Split('/') is [_, "apis", var named, ..] ? named : "";
        string resource = group.Length == 0 ? plural : $"{plural}.{group}";
        if (_state.IsForbidden || _state.Refuses.Contains(plural))
            return (403, Failure(403, "Forbidden",
                $"{resource} is forbidden: User \"reader\" cannot list resource \"{plural}\" in API group " +
                $"\"{group}\" at the cluster scope"));
        if (isList)
        {
            return (200, new JsonObject
            {
                ["apiVersion"] = group.Length == 0 ? "v1" : $"{group}/v1",
                ["kind"] = kind + "List",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "2000" },
                ["items"] = new JsonArray([.. objects.Values.Where(o => LabelQuery.Holds(query, o)).Select(static o => o.DeepClone())]),
            });
        }

        string name = path[(prefix.Length + 1)..];
        return objects.TryGetValue(name, out JsonObject? found) ? (200, found.DeepClone())
            : (404, Failure(404, "NotFound", $"{resource} \"{name}\" not found"));
    }

    private static string Groups(ClusterState state) =>
        string.Join(',', (state.HasOperator ? (string[])[Group, Settings] : [Settings]).Select(GroupOf));

    private static string GroupOf(string name)
    {
        string version = $$"""{"groupVersion":"{{name}}/v1","version":"v1"}""";
        return $$"""{"name":"{{name}}","versions":[{{version}}],"preferredVersion":{{version}}}""";
    }

    private static JsonObject Resources(string version, params (string Plural, string Singular, string Kind, bool IsNamespaced)[] resources) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = version,
        ["resources"] = new JsonArray(
            [.. resources.Select(static r => new JsonObject
            { ["name"] = r.Plural, ["singularName"] = r.Singular, ["namespaced"] = r.IsNamespaced, ["kind"] = r.Kind,
            ["verbs"] = new JsonArray("get", "list") })]),
    };

    private static JsonObject Failure(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    };

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;

    private static string Query(string query, string name) => query.Split('&')
        .Select(static p => p.Split('=', 2))
        .Where(p => p.Length == 2 && p[0] == name)
        .Select(static p => Uri.UnescapeDataString(p[1].Replace('+', ' ')))
        .FirstOrDefault() ?? "";
}
