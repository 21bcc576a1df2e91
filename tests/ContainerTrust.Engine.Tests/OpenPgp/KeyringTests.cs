using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Which keys count, and when: a rule a test.</summary>
public sealed class KeyringTests
{
    private const uint Created = TestPackets.Created;
    private const long NowSeconds = Created + 1_000_000;
    private const string UserId = "signer <s@example.com>";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(NowSeconds);
    private static readonly byte[] Content = "{}"u8.ToArray();
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] Message = Signer.Message(Content);
    private static readonly byte[] SubMessage = Sub.Message(Content, Created + 20);
    private static readonly byte[] SubData = [.. Signer.Hashed, .. Sub.Hashed];

    [Fact]
    public void A_key_needs_a_valid_self_signature()
    {
        byte[] unsigned = [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId)];
        AssertNotImported(unsigned);
        AssertNotImported(Signer.KeyPacket());
        AssertNotImported([.. unsigned, .. Other.Certify(UserId, Created, TestPackets.Flags(3))]);

        // A self-signature of another user id.
        AssertNotImported([.. unsigned, .. Signer.Certify("another", Created, TestPackets.Flags(3))]);
        AssertProblem(OpenPgpProblem.None, Message, Signer.Certificate());

        // Direct-key signatures alone do not make gpg import a key.
        AssertNotImported([.. Signer.KeyPacket(), .. Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created)]);
    }

    [Fact]
    public void A_self_signature_older_than_the_key_counts_for_nothing() => AssertNotImported(Signer.Certificate(signed: Created - 1));

    [Fact]
    public void A_self_signature_for_local_use_counts_for_nothing() =>
        AssertNotImported(Signer.Certificate(hashed: [TestPackets.Flags(3),
            TestPackets.Subpacket(SubpacketType.ExportableCertification, [0])]));

    [Fact]
    public void A_self_signature_with_an_unknown_critical_part_counts_for_nothing() =>
        AssertNotImported(Signer.Certificate(hashed: [TestPackets.Subpacket((SubpacketType)100, [0], isCritical: true)]));

    [Fact]
    public void A_self_signature_with_MD5_counts_for_nothing_and_one_with_SHA_1_does()
    {
        byte[] data = [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))];
        var rsa = TestSigner.Rsa();
        byte[] rsaData = [.. rsa.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))];
        byte[] sha1 = [.. rsa.KeyPacket(), .. TestPackets.UserId(UserId),
            .. TestPackets.Packet(PacketTag.Signature, rsa.SignBody(SignatureType.PositiveCertification, rsaData, Created, hash: 2))];
        AssertProblem(OpenPgpProblem.None, rsa.Message(Content), sha1);
        byte[] md5 = [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId),
            .. TestPackets.Packet(PacketTag.Signature, Signer.SignBody(SignatureType.PositiveCertification, data, Created, hash: 1))];
        AssertNotImported(md5);
    }

    [Fact]
    public void A_self_signature_that_cannot_be_read_in_full_disables_the_key()
    {
        byte[] longLifetime = [6, (byte)SubpacketType.KeyExpirationTime, 0, 0, 0, 1, 0];
        byte[] key = [.. Signer.Certificate(), .. Signer.Certify(UserId, Created + 5, longLifetime)];
        AssertProblem(OpenPgpProblem.KeyNotValid, Message, key);

        // The same words of somebody else mean nothing.
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.Certificate(), .. Other.Certify(UserId, Created + 5, longLifetime)]);
    }

    [Fact]
    public void A_marker_packet_says_PGP_or_spoils_the_file()
    {
        byte[] key = Signer.Certificate();
        AssertProblem(OpenPgpProblem.None, Message, [.. TestPackets.Packet(PacketTag.Marker, (byte)'P', (byte)'G', (byte)'P'), .. key]);
        Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyring.Import([new KeyringSource("test",
            (byte[])[.. key, .. TestPackets.Packet(PacketTag.Marker, (byte)'P', (byte)'G')])]));
    }

    [Fact]
    public void A_self_signature_with_an_impossible_lifetime_disables_the_key()
    {
        byte[] endless = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(uint.MaxValue - 15));
        AssertProblem(OpenPgpProblem.KeyNotValid, Message,
            [.. Signer.Certificate(), .. Signer.Certify(UserId, Created + 5, TestPackets.Flags(3), endless)]);
    }

    [Fact]
    public void A_certification_before_any_user_id_spoils_the_certificate()
    {
        byte[] key = Signer.Certificate();
        byte[] certification = Signer.Certify(UserId, Created + 5, TestPackets.Flags(3));
        int length = key.AsSpan().IndexOf(TestPackets.UserId(UserId));
        Assert.True(length > 0);
        AssertProblem(OpenPgpProblem.None, Message, key);
        AssertProblem(OpenPgpProblem.UnknownKey, Message, [.. key[..length], .. certification, .. key[length..]]);
    }

    [Fact]
    public void A_key_ends_when_its_newest_self_signature_says()
    {
        byte[] expired = TestPackets.Lifetime(999_999);
        AssertProblem(OpenPgpProblem.KeyExpired, Message, Signer.Certificate(hashed: [TestPackets.Flags(3), expired]));
        AssertProblem(OpenPgpProblem.KeyExpired, Message,
            Signer.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(1_000_000)]));
        AssertProblem(OpenPgpProblem.None, Message, Signer.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(1_000_001)]));
        AssertProblem(OpenPgpProblem.KeyExpired, Message,
            Signer.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(uint.MaxValue)]));
        byte[] prolonged = [.. Signer.Certificate(hashed: [TestPackets.Flags(3), expired]),
            .. Signer.Certify(UserId, Created + 5, TestPackets.Flags(3), TestPackets.Lifetime(2_000_000))];
        AssertProblem(OpenPgpProblem.None, Message, prolonged);
        byte[] shortened = [.. Signer.Certificate(), .. Signer.Certify(UserId, Created + 5, TestPackets.Flags(3), expired)];
        AssertProblem(OpenPgpProblem.KeyExpired, Message, shortened);

        // A prolongation that somebody else made, or that nobody signed.
        AssertProblem(OpenPgpProblem.KeyExpired, Message,
            [.. Signer.Certificate(hashed: [expired]), .. Forge(Other.Certify(UserId, Created + 5, TestPackets.Lifetime(2_000_000)))]);
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.Certificate(), .. Forge(Other.Certify(UserId, Created + 5, expired))]);
    }

    [Fact]
    public void The_direct_key_signature_goes_first()
    {
        byte[] direct = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, TestPackets.Flags(1), TestPackets.Lifetime(5));
        byte[] key = [.. Signer.KeyPacket(), .. direct, .. TestPackets.UserId(UserId),
            .. Signer.Certify(UserId, Created + 9, TestPackets.Flags(3), TestPackets.Lifetime(2_000_000))];
        AssertProblem(OpenPgpProblem.KeyExpired, Message, key);
        direct = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, TestPackets.Flags(1));
        AssertProblem(OpenPgpProblem.KeyNotForSigning, Message,
            [.. Signer.KeyPacket(), .. direct, .. TestPackets.UserId(UserId),
            .. Signer.Certify(UserId, Created + 9, TestPackets.Flags(3))]);
    }

    [Fact]
    public void A_key_of_the_future_is_not_valid()
    {
        var signer = TestSigner.EcdsaP256((uint)NowSeconds + 10);
        AssertProblem(OpenPgpProblem.KeyNotValid, signer.Message(Content), signer.Certificate());
    }

    [Fact]
    public void Flags_decide_what_a_key_is_for()
    {
        foreach (byte flags in new byte[] { 0, 1, 4, 0x0C, 0x20, 0x80 })
            AssertProblem(OpenPgpProblem.KeyNotForSigning, Message, Signer.Certificate(hashed: [TestPackets.Flags(flags)]));
        AssertProblem(OpenPgpProblem.None, Message, Signer.Certificate(hashed: [TestPackets.Flags(2)]));
        AssertProblem(OpenPgpProblem.None, Message, Signer.Certificate(hashed: []));
        AssertProblem(OpenPgpProblem.KeyNotForSigning, Message,
            Signer.Certificate(hashed: [TestPackets.Subpacket(SubpacketType.KeyFlags, [])]));

        // Nobody signed these.
        byte[] body = Signer.SignBody(SignatureType.PositiveCertification,
            [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))], Created,
            hashed: [TestPackets.Flags(1)], unhashed: [TestPackets.Flags(3)]);
        AssertProblem(OpenPgpProblem.KeyNotForSigning, Message,
            [.. Signer.KeyPacket(), .. TestPackets.UserId(UserId), .. TestPackets.Packet(PacketTag.Signature, body)]);
    }

    [Fact]
    public void A_revoked_key_is_refused_wherever_the_revocation_stands()
    {
        byte[] revocation = Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        byte[] key = Signer.Certificate();
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, [.. Signer.KeyPacket(), .. revocation, .. key[Signer.KeyPacket().Length..]]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, [.. key, .. revocation]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, [.. revocation, .. key]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, [.. key, .. Other.Certificate(), .. revocation]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, key, TestPackets.Armor(revocation));
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, TestPackets.Armor(revocation), key);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, key, [.. key, .. revocation]);

        // Odd ones count, too: before the key, with an unknown critical part, and one that ends.
        AssertProblem(OpenPgpProblem.KeyRevoked, Message,
            [.. key, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created - 5)]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message,
            [.. key, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created,
            TestPackets.Subpacket((SubpacketType)100, [], isCritical: true))]);
        AssertProblem(OpenPgpProblem.KeyRevoked, Message,
            [.. key, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created,
            TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, [0, 0, 0, 1]))]);

        // Others' and forged ones do not.
        AssertProblem(OpenPgpProblem.None, Message, [.. key, .. Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);
        AssertProblem(OpenPgpProblem.None, Message,
            [.. key, .. Forge(Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50))]);
    }

    [Fact]
    public void A_designated_revoker_revokes()
    {
        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] designation = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, revoker);
        byte[] rest = Signer.Certificate()[Signer.KeyPacket().Length..];
        byte[] revocation = Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        byte[] revoked = [.. Signer.KeyPacket(), .. designation, .. revocation, .. rest];
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, revoked, Other.Certificate());

        // gpg would take the key if the revoker's is missing.
        AssertProblem(OpenPgpProblem.KeyRevoked, Message, revoked);
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. designation, .. rest], Other.Certificate());
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. revocation, .. rest], Other.Certificate());

        // A designation that nobody signed.
        byte[] forged = Forge(Other.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, revoker));
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. forged, .. revocation, .. rest], Other.Certificate());
    }

    [Fact]
    public void User_ids_that_are_revoked_or_ended_say_nothing()
    {
        byte[] revocation = Signer.Certify(SignatureType.CertificationRevocation, UserId, Created + 10);
        AssertProblem(OpenPgpProblem.KeyNotValid, Message, [.. Signer.Certificate(), .. revocation]);
        byte[] renewed = Signer.Certify(UserId, Created + 20, TestPackets.Flags(3));
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.Certificate(), .. revocation, .. renewed]);
        AssertProblem(OpenPgpProblem.None, Message, [.. Signer.Certificate(), .. renewed, .. revocation]);
        byte[] ended = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(5u));
        AssertProblem(OpenPgpProblem.KeyNotValid, Message, Signer.Certificate(hashed: [TestPackets.Flags(3), ended]));
        byte[] second = [.. TestPackets.UserId("second"),
            .. Signer.Certify("second", Created + 1, TestPackets.Flags(3), TestPackets.Subpacket(SubpacketType.PrimaryUserId, [1]))];
        var result = Verify(Message, [.. Signer.Certificate(), .. revocation, .. second]);
        Assert.Equal((OpenPgpProblem.None, "second"), (result.Problem, result.UserId));
        Assert.Equal("second", Verify(Message, [.. Signer.Certificate(signed: Created + 9), .. second]).UserId);
    }

    [Fact]
    public void A_subkey_signs_if_both_agree()
    {
        byte[] key = Signer.Certificate(hashed: [TestPackets.Flags(1)]);
        byte[] sign = TestPackets.Flags(2);
        var result = Verify(SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6, hashed: sign)]);
        Assert.True(result.IsGood, result.Reason);
        Assert.Equal((Signer.Fingerprint, Sub.Fingerprint), (result.Fingerprint, result.KeyFingerprint));
        AssertProblem(OpenPgpProblem.None, SubMessage,
            [.. key, .. Signer.Bind(Sub, Created + 6, isBackSignatureHashed: false, hashed: sign)]);
        AssertProblem(OpenPgpProblem.KeyNotValid, SubMessage,
            [.. key, .. Signer.Bind(Sub, Created + 6, hasBackSignature: false, hashed: sign)]);
        AssertProblem(OpenPgpProblem.KeyNotValid, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6, backSigner: Other, hashed: sign)]);
        AssertProblem(OpenPgpProblem.KeyNotForSigning, SubMessage,
            [.. key, .. Signer.Bind(Sub, Created + 6, hashed: TestPackets.Flags(0x0C))]);
        AssertProblem(OpenPgpProblem.None, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6)]);

        // Bound by another key, bound before the primary key was made, or signing before the subkey was made.
        byte[] stolen = [.. Sub.KeyPacket(PacketTag.PublicSubkey), .. Other.Sign(SignatureType.SubkeyBinding, SubData, Created + 6, sign)];
        AssertProblem(OpenPgpProblem.UnknownKey, SubMessage, [.. key, .. stolen]);
        AssertProblem(OpenPgpProblem.UnknownKey, SubMessage, [.. key, .. Signer.Bind(Sub, Created - 1, hashed: sign)]);
        AssertProblem(OpenPgpProblem.SignatureBeforeKey, Sub.Message(Content, Created + 4),
            [.. key, .. Signer.Bind(Sub, Created + 6, hashed: sign)]);

        // The back-signature must not be older than the subkey.
        AssertProblem(OpenPgpProblem.KeyNotValid, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 4, hashed: sign)]);
    }

    [Fact]
    public void A_subkey_ends_by_its_binding_and_with_its_primary_key()
    {
        byte[] key = Signer.Certificate();
        byte[] sign = TestPackets.Flags(2);
        byte[] expired = TestPackets.Lifetime(1000);
        AssertProblem(OpenPgpProblem.KeyExpired, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6, hashed: [sign, expired])]);
        byte[] newer = Signer.Bind(Sub, Created + 7, hashed: [sign, expired])[Sub.KeyPacket(PacketTag.PublicSubkey).Length..];
        AssertProblem(OpenPgpProblem.KeyExpired, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6, hashed: sign), .. newer]);
        AssertProblem(OpenPgpProblem.KeyExpired, SubMessage, [.. key, .. Signer.Bind(Sub, Created + 6, hashed: sign)],
            [.. key, .. Sub.KeyPacket(PacketTag.PublicSubkey), .. newer]);
        AssertProblem(OpenPgpProblem.KeyExpired, SubMessage,
            [.. Signer.Certificate(hashed: [expired]), .. Signer.Bind(Sub, Created + 6, hashed: sign)]);
        AssertProblem(OpenPgpProblem.None, Message, [.. key, .. Signer.Bind(Sub, Created + 6, hashed: [sign, expired])]);
    }

    [Fact]
    public void A_revoked_subkey_is_refused_wherever_the_revocation_stands()
    {
        byte[] key = Signer.Certificate();
        byte[] bound = Signer.Bind(Sub, Created + 60, hashed: TestPackets.Flags(2));
        byte[] revocation = Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50);
        AssertProblem(OpenPgpProblem.KeyRevoked, SubMessage, [.. key, .. bound, .. revocation]);
        AssertProblem(OpenPgpProblem.KeyRevoked, SubMessage, [.. key, .. revocation, .. bound]);
        AssertProblem(OpenPgpProblem.KeyRevoked, SubMessage, [.. key, .. bound], [.. key, .. revocation]);
        AssertProblem(OpenPgpProblem.None, Message, [.. key, .. bound, .. revocation]);
        AssertProblem(OpenPgpProblem.KeyRevoked, SubMessage,
            [.. key, .. bound, .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50)]);
        AssertProblem(OpenPgpProblem.None, SubMessage,
            [.. key, .. bound, .. Forge(Other.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50))]);
    }

    [Fact]
    public void Certificates_that_name_too_many_self_signatures_are_not_used()
    {
        byte[] many = [.. Enumerable.Range(0, 1001)
            .SelectMany(i => TestPackets.Signature(SignatureType.PositiveCertification, Signer.Packet.KeyId, (uint)i))];
        var keyring = Import([.. Signer.Certificate(), .. many]);
        Assert.Empty(keyring.PrimaryFingerprints);
        Assert.Contains("1,000", Assert.Single(keyring.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_keys_are_errors_and_unusable_keys_are_named()
    {
        Assert.Equal("NoUsableKey", Assert.ThrowsAny<TrustException>(() => Import("hello"u8.ToArray())).ErrorId);
        Assert.Equal("MalformedOpenPgp", Assert.ThrowsAny<TrustException>(() => Import(Signer.Certificate()[..^3])).ErrorId);
        Assert.Equal("MalformedOpenPgp",
            Assert.ThrowsAny<TrustException>(() =>
            Import([.. Signer.Certificate(), .. TestPackets.Packet(PacketTag.Signature, new byte[30])])).ErrorId);
        Assert.Empty(OpenPgpKeyring.Import([]).PrimaryFingerprints);
        var weak = TestSigner.Rsa(bits: 512);
        var keyring = Import(weak.Certificate());
        Assert.Empty(keyring.PrimaryFingerprints);
        Assert.Contains(weak.Fingerprint, Assert.Single(keyring.Warnings), StringComparison.Ordinal);
        Assert.Equal(OpenPgpProblem.UnknownKey, keyring.Verify(weak.Message(Content), Now).Problem);
    }

    [Fact]
    public void Keys_with_equal_ids_are_all_tried()
    {
        // Two keys cannot be made to have one id here; the same primary key is found through a certificate of its own and as a subkey of
        // another.
        byte[] other = [.. Other.Certificate(), .. Other.Bind(Signer, Created + 60, hasBackSignature: false, hashed: TestPackets.Flags(2))];
        Assert.True(Verify(Message, Signer.Certificate(), other).IsGood);
    }

    private static byte[] Forge(byte[] signature)
    {
        byte[] forged = [.. signature];
        byte[] id = TestPackets.BigEndian(Other.Packet.KeyId);
        TestPackets.BigEndian(Signer.Packet.KeyId).CopyTo(forged.AsSpan(forged.AsSpan().IndexOf(id)));
        return forged;
    }

    private static OpenPgpKeyring Import(params byte[][] files) =>
        OpenPgpKeyring.Import([.. files.Select(f => new KeyringSource("key", f))]);

    private static OpenPgpVerification Verify(byte[] message, params byte[][] files) => Import(files).Verify(message, Now);

    private static void AssertNotImported(byte[] key)
    {
        var keyring = Import(key);
        Assert.Empty(keyring.PrimaryFingerprints);
        Assert.Contains(Signer.Fingerprint, Assert.Single(keyring.Warnings), StringComparison.Ordinal);
        Assert.Equal(OpenPgpProblem.UnknownKey, keyring.Verify(Message, Now).Problem);
    }

    private static void AssertProblem(OpenPgpProblem problem, byte[] message, params byte[][] files)
    {
        var result = Verify(message, files);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
    }
}
