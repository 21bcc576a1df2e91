using System.Collections.Concurrent;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>One question that is put to skopeo and to the verifier.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Image">The image with its transport.</param>
/// <param name="Policy">The text of policy.json.</param>
internal sealed record VerdictCase(string Name, string Image, string Policy)
{
    /// <summary>What both must say. Null: whatever skopeo says.</summary>
    public bool? Expected { get; init; }

    /// <summary>How skopeo is asked.</summary>
    public SkopeoQuery Query { get; init; } = new();

    /// <summary>
    /// What of a multi-arch image the verifier is asked about. Null for what is pulled here; <c>all</c>, whose last result counts, and
    /// <c>list</c>.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>
    /// A part of the reason for which the release of skopeo that Debian has refuses what later ones, and the verifier, accept. Null if they
    /// should agree.
    /// </summary>
    public string? OldRefusal { get; init; }

    /// <summary>Why the verifier may refuse what skopeo accepts. Null if it may not.</summary>
    public string? StricterBecause { get; init; }

    /// <summary>Whether skopeo may fail before it judges, which is no acceptance either.</summary>
    public bool MayFail { get; init; }
}

/// <summary>Puts questions to both, two at a time, and says where the answers differ.</summary>
internal static class VerdictComparison
{
    /// <summary>Whether everything is asked, not only a part that proves the same: set CONTAINERTRUST_WIDE to 1.</summary>
    public static bool Wide { get; } = Environment.GetEnvironmentVariable("CONTAINERTRUST_WIDE") == "1";

    /// <summary>So many of the cases, spread evenly over all; all of them in a wide run.</summary>
    public static IReadOnlyList<VerdictCase> Sample(IReadOnlyList<VerdictCase> cases, int count) =>
        Wide || cases.Count <= count ? cases : [.. Enumerable.Range(0, count).Select(i => cases[(int)((long)i * cases.Count / count)])];

    /// <summary>Asks, and fails on any difference. The skopeo is the world's unless another is given.</summary>
    public static void AssertSame(SignedWorld world, IReadOnlyList<VerdictCase> cases, Skopeo? skopeo = null)
    {
        ConcurrentBag<string> differences = [];
        int accepted = 0;
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, one =>
        {
            SkopeoVerdict theirs = (skopeo ?? world.Skopeo).Copy(one.Image, one.Policy, one.Query);
            OurVerdict ours = OurVerdict.Of(world, one);
            bool theyAccept = theirs.Answer == SkopeoAnswer.Accepted;
            if (theyAccept)
                Interlocked.Increment(ref accepted);
            string both = $"{one.Name}: {one.Image}\n    skopeo: {theirs.Answer} {theirs.Message}\n    verifier: " +
                $"{(ours.IsValid ? "valid" : "not valid")}: {ours.Reason}\n    policy: {one.Policy}";
            bool isOldRefusal = one.OldRefusal is not null && !theyAccept
                && theirs.Message.Contains(one.OldRefusal, StringComparison.Ordinal);
            if (theirs.Answer == SkopeoAnswer.Failed && !one.MayFail)
                differences.Add("skopeo cannot judge " + both);
            else if (one.Expected is { } expected && expected != ours.IsValid)
                differences.Add($"should be {(expected ? "valid" : "not valid")} " + both);
            else if (theyAccept != ours.IsValid && !isOldRefusal && !(theyAccept && one.StricterBecause is not null))
                differences.Add("differs " + both);
        });
        Assert.True(differences.IsEmpty,
            $"{differences.Count} of {cases.Count} differ:\n{string.Join('\n', differences.Order(StringComparer.Ordinal))}");
        Assert.True(accepted > 0 && accepted < cases.Count
            || cases.Count == 1, $"{accepted} of {cases.Count} images are accepted: the cases prove nothing.");
    }
}
