using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Bench;

/// <summary>
/// How many stored sigstore signatures (ECDSA P-256) are judged a second, from the stored document to the policy's verdict, beside
/// <c>openssl speed ecdsap256</c>, which only verifies and counts CPU time. So is ours: the CPU time of one thread. The two take turns.
/// </summary>
internal static class SigstoreThroughput
{
    private const int Documents = 64;

    /// <summary>Measures and prints.</summary>
    /// <param name="quick">Once, and briefly.</param>
    public static void Run(bool quick)
    {
        int rounds = quick ? 1 : 5;
        TimeSpan time = TimeSpan.FromSeconds(quick ? 0.3 : 1.5);
        string directory = Directory.CreateTempSubdirectory("containertrust-bench").FullName;
        try
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText(directory + "/key.pub", key.ExportSubjectPublicKeyInfoPem());
            SigstoreSignedRequirement[] requirements =
                [new() { KeyPath = directory + "/key.pub", SignedIdentity = new MatchRepositoryIdentity() }];
            RequirementKeys keys = new(LocalHost.Instance, static _ => { });
            ImageToJudge[] images = [.. Enumerable.Range(0, Documents).Select(i => Image(key, i))];
            Count(images, requirements, keys, time);
            List<double> ratios = [], all = [], bare = [];
            for (int round = 0; round < rounds; round++)
            {
                double theirs = OpenSsl();
                double ours = Count(images, requirements, keys, time), theirsAfter = OpenSsl();
                all.Add(ours);
                bare.Add((theirs + theirsAfter) / 2);
                ratios.Add(ours / ((theirs + theirsAfter) / 2));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"openssl {theirs,9:F0}/s   containertrust {ours,9:F0}/s   openssl {theirsAfter,9:F0}/s   ratio {ratios[^1]:F2}"));
            }

            BenchRows.Add("ECDSA P-256 (sigstore), from document to verdict, processor time, beside openssl speed", Median(all),
                Median(bare), ratios.Order().ElementAt(rounds / 2), "at least 0.85");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Median(List<double> values) =>
        values.Order().ElementAt(values.Count / 2).ToString("F0", CultureInfo.InvariantCulture) + "/s";

    private static ImageToJudge Image(ECDsa key, int number)
    {
        byte[] manifest = Encoding.UTF8
            .GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","number":{{number}}}""");
        byte[] payload = Encoding.UTF8.GetBytes(
            $$$"""{"critical":{"identity":{"docker-reference":"registry.example.com/team/app"},"image":{"docker-manifest-digest":"{{{ManifestDigest.Compute(manifest)}}}"},"type":"cosign container image signature"},"optional":null}""");
        string signature = Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        byte[] stored = Encoding.UTF8.GetBytes(
            $$$"""{"mimeType":"application/vnd.dev.cosign.simplesigning.v1+json","payload":"{{{Convert.ToBase64String(payload)}}}","annotations":{"dev.cosignproject.cosign/signature":"{{{signature}}}"}}""");
        return new ImageToJudge
        {
            Reference = ImageName.Parse("docker://registry.example.com/team/app:v1", static path => path).Reference,
            Manifest = JudgedManifest.FromContent(manifest),
            UntrustedSignatures = [new SignatureBlob("signature-1", (byte[])[0, .. "sigstore-json\n"u8, .. stored])],
            Now = DateTimeOffset.UnixEpoch.AddYears(56),
        };
    }

    private static double Count(ImageToJudge[] images, SigstoreSignedRequirement[] requirements, RequirementKeys keys, TimeSpan cpu)
    {
        int count = 0;
        TimeSpan start = ThreadTime(), spent;
        do
        {
            foreach (ImageToJudge image in images)
            {
                if (!PolicyEvaluator.Evaluate(requirements, image, keys).IsAccepted)
                    throw new InvalidOperationException("A good signature was refused.");
            }

            count += images.Length;
            spent = ThreadTime() - start;
        }
        while (spent < cpu);
        return count / spent.TotalSeconds;
    }

    // "+R:size:..." and "+F4:index:bits:sign seconds:verify seconds" for machines; the last field is the time of one verification, or their
    // number a second.
    private static double OpenSsl()
    {
        ProcessStartInfo start = new("openssl", ["speed", "-seconds", "1", "-mr", "ecdsap256"])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string all = output + error.Result;
        string line = all.Split('\n').FirstOrDefault(static l => l.StartsWith("+F4:", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("openssl speed said nothing of ecdsap256: " + all);
        double value = double.Parse(line.Split(':')[^1], CultureInfo.InvariantCulture);
        return value < 1 ? 1 / value : value;
    }

    private static TimeSpan ThreadTime()
    {
        // clock_gettime(2), CLOCK_THREAD_CPUTIME_ID.
        if (ClockGetTime(3, out Timespec time) != 0)
            throw new InvalidOperationException("The thread's CPU time cannot be read.");
        return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100));
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out Timespec time);

    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
