using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>What the statements about several user ids say together of the primary key, in every way in which doubts may be
/// settled.</summary>
public sealed class PrimaryFactsTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly byte[] Message = Signer.Message("{}"u8.ToArray());
    private static readonly byte[] Certify = TestPackets.Flags(1);
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] Ended = TestPackets.Lifetime(1000);
    private static readonly byte[] Primary = TestPackets.Subpacket(SubpacketType.PrimaryUserId, [1]);
    private static readonly byte[] NotPrimary = TestPackets.Subpacket(SubpacketType.PrimaryUserId, [0]);
    private static readonly byte[] SoonOver = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u));

    [Fact]
    public void The_user_id_signed_last_counts_whatever_the_order()
    {
        byte[] sign = Says("A", 9, Sign), certify = Says("B", 5, Certify), older = Says("C", 7, Certify);
        foreach (byte[][] order in Orders(sign, certify, older))
            Check(OpenPgpProblem.None, order);
        byte[] newest = Says("D", 11, Certify);
        foreach (byte[][] order in Orders(sign, older, newest))
            Check(OpenPgpProblem.KeyNotForSigning, order);

        // Of one second each may be the last.
        foreach (byte[][] order in Orders(Says("A", 9, Sign), Says("B", 9, Certify), Says("C", 9, Sign)))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        foreach (byte[][] order in Orders(Says("A", 9, Sign), Says("B", 9, Sign), Says("C", 8, Certify)))
            Check(OpenPgpProblem.None, order);
    }

    [Fact]
    public void A_user_id_that_says_nothing_leaves_it_to_the_others()
    {
        foreach (byte[][] order in Orders(Says("A", 9), Says("B", 5, Certify)))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        foreach (byte[][] order in Orders(Says("A", 9, Certify, SoonOver), Says("B", 5, Sign)))
            Check(OpenPgpProblem.None, order);
        foreach (byte[][] order in Orders(Says("A", 9, Sign, SoonOver), Says("B", 5, Certify)))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        foreach (byte[][] order in Orders([.. Says("A", 5, Sign), .. Revokes("A", 9)], Says("B", 3, Certify)))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        Check(OpenPgpProblem.None, Says("A", 9));
        Check(OpenPgpProblem.None, Says("A", 9), Says("B", 5));
    }

    [Fact]
    public void What_is_in_doubt_is_judged_both_ways()
    {
        // The doubtful statement may be the newest, or may not be there, and then the one before it may be the newest of all.
        Check(OpenPgpProblem.KeyNotForSigning, Says("A", 5, Sign), [.. Says("B", 3, Sign), .. Doubtful("B", 9, Certify)]);
        Check(OpenPgpProblem.None, Says("A", 5, Sign), [.. Says("B", 3, Certify), .. Doubtful("B", 9, Sign)]);
        Check(OpenPgpProblem.KeyNotForSigning, Says("A", 3, Sign), [.. Says("B", 3, Certify), .. Doubtful("B", 9, Sign)]);
        Check(OpenPgpProblem.KeyNotForSigning, Says("A", 2, Sign), [.. Says("B", 3, Certify), .. Doubtful("B", 9, Sign)]);
        Check(OpenPgpProblem.None, Says("A", 5, Sign), [.. Says("B", 3, Sign), .. Doubtful("B", 4, Certify)]);

        // A user id of which nothing is proven may say nothing.
        foreach (byte[][] order in Orders(Says("A", 5, Certify), [.. TestPackets.UserId("B"), .. Doubtful("B", 9, Sign)]))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        foreach (byte[][] order in Orders(Says("A", 5, Sign), [.. TestPackets.UserId("B"), .. Doubtful("B", 9, Certify)]))
            Check(OpenPgpProblem.KeyNotForSigning, order);
        foreach (byte[][] order in Orders(Says("A", 5, Sign), [.. TestPackets.UserId("B"), .. Doubtful("B", 4, Certify)]))
            Check(OpenPgpProblem.None, order);

        // If it may be revoked, it may say nothing.
        foreach (byte[][] order in Orders([.. Says("A", 5, Sign),
            .. Doubtful(Signer.Certify(SignatureType.CertificationRevocation, "A", Created + 9))], Says("B", 3, Certify)))
            Check(OpenPgpProblem.KeyNotForSigning, order);
    }

    [Fact]
    public void The_direct_key_signature_goes_first_where_it_speaks()
    {
        byte[] userId = Says("A", 9, Certify);
        Check(OpenPgpProblem.None, Direct(5, Sign), userId);
        Check(OpenPgpProblem.KeyNotForSigning, Direct(5), userId);
        Check(OpenPgpProblem.KeyNotForSigning, Direct(5, Sign, SoonOver), userId);
        Check(OpenPgpProblem.KeyNotForSigning, [.. Direct(5), .. Direct(3, Sign)], userId);
        Check(OpenPgpProblem.KeyNotForSigning, Doubtful(Direct(5, Sign)), userId);
        Check(OpenPgpProblem.None, [.. Direct(5, Sign), .. Doubtful(Direct(7, Sign))], userId);
        Check(OpenPgpProblem.KeyNotForSigning, [.. Direct(5, Sign), .. Doubtful(Direct(7))], userId);
        Check(OpenPgpProblem.KeyNotForSigning, Direct(5, Certify), Says("A", 9, Sign));
        Check(OpenPgpProblem.KeyExpired, Direct(5, Ended), Says("A", 9, Sign));
        Check(OpenPgpProblem.KeyExpired, Direct(5), Says("A", 9, Sign, Ended));
    }

    [Fact]
    public void The_earliest_end_that_may_count_counts()
    {
        foreach (byte[][] order in Orders(Says("A", 9, Sign, TestPackets.Lifetime(2_000_000)), Says("B", 9, Sign, Ended)))
            Check(OpenPgpProblem.KeyExpired, order);
        foreach (byte[][] order in Orders(Says("A", 9, Sign, TestPackets.Lifetime(2_000_000)), Says("B", 8, Sign, Ended)))
            Check(OpenPgpProblem.None, order);
        Check(OpenPgpProblem.None, Says("A", 9, Sign, TestPackets.Lifetime(1_000_001)));
        Check(OpenPgpProblem.KeyExpired, Says("A", 9, Sign, TestPackets.Lifetime(1_000_000)));
        Check(OpenPgpProblem.None, Says("A", 9, Sign, TestPackets.Lifetime(0)));

        // No end is nothing said.
        foreach (byte[][] order in Orders(Says("A", 9, Sign, TestPackets.Lifetime(0)), Says("B", 5, Sign, Ended)))
            Check(OpenPgpProblem.KeyExpired, order);
    }

    [Fact]
    public void Every_value_that_may_count_is_named()
    {
        Possible([null]);
        Possible([null], Says("A", 5), Says("B", 9));
        Possible([3], Says("A", 5), Says("B", 9, Sign));
        Possible([1, 3], Says("A", 9, Certify), Says("B", 9, Sign));
        Possible([3], Says("A", 8, Certify), Says("B", 9, Sign), Says("C", 7, Certify));
        byte[] nothingProven = [.. TestPackets.UserId("B"), .. Doubtful("B", 9, Sign)];
        Possible([null, 3], nothingProven);
        Possible([1, 3], Says("A", 5, Certify), nothingProven);
        Possible([1, 3], nothingProven, Says("A", 5, Certify));
        Possible([1, 3], [.. Says("A", 3, Certify), .. Doubtful("A", 9, Sign)]);
        Possible([3], [.. Says("A", 3, Certify), .. Doubtful("A", 9, Sign)], Says("B", 5, Sign));
        Possible([null, 3], [.. Says("A", 3), .. Doubtful("A", 9, Sign)]);
        Possible([1], Direct(5, Certify), Says("A", 9, Sign));
        Possible([3], Direct(5), Says("A", 9, Sign));
        Possible([1, 3], Doubtful(Direct(5, Certify)), Says("A", 9, Sign));

        // Of version 6 the direct-key signature alone counts.
        var newer = TestSigner.Ed25519Key(version: 6);
        byte[] userId = [.. TestPackets.UserId("A"), .. newer.Certify("A", Created + 9, Certify)];
        byte[] direct = newer.Sign(SignatureType.DirectKey, newer.Hashed, Created),
            flags = newer.Sign(SignatureType.DirectKey, newer.Hashed, Created, Sign);
        Assert.Equal([null], FlagsOf([.. newer.KeyPacket(), .. direct, .. userId]));
        Assert.Equal([3u], FlagsOf([.. newer.KeyPacket(), .. flags, .. userId]));

        static void Possible(uint?[] expected, params byte[][] parts) =>
            Assert.Equal(expected, FlagsOf([.. Signer.KeyPacket(), .. parts.SelectMany(static p => p)]));

        static IEnumerable<uint?> FlagsOf(byte[] file) =>
            PrimaryFacts.Possible(Assert.Single(JudgedKeyFiles.Read("key", file).Certificates), Now.ToUnixTimeSeconds(),
                static s => s.KeyFlags).Order().Distinct();
    }

    [Fact]
    public void The_user_id_that_gpg_prints_is_shown()
    {
        UserIdIs("B", Says("A", 5, Sign), Says("B", 9, Sign));
        UserIdIs("A", Says("A", 9, Sign), Says("B", 5, Sign));
        UserIdIs("A", Says("A", 5, Sign, Primary), Says("B", 9, Sign));
        UserIdIs("B", Says("A", 5, Sign, Primary), Says("B", 9, Sign, Primary));
        UserIdIs("B", Says("A", 5, Sign, NotPrimary), Says("B", 9, Sign));
        UserIdIs("longer", Says("longer", 9, Sign), Says("short", 9, Sign));
        UserIdIs("B", Says("A", 9, Sign), Says("B", 9, Sign));
        UserIdIs("C", Says("A", 5, Sign), Says("C", 9, Sign), Says("B", 7, Sign));

        // One that is revoked or has ended only where there is no other.
        UserIdIs("A", Says("A", 5, Sign), [.. Says("B", 7, Sign, Primary), .. Revokes("B", 9)]);
        UserIdIs("A", Says("A", 5, Sign), Says("B", 9, Sign, SoonOver));
        byte[] direct = Direct(5, Sign);
        Assert.Equal("A", Verify([direct, Says("A", 5, SoonOver), Says("B", 9, SoonOver)]).UserId);
        Assert.Equal("B", Verify([direct, [.. TestPackets.UserId("A"), .. Doubtful("A", 9)], Says("B", 9, SoonOver)]).UserId);

        static void UserIdIs(string expected, params byte[][] parts)
        {
            foreach (byte[][] order in Orders(parts))
                Assert.Equal(expected, Verify(order).UserId);
        }
    }

    private static byte[] Says(string userId, uint after, params byte[][] hashed) =>
        [.. TestPackets.UserId(userId), .. Signer.Certify(userId, Created + after, hashed)];

    private static byte[] Direct(uint after, params byte[][] hashed) =>
        Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + after, hashed);

    private static byte[] Revokes(string userId, uint after) =>
        Signer.Certify(SignatureType.CertificationRevocation, userId, Created + after);

    // It does not name its maker.
    private static byte[] Doubtful(byte[] packet) => TestSigner.WithUnhashed(packet, static _ => []);

    private static byte[] Doubtful(string userId, uint after, params byte[][] hashed) =>
        Doubtful(Signer.Certify(userId, Created + after, hashed));

    private static IEnumerable<byte[][]> Orders(params byte[][] parts) => parts.Length < 2
        ? [parts]
        : Enumerable.Range(0, parts.Length)
            .SelectMany(i => Orders([.. parts.Where((_, j) => j != i)]).Select(rest => (byte[][])[parts[i], .. rest]));

    private static OpenPgpVerification Verify(byte[][] parts) =>
        OpenPgpKeyring.Import([new KeyringSource("key", (byte[])[.. Signer.KeyPacket(), .. parts.SelectMany(static p => p)])])
            .Verify(Message, Now);

    private static void Check(OpenPgpProblem problem, params byte[][] parts)
    {
        var result = Verify(parts);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
    }
}
