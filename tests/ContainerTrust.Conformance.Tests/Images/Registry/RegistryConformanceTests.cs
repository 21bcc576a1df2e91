using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using Xunit.Abstractions;

namespace ContainerTrust.Conformance.Tests.Images.Registry;

/// <summary>The client beside skopeo, at one registry with the same configuration files.</summary>
public class RegistryConformanceTests(ITestOutputHelper output)
{
    private static RegistryClient Client(LoopbackRegistry registry, WebOptions? options = null) =>
        new(new HomeHost(registry.Home), options ?? new WebOptions { FirstDelay = TimeSpan.FromMilliseconds(20) });

    private static PullSource Image(LoopbackRegistry registry, string name, bool insecure = false)
    {
        Assert.True(DockerReference.TryParse($"{registry.Authority}/{name}", out DockerReference? reference, out _));
        return new PullSource(reference, insecure, false);
    }

    private static string Digest(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Copy(LoopbackRegistry registry, string directory, string name, params string[] options)
    {
        ToolResult result = registry.Skopeo(["copy", .. options, "dir:" + directory, $"docker://{registry.Authority}/{name}"]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private static async Task AssertSameAsync(LoopbackRegistry registry, RegistryClient client, string name, bool insecure = false)
    {
        string[] options = insecure ? ["--tls-verify=false"] : [];
        ToolResult raw = registry.Skopeo(["inspect", "--raw", .. options, $"docker://{registry.Authority}/{name}"]);
        Assert.True(raw.ExitCode == 0, raw.Error);
        ImageManifest manifest = await client.GetManifestAsync(Image(registry, name, insecure), null, CancellationToken.None);
        Assert.Equal(raw.Output, Encoding.UTF8.GetString(manifest.Content.Span));
    }

    private static async Task<string> BothRefuseAsync(LoopbackRegistry registry, RegistryClient client, string name)
    {
        Assert.NotEqual(0, registry.Skopeo("inspect", "--raw", $"docker://{registry.Authority}/{name}").ExitCode);
        return (await Assert.ThrowsAnyAsync<TrustException>(() =>
            client.GetManifestAsync(Image(registry, name), null, CancellationToken.None))).ErrorId;
    }

    [SkippableFact]
    public async Task Manifests_and_blobs_are_those_that_skopeo_gets()
    {
        using LoopbackRegistry registry = LoopbackRegistry.Start();
        string first = registry.WriteImage("first");
        string second = registry.WriteImage("second", "arm64");
        Copy(registry, first, "ns/app:1");
        Copy(registry, second, "ns/deep/er/app");
        Copy(registry, first, "ns/oci:1", "--format", "oci");
        string list = registry.WriteImage("list");
        WriteList(list, first, second);
        Copy(registry, list, "ns/list:1", "--all");

        using RegistryClient client = Client(registry);
        await AssertSameAsync(registry, client, "ns/app:1");
        await AssertSameAsync(registry, client, "ns/deep/er/app");
        await AssertSameAsync(registry, client, "ns/oci:1");
        await AssertSameAsync(registry, client, "ns/list:1");
        string digest = Digest(await File.ReadAllTextAsync(first + "/manifest.json"));
        await AssertSameAsync(registry, client, "ns/app@" + digest);
        ImageManifest index = await client.GetManifestAsync(Image(registry, "ns/list:1"), null, CancellationToken.None);
        Assert.Equal("application/vnd.docker.distribution.manifest.list.v2+json", index.MediaType);
        ImageManifest instance = await client.GetManifestAsync(Image(registry, "ns/list:1"),
            Digest(await File.ReadAllTextAsync(second + "/manifest.json")), CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(second + "/manifest.json"), instance.Content.ToArray());

        string blob = Directory.GetFiles(first).Select(Path.GetFileName).First(n => n!.Length == 64)!;
        byte[] content = await File.ReadAllBytesAsync($"{first}/{blob}");
        Assert.Equal(content, await client.GetBlobAsync(Image(registry, "ns/app:1"), "sha256:" + blob, content.Length,
            CancellationToken.None));

        Assert.Equal("ImageNotFound", await BothRefuseAsync(registry, client, "ns/app:2"));
        Assert.Equal("ImageNotFound", await BothRefuseAsync(registry, client, "ns/none:1"));
        Assert.Equal("ImageNotFound", await BothRefuseAsync(registry, client, "ns/app@" + Digest("x")));
        TrustException e = await Assert
            .ThrowsAnyAsync<TrustException>(() =>
            client.GetBlobAsync(Image(registry, "ns/app:1"), Digest("x"), 10, CancellationToken.None));
        Assert.Equal("BlobNotFound", e.ErrorId);
    }

    [SkippableFact]
    public async Task Credentials_and_certificates_count_as_for_skopeo()
    {
        using LoopbackRegistry registry = LoopbackRegistry.Start();
        Copy(registry, registry.WriteImage("first"), "ns/app:1");

        foreach (string key in (string[])[registry.Authority, registry.Authority + "/ns", registry.Authority + "/ns/app",
            $"https://{registry.Authority}/v1/"])
        {
            registry.LogIn(key, LoopbackRegistry.Password);
            using RegistryClient client = Client(registry);
            await AssertSameAsync(registry, client, "ns/app:1");
        }

        (string Key, string Password)[] wrong = [(registry.Authority, "wrong"), (registry.Authority + "/other", LoopbackRegistry.Password),
            ("127.0.0.1", LoopbackRegistry.Password)];
        foreach ((string key, string password) in wrong)
        {
            registry.LogIn(key, password);
            using RegistryClient client = Client(registry);
            Assert.Equal("RegistryUnauthorized", await BothRefuseAsync(registry, client, "ns/app:1"));
        }

        registry.LogIn(registry.Authority, LoopbackRegistry.Password);
        string certificates = registry.Home + "/.config/containers/certs.d";
        Directory.Move(certificates, certificates + ".away");
        using (RegistryClient client = Client(registry))
            Assert.Equal("RegistryTlsError", await BothRefuseAsync(registry, client, "ns/app:1"));
        using (RegistryClient client = Client(registry, new WebOptions { VerifyTls = false }))
            await AssertSameAsync(registry, client, "ns/app:1", insecure: true);
        using (RegistryClient client = Client(registry, new WebOptions
            { CertificateDirectory = $"{certificates}.away/{registry.Authority}" }))
            Assert.NotEqual(0, (await client.GetManifestAsync(Image(registry, "ns/app:1"), null, CancellationToken.None)).Content.Length);
    }

    [SkippableFact]
    public async Task Plain_http_is_for_insecure_registries()
    {
        using LoopbackRegistry registry = LoopbackRegistry.Start(tls: false, static _ => "");
        Copy(registry, registry.WriteImage("first"), "ns/app:1", "--dest-tls-verify=false");
        using RegistryClient client = Client(registry);
        Assert.Equal("RegistryTlsError", await BothRefuseAsync(registry, client, "ns/app:1"));
        await AssertSameAsync(registry, client, "ns/app:1", insecure: true);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_manifests(bool tls)
    {
        using LoopbackRegistry registry = LoopbackRegistry.Start(tls, static _ => "");
        Copy(registry, registry.WriteImage("first"), "ns/app:1", tls ? "--dest-tls-verify=true" : "--dest-tls-verify=false");
        using RegistryClient client = Client(registry);
        PullSource image = Image(registry, "ns/app:1", insecure: !tls);
        await client.GetManifestAsync(image, null, CancellationToken.None);
        long before = GC.GetTotalAllocatedBytes();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
            await client.GetManifestAsync(image, null, stop));
        output.WriteLine($"{1000 / watch.Elapsed.TotalSeconds:0} manifests a second, {(GC.GetTotalAllocatedBytes() - before) / 1000} " +
            $"bytes and {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / 1000:0} µs of processor time each");
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), watch.Elapsed.ToString());
    }

    private static void WriteList(string directory, string first, string second)
    {
        var entries = new List<string>();
        foreach ((string instance, string architecture) in (ValueTuple<string, string>[])[(first, "amd64"), (second, "arm64")])
        {
            string manifest = File.ReadAllText(instance + "/manifest.json");
            string digest = Digest(manifest);
            entries.Add($$$"""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":{{{manifest.Length}}},"digest":"{{{digest}}}","platform":{"architecture":"{{{architecture}}}","os":"linux"}}""");
            File.WriteAllText($"{directory}/{digest[7..]}.manifest.json", manifest);
            foreach (string blob in Directory.GetFiles(instance).Where(f => Path.GetFileName(f).Length == 64))
                File.Copy(blob, $"{directory}/{Path.GetFileName(blob)}", overwrite: true);
        }

        File.WriteAllText(directory + "/manifest.json", $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[{{string.Join(',', entries)}}]}""");
    }
}
