using System.Globalization;
using System.Numerics;
using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// Who passes a key file on can change all of it that nobody signed: the order, the numbers' writing, the unhashed subpackets, and which
/// files there are. None of it makes a key good that its owner has ended, revoked or restricted.
/// </summary>
public sealed class CertificateJudgeTests
{
    private const uint Created = TestPackets.Created;
    private const string UserId = "signer <s@example.com>";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly byte[] Content = "{}"u8.ToArray();
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly TestSigner Second = TestSigner.EcdsaP256(Created + 6);
    private static readonly byte[] SubData = [.. Signer.Hashed, .. Sub.Hashed];
    private static readonly byte[] Message = Signer.Message(Content);
    private static readonly byte[] SubMessage = Sub.Message(Content, Created + 20);
    private static readonly byte[] Ended = TestPackets.Lifetime(1000);
    private static readonly byte[] Certify = TestPackets.Flags(1);
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] Local = TestPackets.Subpacket(SubpacketType.ExportableCertification, [0]);
    private static readonly byte[] Exportable = TestPackets.Subpacket(SubpacketType.ExportableCertification, [1]);
    private static readonly byte[] UserIdPacket = TestPackets.UserId(UserId);
    private static readonly byte[] SubPacket = Sub.KeyPacket(PacketTag.PublicSubkey);

    public static TheoryData<string> Writings => new("an octet more", "a number more", "many octets more", "leading zeros");

    [Theory]
    [MemberData(nameof(Writings))]
    public void A_revocation_counts_however_its_numbers_are_written(string writing)
    {
        byte[] revocation = Write(writing, Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50));
        Check(OpenPgpProblem.KeyRevoked, Message, [.. Signer.KeyPacket(), .. revocation, .. UserIdPacket, .. Cert(Created, Sign)]);
        Check(OpenPgpProblem.KeyRevoked, Message, [.. Signer.Certificate(), .. revocation]);
        Check(OpenPgpProblem.KeyRevoked, Message, Signer.Certificate(), revocation);

        byte[] subkeyRevocation = Write(writing, Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50));
        Check(OpenPgpProblem.KeyRevoked, SubMessage, [.. Signer.Certificate(), .. Bound(Created + 6, Sign), .. subkeyRevocation]);

        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, 19, .. Convert.FromHexString(Other.Fingerprint)]);
        byte[] designation = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, revoker);
        byte[] designated = Write(writing, Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50));
        Check(OpenPgpProblem.KeyRevoked, Message,
            [.. Signer.KeyPacket(), .. designation, .. designated, .. UserIdPacket, .. Cert(Created, Sign)], Other.Certificate());

        // The revoker's own certificate need not be good.
        Check(OpenPgpProblem.KeyRevoked, Message,
            [.. Signer.KeyPacket(), .. designation, .. designated, .. UserIdPacket, .. Cert(Created, Sign)], Other.KeyPacket());
    }

    [Theory]
    [MemberData(nameof(Writings))]
    public void What_a_statement_takes_away_counts_however_its_numbers_are_written(string writing)
    {
        byte[] key = Signer.Certificate();
        Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. Write(writing, Cert(Created + 9, Sign, Ended))]);
        Check(OpenPgpProblem.KeyNotForSigning, Message,
            [.. Signer.KeyPacket(), .. Write(writing, Direct(Created + 9, Certify)), .. UserIdPacket, .. Cert(Created, Sign)]);
        Check(OpenPgpProblem.KeyExpired, SubMessage,
            [.. key, .. Bound(Created + 6, Sign), .. Write(writing, Binding(Created + 9, Sign, Ended))]);
        Check(OpenPgpProblem.KeyNotForSigning, SubMessage,
            [.. key, .. Bound(Created + 6, Sign), .. Write(writing, Binding(Created + 9, TestPackets.Flags(0x0C)))]);
    }

    [Fact]
    public void A_revocation_counts_where_a_number_is_larger_than_it_need_be()
    {
        var edwards = TestSigner.Ed25519Key(isLegacy: true);
        var order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);
        byte[] revocation = TestSigner.WithNumbers(edwards.Sign(SignatureType.KeyRevocation, edwards.Hashed, Created + 50), material =>
        {
            int first = 2 + ((material[0] << 8 | material[1]) + 7) / 8;
            byte[] octets = [.. new byte[64], .. material[(first + 2)..]];
            return [.. material[..first],
                .. TestSigner.Integer((new BigInteger(octets.AsSpan(octets.Length - 32), isUnsigned: true) + order)
                .ToByteArray(isUnsigned: true))];
        });
        Check(OpenPgpProblem.KeyRevoked, edwards.Message(Content), [.. edwards.Certificate(), .. revocation]);

        var native = TestSigner.Ed25519Key();
        revocation = TestSigner.WithNumbers(native.Sign(SignatureType.KeyRevocation, native.Hashed, Created + 50),
            material => [.. material[..32], .. (new BigInteger(material.AsSpan(32), isUnsigned: true) + order)
                .ToByteArray(isUnsigned: true)]);
        Check(OpenPgpProblem.KeyRevoked, native.Message(Content), [.. native.Certificate(), .. revocation]);

        var rsa = TestSigner.Rsa();
        int bits = (rsa.Body[6] << 8) | rsa.Body[7];
        var modulus = new BigInteger(rsa.Body.AsSpan(8, (bits + 7) / 8), isUnsigned: true, isBigEndian: true);
        revocation = TestSigner.WithNumbers(rsa.Sign(SignatureType.KeyRevocation, rsa.Hashed, Created + 50),
            material => Plus(material, modulus));
        Check(OpenPgpProblem.KeyRevoked, rsa.Message(Content), [.. rsa.Certificate(), .. revocation]);

        // A message must be written plainly.
        Check(OpenPgpProblem.None, rsa.Message(Content), rsa.Certificate());
    }

    [Fact]
    public void A_revocation_that_names_another_algorithm_counts()
    {
        var rsa = TestSigner.Rsa();
        foreach (byte algorithm in new byte[] { 2, 3 })
        {
            byte[] revocation = TestPackets.Packet(PacketTag.Signature,
                rsa.SignBody(SignatureType.KeyRevocation, rsa.Hashed, Created + 50, algorithm: algorithm));
            Check(OpenPgpProblem.KeyRevoked, rsa.Message(Content), [.. rsa.Certificate(), .. revocation]);
        }

        byte[] asDsa = TestPackets.Packet(PacketTag.Signature,
            [.. rsa.SignBody(SignatureType.KeyRevocation, rsa.Hashed, Created + 50, algorithm: 17), 0, 1, 1]);
        Check(OpenPgpProblem.KeyRevoked, rsa.Message(Content), [.. rsa.Certificate(), .. asDsa]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_revocation_with_a_weak_hash_counts(byte hash)
    {
        var rsa = TestSigner.Rsa();
        byte[] revocation = TestPackets.Packet(PacketTag.Signature,
            rsa.SignBody(SignatureType.KeyRevocation, rsa.Hashed, Created + 50, hash));
        Check(OpenPgpProblem.KeyRevoked, rsa.Message(Content), [.. rsa.Certificate(), .. revocation]);
    }

    [Fact]
    public void RIPEMD_160_is_treated_as_SHA_1()
    {
        var rsa = TestSigner.Rsa();
        byte[] data = [.. rsa.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))];
        foreach (byte hash in new byte[] { HashAlgorithms.Sha1, HashAlgorithms.RipeMd160 })
        {
            byte[] key = [.. rsa.KeyPacket(), .. UserIdPacket,
                .. TestPackets.Packet(PacketTag.Signature, rsa.SignBody(SignatureType.PositiveCertification, data, Created, hash))];
            Check(OpenPgpProblem.None, rsa.Message(Content), key);
            Check(OpenPgpProblem.UnusableAlgorithm, rsa.Message(Content, hash: hash), key);
            var assessment = Assert.Single(KeyAssessment.Of(OpenPgpKeyring.Import([new KeyringSource("key", key)]), Now, TimeSpan.Zero));
            Assert.Contains(assessment.Weaknesses, w => w.Contains("SHA-1", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signature_with_an_area_that_gpg_does_not_read_refuses_the_file(bool isHashed)
    {
        byte[] padding = TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[10_000]);
        foreach (var type in new[] { SignatureType.KeyRevocation, SignatureType.DirectKey, SignatureType.SubkeyRevocation,
            SignatureType.GenericCertification })
        {
            byte[] body = Signer.SignBody(type, Signer.Hashed, Created + 50, hashed: isHashed ? [padding] : [],
                unhashed: isHashed ? [] : [padding]);
            byte[] file = [.. Signer.Certificate(), .. TestPackets.Packet(PacketTag.Signature, body)];
            Assert.Equal("MalformedOpenPgp",
                Assert.Throws<TrustFormatException>(() => OpenPgpKeyring.Import([new KeyringSource("key", file)])).ErrorId);
            Assert.Equal("MalformedOpenPgp", Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(file, "key")).ErrorId);
        }
    }

    [Fact]
    public void A_statement_counts_wherever_it_stands()
    {
        byte[] key = Signer.Certificate(), bound = Bound(Created + 6, Sign),
        otherBound = Signer.Bind(Second, Created + 7, hashed: TestPackets.Flags(0x0C));
        byte[] other = [.. TestPackets.UserId("other"), .. Signer.Certify("other", Created, Sign)];
        byte[] endedKey = Direct(Created + 9, Ended), endedUserId = Cert(Created + 9, Sign, Ended),
            endedSubkey = Binding(Created + 9, Sign, Ended);

        // A direct-key signature behind a user id and behind a subkey.
        Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. endedKey]);
        Check(OpenPgpProblem.KeyNotForSigning, Message, [.. key, .. Direct(Created + 9, Certify)]);
        Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. bound, .. endedKey]);

        // A binding before its subkey, and under another one; a certification under another user id, and behind a subkey.
        Check(OpenPgpProblem.KeyExpired, SubMessage, [.. key, .. endedSubkey, .. bound]);
        Check(OpenPgpProblem.KeyExpired, SubMessage, [.. key, .. bound, .. otherBound, .. endedSubkey]);
        Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. other, .. endedUserId]);
        Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. bound, .. endedUserId]);

        // Revocations of a subkey and of a user id.
        Check(OpenPgpProblem.KeyRevoked, SubMessage,
            [.. key, .. bound, .. otherBound, .. Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 9)]);
        Check(OpenPgpProblem.KeyNotValid, Message,
            [.. key, .. bound, .. Signer.Certify(SignatureType.CertificationRevocation, UserId, Created + 9)]);

        // Whose label was taken off, or changed.
        foreach (byte[] label in new byte[][] { [],
            TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Other.Packet.KeyId)) })
        {
            byte[] Labelled(byte[] packet) => TestSigner.WithUnhashed(packet, _ => label);
            Check(OpenPgpProblem.KeyExpired, Message, [.. key, .. Labelled(endedUserId)]);
            Check(OpenPgpProblem.KeyRevoked, Message,
                [.. key, .. Labelled(Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50))]);
            Check(OpenPgpProblem.KeyRevoked, SubMessage,
                [.. key, .. bound, .. Labelled(Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50))]);
        }
    }

    [Fact]
    public void The_newest_binding_counts_whatever_it_says()
    {
        byte[] start = [.. Signer.Certificate(), .. Bound(Created + 6, Sign)];
        byte[] soonOver = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u));
        Check(OpenPgpProblem.None, SubMessage, start);
        Check(OpenPgpProblem.KeyNotValid, SubMessage, [.. start, .. Binding(Created + 9, Sign, soonOver)]);
        Check(OpenPgpProblem.KeyNotValid, SubMessage, [.. start, .. Binding(Created + 9, Sign, Local)]);
        Check(OpenPgpProblem.KeyNotForSigning, SubMessage, [.. start, .. Binding(Created + 9, TestPackets.Flags(0x0C))]);
        byte[] notAgreed = Signer.Sign(SignatureType.SubkeyBinding, SubData, Created + 9, Sign);
        Check(OpenPgpProblem.KeyNotValid, SubMessage, [.. start, .. notAgreed]);
        Check(OpenPgpProblem.None, SubMessage, [.. start, .. Binding(Created + 9, Sign)]);
    }

    [Fact]
    public void A_subkey_does_not_agree_by_MD5()
    {
        var rsa = TestSigner.Rsa(Created + 5);
        byte[] data = [.. Signer.Hashed, .. rsa.Hashed], message = rsa.Message(Content, Created + 20);
        foreach (var (hash, problem) in new[] { (HashAlgorithms.Md5, OpenPgpProblem.KeyNotValid),
            (HashAlgorithms.Sha1, OpenPgpProblem.None), (HashAlgorithms.Sha256, OpenPgpProblem.None) })
        {
            byte[] agreed = TestSigner.LongSubpacket(SubpacketType.EmbeddedSignature,
                rsa.SignBody(SignatureType.PrimaryKeyBinding, data, Created + 6, hash));
            byte[] binding = Signer.Sign(SignatureType.SubkeyBinding, data, Created + 6, Sign, agreed);
            Check(problem, message, [.. Signer.Certificate(), .. rsa.KeyPacket(PacketTag.PublicSubkey), .. binding]);
        }
    }

    [Fact]
    public void The_hashed_area_says_first_whether_a_statement_is_local()
    {
        byte[] AddLocal(byte[] packet) => TestSigner.WithUnhashed(packet, area => [.. area, .. Local]);
        byte[] start = [.. Signer.Certificate()];
        Check(OpenPgpProblem.KeyExpired, Message, [.. start, .. AddLocal(Cert(Created + 9, Sign, Ended, Exportable))]);
        Check(OpenPgpProblem.KeyExpired, Message, [.. start, .. AddLocal(Cert(Created + 9, Sign, Ended))]);
        Check(OpenPgpProblem.KeyNotForSigning, Message,
            [.. Signer.KeyPacket(), .. AddLocal(Direct(Created + 9, Certify, Exportable)), .. UserIdPacket, .. Cert(Created, Sign)]);
        Check(OpenPgpProblem.KeyNotValid, SubMessage,
            [.. start, .. Bound(Created + 6, Sign), .. AddLocal(Binding(Created + 9, Sign, Ended))]);
        Check(OpenPgpProblem.KeyRevoked, Message,
            [.. start, .. AddLocal(Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 9))]);
        Check(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. UserIdPacket, .. AddLocal(Cert(Created, Sign, Exportable))]);
        Check(OpenPgpProblem.UnknownKey, Message, [.. Signer.KeyPacket(), .. UserIdPacket, .. AddLocal(Cert(Created, Sign))]);
    }

    [Fact]
    public void A_doubtful_revocation_of_a_user_id_lifts_no_restriction()
    {
        byte[] critical = TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true);
        byte[] second = [.. TestPackets.UserId("B"), .. Signer.Certify("B", Created + 5, Certify)];
        byte[] ended = [.. TestPackets.UserId("B"), .. Signer.Certify("B", Created + 5, Sign, Ended)];
        byte[] plain = Signer.Certify(SignatureType.CertificationRevocation, "B", Created + 9);
        byte[] unlabelled = TestSigner.WithUnhashed(plain, _ => []);
        byte[] withCritical = Signer.Certify(SignatureType.CertificationRevocation, "B", Created + 9, critical);
        byte[] first = Signer.Certificate();
        Check(OpenPgpProblem.None, Message, [.. first, .. second, .. plain]);
        foreach (byte[] doubtful in new[] { unlabelled, withCritical, TestSigner.WithNumbers(plain, static m => [.. m, 0]) })
        {
            Check(OpenPgpProblem.KeyNotForSigning, Message, [.. first, .. second, .. doubtful]);
            Check(OpenPgpProblem.KeyExpired, Message, [.. first, .. ended, .. doubtful]);

            // And a user id that has nothing else makes no key importable.
            Check(OpenPgpProblem.UnknownKey, Message, [.. Signer.KeyPacket(), .. TestPackets.UserId("B"), .. doubtful]);
        }
    }

    [Fact]
    public void A_copy_that_gpg_does_not_import_gives_nothing_and_takes_away()
    {
        byte[] bare = [.. Signer.KeyPacket(), .. Direct(Created + 9, Sign)];
        byte[] whole = Signer.Certificate(hashed: [Certify]);
        foreach (byte[][] files in new byte[][][] { [bare, whole], [whole, bare], [[.. bare, .. whole]] })
            Check(OpenPgpProblem.KeyNotForSigning, Message, files);
        byte[] withSubkey = [.. Signer.KeyPacket(), .. Bound(Created + 6, Sign)];
        Check(OpenPgpProblem.UnknownKey, SubMessage, withSubkey, Signer.Certificate());
        Check(OpenPgpProblem.None, SubMessage, [.. Signer.Certificate(), .. Bound(Created + 6, Sign)], bare);
        Check(OpenPgpProblem.KeyExpired, Message, Signer.Certificate(), [.. Signer.KeyPacket(), .. Direct(Created + 9, Ended)]);
        Check(OpenPgpProblem.KeyRevoked, Message, Signer.Certificate(),
            [.. Signer.KeyPacket(), .. Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 9)]);
    }

    [Fact]
    public void A_user_attribute_says_what_a_user_id_says()
    {
        byte[] picture = [0x10, 1, 2, 3, 4, 5];
        byte[] Attribute(uint created, params byte[][] hashed) =>
        [
            .. TestPackets.Packet(PacketTag.UserAttribute, picture),
            .. Signer.Sign(SignatureType.PositiveCertification,
                [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, picture, isAttribute: true)], created, hashed),
        ];
        Check(OpenPgpProblem.KeyExpired, Message, [.. Signer.Certificate(), .. Attribute(Created + 9, Sign, Ended)]);
        Check(OpenPgpProblem.KeyNotForSigning, Message, [.. Signer.Certificate(hashed: []), .. Attribute(Created + 9, Certify)]);
        Check(OpenPgpProblem.None, Message, [.. Signer.Certificate(), .. Attribute(Created + 9, Sign)]);
        Assert.Equal(UserId, OpenPgpKeyring
            .Import([new KeyringSource("key", (byte[])[.. Signer.Certificate(), .. Attribute(Created + 9, Sign)])])
            .Verify(Message, Now).UserId);
    }

    [Fact]
    public void Of_statements_of_one_second_the_stricter_counts()
    {
        byte[] sign = Direct(Created + 9, Sign), certify = Direct(Created + 9, Certify), userId = [.. UserIdPacket, .. Cert(Created, Sign)];
        foreach (byte[][] order in new[] { new[] { sign, certify }, [certify, sign] })
        {
            Check(OpenPgpProblem.KeyNotForSigning, Message, [.. Signer.KeyPacket(), .. order[0], .. order[1], .. userId]);
            Check(OpenPgpProblem.KeyNotForSigning, Message, [.. Signer.KeyPacket(), .. order[0], .. userId],
                [.. Signer.KeyPacket(), .. order[1], .. userId]);
        }

        byte[] revocation = Signer.Certify(SignatureType.CertificationRevocation, UserId, Created + 9), again = Cert(Created + 9, Sign);
        Check(OpenPgpProblem.KeyNotValid, Message, [.. Signer.Certificate(), .. revocation, .. again, .. revocation]);
        Check(OpenPgpProblem.KeyNotValid, Message, [.. Signer.Certificate(), .. revocation, .. again]);
        byte[] start = Signer.Certificate(), one = Binding(Created + 9, Sign), two = Binding(Created + 9, TestPackets.Flags(0x0C));
        Check(OpenPgpProblem.KeyNotForSigning, SubMessage, [.. start, .. SubPacket, .. one, .. two]);
        Check(OpenPgpProblem.KeyNotForSigning, SubMessage, [.. start, .. SubPacket, .. two, .. one]);
        byte[] userIds = [.. TestPackets.UserId("A"), .. Signer.Certify("A", Created + 9, Sign), .. TestPackets.UserId("B"),
            .. Signer.Certify("B", Created + 9, Certify)];
        Check(OpenPgpProblem.KeyNotForSigning, Message, [.. Signer.KeyPacket(), .. userIds]);
    }

    [Fact]
    public void A_user_id_behind_a_subkey_takes_away_and_gives_nothing()
    {
        byte[] bound = Bound(Created + 6, Sign);
        byte[] restricted = [.. TestPackets.UserId("B"), .. Signer.Certify("B", Created + 9, Certify)];
        Check(OpenPgpProblem.KeyNotForSigning, Message, [.. Signer.Certificate(), .. bound, .. restricted]);
        Check(OpenPgpProblem.KeyNotForSigning, Message,
            [.. Signer.Certificate(hashed: [Certify]), .. bound, .. TestPackets.UserId("B"), .. Signer.Certify("B", Created + 9, Sign)]);
        byte[] behind = [.. Signer.KeyPacket(), .. bound, .. UserIdPacket, .. Cert(Created, Sign)];
        Check(OpenPgpProblem.KeyNotValid, Message, behind);

        // Where it is in the end depends on which copy gpg reads first.
        Check(OpenPgpProblem.KeyNotValid, Message, behind, Signer.Certificate());
        Check(OpenPgpProblem.KeyNotValid, Message, Signer.Certificate(), behind);
    }

    [Fact]
    public void A_file_that_gpg_refuses_as_a_whole_is_refused()
    {
        byte[] key = Signer.Certificate();
        byte[][] rests =
        [
            TestPackets.Packet(PacketTag.PublicSubkey, 5, 0, 0, 0, 1, 27, 0, 0, 0, 32),
            TestPackets.Packet(PacketTag.PublicSubkey, 2, 0, 0, 0, 1, 0, 0, 1),
            TestPackets.Packet(PacketTag.PublicSubkey, 4, 0, 0, 0, 1, 18, 3, 0x2A, 0x03, 0x04, 0, 1, 1),
            TestPackets.Packet(PacketTag.Signature, [4, 0x18, 99, 8, 0, 0, 0, 0, 1, 2, .. new byte[10_300]]),
        ];
        foreach (byte[] rest in rests)
            Assert.Equal("MalformedOpenPgp",
                Assert.Throws<TrustFormatException>(() =>
                OpenPgpKeyring.Import([new KeyringSource("key", (byte[])[.. key, .. rest])])).ErrorId);

        // Base64 that ends without its padding, and no checksum: gpg takes the last line for data.
        byte[] armored = TestPackets.Armor([.. key, 0xB0, 0], hasChecksum: false);
        string text = Encoding.ASCII.GetString(armored);
        int padding = text.IndexOf('=', StringComparison.Ordinal);
        if (padding < 0)
            text = Encoding.ASCII.GetString(TestPackets.Armor([.. key, 0xB0, 1, 0], hasChecksum: false));
        string cut = text.Replace("=", "", StringComparison.Ordinal);
        Assert.NotEqual(text, cut);
        Assert.Equal("MalformedArmor",
            Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyring.Import([new KeyringSource("key", Encoding.ASCII.GetBytes(cut))])).ErrorId);
    }

    [Fact]
    public void Every_signature_has_an_outcome_that_says_what_became_of_it()
    {
        byte[] older = Cert(Created, Sign), newer = Cert(Created + 5, Sign);
        byte[] doubtful = TestSigner.WithUnhashed(Cert(Created + 9, Sign), static area => [.. area, .. Local]);
        byte[] forged = TestSigner.WithNumbers(Cert(Created + 10, Sign), static m => { m[^1] ^= 1; return m; });
        byte[] by = Other.Sign(SignatureType.GenericCertification,
            [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))], Created + 11);
        byte[] unknownHash = TestPackets.Packet(PacketTag.Signature, [4, 0x1F, 19, 77, 0, 0, 0, 0, 1, 2, 0, 1, 1, 0, 1, 1]);
        byte[] document = Signer.Sign(SignatureType.Binary, Signer.Hashed, Created + 12);
        byte[] revokedSubkey = Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 13);
        byte[] file = [.. Signer.KeyPacket(), .. UserIdPacket, .. older, .. newer, .. doubtful, .. forged, .. by, .. unknownHash,
            .. document, .. Bound(Created + 6, Sign), .. revokedSubkey];
        var keyring = OpenPgpKeyring.Import([new KeyringSource("file.gpg", file)]);
        Assert.Equal(
            [
                StatementOutcome.Superseded, StatementOutcome.Counts, StatementOutcome.Doubtful, StatementOutcome.Counts,
                StatementOutcome.Revokes,
                StatementOutcome.NotMade, StatementOutcome.ByAnother, StatementOutcome.Uncheckable, StatementOutcome.NotAStatement,
            ],
            keyring.Statements.Select(static s => s.Outcome));
        Assert.All(keyring.Details, static d => Assert.StartsWith("file.gpg: key ", d, StringComparison.Ordinal));
        Assert.Contains(keyring.Details,
            static d => d.Contains("counts only for what it takes away: it is for local use", StringComparison.Ordinal));

        // Those of a key that is not used, and of none.
        byte[] alone = Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        Assert.Equal(StatementOutcome.ByAnother,
            Assert.Single(OpenPgpKeyring
            .Import([new KeyringSource("a", Other.Certificate()), new KeyringSource("b", TestPackets.Armor(alone))]).Statements, static s =>
            s.File == "b").Outcome);
    }

    [Fact]
    public void What_is_shown_is_what_is_verified()
    {
        var random = new Random(9580);
        for (int i = 0; i < 400; i++)
        {
            byte[] file = Random(random);
            var keyring = OpenPgpKeyring.Import([new KeyringSource("key", file)]);
            var shown = OpenPgpKeyReader.Read(file, "key", Now).Keys;
            foreach (var key in shown)
            {
                int index = keyring.PrimaryFingerprints.ToList().IndexOf(key.Fingerprint);
                bool canSign = index >= 0 && KeyAssessment.WhyUnusable(keyring.Certificates[index], Now.ToUnixTimeSeconds()) is null;
                Assert.True(canSign == key.CanSignAt(Now), Convert.ToBase64String(file));
            }

            bool isGood = keyring.Verify(Message, Now).IsGood || keyring.Verify(SubMessage, Now).IsGood;
            Assert.True(isGood == (shown.Count > 0 && shown[0].CanSignAt(Now)), Convert.ToBase64String(file));
        }
    }

    [Fact]
    public void Statements_that_belong_nowhere_take_no_endless_time()
    {
        var rsa = TestSigner.Rsa();
        byte[] userIds = [.. Enumerable.Range(0, 900).SelectMany(i => TestPackets.UserId($"user {i}"))];
        byte[] bad = [.. Enumerable.Range(0, 900)
            .SelectMany(i => TestSigner
            .WithUnhashed(TestPackets.Signature(SignatureType.PositiveCertification, rsa.Packet.KeyId, Created + (uint)i), static a => a))];
        byte[] file = [.. rsa.Certificate(), .. userIds, .. bad];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", file)]);
        Assert.Empty(keyring.PrimaryFingerprints);
        Assert.Contains("too long", Assert.Single(keyring.Warnings), StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 5000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Theory]
    [InlineData("one\ntwo\n")]
    [InlineData("one\r\ntwo")]
    [InlineData("\n\n")]
    [InlineData("{}")]
    public void A_version_6_text_is_hashed_with_CR_LF(string text)
    {
        var signer = TestSigner.Ed25519Key(version: 6);
        byte[] stored = Encoding.ASCII.GetBytes(text), hashed = Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"));
        byte[] body = signer.SignBody(SignatureType.Text, hashed, Created + 10);
        foreach (char format in "btu")
        {
            byte[] message = [.. signer.OnePass(body, type: SignatureType.Text), .. TestSigner.Literal(stored, format),
                .. TestPackets.Packet(PacketTag.Signature, body)];
            var result = OpenPgpKeyring.Import([new KeyringSource("key", signer.Certificate())]).Verify(message, Now);
            Assert.True(result.IsGood, result.Reason);
            Assert.Equal(text.ReplaceLineEndings("\n"), Encoding.ASCII.GetString(result.Content.Span));
        }

        // Version 4 hashes it as it stands.
        byte[] version4 = Signer.Message(stored, type: SignatureType.Text);
        Check(OpenPgpProblem.None, version4, Signer.Certificate());
    }

    [Fact]
    public void A_version_6_text_with_a_carriage_return_inside_a_line_is_refused()
    {
        var signer = TestSigner.Ed25519Key(version: 6);
        byte[] text = "a\rb\n"u8.ToArray(), hashed = "a\rb\r\n"u8.ToArray();
        byte[] body = signer.SignBody(SignatureType.Text, hashed, Created + 10);
        byte[] message = [.. signer.OnePass(body, type: SignatureType.Text), .. TestSigner.Literal(text),
            .. TestPackets.Packet(PacketTag.Signature, body)];
        Assert.Equal(OpenPgpProblem.Malformed, OpenPgpKeyring.Import([new KeyringSource("key", signer.Certificate())])
            .Verify(message, Now).Problem);
    }

    private static byte[] Random(Random random)
    {
        uint Time() => Created + (uint)random.Next(4);
        byte[][] Says() =>
        [
            random.Next(4) switch { 0 => Certify, 1 => [], _ => Sign }, random.Next(4) == 0 ? Ended : [], random.Next(9) == 0 ? Local : [],
            random.Next(9) == 0 ? TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true) : [],
            random.Next(9) == 0 ? TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u)) : [],
        ];
        List<byte[]> parts = [Signer.KeyPacket()];
        for (int i = random.Next(3); i > 0; i--)
            parts.Add(Direct(Time(), Says()));
        for (int i = random.Next(6) == 0 ? 0 : 1; i <= random.Next(3); i++)
        {
            string userId = $"user {i}";
            parts.Add(TestPackets.UserId(userId));
            for (int j = random.Next(3); j >= 0; j--)
                parts.Add(Signer.Certify(random.Next(6) == 0 ? SignatureType.CertificationRevocation : SignatureType.PositiveCertification,
                    userId, Time(), Says()));
        }

        if (random.Next(3) > 0)
        {
            parts.Add(SubPacket);
            for (int j = random.Next(3); j >= 0; j--)
                parts.Add(Binding(Time(), Says()));
            if (random.Next(6) == 0)
                parts.Add(Signer.Sign(SignatureType.SubkeyRevocation, SubData, Time()));
        }

        if (random.Next(9) == 0)
            parts.Add(Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Time()));
        if (parts.Count > 2 && random.Next(3) == 0)
            (parts[^1], parts[^2]) = (parts[^2], parts[^1]);
        return [.. parts.SelectMany(static p => p)];
    }

    private static byte[] Cert(uint created, params byte[][] hashed) => Signer.Certify(UserId, created, hashed);

    private static byte[] Direct(uint created, params byte[][] hashed) =>
        Signer.Sign(SignatureType.DirectKey, Signer.Hashed, created, hashed);

    private static byte[] Bound(uint created, params byte[][] hashed) => Signer.Bind(Sub, created, hashed: hashed);

    private static byte[] Binding(uint created, params byte[][] hashed) => Bound(created, hashed)[SubPacket.Length..];

    private static byte[] Write(string writing, byte[] packet) => TestSigner.WithNumbers(packet, material => writing switch
    {
        "an octet more" => [.. material, 0],
        "a number more" => [.. material, 0, 8, 0xFF],
        "many octets more" => [.. material, .. new byte[300]],
        _ => [(byte)((((material[0] << 8) | material[1]) + 8) >> 8), (byte)(((material[0] << 8) | material[1]) + 8), 0, .. material[2..]],
    });

    private static byte[] Plus(byte[] number, BigInteger summand) =>
        TestSigner.Integer((new BigInteger(number.AsSpan(2), isUnsigned: true, isBigEndian: true) + summand)
            .ToByteArray(isUnsigned: true, isBigEndian: true));

    private static void Check(OpenPgpProblem problem, byte[] message, params byte[][] files)
    {
        KeyringSource[] sources = [.. files.Select(static f => new KeyringSource("key", f))];
        var result = OpenPgpKeyring.Import(sources).Verify(message, Now);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
    }
}
