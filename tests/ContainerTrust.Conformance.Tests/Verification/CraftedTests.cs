using System.Collections.Concurrent;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Keys and messages that are odd in one thing each: the verifier never accepts one that gpg refuses, and says where it is
/// stricter.</summary>
public sealed class CraftedTests
{
    /// <summary>What gpg takes and the verifier does not, and why. Nothing may be here that both take or both refuse.</summary>
    private static readonly Dictionary<string, string[]> s_stricter = new()
    {
        ["A checksum that is cut off is not a checksum; gpg does not look at zlib's."] =
        [
            "structure: compressed 2, truncated by 1, with a length", "structure: compressed 2, truncated by 1",
            "structure: compressed 2, truncated by 4, with a length", "structure: compressed 2, truncated by 4",
        ],
        ["A message is one signed message and nothing else; gpg passes over packets that it does not expect."] =
        [
            "message: a marker after", "message: the key after",
            "message: packet 6 before", "message: packet 6 inside", "message: packet 6 after the literal", "message: packet 6 after",
            "message: packet 12 after the literal", "message: packet 12 after", "message: packet 13 before", "message: packet 13 after",
            "message: packet 0 inside", "message: packet 0 after the literal", "message: packet 0 after",
            "message: packet 21 after the literal", "message: packet 21 after",
            "message: packet 30 inside", "message: packet 30 after the literal", "message: packet 30 after",
            "message: packet 39 inside", "message: packet 39 after the literal", "message: packet 39 after",
            "message: packet 40 after the literal", "message: packet 40 after", "message: packet 60 after the literal",
            "message: packet 60 after",
            "structure: compressed 0, the signature outside",
            "structure: compressed 1, then a zero octet", "structure: compressed 1, then a literal",
            "structure: compressed 1, then a message",
            "structure: compressed 2, then a zero octet", "structure: compressed 2, then a literal",
            "structure: compressed 2, then a message",
        ],
        ["Armor that says it is something else is not a message."] = ["message: armored as a key", "message: armored as a signature"],
        ["A character that has no place in armor is damage."] = ["message: armored with a text in the data"],
        ["A packet that is longer than what is in it is damaged."] =
            ["message: one-pass with more octets", "key: more octets in its packet", "signature: more octets after it",
                "signature: a second number", "signature: number plus the modulus"],
        ["A part of the wrong length is not ignored: it was meant to say something."] =
        [
            "key: expiry of two octets", "signature: expiry of two octets", "signature: subpacket 9", "signature: critical subpacket 9",
            "signature: subpacket 25", "signature: critical subpacket 25",
            "signature: subpacket 33", "signature: critical subpacket 33", "signature: critical subpacket 33, not hashed",
        ],
        ["A signature that names another key by its fingerprint is that key's."] = ["signature: another's fingerprint"],
        ["SHA-1 is broken where somebody else chooses what is signed."] = ["signature: hash 2"],
        ["A key that anybody can break is none."] = ["key: 512 bits"],
        ["A self-signature that has ended says nothing any more."] = ["key: certification expired",
            "key: prolonged by an expired signature"],
        ["A key that nobody stands for any more is not used."] = ["key: user id revoked"],
        ["Where a revocation is in doubt, the key is revoked."] =
        [
            "key: revoked before it was made", "key: revocation with an unknown critical subpacket",
            "key: revoked by a designated revoker who is not here", "subkey: twice, once revoked",
        ],
        ["Nobody signs the order of what is of one second, so the stricter counts."] = ["key: equal times, flags 1 then 3"],
        ["A packet that must not be ignored is not ignored."] = ["key: an unknown packet inside"],
    };

    [SkippableFact]
    public void What_is_odd_in_one_thing_has_gpgs_verdict()
    {
        GpgTool.RequireVersion22();
        using CraftedCases crafted = new();
        CraftedCase[] cases = [.. crafted.All()];
        HashSet<string> known = [.. s_stricter.Values.SelectMany(static n => n)];
        Assert.Equal(cases.Length, cases.Select(static c => c.Name).Distinct().Count());
        using GpgHomes homes = new();
        ConcurrentBag<string> wrong = [], stricter = [];
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, one =>
        {
            GpgVerdict theirs = homes.Verdict(one.Key, one.Message);
            OurOpenPgp? ours = Watched.Run(() => OurOpenPgp.Of(one.Key, one.Message), out string? fault);
            if (ours is null)
                wrong.Add($"{one.Name}: {fault}");
            else if (ours.IsGood && !theirs.IsGood)
                wrong.Add($"{one.Name}: accepted, but gpg says\n{theirs.Status}\nkey {Convert.ToBase64String(one.Key)}\nmessage " +
                    $"{Convert.ToBase64String(one.Message)}");
            else if (ours.IsGood && (ours.Fingerprint != theirs.Fingerprint || !ours.Content.Span.SequenceEqual(theirs.Content)))
                wrong.Add($"{one.Name}: another signer or content than gpg's");
            else if (theirs.IsGood && !ours.IsGood && !known.Contains(one.Name))
                stricter.Add($"{one.Name}: {ours.Reason}");
            else if (theirs.IsGood == ours.IsGood && known.Contains(one.Name))
                stricter.Add($"{one.Name}: is as gpg has it: {ours.Reason}");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Concat(stricter)));
        Assert.True(stricter.IsEmpty, $"{stricter.Count}:\n{string.Join('\n', stricter.Order(StringComparer.Ordinal))}");
    }
}
