using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Conformance.Tests.Verification;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Bench;

/// <summary>
/// Verifying signatures beside the tools that do it otherwise, all in one run: <c>openssl speed</c> for the bare arithmetic, <c>skopeo
/// standalone-verify</c> as a process an image, and for a whole fleet's images a registry and a signature store on loopback.
/// </summary>
internal static class VerifyComparison
{
    private const string Reference = "registry.example.com/bench/app:v1";
    private static readonly string[] s_tools = ["openssl", "gpg", "skopeo", "docker-registry"];

    /// <summary>Measures and prints.</summary>
    /// <param name="quick">In a size that takes seconds.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool quick)
    {
        VerifySize size = quick ? VerifySize.Quick : VerifySize.Full;
        if (s_tools.FirstOrDefault(static t => Find(t) is null) is { } missing)
        {
            Console.WriteLine($"{missing} is not installed.");
            return 1;
        }

        string directory = Directory.CreateTempSubdirectory("ct-bench-").FullName;
        try
        {
            Arithmetic(directory, size);
            await FleetAsync(directory, size).ConfigureAwait(false);
            return 0;
        }
        finally
        {
            Run("gpgconf", null, "--homedir", Path.Combine(directory, "gpg"), "--kill", "all");
            Directory.Delete(directory, recursive: true);
        }
    }

    // One image, one signature by an RSA 4096 key that gpg made; what is read from disk or network is not part of it.
    private static void Arithmetic(string directory, VerifySize size)
    {
        string home = Path.Combine(directory, "gpg");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        TestImage image = TestImage.Docker("bench");
        string manifest = Path.Combine(directory, "manifest.json"), signature = Path.Combine(directory, "signature"),
            key = Path.Combine(directory, "key.asc"), claim = Path.Combine(directory, "claim");
        File.WriteAllBytes(manifest, image.Manifest);
        File.WriteAllBytes(claim, image.Claim(Reference));
        Gpg(home, "--quick-gen-key", "Bench <bench@example.com>", "rsa4096", "sign,cert", "never");
        Gpg(home, "--sign", "--output", signature, claim);
        Gpg(home, "--armor", "--output", key, "--export");
        string fingerprint = Run("gpg", home, "--with-colons", "--list-keys").Split('\n')
            .First(static l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];

        PolicyDocument policy = PolicyReader.Read(Encoding.UTF8.GetBytes(PolicyText.Docker(PolicyText.SignedBy(key))), "policy.json");
        ImageName name = ImageName.Parse("docker://" + Reference, static p => p);
        RequirementKeys keys = new(LocalHost.Instance, static _ => { });
        byte[] manifestBytes = image.Manifest, signatureBytes = File.ReadAllBytes(signature);
        bool Verify()
        {
            ImageToJudge input = new()
            {
                Reference = name.Reference,
                Manifest = JudgedManifest.FromContent(manifestBytes),
                UntrustedSignatures = [new SignatureBlob(signature, signatureBytes)],
                Now = DateTimeOffset.UtcNow,
            };
            return PolicyEvaluator.Evaluate(policy, name, input, keys).IsAccepted;
        }

        if (!Verify())
            throw new InvalidOperationException("The image is not accepted.");
        _ = PerSecond(Verify, size.Seconds);
        List<double> ours = [], byProcessor = [], bare = [], theirs = [];
        for (int round = 0; round < size.Rounds; round++)
        {
            bare.Add(OpensslVerificationsPerSecond(size.Seconds));
            (double bySeconds, double byProcessorTime) = PerSecond(Verify, size.Seconds);
            ours.Add(bySeconds);
            byProcessor.Add(byProcessorTime);
            theirs.Add(size.Processes / Seconds(() =>
            {
                for (int i = 0; i < size.Processes; i++)
                    Run("skopeo", home, "standalone-verify", manifest, Reference, fingerprint, signature);
            }));
        }

        const int Times = 1_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++)
            Verify();
        long allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
        double median = Median(ours), processorMedian = Median(byProcessor);
        BenchRows.Add("RSA 4096, from message to verdict, processor time, beside openssl speed", PerSecond(processorMedian),
            PerSecond(Median(bare)), processorMedian / Median(bare), "at least 0.80");
        BenchRows.Add("the same by the clock beside skopeo standalone-verify as processes", PerSecond(median), PerSecond(Median(theirs)),
            median / Median(theirs), "at least 200");
        Console.WriteLine($"allocated per verification: {allocated} bytes");
    }

    private static async Task FleetAsync(string directory, VerifySize size)
    {
        using TestCertificates certificates = new(directory);
        using LoopbackRegistry registry = new(Find("docker-registry")!, directory, certificates);
        string lookaside = Directory.CreateDirectory(Path.Combine(directory, "lookaside")).FullName;
        using StaticFileServer store = new(lookaside, certificates.Server);
        using WriterKey key = new(bits: 4096);
        string keyFile = Path.Combine(directory, "fleet.gpg"), home = Path.Combine(directory, "gpg");
        File.WriteAllBytes(keyFile, key.Certificate());
        Gpg(home, "--import", keyFile);
        List<(string Tag, byte[] Manifest, string Signature)> images = await PushAsync(registry, certificates, lookaside, key, size.Images)
            .ConfigureAwait(false);

        string policyFile = Path.Combine(directory, "policy.json"),
            registries = Directory.CreateDirectory(Path.Combine(directory, "registries.d")).FullName;
        File.WriteAllText(policyFile, PolicyText.Docker(PolicyText.SignedBy(keyFile)));
        File.WriteAllText(Path.Combine(registries, "store.yaml"), $"default-docker:\n  lookaside: {store.Url}\n");
        VerificationOptions options = new()
            { Web = new WebOptions { AuthFile = registry.AuthFile, CertificateDirectory = certificates.AuthorityDirectory } };
        List<double> ours = [], theirs = [];
        for (int round = 0; round < size.Rounds; round++)
        {
            ours.Add(size.Images / await SecondsAsync(async () =>
            {
                TrustStore trust = TrustStore.Open(new TrustStoreOptions { PolicyPath = policyFile, RegistriesDirectory = registries },
                    TrustMessages.None);
                using ImageVerifier verifier = new(trust, options, TrustMessages.None);
                await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (image, cancellation) =>
                {
                    ImageSignatureResult result = await verifier.VerifyAsync($"docker://{registry.Host}/bench/app:{image.Tag}", null,
                        cancellation).ConfigureAwait(false);
                    if (!result.IsValid)
                        throw new InvalidOperationException(result.ToString());
                }).ConfigureAwait(false);
            }).ConfigureAwait(false));
            theirs.Add(size.Processes / Seconds(() =>
            {
                foreach ((string tag, _, string signature) in images.Skip(round * size.Processes).Take(size.Processes))
                {
                    string manifest = Path.Combine(directory, "raw.json");
                    File.WriteAllText(manifest,
                        Run("skopeo", home, "inspect", "--raw", "--authfile", registry.AuthFile, "--cert-dir",
                        certificates.AuthorityDirectory, $"docker://{registry.Host}/bench/app:{tag}"));
                    Run("skopeo", home, "standalone-verify", manifest, $"{registry.Host}/bench/app:{tag}", key.Fingerprint, signature);
                }
            }));
        }

        BenchRows.Add(
            $"{size.Images} signed images in a registry, 16 at a time, beside skopeo inspect --raw and standalone-verify",
            PerSecond(Median(ours)), PerSecond(Median(theirs)), Median(ours) / Median(theirs), "-");
    }

    // The blobs once, then a manifest and a signature an image.
    private static async Task<List<(string Tag, byte[] Manifest, string Signature)>> PushAsync(LoopbackRegistry registry,
        TestCertificates certificates, string lookaside, WriterKey key, int count)
    {
        X509ChainPolicy chain = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.ImportFromPemFile(Path.Combine(certificates.AuthorityDirectory, "ca.crt"));
        using SocketsHttpHandler handler = new() { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain } };
        using HttpClient client = new(handler) { BaseAddress = new Uri($"https://{registry.Host}/v2/bench/app/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LoopbackRegistry.UserName}:{LoopbackRegistry.Password}")));
        byte[] config = "{}"u8.ToArray();
        string configDigest = TestImage.DigestOf(config);
        using HttpResponseMessage begun = await client.PostAsync(new Uri("blobs/uploads/", UriKind.Relative), null).ConfigureAwait(false);
        using HttpResponseMessage uploaded = await client
            .PutAsync(new Uri($"{begun.EnsureSuccessStatusCode().Headers.Location}&digest={configDigest}"), new ByteArrayContent(config))
            .ConfigureAwait(false);
        uploaded.EnsureSuccessStatusCode();
        List<(string Tag, byte[] Manifest, string Signature)> images = [];
        for (int i = 0; i < count; i++)
        {
            const string Type = "application/vnd.oci.image.manifest.v1+json";
            string tag = $"v{i}";
            byte[] manifest = Encoding.UTF8.GetBytes(
                $$$"""{"schemaVersion":2,"mediaType":"{{{Type}}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{configDigest}}}","size":{{{config.Length}}}},"layers":[],"annotations":{"number":"{{{i}}}"}}""");
            using ByteArrayContent content = new(manifest);
            content.Headers.ContentType = new MediaTypeHeaderValue(Type);
            using HttpResponseMessage pushed = await client.PutAsync(new Uri($"manifests/{tag}", UriKind.Relative), content)
                .ConfigureAwait(false);
            pushed.EnsureSuccessStatusCode();
            string digest = TestImage.DigestOf(manifest);
            string signature = Path.Combine(Directory
                .CreateDirectory(Path.Combine(lookaside, "bench", $"app@{digest.Replace(':', '=')}")).FullName, "signature-1");
            byte[] message = OpenPgpWriter.Message(key, new SignatureSpec(), TestImage.Claim($"{registry.Host}/bench/app:{tag}", digest));
            await File.WriteAllBytesAsync(signature, OpenPgpWriter.Compressed(1, message)).ConfigureAwait(false);
            images.Add((tag, manifest, signature));
        }

        return images;
    }

    private static double OpensslVerificationsPerSecond(int seconds)
    {
        string output = Run("openssl", null, "speed", "-seconds", $"{seconds}", "rsa4096");
        string line = output.Split('\n').Last(static l => l.StartsWith("rsa 4096", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }

    // openssl divides by the processor time of its user code, so that other processes do not count; here the same is done, and the clock
    // beside it.
    private static (double BySeconds, double ByProcessorTime) PerSecond(Func<bool> verify, int seconds)
    {
        int count = 0;
        using Process process = Process.GetCurrentProcess();
        TimeSpan processor = process.UserProcessorTime;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(seconds))
        {
            for (int i = 0; i < 50; i++)
                verify();
            count += 50;
        }

        double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return (count / elapsed, count / (process.UserProcessorTime - processor).TotalSeconds);
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string PerSecond(double value) => value.ToString(value < 100 ? "F1" : "F0", CultureInfo.InvariantCulture) + "/s";

    private static void Gpg(string home, params string[] arguments) =>
        Run("gpg", home, ["--batch", "--quiet", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback", .. arguments]);

    private static string Run(string tool, string? gpgHome, params string[] arguments)
    {
        ProcessStartInfo start = new(Find(tool)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (gpgHome is not null)
            start.Environment["GNUPGHOME"] = gpgHome;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {errors.Result}");
    }

    private static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(d => Path.Combine(d, tool)).FirstOrDefault(File.Exists);
}
