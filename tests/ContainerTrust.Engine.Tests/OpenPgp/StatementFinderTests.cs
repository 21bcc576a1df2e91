using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// Which signatures are the owner's, what each is about, and what finding that out costs: one for a hash, and twenty times the two that a
/// key on P-256 costs for a verification.
/// </summary>
public sealed class StatementFinderTests
{
    private const uint Created = TestPackets.Created;
    private const uint Last = Created + 9;
    private const int One = 41;
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly byte[] Start = Signer.Certificate("A");
    private static readonly byte[] Picture = [0x10, 1, 2, 3, 4, 5];
    private static readonly byte[] PicturePacket = TestPackets.Packet(PacketTag.UserAttribute, Picture);
    private static readonly byte[] PictureData = [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, Picture, isAttribute: true)];
    private static readonly byte[] ToOther = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Other.Packet.KeyId));

    [Fact]
    public void A_statement_about_a_user_attribute_is_found_wherever_it_stands()
    {
        byte[] about = Sign(SignatureType.PositiveCertification, PictureData), second = TestPackets.UserId("B");
        foreach (byte[] file in new byte[][] { [.. Start, .. about, .. PicturePacket], [.. Start, .. PicturePacket, .. about],
            [.. Start, .. PicturePacket, .. second, .. about] })
        {
            var found = Assert.Single(Find(file).Own, static s => s.Created == Last);
            Assert.Equal((ComponentKind.UserAttribute, true), (found.Component.Kind, found.IsProven));
        }

        // One about a user id that stands with the picture.
        var userId = Assert.Single(Find([.. Start, .. PicturePacket, .. Signer.Certify("A", Last)]).Own, static s => s.Created == Last);
        Assert.Equal(ComponentKind.UserId, userId.Component.Kind);
    }

    [Fact]
    public void A_certification_that_names_another_key_is_tried_with_the_user_attribute_where_it_stands()
    {
        byte[] about = TestSigner.WithUnhashed(Sign(SignatureType.PositiveCertification, PictureData), static _ => ToOther);
        Assert.Single(Find([.. Start, .. PicturePacket, .. about]).Own, static s => s.Created == Last);
        Assert.DoesNotContain(Find([.. Start, .. about, .. PicturePacket]).Own, static s => s.Created == Last);
    }

    /// <summary>The key made each of these over octets that a signature of its type is never about.</summary>
    [Theory]
    [InlineData(SignatureType.PositiveCertification, "key")]
    [InlineData(SignatureType.PositiveCertification, "subkey")]
    [InlineData(SignatureType.CertificationRevocation, "key")]
    [InlineData(SignatureType.CertificationRevocation, "subkey")]
    [InlineData(SignatureType.SubkeyBinding, "key")]
    [InlineData(SignatureType.SubkeyBinding, "user id")]
    [InlineData(SignatureType.SubkeyBinding, "user attribute")]
    [InlineData(SignatureType.SubkeyRevocation, "user id")]
    [InlineData(SignatureType.DirectKey, "subkey")]
    [InlineData(SignatureType.DirectKey, "user id")]
    [InlineData(SignatureType.DirectKey, "user attribute")]
    [InlineData(SignatureType.KeyRevocation, "user id")]
    internal void A_statement_is_about_what_its_type_is_about(SignatureType type, string place)
    {
        byte[] subkey = Other.KeyPacket(PacketTag.PublicSubkey);
        var (data, packet) = place switch
        {
            "key" => (Signer.Hashed, []),
            "subkey" => ([.. Signer.Hashed, .. Other.Hashed], subkey),
            "user id" => ([.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, "B"u8.ToArray())], TestPackets.UserId("B")),
            _ => (PictureData, PicturePacket),
        };
        byte[] file = place == "key"
            ? [.. Signer.KeyPacket(), .. Sign(type, data), .. Start[Signer.KeyPacket().Length..]]
            : [.. Start, .. packet, .. Sign(type, data)];
        var finder = Find(file);
        Assert.DoesNotContain(finder.Own, static s => s.Created == Last);
        Assert.Equal(StatementOutcome.NotMade, Assert.Single(finder.Others).Outcome);
    }

    [Fact]
    public void A_forged_statement_is_about_nothing_that_is_there()
    {
        byte[] more = [.. TestPackets.UserId("B"), .. PicturePacket, .. TestPackets.UserId("C")];
        byte[] forged = Other.Sign(SignatureType.PositiveCertification,
            [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, "B"u8.ToArray())], Last);
        foreach (byte[] one in new[] { forged, TestSigner.WithUnhashed(forged, static _ => []) })
            Assert.Single(Find([.. Start, .. more, .. one]).Others);
    }

    [Fact]
    public void A_direct_key_signature_names_revokers()
    {
        byte[] four = Convert.FromHexString(Other.Fingerprint), six = Convert.FromHexString(TestSigner.Ed25519Key(version: 6).Fingerprint);
        Names([four], Revoker([0x80, 19, .. four]));
        Names([six], Revoker([0x80, 27, .. six]));
        Names([four], Revoker([0xC0, 19, .. four]));
        Names([four, six], TestPackets.Flags(3), Revoker([0x80, 19, .. four]), Revoker([0x80, 27, .. six]));
        Names([]);
        Names([], Revoker([0x40, 19, .. four]));
        Names([], Revoker([0x7F, 19, .. four]));
        Names([], Revoker([0x80, 19, .. four, 1]), Revoker([0x80, 19, .. four[1..]]));
        Names([], Revoker([0x80, 27, .. six, 1]), Revoker([0x80, 27, .. six[1..]]));
        Names([], TestPackets.Subpacket(SubpacketType.PolicyUri, [0x80, 19, .. four]));

        static void Names(byte[][] fingerprints, params byte[][] hashed)
        {
            var direct = Assert.Single(Find([.. Start, .. Sign(SignatureType.DirectKey, Signer.Hashed, hashed)]).Own,
                static s => s.Created == Last);
            Assert.Equal(fingerprints.Select(Convert.ToHexString), direct.Revokers);
        }
    }

    [Fact]
    public void No_other_statement_names_revokers()
    {
        byte[] revoker = Revoker([0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[][] statements = [Signer.Certify("A", Last, revoker), Sign(SignatureType.KeyRevocation, Signer.Hashed, revoker)];
        foreach (byte[] statement in statements)
            Assert.Empty(Assert.Single(Find([.. Start, .. statement]).Own, static s => s.Created == Last).Revokers);
    }

    [Fact]
    public void What_a_statement_is_about_is_found_by_the_start_of_its_hash()
    {
        byte[] more = [.. TestPackets.UserId("B"), .. TestPackets.UserId("C"), .. TestPackets.UserId("D")];
        Assert.Equal(One, Find([.. Start, .. more]).Work);

        // Where it stands, with A, it is tried in full; with B and C the start does not fit, and with D it does.
        byte[] about = [.. Start, .. Signer.Certify("D", Last), .. more];
        Assert.Equal((2 * One) + 1 + 1 + One, Find(about).Work);

        // With a wrong start all are tried in full after nothing has fitted.
        byte[] changed = [.. Start, .. ChangedStart(Signer.Certify("D", Last)), .. more];
        Assert.Equal((2 * One) + 3 + (3 * One), Find(changed).Work);
        Assert.Equal(2, Find(changed).Own.Count);
    }

    [Fact]
    public void The_search_stops_where_the_work_ends()
    {
        byte[] more = [.. TestPackets.UserId("B"), .. TestPackets.UserId("C"), .. TestPackets.UserId("D"), .. TestPackets.UserId("E")];
        byte[] file = [.. Start, .. ChangedStart(Signer.Certify("E", Last)), .. more];
        int all = (2 * One) + 4 + (4 * One);
        for (int limit = One; limit < all + 3; limit++)
        {
            var finder = new Finding(OpenPgpRules.Current with { MaxWork = limit }, file);
            Assert.Equal(limit >= all, finder.IsWhole);
            Assert.InRange(finder.Work, Math.Min(limit + 1, all), limit + One);
        }
    }

    private static byte[] Revoker(byte[] value) => TestPackets.Subpacket(SubpacketType.RevocationKey, value);

    private static byte[] Sign(SignatureType type, byte[] data, params byte[][] hashed) => Signer.Sign(type, data, Last, hashed);

    // Its first two octets are not those of the hash.
    private static byte[] ChangedStart(byte[] packet)
    {
        int length = 0;
        TestSigner.WithNumbers(packet, m =>
        {
            length = m.Length;
            return m;
        });
        byte[] changed = [.. packet];
        changed[^(length + 1)] ^= 1;
        return changed;
    }

    private static Finding Find(byte[] file)
    {
        Finding finding = new(OpenPgpRules.Current, file);
        Assert.True(finding.IsWhole);
        return finding;
    }

    private sealed class Finding
    {
        private readonly StatementFinder _finder;

        public Finding(OpenPgpRules rules, byte[] file)
        {
            var parser = new KeyFileParser(rules);
            parser.Read("key", file);
            var raw = Assert.Single(parser.Certificates);
            _finder = new StatementFinder(rules, raw, VerificationKey.Create(raw.Key, raw.Primary.Body, out _)!);
            IsWhole = _finder.TryFind();
        }

        public bool IsWhole { get; }

        public int Work => _finder.Work;

        public List<OwnStatement> Own => _finder.Own;

        public List<(RawStatement Raw, StatementOutcome Outcome, string Reason)> Others => _finder.Others;
    }
}
