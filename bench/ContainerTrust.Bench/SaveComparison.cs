using System.Collections.Concurrent;
using System.Diagnostics;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Bench;

/// <summary>
/// The signatures of a release saved, carried into another registry, and verified there, in one run; beside <c>skopeo copy</c> of such
/// signatures, which verifies none.
/// </summary>
internal static class SaveComparison
{
    /// <summary>Measures and prints.</summary>
    /// <param name="directory">Has the keys and the release's store; work is done in it.</param>
    /// <param name="release">The release.</param>
    /// <param name="origin">The registry that it comes from.</param>
    /// <param name="skopeoPerSecond">What <c>skopeo copy</c> does of the same.</param>
    public static async Task AddAsync(string directory, TestRelease release, string origin, double skopeoPerSecond)
    {
        string other = Directory.CreateDirectory($"{directory}/other").FullName;
        RegistryContent images = new();
        release.MirrorTo(images, "ocp");
        foreach (string repository in images.Repositories.ToArray())
        {
            foreach (string tag in images.Tags(repository).ToArray())
                images.RemoveManifest(repository, tag);
        }

        images.WriteTo($"{other}/registry");
        using LoopbackRegistry mirror = new(MirrorComparison.Find("docker-registry"), other, null, auth: "");
        VerificationOptions verification = new()
        {
            SignatureStores = [$"{directory}/store"],
            Web = new WebOptions { VerifyTls = false, ConcurrencyPerHost = 16 },
        };
        TrustStore store = TrustStore.Open(new TrustStoreOptions(), TrustMessages.None);
        long start = Stopwatch.GetTimestamp();
        int saved = await SaveAsync(store, directory, release, verification).ConfigureAwait(false);
        double saving = Stopwatch.GetElapsedTime(start).TotalSeconds;
        HashSet<string> ofRelease = [.. release.Release.Digests.Select(TestRelease.SignatureTag)];
        using (LayoutPush push = new(mirror.Authority))
        {
            await push.PushAsync($"{directory}/saved/layout",
                tag => ofRelease.Contains(tag) ? "ocp/openshift/release-images" : "ocp/openshift/release").ConfigureAwait(false);
        }

        int verified = await VerifyAsync(store, directory, release, mirror.Authority, verification).ConfigureAwait(false);
        double all = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (saved != verified)
            throw new InvalidOperationException($"{saved} saved from {origin}, {verified} verified in {mirror.Authority}.");
        string theirs = MirrorComparison.PerSecond(skopeoPerSecond);
        BenchRows.Add($"{saved} signatures of a release fetched, verified and saved as an OCI layout, beside skopeo copy of signatures",
            MirrorComparison.PerSecond(saved / saving), theirs, saved / saving / skopeoPerSecond, "-");
        BenchRows.Add($"{saved} signatures of a release saved, carried to another registry and verified there, beside skopeo copy of them",
            MirrorComparison.PerSecond(saved / all), theirs, saved / all / skopeoPerSecond, "-");
    }

    private static async Task<int> SaveAsync(TrustStore store, string directory, TestRelease release, VerificationOptions verification)
    {
        using ImageSignatureSaver saver = new(store, new SaveOptions
        {
            ConfigMapDirectory = $"{directory}/saved/maps",
            LayoutDirectory = $"{directory}/saved/layout",
            KeyPaths = [$"{directory}/release.pgp"],
            SigstoreKeyPaths = [$"{directory}/release.pub"],
            Verification = verification,
        }, TrustMessages.None);
        SavePlan plan = await saver.PlanAsync(release.Reference, CancellationToken.None).ConfigureAwait(false);
        ConcurrentBag<SaveAnswer> answers = [];
        await Parallel.ForEachAsync(plan.Items, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, cancellation) =>
        {
            foreach (SaveAnswer answer in await saver.SaveAsync(item, cancellation).ConfigureAwait(false))
                answers.Add(answer);
        }).ConfigureAwait(false);
        if (answers.FirstOrDefault(static a => a.Result.Status != SavedSignatureStatus.Saved) is { } bad)
            throw new InvalidOperationException(bad.Result.ToString());
        return answers.Count(static a => a.Result.Form == SavedSignatureForm.Attachment);
    }

    private static async Task<int> VerifyAsync(TrustStore store, string directory, TestRelease release, string mirror,
        VerificationOptions verification)
    {
        using ReleaseMirrorChecker checker = new(store, new MirrorOptions
        {
            Mirror = $"{mirror}/ocp",
            KeyPaths = [$"{directory}/release.pgp"],
            SigstoreKeyPaths = [$"{directory}/release.pub"],
            Verification = verification with
                { SignatureStores = null, SignatureConfigMaps = Directory.GetFiles($"{directory}/saved/maps") },
        }, TrustMessages.None);
        MirrorPlan plan = await checker.PlanAsync(release.Reference, CancellationToken.None).ConfigureAwait(false);
        int count = 0;
        await Parallel.ForEachAsync(plan.Items, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, cancellation) =>
        {
            foreach (MirrorAnswer answer in await checker.CheckAsync(plan, item, cancellation).ConfigureAwait(false))
            {
                if (answer.Result is not { Status: ReleaseMirrorStatus.Complete, SigstoreSignature: MirroredSignature.Verified })
                    throw new InvalidOperationException(answer.Result.ToString());
                Interlocked.Increment(ref count);
            }
        }).ConfigureAwait(false);
        return count;
    }
}
