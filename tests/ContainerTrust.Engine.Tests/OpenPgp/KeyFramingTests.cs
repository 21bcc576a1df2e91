using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// How the packets of a key file are cut into armored blocks, what the blocks are called, and whether a key stands with its private part:
/// nobody signs that, and gpg imports the same from all of it. None of it hides what the owner has taken away.
/// </summary>
public sealed class KeyFramingTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] SubData = [.. Signer.Hashed, .. Sub.Hashed];
    private static readonly byte[] Message = Signer.Message("{}"u8.ToArray());
    private static readonly byte[] SubMessage = Sub.Message("{}"u8.ToArray(), Created + 20);
    private static readonly byte[] Sign = TestPackets.Flags(3);

    // Once: an ECDSA signature is not always of one length.
    private static readonly byte[] Primary = Signer.Certificate();
    private static readonly byte[] Binding = Signer.Bind(Sub, Created + 6, hashed: Sign);
    private static readonly byte[] Key = [.. Primary, .. Binding];
    private static readonly byte[] Ended = TestPackets.Lifetime(1000);
    private static readonly byte[] KeyRevocation = Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
    private static readonly byte[] SubkeyRevocation = Signer.Sign(SignatureType.SubkeyRevocation, SubData, Created + 50);

    // A private key as gpg exports it: the public part, "not protected", the number, its checksum.
    private static readonly byte[] Private = [0, .. TestPackets.Integer([1, .. new byte[31]]), 0, 10];
    private static readonly byte[] PrivateKey = TestPackets.Packet(PacketTag.SecretKey, [.. Signer.Body, .. Private]);
    private static readonly byte[] PrivateSubkey = TestPackets.Packet(PacketTag.SecretSubkey, [.. Sub.Body, .. Private]);
    private static readonly byte[] UserId = Signer.Certificate()[Signer.KeyPacket().Length..];

    public static TheoryData<string> Labels => new("PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "SECRET KEY BLOCK");

    [Theory]
    [MemberData(nameof(Labels))]
    public void Armored_blocks_are_one_stream_whatever_they_are_called(string label)
    {
        byte[] key = TestPackets.Armor(Key);
        byte[] Then(byte[] packets) => [.. key, .. "some text\n"u8, .. TestPackets.Armor(packets, label: label)];
        Check(OpenPgpProblem.None, Message, key);
        Check(OpenPgpProblem.None, SubMessage, key);
        Check(OpenPgpProblem.KeyRevoked, Message, Then(KeyRevocation));
        Check(OpenPgpProblem.KeyRevoked, SubMessage, Then(SubkeyRevocation));
        Check(OpenPgpProblem.KeyExpired, Message, Then(Signer.Certify("signer <s@example.com>", Created + 9, Sign, Ended)));
        Check(OpenPgpProblem.KeyExpired, Message, Then(Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 9, Sign, Ended)));
        Check(OpenPgpProblem.KeyNotValid, Message, Then(Signer.Certify(SignatureType.CertificationRevocation, "signer <s@example.com>",
            Created + 9)));
        Check(OpenPgpProblem.KeyExpired, SubMessage, Then(Signer.Bind(Sub, Created + 9, hashed: [Sign,
            Ended])[Sub.KeyPacket(PacketTag.PublicSubkey).Length..]));

        // Another file begins anew: gpg does not know to which key a subkey's revocation belongs.
        Check(OpenPgpProblem.None, SubMessage, key, TestPackets.Armor([.. Other.Certificate(), .. SubkeyRevocation]));
    }

    [Fact]
    public void A_block_for_every_packet_is_read_like_one_block()
    {
        byte[] file = [.. Packets([.. Key, .. SubkeyRevocation]).SelectMany(static p => TestPackets.Armor(p))];
        Check(OpenPgpProblem.None, Message, file);
        Check(OpenPgpProblem.KeyRevoked, SubMessage, file);
    }

    [Fact]
    public void What_stands_with_a_private_key_takes_away()
    {
        byte[] revoked = [.. PrivateKey, .. KeyRevocation, .. UserId];
        byte[] subkeyRevoked = [.. PrivateKey, .. UserId, .. PrivateSubkey, .. SubkeyRevocation];
        byte[] ended = [.. PrivateKey, .. UserId, .. Signer.Certify("signer <s@example.com>", Created + 9, Sign, Ended)];
        foreach (bool isFirst in new[] { false, true })
        {
            byte[] With(byte[] more) => isFirst ? [.. more, .. Key] : [.. Key, .. more];
            byte[] Armored(byte[] more, string label) => isFirst
                ? [.. TestPackets.Armor(more, label: label), .. TestPackets.Armor(Key)] : [.. TestPackets.Armor(Key),
                    .. TestPackets.Armor(more, label: label)];
            Check(OpenPgpProblem.KeyRevoked, Message, With(revoked));
            Check(OpenPgpProblem.KeyRevoked, SubMessage, With(subkeyRevoked));
            Check(OpenPgpProblem.KeyExpired, Message, With(ended));
            Check(OpenPgpProblem.KeyRevoked, Message, Armored(revoked, "PRIVATE KEY BLOCK"));
            Check(OpenPgpProblem.KeyRevoked, SubMessage, Armored(subkeyRevoked, "PUBLIC KEY BLOCK"));
            Check(OpenPgpProblem.None, Message, With([.. PrivateKey, .. UserId]));
        }
    }

    [Fact]
    public void What_stands_with_a_private_key_gives_nothing()
    {
        byte[] alone = [.. PrivateKey, .. UserId, .. PrivateSubkey,
            .. Binding[Sub.KeyPacket(PacketTag.PublicSubkey).Length..]];
        Check(OpenPgpProblem.UnknownKey, Message, alone);
        Assert.Contains("private key", Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(alone, "key")).Message,
            StringComparison.Ordinal);
        Check(OpenPgpProblem.UnknownKey, Message, [.. Signer.KeyPacket(), .. PrivateKey, .. UserId]);
        Check(OpenPgpProblem.None, Message, [.. alone, .. Key]);
        Check(OpenPgpProblem.KeyExpired, Message, [.. Signer.Certificate(hashed: [Sign, Ended]), .. PrivateKey, .. UserId,
            .. Signer.Certify("signer <s@example.com>", Created + 9, Sign)]);

        // A public key with private subkeys.
        Check(OpenPgpProblem.UnknownKey, Message, [.. Signer.Certificate(), .. PrivateSubkey, .. Binding]);

        // One that is damaged: gpg imports nothing of such a file.
        byte[] damaged = [.. Key, .. TestPackets.Packet(PacketTag.SecretKey, 4, 0, 0, 0, 1)];
        Assert.Equal("MalformedOpenPgp", Assert.Throws<TrustFormatException>(() => OpenPgpKeyring.Import([new KeyringSource("key",
            damaged)])).ErrorId);
    }

    [Fact]
    public void Armor_without_padding_and_checksum_is_refused_as_gpg_refuses_it()
    {
        byte[] key = Aligned(Key);
        Check(OpenPgpProblem.None, Message, TestPackets.Armor(key));
        Check(OpenPgpProblem.None, Message, TestPackets.Armor([.. key, 0xB0, 0], hasChecksum: false));
        foreach (byte[] file in new byte[][]
        {
            TestPackets.Armor(key, hasChecksum: false),
            [.. TestPackets.Armor(key), .. TestPackets.Armor(key, hasChecksum: false)],
            [.. TestPackets.Armor(Aligned(KeyRevocation), hasChecksum: false), .. TestPackets.Armor(key)],
        })
        {
            TrustFormatException e = Assert.Throws<TrustFormatException>(() => OpenPgpKeyring.Import([new KeyringSource("key", file)]));
            Assert.Equal("MalformedArmor", e.ErrorId);
            Assert.Contains("GnuPG up to 2.4", e.Message, StringComparison.Ordinal);
        }

        // Armor of version 6 must not have a checksum, and no GnuPG reads it.
        TestSigner six = TestSigner.Ed25519Key(version: 6);
        Check(OpenPgpProblem.None, six.Message("{}"u8.ToArray()), TestPackets.Armor(Aligned(six.Certificate()), hasChecksum: false));
    }

    [Fact]
    public void A_message_in_armor_without_padding_and_checksum_is_refused_as_gpg_refuses_it()
    {
        byte[] Armored(TestSigner signer, bool hasChecksum)
        {
            byte[] content = "{}"u8.ToArray();
            while (signer.Message(content).Length % 3 != 0)
                content = [.. content, (byte)' '];
            return TestPackets.Armor(signer.Message(content), hasChecksum, "MESSAGE");
        }

        TestSigner rsa = TestSigner.Rsa(), six = TestSigner.Ed25519Key(version: 6);
        Check(OpenPgpProblem.None, Armored(rsa, hasChecksum: true), rsa.Certificate());
        Check(OpenPgpProblem.Malformed, Armored(rsa, hasChecksum: false), rsa.Certificate());
        Check(OpenPgpProblem.None, Armored(six, hasChecksum: false), six.Certificate());
    }

    [Fact]
    public void A_binary_file_that_gpg_cuts_is_refused()
    {
        // A trust packet is skipped; with its header it fills the file up to the number of octets.
        static byte[] Trust(int length, byte filler) =>
            [0xCC, 0xFF, .. TestPackets.BigEndian((uint)length - 6), .. Enumerable.Repeat(filler, length - 6)];

        byte[] After(int length, byte filler) => [.. Trust(length, filler), .. Signer.Certificate()];
        Check(OpenPgpProblem.None, Message, After(19_000, 1));
        Check(OpenPgpProblem.None, Message, After(30_000, (byte)'\n'));
        TrustFormatException e = Assert
            .Throws<TrustFormatException>(() => OpenPgpKeyring.Import([new KeyringSource("key", After(30_000, 1))]));
        Assert.Equal("MalformedOpenPgp", e.ErrorId);
        Assert.Contains("no line feed", e.Message, StringComparison.Ordinal);
        Check(OpenPgpProblem.None, Message, TestPackets.Armor(After(30_000, 1)));
    }

    [Fact]
    public void A_binary_message_without_a_line_feed_is_read_whole()
    {
        // GnuPG cuts such key files, but not messages: its armor filter does not see what is binary by its first two octets.
        TestSigner signer = TestSigner.EcdsaP256();
        byte[] message = signer.Message([.. "{}"u8, .. Enumerable.Repeat((byte)' ', 25_000)]);
        Check(OpenPgpProblem.None, message, signer.Certificate());
    }

    [Fact]
    public void The_private_part_is_not_kept()
    {
        foreach (var signer in new[] { TestSigner.Rsa(), TestSigner.EcdsaP256(), TestSigner.Ed25519Key(isLegacy: true),
            TestSigner.Ed25519Key(), TestSigner.Ed25519Key(version: 6), TestSigner.Ed448Key() })
        {
            var parser = new KeyFileParser(OpenPgpRules.Current);
            parser.Read("key", TestPackets.Packet(PacketTag.SecretKey, [.. signer.Body, .. Private]));
            var raw = Assert.Single(parser.Certificates);
            Assert.Equal(signer.Body, raw.Primary.Body);
            Assert.Equal(signer.Fingerprint, raw.Key.Fingerprint);
            Assert.False(raw.HasPublicCopy);
        }
    }

    [Fact]
    public void A_changed_label_or_digest_start_hides_no_statement()
    {
        byte[] label = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Other.Packet.KeyId));
        byte[] Disguise(byte[] packet)
        {
            byte[] labelled = TestSigner.WithUnhashed(packet, _ => label);
            var reader = new PacketReader(labelled, new PacketSource("test", 0), 1);
            Assert.True(reader.TryRead(out var read));
            byte[] body = read.Body.ToArray();
            SignaturePacket.Parse(body, out var signature);
            body[body.Length - signature.Material.Length - 1] ^= 1;
            return TestPackets.Packet(PacketTag.Signature, body);
        }

        Check(OpenPgpProblem.KeyExpired, Message, [.. Key, .. Disguise(Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 9,
            Sign, Ended))]);
        Check(OpenPgpProblem.KeyNotValid, Message, [.. Key, .. Disguise(Signer.Certify(SignatureType.CertificationRevocation,
            "signer <s@example.com>", Created + 9))]);
        byte[] ended = Signer.Bind(Sub, Created + 9, hashed: [Sign, Ended])[Sub.KeyPacket(PacketTag.PublicSubkey).Length..];
        Check(OpenPgpProblem.KeyExpired, SubMessage, [.. Key, .. Disguise(ended)]);
    }

    private static List<byte[]> Packets(byte[] file)
    {
        List<byte[]> packets = [];
        var reader = new PacketReader(file, new PacketSource("test", 0), 100);
        while (reader.TryRead(out var packet))
            packets.Add(TestPackets.Packet(packet.Tag, packet.Body.ToArray()));
        return packets;
    }

    private static void Check(OpenPgpProblem problem, byte[] message, params byte[][] files)
    {
        KeyringSource[] sources = [.. files.Select(static f => new KeyringSource("key", f))];
        var result = OpenPgpKeyring.Import(sources).Verify(message, Now);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
    }

    // Base64 of a multiple of three octets needs no padding; a marker packet has five, an empty trust packet two.
    private static byte[] Aligned(byte[] packets)
    {
        while (packets.Length % 3 != 0)
            packets = [.. packets, 0xB0, 0];
        return packets;
    }
}
