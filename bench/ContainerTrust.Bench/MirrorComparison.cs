using System.Diagnostics;
using System.Globalization;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Bench;

/// <summary>
/// A mirror with a release of over a thousand signed manifests in a real registry: each found by its digest, its sigstore signature fetched
/// and verified; beside <c>skopeo copy</c> of such signatures from one repository to another, a process each.
/// </summary>
internal static class MirrorComparison
{
    /// <summary>Measures and prints.</summary>
    /// <param name="quick">In a size that takes seconds.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool quick)
    {
        (int components, int processes, int rounds) = quick ? (5, 2, 1) : (250, 50, 3);
        string directory = Directory.CreateTempSubdirectory("ct-bench-").FullName;
        try
        {
            using LoopbackRegistry registry = new(Find("docker-registry"), directory, null, auth: "");
            TestRelease release = new(registry.Authority, "4.22.1", components, "amd64", "arm64", "s390x");
            RegistryContent content = release.Origin;
            release.MirrorTo(content, "ocp");
            content.WriteTo($"{directory}/registry");
            release.WriteStore($"{directory}/store");
            await File.WriteAllBytesAsync($"{directory}/release.pgp", TestRelease.Signer.PublicKey).ConfigureAwait(false);
            await File.WriteAllTextAsync($"{directory}/release.pub", release.SigstoreKey).ConfigureAwait(false);
            await File.WriteAllTextAsync($"{directory}/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""")
                .ConfigureAwait(false);
            string[] tags = [.. release.Components.SelectMany(static c => c.Digests).Select(TestRelease.SignatureTag)];
            List<double> ours = [], theirs = [];
            int count = 0;
            for (int round = 0; round < rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                count = await CheckAsync(directory, registry.Authority, release).ConfigureAwait(false);
                ours.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
                start = Stopwatch.GetTimestamp();
                for (int i = 0; i < processes; i++)
                    Copy(directory, registry.Authority, tags[((round * processes) + i) % tags.Length]);
                theirs.Add(processes / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            await SaveComparison.AddAsync(directory, release, registry.Authority, Median(theirs)).ConfigureAwait(false);
            BenchRows.Add($"{count} signed images of a release in a mirror, verified 16 at a time, beside skopeo copy of signatures",
                PerSecond(Median(ours)), PerSecond(Median(theirs)), Median(ours) / Median(theirs), "-");
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<int> CheckAsync(string directory, string authority, TestRelease release)
    {
        using ReleaseMirrorChecker checker = new(TrustStore.Open(new TrustStoreOptions(), TrustMessages.None), new MirrorOptions
        {
            Mirror = $"{authority}/ocp",
            KeyPaths = [$"{directory}/release.pgp"],
            SigstoreKeyPaths = [$"{directory}/release.pub"],
            Verification = new VerificationOptions
            {
                SignatureStores = [$"{directory}/store"],
                Web = new WebOptions { VerifyTls = false, ConcurrencyPerHost = 16 },
            },
        }, TrustMessages.None);
        MirrorPlan plan = await checker.PlanAsync(release.Reference, CancellationToken.None).ConfigureAwait(false);
        int count = 0;
        await Parallel.ForEachAsync(plan.Items, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, cancellation) =>
        {
            foreach (MirrorAnswer answer in await checker.CheckAsync(plan, item, cancellation).ConfigureAwait(false))
            {
                if (answer.Result.Status != ReleaseMirrorStatus.Complete)
                    throw new InvalidOperationException(answer.Result.ToString());
                Interlocked.Increment(ref count);
            }
        }).ConfigureAwait(false);
        return count;
    }

    private static void Copy(string directory, string authority, string tag)
    {
        ProcessStartInfo start = new(Find("skopeo"),
            ["--policy", $"{directory}/policy.json", "copy", "--quiet", "--preserve-digests", "--src-tls-verify=false",
            "--dest-tls-verify=false", $"docker://{authority}/{TestRelease.ComponentRepository}:{tag}",
            $"docker://{authority}/copied/release:{tag}"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"skopeo copy {tag}: {errors}");
    }

    internal static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    internal static string PerSecond(double value) => value.ToString(value < 100 ? "F1" : "F0", CultureInfo.InvariantCulture) + "/s";

    internal static string Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(d => Path.Combine(d, tool)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{tool} is not installed.");
}
