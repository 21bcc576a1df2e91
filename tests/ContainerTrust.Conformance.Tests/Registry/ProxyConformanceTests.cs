using System.Collections.Concurrent;
using System.Diagnostics;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using Xunit.Abstractions;

namespace ContainerTrust.Conformance.Tests.Registry;

/// <summary>
/// Which registries are asked by a proxy: the table beside skopeo, both with the same variables and a proxy that notes what it is asked.
/// </summary>
public sealed class ProxyConformanceTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("containertrust-proxy-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [SkippableFact]
    public async Task Every_registry_is_reached_as_skopeo_reaches_it()
    {
        string skopeo = Tools.RequireTool("skopeo");
        ConcurrentBag<string> different = [];
        ConcurrentBag<(char, char)> ways = [];
        await Parallel.ForEachAsync(ProxyTable.Cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (row, _) =>
        {
            string theirs = await AskAsync(proxy => Skopeo(skopeo, row, proxy));
            string ours = await AskAsync(proxy => OursAsync(row, proxy));
            string expected = Seen(row.Https == 'p', row.Http == 'p');
            ways.Add((theirs[0], theirs[1]));
            if (theirs != expected || ours != theirs)
                different.Add($"{row.Row}: skopeo {theirs}, here {ours}");
        });

        Assert.True(different.IsEmpty, string.Join('\n', different));
        Assert.True(ways.Count >= 100);
        Assert.Equal(4, ways.Distinct().Count());
        int proxied = ways.Count(static w => w == ('p', 'p'));
        output.WriteLine($"{ways.Count} registries, {proxied} of them by the proxy whatever the scheme; none differs.");
    }

    private static string Seen(bool https, bool http) => $"{(https ? 'p' : '-')}{(http ? 'p' : '-')}";

    private static async Task<string> AskAsync(Func<RecordingProxy, Task> ask)
    {
        await using RecordingProxy proxy = new();
        await ask(proxy);
        return Seen(proxy.WasAskedByHttps, proxy.WasAskedByHttp);
    }

    private async Task Skopeo(string skopeo, ProxyCase row, RecordingProxy proxy)
    {
        ProcessStartInfo start = new(skopeo, ["inspect", "--raw", "--tls-verify=false", $"docker://{row.Registry}/app:1"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = _home;
        foreach (string name in row.Variables.Keys)
            start.Environment[name] = row.Variable(name, proxy.Authority);
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await said);
        Assert.True(process.ExitCode != 0 && error.Contains("pinging container registry", StringComparison.Ordinal), $"{row.Row}: {error}");
    }

    private async Task OursAsync(ProxyCase row, RecordingProxy proxy)
    {
        ProxyEnvironment proxies = ProxyEnvironment.Of(name => row.Variable(name, proxy.Authority));
        var options = new WebOptions { Retries = 0, VerifyTls = false, Proxies = proxies };
        using var client = new RegistryClient(new UserHost(LocalHost.Instance, _home), options);
        Assert.True(DockerReference.TryParse($"{row.Registry}/app:1", out DockerReference? reference, out string problem), problem);
        var image = new PullSource(reference, false, false);
        await Assert.ThrowsAnyAsync<TrustException>(() => client.GetManifestAsync(image, null, CancellationToken.None));
    }
}
