using System.Diagnostics;
using System.Text;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class ClusterClientTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void oc_is_preferred_and_only_absolute_directories_are_looked_in()
    {
        string both = Sub("both");
        string one = Sub("one");
        string oc = Program("exit 0", "both/oc");
        string kubectl = Program("exit 0", "both/kubectl");
        string other = Program("exit 0", "one/kubectl");
        File.WriteAllText(Path.Combine(one, "oc"), "not a program");
        Assert.Equal(oc, ClientLocator.Find(null, $".:relative:{one}:{both}"));
        Assert.Equal(other, ClientLocator.Find(null, one));
        Assert.Equal(kubectl, ClientLocator.Find(kubectl, null));
        foreach (string? path in new[] { null, "", "relative", Sub("none") })
            Assert.Equal("ClusterClientNotFound", Assert.Throws<TrustException>(() => ClientLocator.Find(null, path)).ErrorId);
        Assert.Equal("ClusterClientNotFound", Assert.Throws<TrustException>(() => ClientLocator.Find("oc", both)).ErrorId);
    }

    [Fact]
    public async Task Arguments_are_handed_over_as_they_are()
    {
        string kubeconfig = Path.Combine(_directory, "a b$(touch x)");
        File.WriteAllText(kubeconfig, "");
        ClusterClient client = Open("for a in \"$@\"; do printf '%s\\n' \"$a\"; done", kubeconfig, "it's; \"quoted\" $HOME");
        Assert.Equal($"--kubeconfig={kubeconfig}\n--context=it's; \"quoted\" $HOME\nget\nnodes\na b\n--output=json\n",
            await client.GetJsonAsync(["nodes", "a b"], default));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \n", 0)]
    [InlineData("""{"kind":"Node"}""", 1)]
    [InlineData("""{"kind":"List","items":[{"kind":"Node"},{"kind":"Node"}]}""", 2)]
    [InlineData("""{"kind":"MachineConfigPoolList","items":[]}""", 0)]
    public void An_answer_is_objects(string json, int count) =>
        Assert.Equal(count, ClusterClient.ObjectsOf(Encoding.UTF8.GetBytes(json), "kubectl").Count);

    [Theory]
    [InlineData("NAME   AGE")]
    [InlineData("""{"kind":"List","items":[""")]
    [InlineData("""{"kind":"List"}""")]
    [InlineData("""{"kind":"List","items":{}}""")]
    [InlineData("""{"kind":7}""")]
    [InlineData("[]")]
    [InlineData("{}{}")]
    [InlineData("""{"kind":"Node","kind":"List"}""")]
    [InlineData("""{"kind":"Node","metadata":{"name":"\ud800"}}""")]
    [InlineData("""{"kind":"Node","metadata":{"\udc00":"x"}}""")]
    public void What_is_no_answer_is_refused(string json) =>
        Assert.Equal("ClusterAnswerInvalid",
            Assert.Throws<TrustFormatException>(() => ClusterClient.ObjectsOf(Encoding.UTF8.GetBytes(json), "kubectl")).ErrorId);

    [Fact]
    public void Damaged_answers_are_refused_or_read_and_nothing_else()
    {
        Random random = new(5);
        byte[] answer = """{"kind":"List","items":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"a","labels":{"x\u0041":"y\ud83d\ude00"}}}]}"""u8.ToArray();
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. answer.Take(random.Next(4) == 0 ? random.Next(answer.Length) : answer.Length)];
            for (int n = random.Next(4); n >= 0 && damaged.Length > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                Assert.All(ClusterClient.ObjectsOf(damaged, "kubectl"), static o => Assert.NotNull(new ConfigDocument(o).Name));
            }
            catch (TrustFormatException e)
            {
                Assert.Equal("ClusterAnswerInvalid", e.ErrorId);
            }
        }
    }

    [Theory]
    [InlineData("Error in configuration: context was not found for specified context: x", "ContextNotFound")]
    [InlineData("error: context \"x\" does not exist", "ContextNotFound")]
    [InlineData("error: the server doesn't have a resource type \"machineconfigpools\"", "NotAnOpenShiftCluster")]
    [InlineData("Error from server (Forbidden): machineconfigs.machineconfiguration.openshift.io is forbidden: " +
        "User \"u\" cannot list resource", "ClusterForbidden")]
    [InlineData("error: You must be logged in to the server (Unauthorized)", "ClusterUnauthorized")]
    [InlineData("error: You must be logged in to the server (the server has asked for the client to provide credentials)",
        "ClusterUnauthorized")]
    [InlineData("error: EOF", "ClusterUnauthorized")]
    [InlineData("Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
        "ClusterUnauthorized")]
    [InlineData("Unable to connect to the server: x509: certificate signed by unknown authority", "ClusterCertificateRefused")]
    [InlineData("Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired",
        "ClusterCertificateRefused")]
    [InlineData("The connection to the server localhost:8080 was refused - did you specify the right host or port?",
        "ClusterNotConfigured")]
    [InlineData("error: Missing or incomplete configuration info.  Please point to an existing, complete config file:",
        "ClusterNotConfigured")]
    [InlineData("The connection to the server api.example.com:6443 was refused - did you specify the right host or port?",
        "ClusterUnreachable")]
    [InlineData("Unable to connect to the server: dial tcp: lookup api.example.com: no such host", "ClusterUnreachable")]
    [InlineData("Unable to connect to the server: net/http: TLS handshake timeout", "ClusterUnreachable")]
    [InlineData("Error from server (ServiceUnavailable): the server is currently unable to handle the request (get " +
        "machineconfigpools.machineconfiguration.openshift.io)", "ClusterUnreachable")]
    [InlineData("Error from server (Timeout): the server was unable to return a response in the time allotted, but may " +
        "still be processing the request", "ClusterUnreachable")]
    [InlineData("Error from server (InternalError): an error on the server (\"\") has prevented the request from succeeding",
        "ClusterUnreachable")]
    [InlineData("Error from server: etcdserver: leader changed", "ClusterUnreachable")]
    [InlineData("Unable to connect to the server: unexpected EOF", "ClusterUnreachable")]
    [InlineData("error: http2: client connection lost", "ClusterUnreachable")]
    [InlineData("Error from server (NotFound): nodes \"x\" not found", "ClusterObjectNotFound")]
    [InlineData("error: error loading config file \"/k\": yaml: line 1", "KubeconfigInvalid")]
    [InlineData("panic: runtime error", "ClusterClientFailed")]
    [InlineData("", "ClusterClientFailed")]
    public void A_complaint_has_an_id(string complaint, string id)
    {
        TrustException error = ClientErrors.Of("kubectl", $"I0105 noise\n{complaint}\n", 1, "x");
        Assert.Equal((id, "x"), (error.ErrorId, error.Target));
    }

    [Fact]
    public void No_secret_is_shown()
    {
        const string complaint = "error: sha256~abc_DEF-123 eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln Authorization: Bearer opaque-thing " +
            "https://user:pass@api.example.com/?token=hidden&x=1";
        string message = ClientErrors.Of("oc", complaint, 1, null).Message;
        foreach (string secret in new[] { "abc_DEF", "eyJ", "c2ln", "opaque", "pass@", "hidden" })
            Assert.DoesNotContain(secret, message, StringComparison.Ordinal);
        Assert.Contains("api.example.com", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', ClientErrors.Of("oc", "error: \u001b[31mred", 1, null).Message);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off_and_a_complaint_without_end_too()
    {
        TrustException error = await Assert.ThrowsAsync<TrustException>(() => Open("exec yes", maxBytes: 1 << 20)
            .GetJsonAsync(["nodes"], default));
        Assert.Equal("ClusterAnswerTooLarge", error.ErrorId);
        error = await Assert.ThrowsAsync<TrustException>(() =>
            Open("yes noise | head -c 3000000 >&2; echo 'error: the last word' >&2; exit 3").GetJsonAsync(["nodes"], default));
        Assert.EndsWith("exit code 3. kubectl says: error: the last word", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_and_what_it_started_end_when_cancelled_or_too_slow()
    {
        string mark = Path.Combine(_directory, "pid");
        using CancellationTokenSource cancellation = new();
        Task<string> asking = Open($"sleep 300 & echo $! > \"{mark}.new\"; mv \"{mark}.new\" \"{mark}\"; wait")
            .GetJsonAsync(["nodes"], cancellation.Token);
        await Patience.UntilAsync(() => File.Exists(mark), "the client says who it is");
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Patience.EndedSoon(watch);
        string child = $"/proc/{File.ReadAllText(mark).Trim()}/cmdline";
        await Patience.UntilAsync(() => !Runs(child), "the child ends");

        TrustException error = await Assert.ThrowsAsync<TrustException>(() => Open("sleep 300", timeout: TimeSpan.FromMilliseconds(200))
            .GetJsonAsync(["nodes"], default));
        Assert.Equal("ClusterTimeout", error.ErrorId);
    }

    [Fact]
    public void What_cannot_be_is_refused_before_anything_is_started()
    {
        string program = Program("exit 0", "kubectl");
        Assert.Equal("KubeconfigNotFound",
            Assert.Throws<TrustException>(() => ClusterClient.Open(new ClusterOptions { ClientPath = program, Kubeconfig = "/nonexistent" },
            TrustMessages.None)).ErrorId);
        Assert.Equal("InvalidContext",
            Assert.Throws<TrustException>(() => ClusterClient.Open(new ClusterOptions { ClientPath = program, Context = "a\nb" },
            TrustMessages.None)).ErrorId);
        foreach (string name in new[] { "", "-o", "--all", "A", "a_b", "a..b", "a/b", new string('a', 254), "a\n" })
            Assert.Equal("InvalidName", Assert.Throws<TrustException>(() => ClusterObjects.RequireName(name)).ErrorId);
        ClusterObjects.RequireName("ip-10-0-1-2.eu-west-1.compute.internal");
    }

    // A process that has ended and that nobody has asked about yet is still there, with nothing in the file.
    private static bool Runs(string commandLine)
    {
        try
        {
            return File.ReadAllText(commandLine).Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string Sub(string name) => Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;

    private string Program(string script, string name) => TestExecutable.WriteScript(Path.Combine(_directory, name), script);

    private ClusterClient Open(string script, string? kubeconfig = null, string? context = null, int maxBytes = 1 << 20,
        TimeSpan? timeout = null) => ClusterClient.Open(
        new ClusterOptions { ClientPath = Program(script, "kubectl"), Kubeconfig = kubeconfig, Context = context, MaxAnswerBytes = maxBytes,
            Timeout = timeout ?? Patience.Limit },
        TrustMessages.None);
}
