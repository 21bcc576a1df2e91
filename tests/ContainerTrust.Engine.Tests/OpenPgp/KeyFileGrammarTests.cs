using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Which packets a key file may have and where they belong; what is skipped is said, and what spoils the file refuses
/// it.</summary>
public sealed class KeyFileGrammarTests
{
    private const uint Created = TestPackets.Created;
    private const string UserId = "signer <s@example.com>";
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Newer = TestSigner.Ed25519Key(version: 6);
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] SubPacket = Sub.KeyPacket(PacketTag.PublicSubkey);
    private static readonly byte[] Bound = Signer.Bind(Sub, Created + 6, hashed: Sign);
    private static readonly byte[] Private = [0, .. TestPackets.Integer([1, .. new byte[31]]), 0, 10];
    private static readonly byte[] PrivateKey = TestPackets.Packet(PacketTag.SecretKey, [.. Signer.Body, .. Private]);
    private static readonly byte[] PrivateSubkey = TestPackets.Packet(PacketTag.SecretSubkey, [.. Sub.Body, .. Private]);
    private static readonly byte[] Marker = TestPackets.Packet(PacketTag.Marker, "PGP"u8.ToArray());
    private static readonly byte[] Certified = [.. TestPackets.UserId(UserId), .. Signer.Certify(UserId, Created, Sign)];

    [Fact]
    public void Parts_of_messages_are_named()
    {
        foreach (int tag in new[] { 1, 3, 4, 8, 9, 11, 18, 20 })
            Assert.Contains("part of an OpenPGP message", Refusal([.. Signer.Certificate(), .. TestPackets.Packet((PacketTag)tag, [1])]),
                StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_that_nobody_knows_are_skipped_or_spoil_the_file()
    {
        foreach (int tag in new[] { 12, 16, 21, 40, 41, 60, 61 })
            Assert.Null(Read([.. Signer.Certificate(), .. TestPackets.Packet((PacketTag)tag, [1])]).Refusal);
        foreach (int tag in new[] { 15, 19, 22, 39 })
            Assert.Contains($"packet type {tag} is unknown", Refusal([.. Signer.Certificate(), .. TestPackets.Packet((PacketTag)tag, [1])]),
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_packet_of_GnuPG_is_refused_as_GnuPG_loses_its_place_by_it()
    {
        byte[] control = TestPackets.Packet((PacketTag)63, [4, 1, 2, 3]);
        Assert.Contains("type 63", Refusal([.. Signer.Certificate(), .. control]), StringComparison.Ordinal);
        Assert.Contains("type 63", Refusal([.. control, .. Signer.Certificate()]), StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_are_counted_over_all_blocks_of_a_file()
    {
        byte[] Markers(int count) => [.. Enumerable.Repeat(Marker, count).SelectMany(static m => m)];
        byte[] key = Signer.Certificate();
        Assert.Single(JudgedKeyFiles.Read("key", [.. key, .. Markers(99_997)]).Certificates);
        Assert.ThrowsAny<TrustException>(() => JudgedKeyFiles.Read("key", [.. key, .. Markers(99_998)]));
        byte[] first = TestPackets.Armor([.. key, .. Markers(59_997)]);
        Assert.Single(JudgedKeyFiles.Read("key", [.. first, .. TestPackets.Armor(Markers(40_000))]).Certificates);
        Assert.ThrowsAny<TrustException>(() => JudgedKeyFiles.Read("key", [.. first, .. TestPackets.Armor(Markers(40_001))]));
        Assert.ThrowsAny<TrustException>(() => JudgedKeyFiles.Read("key",
            [.. first, .. TestPackets.Armor(Markers(39_999)), .. TestPackets.Armor(Markers(1)), .. TestPackets.Armor(Markers(1))]));
    }

    [Fact]
    public void What_stands_below_a_key_of_an_unknown_kind_is_skipped()
    {
        byte[] unknown = TestPackets.Packet(PacketTag.PublicKey, [4, .. TestPackets.BigEndian(Created), 99, 0, 8, 1]);
        byte[] attribute = TestPackets.Packet(PacketTag.UserAttribute, 0x10, 1, 2, 3);
        var files = JudgedKeyFiles
            .Read("key", [.. unknown, .. Certified, .. attribute, .. Bound, .. PrivateSubkey, .. Signer.Certificate()]);
        var certificate = Assert.Single(files.Certificates);
        Assert.Null(certificate.Refusal);
        Assert.Empty(certificate.Subkeys);
        Assert.Contains("this release cannot use it", Assert.Single(files.Warnings.Take()), StringComparison.Ordinal);
        Assert.Equal([StatementOutcome.NotUsed, StatementOutcome.NotUsed], files.LooseStatements.Select(static s => s.Outcome));
        Assert.Equal(Signer.Packet.KeyId.ToString("X16"), files.LooseStatements[0].Key);
    }

    [Fact]
    public void A_subkey_has_the_version_of_its_key()
    {
        var older = JudgedKeyFiles.Read("key", [.. Newer.Certificate(), .. SubPacket]);
        Assert.Empty(Assert.Single(older.Certificates).Subkeys);
        Assert.Equal($"key: a subkey {Sub.Fingerprint} of another version than its primary key (of key {Newer.Fingerprint}) is " +
            "skipped; this release cannot use it.",
            Assert.Single(older.Warnings.Take()));
        Assert.Contains("a subkey of version 6 stands below a key of version 4",
            Refusal([.. Signer.Certificate(), .. Newer.KeyPacket(PacketTag.PublicSubkey)]), StringComparison.Ordinal);
        var same = TestSigner.Ed25519Key(Created + 5, version: 6);
        var good = JudgedKeyFiles.Read("key", [.. Newer.Certificate(), .. Newer.Bind(same, Created + 6, hashed: Sign)]);
        Assert.Null(Assert.Single(Assert.Single(good.Certificates).Subkeys).Refusal);
        Assert.Empty(good.Warnings.Take());
    }

    [Fact]
    public void A_subkey_for_encryption_verifies_nothing()
    {
        byte[] body = TestSigner.Rsa(Created + 5).Body;
        body[5] = 2;
        byte[] hashed = SignatureDigest.HashedKey(4, body);
        byte[] binding = Signer.Sign(SignatureType.SubkeyBinding, [.. Signer.Hashed, .. hashed], Created + 6, TestPackets.Flags(0x0C));
        byte[] packet = TestPackets.Packet(PacketTag.PublicSubkey, body);
        var subkey = Assert.Single(Read([.. Signer.Certificate(), .. packet, .. binding]).Subkeys);
        Assert.Null(subkey.Key);
        Assert.Null(subkey.Refusal);
        Assert.False(KeyValidity.MaySubkeySign(subkey));

        // It is warned of in full alone, and not at all where the whole key is not used.
        string warning = $"subkey {subkey.Packet.Fingerprint} of key {Signer.Fingerprint} has no valid binding signature and is skipped.";
        var unbound = Read([.. Signer.Certificate(), .. packet]);
        Assert.Empty(CertificateWarnings.Of(unbound));
        Assert.Equal([warning], CertificateWarnings.InFull(unbound));
        var unused = Read([.. Signer.KeyPacket(), .. packet]);
        Assert.Single(CertificateWarnings.InFull(unused));
    }

    [Fact]
    public void Warnings_name_each_fault_once()
    {
        string key = $"key {Signer.Fingerprint}", subkey = $"subkey {Sub.Fingerprint} of {key}";
        var unused = Read([.. Signer.KeyPacket(), .. TestPackets.UserId(UserId), .. SubPacket]);
        Assert.Equal([$"{key} is skipped: it has no user id with a valid self-signature; gpg does not accept such a key."],
            CertificateWarnings.Of(unused));
        Assert.Equal(CertificateWarnings.Of(unused), CertificateWarnings.InFull(unused));
        var unbound = Read([.. Signer.Certificate(), .. SubPacket]);
        Assert.Equal([$"{subkey} has no valid binding signature and is skipped."], CertificateWarnings.Of(unbound));
        Assert.Equal(CertificateWarnings.Of(unbound), CertificateWarnings.InFull(unbound));

        byte[] data = [.. Signer.Hashed, .. Sub.Hashed];
        byte[] notAgreed = Signer.Sign(SignatureType.SubkeyBinding, data, Created + 6, Sign);
        byte[] unreadable = Signer.Sign(SignatureType.SubkeyBinding, data, Created + 6, Sign,
            TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [1]));
        string cannotBeRead = $"a self-signature (type 0x18) of {key} on subkey {Sub.Fingerprint} cannot be read in full: " +
            "the key or subkey is not used.";
        Assert.Empty(CertificateWarnings.InFull(Read([.. Signer.Certificate(), .. Bound])));
        Assert.Equal([$"{subkey} has no valid back-signature: it cannot sign."],
            CertificateWarnings.InFull(Read([.. Signer.Certificate(), .. SubPacket, .. notAgreed])));
        Assert.Equal([cannotBeRead],
            CertificateWarnings.InFull(Read([.. Signer.Certificate(), .. SubPacket, .. notAgreed, .. unreadable])));
        byte[] local = Signer.Certify(UserId, Created + 9, TestPackets.Subpacket(SubpacketType.ExportableCertification, [0]));
        Assert.Equal([$"a self-signature (type 0x13) of {key} on user id '{UserId}' counts only for what it takes " +
            "away, because it is for local use."],
            CertificateWarnings.InFull(Read([.. Signer.Certificate(), .. local])));

        var weak = TestSigner.Rsa(Created + 5, bits: 512);
        var tooShort = Read([.. Signer.Certificate(), .. Signer.Bind(weak, Created + 6, hasBackSignature: false, hashed: Sign)]);
        string only = Assert.Single(CertificateWarnings.InFull(tooShort));
        Assert.StartsWith($"subkey {weak.Fingerprint} of {key} is skipped: it ", only, StringComparison.Ordinal);
        Assert.Equal([only], CertificateWarnings.Of(tooShort));
    }

    [Fact]
    public void What_stands_with_a_private_key_is_called_that()
    {
        const string Gives = "it stands with a private key, which gives nothing here",
        Elsewhere = "it is in a copy of the key that gpg does not import";
        var both = Read([.. Signer.Certificate(), .. PrivateKey, .. TestPackets.UserId("B"), .. Signer.Certify("B", Created + 9, Sign)]);
        Assert.Equal((StatementOutcome.Doubtful, Gives), (both.Statements[^1].Outcome, both.Statements[^1].Reason));
        byte[] direct = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 9, Sign);
        var inBoth = Read([.. Signer.Certificate(), .. Signer.KeyPacket(), .. direct, .. PrivateKey, .. direct]);
        Assert.Equal(Elsewhere, inBoth.Statements[^1].Reason);

        // A public key with a private subkey is such a copy; a bare public copy beside it has another fault.
        const string Refused = "it stands with a private key, which must not be where policies are";
        byte[] withPrivate = [.. Signer.Certificate(), .. PrivateSubkey];
        Assert.Equal(Refused, Read(withPrivate).Refusal);
        Assert.Single(Read(withPrivate).Subkeys);
        Assert.Equal("it has no user id with a valid self-signature; gpg does not accept such a key",
            Read([.. withPrivate, .. Signer.KeyPacket()]).Refusal);
        Assert.Empty(JudgedKeyFiles.Read("key", [.. PrivateKey, .. Certified]).Certificates);
    }

    [Fact]
    public void A_version_6_key_needs_a_direct_key_signature_of_its_own()
    {
        const string None = "it has no valid direct-key signature";
        byte[] direct = Newer.Sign(SignatureType.DirectKey, Newer.Hashed, Created, Sign);
        byte[] unnamed = TestPackets.Packet(PacketTag.Signature,
            Newer.SignBody(SignatureType.DirectKey, Newer.Hashed, Created, hashed: [Sign], hasIssuer: false));
        Assert.Null(Read([.. Newer.KeyPacket(), .. direct]).Refusal);
        Assert.Equal(None, Read([.. Newer.KeyPacket(), .. unnamed]).Refusal);
        Assert.Equal(None, Read([.. Newer.KeyPacket(), .. TestPackets.UserId(UserId), .. Newer.Certify(UserId, Created, Sign)]).Refusal);
        byte[] privateKey = TestPackets.Packet(PacketTag.SecretKey, [.. Newer.Body, .. Private]);
        Assert.Equal(None, Read([.. Newer.KeyPacket(), .. privateKey, .. direct]).Refusal);
        byte[] unreadable = Newer.Sign(SignatureType.DirectKey, Newer.Hashed, Created,
            TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [1]));
        var certificate = Read([.. Newer.KeyPacket(), .. unreadable]);
        Assert.Equal((null, true), (certificate.Refusal, certificate.HasUnreadableStatement));
    }

    [Fact]
    public void A_user_id_is_proven_by_any_statement_and_an_attribute_has_no_text()
    {
        byte[] picture = [0x10, 1, 2, 3, 4, 5];
        byte[] attribute =
        [
            .. TestPackets.Packet(PacketTag.UserAttribute, picture),
            .. Signer.Sign(SignatureType.PositiveCertification,
                [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, picture, isAttribute: true)], Created),
        ];
        byte[] local = Signer.Certify(UserId, Created + 9, TestPackets.Subpacket(SubpacketType.ExportableCertification, [0]));
        var certificate = Read([.. Signer.Certificate(), .. local, .. TestPackets.UserId("B"),
            .. Signer.Certify("B", Created, TestPackets.Subpacket(
            SubpacketType.ExportableCertification, [0])), .. TestPackets.UserId("C"), .. attribute]);
        Assert.Equal([(UserId, true, false), ("B", false, false), ("", true, true)],
            certificate.UserIds.Select(static u => (u.Text, u.IsProven, u.IsAttribute)));
        Assert.Equal([UserId], TrustKeyView.Of(certificate, Created + 1000).UserIds);

        // Of version 6 and of a key that is not used, all that the file has.
        var newer = Read([.. Newer.Certificate(), .. TestPackets.UserId("B")]);
        Assert.Equal([UserId, "B"], TrustKeyView.Of(newer, Created + 1000).UserIds);
        Assert.Equal(["B"], TrustKeyView.Of(Read([.. Signer.KeyPacket(), .. TestPackets.UserId("B")]), Created + 1000).UserIds);
    }

    [Fact]
    public void User_ids_are_bounded_as_in_GnuPG()
    {
        byte[] Named(int length)
        {
            string name = new('x', length);
            return [.. Signer.KeyPacket(), .. TestPackets.UserId(name), .. Signer.Certify(name, Created, Sign)];
        }

        Assert.Null(Read(Named(2038)).Refusal);
        Assert.Contains("longer than 2,038 octets", Refusal(Named(2039)), StringComparison.Ordinal);
        Assert.Contains("longer than 2,038 octets", Refusal(Named(2048)), StringComparison.Ordinal);
        var skipped = JudgedKeyFiles.Read("key", [.. Named(2049), .. Signer.Certificate()]);
        Assert.Null(Assert.Single(skipped.Certificates).Refusal);
        Assert.Contains("longer than 2,048 octets and is skipped", Assert.Single(skipped.Warnings.Take()), StringComparison.Ordinal);
        byte[] picture = [0x10, .. new byte[3000]];
        Assert.Null(Read([.. Signer.Certificate(), .. TestPackets.Packet(PacketTag.UserAttribute, picture)]).Refusal);
    }

    [Fact]
    public void A_signature_must_be_readable_at_all()
    {
        byte[] key = Signer.Certificate();
        Assert.Contains("is malformed", Refusal([.. key, .. TestPackets.Packet(PacketTag.Signature, 4, 0x13)]), StringComparison.Ordinal);
        Assert.Contains("of an unknown version",
            Refusal([.. key, .. TestPackets.Packet(PacketTag.Signature, 5, 0x13, 1, 8, 0, 0, 0, 0, 1, 2, 0, 1, 1)]),
            StringComparison.Ordinal);
        byte[] part = TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [1]);
        foreach (var type in new[] { SignatureType.KeyRevocation, SignatureType.SubkeyRevocation })
            Assert.Contains("is malformed", Refusal([.. key, .. Signer.Sign(type, Signer.Hashed, Created + 9, part)]),
                StringComparison.Ordinal);
        foreach (var type in new[] { SignatureType.DirectKey, SignatureType.PositiveCertification, SignatureType.CertificationRevocation,
            SignatureType.SubkeyBinding })
            Assert.Single(JudgedKeyFiles.Read("key", [.. key, .. Signer.Sign(type, Signer.Hashed, Created + 9, part)]).Certificates);

        // Of an unknown algorithm GnuPG reads five numbers' worth.
        byte[] Unknown(int octets) =>
            [.. key, .. TestPackets.Packet(PacketTag.Signature, [4, 0x18, 99, 8, 0, 0, 0, 0, 1, 2, .. new byte[octets]])];
        Assert.Null(Read(Unknown(10_240)).Refusal);
        Assert.Contains("of an unknown algorithm and too long", Refusal(Unknown(10_241)), StringComparison.Ordinal);

        // An area of 10,000 octets is read: 6 for the date, 10 for the key id, 6 for the header of the part.
        byte[] Area(int hashed, int unhashed) =>
            [.. key, .. TestPackets.Packet(PacketTag.Signature, Signer.SignBody(SignatureType.DirectKey, Signer.Hashed, Created + 9,
            hashed: [TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[hashed - 12])],
            unhashed: [TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[unhashed - 16])]))];
        Assert.Equal(StatementOutcome.Counts, Read(Area(10_000, 10_000)).Statements[^1].Outcome);
        Assert.Contains("more than 10,000 octets", Refusal(Area(10_001, 100)), StringComparison.Ordinal);
        Assert.Contains("more than 10,000 octets", Refusal(Area(100, 10_001)), StringComparison.Ordinal);
    }

    private static JudgedCertificate Read(byte[] file) => Assert.Single(JudgedKeyFiles.Read("key", file).Certificates);

    private static string Refusal(byte[] file)
    {
        var e = Assert.Throws<TrustFormatException>(() => JudgedKeyFiles.Read("key", file));
        Assert.Equal("MalformedOpenPgp", e.ErrorId);
        return e.Problem;
    }
}
