using System.Text;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Cli;

/// <summary>Prints verdicts in the order in which they were asked for, and sums them up in an exit code.</summary>
internal static class Verdicts
{
    /// <summary>Does work, some of it at once, and gives it back in order.</summary>
    public static IEnumerable<Task<T>> InOrder<T>(IReadOnlyList<Func<Task<T>>> work, int limit, CancellationToken cancellation)
    {
        // What is worked on ahead is bounded, for results are large.
        Queue<Task<T>> running = new();
        SemaphoreSlim places = new(limit);
        int next = 0;
        while (next < work.Count || running.Count > 0)
        {
            while (next < work.Count && running.Count < limit * 4)
            {
                Func<Task<T>> item = work[next++];
                running.Enqueue(Task.Run(
                    async () =>
                    {
                        await places.WaitAsync(cancellation).ConfigureAwait(false);
                        try
                        {
                            return await item().ConfigureAwait(false);
                        }
                        finally
                        {
                            places.Release();
                        }
                    },
                    cancellation));
            }

            yield return running.Dequeue();
        }
    }

    /// <summary>Prints verdicts as they come.</summary>
    /// <param name="verdicts">The verdicts.</param>
    /// <param name="names">What each is about, in the same order.</param>
    /// <param name="quiet">Print nothing but errors.</param>
    /// <param name="json">Print JSON.</param>
    /// <param name="isFiles">Whether it is about files, as skopeo standalone-verify's are.</param>
    /// <returns><see cref="ExitCode.Done"/> if every image is valid; <see cref="ExitCode.Failed"/> if one is not; else
    /// <see cref="ExitCode.NotJudged"/> if one could not be judged.</returns>
    public static int Print(IEnumerable<Task<IReadOnlyList<ImageSignatureResult>>> verdicts, IReadOnlyList<string> names, bool quiet,
        bool json, bool isFiles)
    {
        List<ImageSignatureResult> results = [];
        HashSet<string> said = [];
        int index = 0;
        bool isRejected = false;
        bool isUnknown = false;
        foreach (Task<IReadOnlyList<ImageSignatureResult>> verdict in verdicts)
        {
            IReadOnlyList<ImageSignatureResult> some;
            try
            {
                some = verdict.GetAwaiter().GetResult();
            }
            catch (TrustException e)
            {
                // What is wrong with the policy is the same for every image.
                bool isCommon = e.ErrorId.StartsWith("Policy", StringComparison.Ordinal)
                    || e.ErrorId.StartsWith("Lookaside", StringComparison.Ordinal);
                string message = isCommon || index >= names.Count || e.Message.Contains(names[index], StringComparison.Ordinal) ? e.Message
                    : $"{names[index]} cannot be judged: {e.Message}";
                index++;
                if (!isCommon || said.Add(message))
                    StandardError.Fail(message);
                isUnknown = true;
                continue;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is, it is no verdict, and the other images get their turn.
                StandardError.WriteLine("containertrust: " +
                    $"{(index < names.Count ? $"{names[index]} cannot" : "It cannot")} be judged: {e.Message}");
                index++;
                isUnknown = true;
                continue;
            }

            index++;
            foreach (ImageSignatureResult result in some)
            {
                isRejected |= !result.IsValid;
                if (json)
                    results.Add(result);
                else if (!quiet)
                    Output.Write(Describe(result, isFiles));
            }
        }

        if (json)
            Output.Write(TrustJson.Write(results));
        return isRejected ? ExitCode.Failed : isUnknown ? ExitCode.NotJudged : ExitCode.Done;
    }

    /// <summary>Does the work of a command that judges; keeps "not valid" and "could not be judged" apart.</summary>
    /// <returns>The work's exit code, or <see cref="ExitCode.NotJudged"/>.</returns>
    public static int Judge(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.InvalidArgument)
        {
            StandardError.Fail(e.Message);
            return e.ErrorId == "ReleaseNotTrusted" ? ExitCode.Failed : ExitCode.NotJudged;
        }
    }

    private static string Describe(ImageSignatureResult result, bool isFiles)
    {
        // What skopeo standalone-verify prints.
        if (isFiles && result.IsValid && result.Signatures.FirstOrDefault(static s => s.IsValid) is { } good)
            return $"Signature verified using fingerprint {good.Fingerprint}, digest {result.ManifestDigest}{As(result)}\n";
        StringBuilder text = new();
        Line(text, $"{result.Image}{(result.Platform is null ? "" : $" ({result.Platform})")}: " +
            $"{(result.IsValid ? "valid" : "not valid")}{As(result)}: {result.Reason}");
        if (result.PinnedReference is not null)
            Line(text, $"  pull {result.PinnedReference}");
        if (result.Scope is not null)
            Line(text, $"  scope {(result.Scope.Length == 0 ? "\"\"" : result.Scope)}: {result.ScopeReason}");
        foreach (RequirementVerdict requirement in result.Requirements)
            Line(text, $"  requirement {requirement.Requirement}: " +
                $"{(requirement.IsSatisfied ? "satisfied" : "not satisfied")}{Why(requirement.Reason, result)}");
        foreach (ImageSignature signature in result.Signatures)
            Line(text, $"  signature {signature.Source}: {(signature.IsValid ? "valid" : "not valid")}{Why(signature.Reason, result)}");
        if (result.Release is not null)
            Line(text, $"  release {result.Release}");
        return text.ToString();
    }

    private static string As(ImageSignatureResult result) => result.JudgedAs is null ? "" : $" as {result.JudgedAs}";

    // What the verdict has said already is not said again.
    private static string Why(string reason, ImageSignatureResult result) =>
        result.Reason.Contains(reason, StringComparison.Ordinal) ? "" : $": {reason}";

    private static void Line(StringBuilder text, string line) => text.Append(PrintableText.Line(line)).Append('\n');
}
