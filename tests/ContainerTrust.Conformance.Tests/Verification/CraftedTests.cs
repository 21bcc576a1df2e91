using System.Collections.Concurrent;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Keys and messages that are odd in one thing each: the verifier never accepts one that gpg refuses, and says where it is stricter.</summary>
public sealed class CraftedTests
{
    /// <summary>What gpg takes and the verifier does not. Nothing may be here that both take.</summary>
    private static readonly HashSet<string> s_stricter = [];

    [SkippableFact]
    public void What_is_odd_in_one_thing_has_gpgs_verdict()
    {
        GpgTool.RequireVersion22();
        using CraftedCases crafted = new();
        CraftedCase[] cases = [.. crafted.All()];
        Assert.Equal(cases.Length, cases.Select(static c => c.Name).Distinct().Count());
        using GpgHomes homes = new();
        ConcurrentBag<string> wrong = [], stricter = [];
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, one =>
        {
            GpgVerdict theirs = homes.Verdict(one.Key, one.Message);
            OurOpenPgp ours;
            try
            {
                ours = OurOpenPgp.Of(one.Key, one.Message);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                wrong.Add($"{one.Name}: throws {e}");
                return;
            }

            if (ours.IsGood && !theirs.IsGood)
                wrong.Add($"{one.Name}: accepted, but gpg says\n{theirs.Status}\nkey {Convert.ToBase64String(one.Key)}\nmessage {Convert.ToBase64String(one.Message)}");
            else if (ours.IsGood && (ours.Fingerprint != theirs.Fingerprint || !ours.Content.Span.SequenceEqual(theirs.Content)))
                wrong.Add($"{one.Name}: another signer or content than gpg's");
            else if (theirs.IsGood && !ours.IsGood && !s_stricter.Contains(one.Name))
                stricter.Add($"{one.Name}: {ours.Reason}");
            else if (theirs.IsGood == ours.IsGood && s_stricter.Contains(one.Name))
                stricter.Add($"{one.Name}: is as gpg has it");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Concat(stricter)));
        Assert.True(stricter.IsEmpty, $"{stricter.Count}:\n{string.Join('\n', stricter.Order(StringComparer.Ordinal))}");
    }
}
