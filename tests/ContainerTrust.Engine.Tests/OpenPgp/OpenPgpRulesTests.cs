using System.Buffers.Binary;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>The rules themselves, at their edges; what they do to keys and messages is tested where these are.</summary>
public sealed class OpenPgpRulesTests
{
    private static readonly OpenPgpRules Rules = OpenPgpRules.Current;

    [Fact]
    public void The_numbers_are_those_of_GnuPG_or_stricter()
    {
        Assert.Equal((1024, 2048, 4096, (160, 512), 64, 16384),
            (Rules.MinFactoringBits, Rules.WeakFactoringBits, Rules.MaxDsaBits, Rules.DsaOrderBits, Rules.MaxRsaExponentBits,
            Rules.MaxIntegerBits));
        Assert.Equal((10_000, 10_240, 2048, 2038),
            (Rules.MaxAreaLength, Rules.MaxOpaqueLength, Rules.MaxUserIdLength, Rules.MaxStoredUserIdLength));
        Assert.Equal((1000, 80_000, 125_000, 20), (Rules.MaxStatements, Rules.MaxWork, Rules.MaxWorkInAll, Rules.VerificationWork));
        Assert.Equal((100, 80_000), (Rules.MaxForeignRevocations, Rules.MaxLooseRevocationWork));
        Assert.Equal((0x02, false), (Rules.SigningFlag, Rules.TakesOlderThanKey));
    }

    [Fact]
    public void Hashes_and_algorithms_are_listed()
    {
        Assert.Equal((byte[])[8, 9, 10, 11, 12, 14], Rules.MessageHashes.Order());
        Assert.Equal((byte[])[2, 3, 8, 9, 10, 11, 12, 14], Rules.StatementHashes.Order());
        Assert.Equal((byte[])[1, 2, 3], Rules.WeakHashes.Order());
        Assert.Equal([1, 3, 17, 19, 22, 27, 28], Rules.SigningAlgorithms.Select(static a => (int)a).Order());
    }

    [Fact]
    public void Critical_parts_that_are_understood_are_listed()
    {
        int[] understood = [2, 3, 4, 5, 6, 7, 9, 11, 12, 16, 21, 22, 24, 25, 26, 27, 29, 30, 32, 33];
        int[] newer = [23, 34, 39];
        for (int type = 0; type < 128; type++)
        {
            Assert.Equal(understood.Contains(type), Rules.Understands((SubpacketType)type, 4));
            Assert.Equal(understood.Contains(type) || newer.Contains(type), Rules.Understands((SubpacketType)type, 6));
        }
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 3, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 3, true)]
    [InlineData(2, 1, false)]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, false)]
    [InlineData(17, 17, true)]
    [InlineData(17, 1, false)]
    [InlineData(1, 17, false)]
    [InlineData(19, 19, true)]
    [InlineData(19, 1, false)]
    [InlineData(22, 27, false)]
    [InlineData(18, 18, false)]
    [InlineData(99, 99, false)]
    public void A_signature_names_its_keys_algorithm(int signature, int key, bool isSame) =>
        Assert.Equal(isSame, Rules.IsSameAlgorithm((PublicKeyAlgorithm)signature, (PublicKeyAlgorithm)key));

    [Fact]
    public void Ends_are_counted_to_the_second()
    {
        Assert.Null(Rules.End(5, 0));
        Assert.Equal(12, Rules.End(5, 7));
        Assert.Equal(uint.MaxValue, Rules.End(uint.MaxValue - 7, 7));
        Assert.Equal(0, Rules.End(uint.MaxValue - 6, 7));
        Assert.False(Rules.IsImpossible(uint.MaxValue - 7, 7));
        Assert.True(Rules.IsImpossible(uint.MaxValue - 6, 7));
        Assert.False(Rules.HasEnded(5, 7, 11));
        Assert.True(Rules.HasEnded(5, 7, 12));
        Assert.True(Rules.HasEnded(5, 7, 13));
        Assert.False(Rules.HasEnded(5, 0, long.MaxValue));
        Assert.True(Rules.HasEnded(uint.MaxValue, 1, 0));
    }

    [Fact]
    public void Flags_times_and_hashes_are_compared()
    {
        Assert.True(Rules.AllowSigning(null));
        Assert.True(Rules.AllowSigning(2));
        Assert.True(Rules.AllowSigning(3));
        Assert.False(Rules.AllowSigning(0));
        Assert.False(Rules.AllowSigning(1));
        Assert.False(Rules.AllowSigning(0x0C));
        Assert.True(Rules.IsTimely(5, 5));
        Assert.False(Rules.IsTimely(4, 5));
        Assert.True((Rules with { TakesOlderThanKey = true }).IsTimely(4, 5));
        Assert.Equal((32, 64, 64), (Rules.MinHashLength(32), Rules.MinHashLength(64), Rules.MinHashLength(66)));
    }

    [Fact]
    public void Keys_and_user_ids_are_hashed_with_their_length()
    {
        byte[] body = [6, 1, 2, 3];
        Assert.Equal([0x99, 0, 4, 6, 1, 2, 3], SignatureDigest.HashedKey(4, body));
        Assert.Equal([0x9B, 0, 0, 0, 4, 6, 1, 2, 3], SignatureDigest.HashedKey(6, body));
        byte[] large = new byte[0x10203];
        Assert.Equal(0x10203u, BinaryPrimitives.ReadUInt32BigEndian(SignatureDigest.HashedKey(6, large).AsSpan(1)));
        Assert.Equal([1, 2], SignatureDigest.HashedUserId(3, [1, 2]));
        foreach (byte version in new byte[] { 4, 6 })
        {
            Assert.Equal([0xB4, 0, 0, 0, 2, 1, 2], SignatureDigest.HashedUserId(version, [1, 2]));
            Assert.Equal([0xD1, 0, 0, 0, 2, 1, 2], SignatureDigest.HashedUserId(version, [1, 2], isAttribute: true));
        }
    }

    [Fact]
    public void A_user_id_is_hashed_for_each_version_whichever_comes_first()
    {
        foreach (byte[] order in new byte[][] { [3, 4, 3, 6], [4, 3, 4], [2, 6, 2] })
        {
            var userId = new RawComponent(ComponentKind.UserId, [1, 2], null);
            var attribute = new RawComponent(ComponentKind.UserAttribute, [1, 2], null);
            foreach (byte version in order)
            {
                Assert.Equal(SignatureDigest.HashedUserId(version, [1, 2]), userId.HashedFor(version));
                Assert.Equal(SignatureDigest.HashedUserId(version, [1, 2], isAttribute: true), attribute.HashedFor(version));
            }
        }
    }

    [Fact]
    public void Things_are_found_by_their_octets_however_many_there_are()
    {
        var map = new OctetMap<RawComponent>();
        List<RawComponent> added = [];
        for (int i = 0; i < 40; i++)
        {
            byte[] octets = [(byte)i, 7];
            Assert.Null(map.Find(octets));
            added.Add(map.Add(new RawComponent(ComponentKind.UserId, octets, null)));
            for (int j = 0; j <= i; j++)
                Assert.Same(added[j], map.Find([(byte)j, 7]));
        }

        Assert.Null(map.Find([7]));
        Assert.Equal(added, map.Values);
    }

    [Fact]
    public void Only_so_many_warnings_are_kept()
    {
        WarningList list = new();
        Assert.Null(list.First);
        Assert.Empty(list.Take());
        for (int i = 0; i < 100; i++)
            list.Add($"warning {i}");
        Assert.Equal("warning 0", list.First);
        Assert.Equal(100, list.Take().Count);
        list.Add("one more");
        list.Add("and one");
        Assert.Equal("2 further warnings are left out.", list.Take()[^1]);
        Assert.Equal(101, list.Take().Count);
    }
}
