using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>
/// The whole road on loopback: the command writes its file, a real node_exporter gives it to a real Prometheus with the alerts of
/// <c>samples/prometheus</c>, and they fire and end. A second job scrapes the same file as OpenMetrics.
/// </summary>
public sealed class PrometheusTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-prometheus").FullName;
    private readonly List<Process> _processes = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private HttpListener? _listener;
    private string _url = "";

    private string Root => Path.Join(_scratch, "root");

    private string File => Path.Join(_scratch, "textfile/containertrust.prom");

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        _listener?.Close();
        _client.Dispose();
        Directory.Delete(_scratch, true);
    }

    [SkippableFact]
    public async Task An_alert_fires_and_ends()
    {
        string prometheus = CommandLine.Tool("prometheus");
        string exporter = Tools.FindTool("prometheus-node-exporter") ?? CommandLine.Tool("node_exporter");
        Directory.CreateDirectory(Path.Join(_scratch, "textfile"));
        Assert.Equal(3, Check("""{"default":[{"type":"insecureAcceptAnything"}]}"""));
        int exporterPort = FreePort(), ownPort = FreePort(), port = FreePort();
        Start(exporter, "--collector.disable-defaults", "--collector.textfile",
            $"--collector.textfile.directory={Path.Join(_scratch, "textfile")}", $"--web.listen-address=127.0.0.1:{exporterPort}");
        ServeAsOpenMetrics(ownPort);
        string configuration = Path.Join(_scratch, "prometheus.yml");
        await System.IO.File.WriteAllTextAsync(configuration, $"""
            global: {"{"}scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s{"}"}
            rule_files: ["{CommandLine.Sample("prometheus/containertrust.rules.yml")}"]
            scrape_configs:
              - job_name: node
                static_configs: [{"{"}targets: ["127.0.0.1:{exporterPort}"]{"}"}]
              - job_name: direct
                static_configs: [{"{"}targets: ["127.0.0.1:{ownPort}"]{"}"}]
            """);
        Start(prometheus, $"--config.file={configuration}", $"--storage.tsdb.path={Path.Join(_scratch, "data")}",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=error");
        _url = $"http://127.0.0.1:{port}/api/v1/query?query=";

        await Until("""ALERTS{alertname="ContainerTrustNotCompliant",job="node",alertstate="firing"}""", isThere: true);
        await Until("""ALERTS{alertname="ContainerTrustDefaultAccepts",job="node",alertstate="firing"}""", isThere: true);
        await Until("""containertrust_compliant{job="direct"} == 0""", isThere: true);
        await Until("""containertrust_policy_info{job="direct",path="/etc/containers/policy.json"} == 1""", isThere: true);

        Assert.Equal(0, Check("""{"default":[{"type":"reject"}]}"""));
        await Until("""containertrust_compliant{job="node"} == 1""", isThere: true);
        await Until("""containertrust_compliant{job="direct"} == 1""", isThere: true);
        await Until("""ALERTS{alertstate="firing"}""", isThere: false);

        Directory.Delete(Root, true);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--output", File).ExitCode);
        await Until("""ALERTS{alertname="ContainerTrustNotChecked",job="node",alertstate="firing"}""", isThere: true);
        await Until("""ALERTS{alertname="ContainerTrustNotCompliant"}""", isThere: false);
    }

    private int Check(string policy)
    {
        Directory.CreateDirectory(Path.Join(Root, "etc/containers"));
        System.IO.File.WriteAllText(Path.Join(Root, "etc/containers/policy.json"), policy);
        return CommandLine.Run(CommandLine.Ours, "test", "--root", Root, "--exclude", "File*", "--output", File).ExitCode;
    }

    private async Task Until(string query, bool isThere)
    {
        Stopwatch time = Stopwatch.StartNew();
        string last = "";
        do
        {
            try
            {
                last = await _client.GetStringAsync(new Uri(_url + Uri.EscapeDataString(query)));
                using JsonDocument answer = JsonDocument.Parse(last);
                if (answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength() > 0 == isThere)
                    return;
            }
            catch (HttpRequestException e)
            {
                // It is not up yet.
                last = e.Message;
            }

            await Task.Delay(100);
        }
        while (time.Elapsed < Patience.Limit);
        Assert.Fail($"Waited in vain for {query}: {last}");
    }

    private void Start(string tool, params string[] arguments)
    {
        ProcessStartInfo info = new("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", tool, .. arguments]);
        _processes.Add(Process.Start(info)!);
    }

    private void ServeAsOpenMetrics(int port)
    {
        _listener = new HttpListener();
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _ = ServeAsync(_listener, File);

        static async Task ServeAsync(HttpListener listener, string file)
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await listener.GetContextAsync();
                    context.Response.ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                    context.Response.Close(await System.IO.File.ReadAllBytesAsync(file), willBlock: false);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
