using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>What a signed message may look like.</summary>
public sealed class SignedMessageTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("""{"critical":{}, "optional":{}}""");
    private static readonly TestSigner Signer = TestSigner.Rsa();
    private static readonly OpenPgpKeyring Keyring = Import(Signer.Certificate());

    [Fact]
    public void A_good_message_says_who_signed_what_and_when()
    {
        var result = Verify(Signer.Message(Content, Created + 10,
            hashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(5_000_000u))]));
        Assert.True(result.IsGood, result.Reason);
        Assert.Equal(Content, result.Content.ToArray());
        Assert.Equal(Signer.Fingerprint, result.Fingerprint);
        Assert.Equal(Signer.Fingerprint, result.KeyFingerprint);
        Assert.Equal("signer <s@example.com>", result.UserId);
        Assert.Equal(Created + 10, result.Created!.Value.ToUnixTimeSeconds());
        Assert.Equal(Created + 5_000_010, result.Expires!.Value.ToUnixTimeSeconds());
        Assert.Equal(Signer.Packet.KeyId.ToString("X16"), result.UntrustedKeyId);
    }

    [Fact]
    public void A_bad_one_says_nothing_but_the_key_id()
    {
        byte[] message = Signer.Message(Content);
        message[message.AsSpan().IndexOf("critical"u8)] ^= 1;
        var result = Verify(message);
        Assert.Equal(OpenPgpProblem.BadSignature, result.Problem);
        Assert.True(result.Content.IsEmpty);
        Assert.Null(result.Fingerprint ?? result.KeyFingerprint ?? result.UserId);
        Assert.Null(result.Created ?? result.Expires);
        Assert.Equal(Signer.Packet.KeyId.ToString("X16"), result.UntrustedKeyId);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(14)]
    public void Every_safe_hash_is_taken(byte hash) => AssertGood(Signer.Message(Content, hash: hash));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Weak_hashes_are_refused(byte hash)
    {
        byte[] body = hash == 1 ? [4, 0, 1, 1, 0, 0, 0, 0, 1, 2, 0, 1, 1]
            : Signer.SignBody(SignatureType.Binary, Content, Created + 10, hash);
        AssertProblem(OpenPgpProblem.UnusableAlgorithm,
            [.. Signer.OnePass(body, hash), .. TestSigner.Literal(Content), .. Signature(body)]);
    }

    [Fact]
    public void Version_3_and_the_old_style_are_taken()
    {
        byte[] body = Signer.SignVersion3(SignatureType.Binary, Content, Created + 10);
        AssertGood([.. Signer.OnePass(body), .. TestSigner.Literal(Content), .. Signature(body)]);
        AssertGood([.. Signature(body), .. TestSigner.Literal(Content)]);
        byte[] early = Signer.SignVersion3(SignatureType.Binary, Content, Created - 1);
        AssertProblem(OpenPgpProblem.SignatureBeforeKey, [.. Signature(early), .. TestSigner.Literal(Content)]);
    }

    [Fact]
    public void Every_kind_of_key_verifies()
    {
        TestSigner[] signers =
        [
            TestSigner.EcdsaP256(), TestSigner.Ed25519Key(), TestSigner.Ed25519Key(isLegacy: true), TestSigner.Ed448Key(version: 4),
            TestSigner.Ed25519Key(version: 6), TestSigner.Ed448Key(), TestSigner.Rsa(version: 6),
        ];
        foreach (var signer in signers)
        {
            byte hash = signer.Algorithm == PublicKeyAlgorithm.Ed448 ? (byte)10 : (byte)8;
            var keyring = Import(signer.Certificate());
            var result = keyring.Verify(signer.Message(Content, hash: hash), Now);
            Assert.True(result.IsGood, $"{signer.Algorithm} {signer.Version}: {result.Reason}");
            Assert.Equal(signer.Fingerprint, Assert.Single(keyring.PrimaryFingerprints));
            byte[] damaged = signer.Message(Content, hash: hash);
            damaged[^3] ^= 4;
            Assert.Equal(OpenPgpProblem.BadSignature, keyring.Verify(damaged, Now).Problem);
        }
    }

    [Fact]
    public void The_salt_of_version_6_is_part_of_what_is_signed()
    {
        var signer = TestSigner.Ed25519Key(version: 6);
        var keyring = Import(signer.Certificate());
        byte[] body = signer.SignBody(SignatureType.Binary, Content, Created + 10);
        byte[] other = signer.SignBody(SignatureType.Binary, Content, Created + 10);
        Assert.True(keyring.Verify([.. Signature(body), .. TestSigner.Literal(Content)], Now).IsGood);
        Assert.Equal(OpenPgpProblem.Malformed,
            keyring.Verify([.. signer.OnePass(other), .. TestSigner.Literal(Content), .. Signature(body)], Now).Problem);
        byte[] shortSalt = signer.SignBody(SignatureType.Binary, Content, Created + 10, salt: new byte[15]);
        Assert.Equal(OpenPgpProblem.UnusableAlgorithm,
            keyring.Verify([.. Signature(shortSalt), .. TestSigner.Literal(Content)], Now).Problem);
        byte[] changed = [.. body];
        changed[^70] ^= 1;
        Assert.False(keyring.Verify([.. Signature(changed), .. TestSigner.Literal(Content)], Now).IsGood);
    }

    [Fact]
    public void Compressed_messages_are_taken_in_any_number_of_layers_that_gpg_takes()
    {
        byte[] message = Signer.Message(Content);
        AssertGood(TestSigner.Compress(message));
        AssertGood(TestSigner.Compress(message, 2));
        AssertGood(TestPackets.Packet(PacketTag.CompressedData, [0, .. message]));

        // Old format, indeterminate length, as gpg writes it.
        byte[] packet = TestSigner.Compress(message);
        AssertGood([0xA3, .. packet[(packet[1] < 192 ? 2 : 3)..]]);
        byte[] deep = message;
        for (int i = 0; i < 31; i++)
            deep = TestSigner.Compress(deep);
        AssertGood(deep);
        AssertProblem(OpenPgpProblem.Malformed, TestSigner.Compress(deep));
    }

    [Fact]
    public void Compressed_data_that_stops_before_its_end_is_refused()
    {
        byte[] packet = TestSigner.Compress(Signer.Message(Content));
        byte[] body = packet[(packet[1] < 192 ? 2 : 3)..];
        for (int cut = 1; cut < body.Length; cut++)
            AssertProblem(OpenPgpProblem.Malformed, TestPackets.Packet(PacketTag.CompressedData, body[..^cut]));
        AssertProblem(OpenPgpProblem.Malformed, [0xA3, 1]);
        AssertProblem(OpenPgpProblem.Malformed, [0xA3, 2]);
        AssertProblem(OpenPgpProblem.Malformed, [0xA3, 3]);
    }

    [Fact]
    public void Bombs_stop_at_the_limit()
    {
        byte[] zeros = new byte[8 * 1024 * 1024];
        byte[] bomb = TestSigner.Compress(TestSigner.Literal(zeros));
        var random = new Random(4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertProblem(OpenPgpProblem.TooLarge, bomb);
        AssertProblem(OpenPgpProblem.TooLarge, TestSigner.Compress(bomb, 2));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
        AssertProblem(OpenPgpProblem.TooLarge, new byte[OpenPgpKeyring.MaxMessageLength + 1]);

        // Two layers of three quarters each are together too much.
        byte[] noise = new byte[3 * 1024 * 1024];
        random.NextBytes(noise);
        byte[] once = TestSigner.Compress(TestSigner.Literal(noise), 1, System.IO.Compression.CompressionLevel.NoCompression);
        AssertProblem(OpenPgpProblem.NotSignedMessage, once);
        AssertProblem(OpenPgpProblem.TooLarge, TestSigner.Compress(once, 1, System.IO.Compression.CompressionLevel.NoCompression));
    }

    [Fact]
    public void Damaged_compressed_data_is_refused()
    {
        byte[] packet = TestSigner.Compress(Signer.Message(Content), 2);
        byte[] damaged = [.. packet];
        damaged[^1] ^= 1;
        AssertProblem(OpenPgpProblem.Malformed, damaged);
        AssertProblem(OpenPgpProblem.UnusableAlgorithm, TestPackets.Packet(PacketTag.CompressedData, [4, 1, 2, 3]));
        AssertProblem(OpenPgpProblem.Malformed, TestPackets.Packet(PacketTag.CompressedData, []));
        AssertProblem(OpenPgpProblem.Malformed, TestPackets.Packet(PacketTag.CompressedData, [3, .. "BZh9"u8]));
    }

    [Fact]
    public void Partial_and_indeterminate_lengths_are_joined()
    {
        byte[] content = new byte[700];
        byte[] body = Signer.SignBody(SignatureType.Binary, content, Created + 10);
        byte[] literal = [(byte)'b', 0, 0, 0, 0, 0, .. content];
        byte[] partial = [0xCB, 0xE9, .. literal[..512], 0xC0, 2, .. literal[512..]];
        AssertGood([.. Signer.OnePass(body), .. partial, .. Signature(body)], content);
        AssertGood([.. Signature(body), 0xAF, .. literal], content);
        AssertProblem(OpenPgpProblem.Malformed, [.. Signer.OnePass(body), .. partial[..^1]]);
    }

    [Fact]
    public void Markers_and_unknown_packets_may_stand_before_the_content_and_nothing_behind_it()
    {
        byte[] message = Signer.Message(Content);
        byte[] marker = TestPackets.Packet(PacketTag.Marker, "PGP"u8.ToArray());
        AssertGood([.. marker, .. message]);
        AssertGood([.. marker, .. TestPackets.Packet((PacketTag)60, [1, 2, 3]), .. TestPackets.Packet(PacketTag.Padding, [0]), .. message]);
        AssertGood(TestSigner.Compress([.. marker, .. message]));
        AssertProblem(OpenPgpProblem.Malformed, [.. message, .. marker]);
        AssertProblem(OpenPgpProblem.Malformed, [.. TestSigner.Compress(message), .. marker]);
        AssertProblem(OpenPgpProblem.Malformed, [.. TestPackets.Packet(PacketTag.Marker, "PGX"u8.ToArray()), .. message]);
        AssertProblem(OpenPgpProblem.Malformed, [.. marker, .. TestPackets.Packet(PacketTag.GpgControl, [1, 2, 3]), .. message]);
        AssertProblem(OpenPgpProblem.Malformed, [.. marker, .. TestPackets.Packet((PacketTag)30, [1, 2, 3]), .. message]);
        AssertProblem(OpenPgpProblem.Malformed, [.. message, 0x41]);
    }

    [Fact]
    public void Exactly_one_signature_is_wanted()
    {
        byte[] body = Signer.SignBody(SignatureType.Binary, Content, Created + 10);
        byte[] onePass = Signer.OnePass(body);
        byte[] literal = TestSigner.Literal(Content);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. onePass, .. onePass, .. literal, .. Signature(body), .. Signature(body)]);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. onePass, .. literal, .. Signature(body), .. Signature(body)]);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. Signature(body), .. Signature(body), .. literal]);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. Signature(body), .. literal, .. literal]);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. literal, .. Signature(body)]);
        AssertProblem(OpenPgpProblem.NotOneSignature, [.. Signer.Message(Content), .. Signer.Message(Content)]);
        AssertProblem(OpenPgpProblem.NotSignedMessage, [.. onePass, .. literal]);
        AssertProblem(OpenPgpProblem.NotSignedMessage, literal);
        AssertProblem(OpenPgpProblem.NotSignedMessage, TestSigner.Compress(literal));
        AssertProblem(OpenPgpProblem.NotSignedMessage, Signature(body));
        AssertProblem(OpenPgpProblem.NotSignedMessage, [.. onePass, .. Signature(body)]);

        // A signature around a compressed message is a message without signature inside a signature without content.
        AssertProblem(OpenPgpProblem.Malformed, [.. onePass, .. TestSigner.Compress(literal), .. Signature(body)]);
        AssertProblem(OpenPgpProblem.Malformed, [.. Signature(body), .. TestSigner.Compress(literal)]);
    }

    [Fact]
    public void Other_OpenPGP_data_is_named()
    {
        AssertProblem(OpenPgpProblem.NotSignedMessage, [0xC9, 5, 1, 2, 3, 4, 5]);
        AssertProblem(OpenPgpProblem.NotSignedMessage, Signer.Certificate());
        AssertProblem(OpenPgpProblem.NotSignedMessage, []);
        AssertProblem(OpenPgpProblem.NotSignedMessage, "some text"u8.ToArray());
        AssertProblem(OpenPgpProblem.NotSignedMessage,
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n-----BEGIN PGP SIGNATURE-----\n\n=aaaa\n-----END PGP SIGNATURE-----\n"u8
            .ToArray());
    }

    [Fact]
    public void Armored_messages_are_taken()
    {
        byte[] message = Signer.Message(Content);
        AssertGood(TestPackets.Armor(message, label: "MESSAGE"));
        AssertGood([.. "text before\n"u8, .. TestPackets.Armor(TestSigner.Compress(message), label: "MESSAGE")]);
        AssertProblem(OpenPgpProblem.NotSignedMessage, TestPackets.Armor(message, label: "SIGNATURE"));
        AssertProblem(OpenPgpProblem.NotSignedMessage, TestPackets.Armor(message));
        AssertProblem(OpenPgpProblem.NotSignedMessage,
            [.. TestPackets.Armor(message, label: "MESSAGE"), .. TestPackets.Armor(message, label: "MESSAGE")]);
        byte[] damaged = TestPackets.Armor(message, label: "MESSAGE");
        damaged[60] = damaged[60] == (byte)'A' ? (byte)'B' : (byte)'A';
        AssertProblem(OpenPgpProblem.Malformed, damaged);
    }

    [Fact]
    public void Text_is_hashed_as_it_stands_and_returned_without_carriage_returns()
    {
        byte[] text = "{\r\n}\r\n"u8.ToArray();
        AssertGood(Signer.Message(text, type: SignatureType.Text, format: 't'), "{\n}\n"u8.ToArray());
        AssertGood(Signer.Message(text, type: SignatureType.Text, format: 'u'), "{\n}\n"u8.ToArray());
        AssertGood(Signer.Message(text, type: SignatureType.Text, format: 'b'), text);
        AssertGood(Signer.Message(text, type: SignatureType.Binary, format: 't'), "{\n}\n"u8.ToArray());
        AssertProblem(OpenPgpProblem.Malformed, Signer.Message("a\rb"u8.ToArray(), type: SignatureType.Text, format: 't'));
        byte[] canonical = Signer.SignBody(SignatureType.Text, text, Created + 10);
        AssertProblem(OpenPgpProblem.BadSignature, [.. Signature(canonical), .. TestSigner.Literal("{\n}\n"u8.ToArray(), 't')]);
    }

    [Fact]
    public void Signatures_of_other_things_are_refused()
    {
        foreach (var type in new[] { SignatureType.Standalone, SignatureType.GenericCertification, SignatureType.DirectKey,
            SignatureType.PrimaryKeyBinding, (SignatureType)0x50 })
            AssertProblem(OpenPgpProblem.NotSignedMessage, Signer.Message(Content, type: type));
    }

    [Fact]
    public void Times_and_critical_parts_of_the_signature_count()
    {
        AssertProblem(OpenPgpProblem.SignatureBeforeKey, Signer.Message(Content, Created - 1));
        AssertGood(Signer.Message(Content, Created));
        AssertGood(Signer.Message(Content, Created + 100_000_000));
        AssertProblem(OpenPgpProblem.SignatureExpired, Expiring(999_990));
        AssertGood(Expiring(999_991));
        AssertProblem(OpenPgpProblem.SignatureExpired, Expiring(uint.MaxValue));
        AssertGood(Expiring(0));
        foreach (byte type in new byte[] { 20, 23, 28, 34, 39, 100 })
        {
            AssertProblem(OpenPgpProblem.UnknownCriticalPart,
                Signer.Message(Content, hashed: [TestPackets.Subpacket((SubpacketType)type, [1, 2, 3], isCritical: true)]));
            AssertProblem(OpenPgpProblem.UnknownCriticalPart,
                Signer.Message(Content, unhashed: [TestPackets.Subpacket((SubpacketType)type, [1, 2, 3], isCritical: true)]));
            AssertGood(Signer.Message(Content, hashed: [TestPackets.Subpacket((SubpacketType)type, [1, 2, 3])]));
        }

        // What nobody signed counts for nothing.
        AssertGood(Signer.Message(Content,
            unhashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1u))]));
        AssertProblem(OpenPgpProblem.SignatureExpired,
            Signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1u))],
            unhashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(0u))]));

        static byte[] Expiring(uint seconds) =>
            Signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(seconds))]);
    }

    [Fact]
    public void The_issuer_is_found_by_fingerprint_or_key_id()
    {
        byte[] anonymous = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hasIssuer: false);
        AssertProblem(OpenPgpProblem.UnknownKey, [.. Signature(anonymous), .. TestSigner.Literal(Content)]);
        byte[] fingerprint = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. Convert.FromHexString(Signer.Fingerprint)]);
        byte[] named = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [fingerprint], hasIssuer: false);
        AssertGood([.. Signature(named), .. TestSigner.Literal(Content)]);
        byte[] another = [.. fingerprint];
        another[^1] ^= 1;
        byte[] wrong = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [another]);
        AssertProblem(OpenPgpProblem.UnknownKey, [.. Signature(wrong), .. TestSigner.Literal(Content)]);
    }

    [Fact]
    public void Short_RSA_numbers_are_padded_and_long_ones_refused()
    {
        // One signature in 256 has a leading zero octet.
        for (uint i = 0; ; i++)
        {
            byte[] body = Signer.SignVersion3(SignatureType.Binary, Content, Created + i);
            if (body[19] == 0x07 && body.Length == 19 + 2 + 256)
                continue;
            if (body.Length >= 19 + 2 + 256)
                continue;
            AssertGood([.. Signature(body), .. TestSigner.Literal(Content)]);
            byte[] padded = [.. body[..19], 8, 0, .. new byte[256 - (body.Length - 21)], .. body[21..]];
            AssertGood([.. Signature(padded), .. TestSigner.Literal(Content)]);
            byte[] longer = [.. body[..19], 8, 8, 1, .. new byte[256 - (body.Length - 21)], .. body[21..]];
            AssertProblem(OpenPgpProblem.BadSignature, [.. Signature(longer), .. TestSigner.Literal(Content)]);
            AssertProblem(OpenPgpProblem.BadSignature, [.. Signature([.. body, 0]), .. TestSigner.Literal(Content)]);
            break;
        }
    }

    [Fact]
    public void A_one_pass_packet_must_announce_the_hash()
    {
        byte[] body = Signer.SignBody(SignatureType.Binary, Content, Created + 10);
        AssertProblem(OpenPgpProblem.Malformed, [.. Signer.OnePass(body, hash: 10), .. TestSigner.Literal(Content), .. Signature(body)]);
        byte[] onePass = Signer.OnePass(body);
        onePass[2] = 4;
        AssertProblem(OpenPgpProblem.Malformed, [.. onePass, .. TestSigner.Literal(Content), .. Signature(body)]);
    }

    [Fact]
    public void Many_threads_use_one_keyring()
    {
        byte[] good = Signer.Message(Content);
        byte[] bad = Signer.Message(Content);
        bad[bad.AsSpan().IndexOf("critical"u8)] ^= 1;
        Parallel.For(0, 2000, i =>
        {
            Assert.True(Keyring.Verify(good, Now).IsGood);
            Assert.False(Keyring.Verify(bad, Now).IsGood);
        });
    }

    [Fact]
    public void A_verification_allocates_little()
    {
        byte[] plain = Signer.Message(Content);
        byte[] compressed = TestSigner.Compress(plain);
        foreach (byte[] message in new[] { plain, compressed })
        {
            for (int i = 0; i < 50; i++)
                AssertGood(message);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                Keyring.Verify(message, Now);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 4096);
        }
    }

    private static OpenPgpKeyring Import(byte[] key) => OpenPgpKeyring.Import([new KeyringSource("key", key)]);

    private static OpenPgpVerification Verify(byte[] message) => Keyring.Verify(message, Now);

    private static byte[] Signature(byte[] body) => TestPackets.Packet(PacketTag.Signature, body);

    private static void AssertGood(byte[] message, byte[]? content = null)
    {
        var result = Verify(message);
        Assert.True(result.IsGood, $"{result.Problem}: {result.Reason}");
        Assert.Equal(content ?? Content, result.Content.ToArray());
    }

    private static void AssertProblem(OpenPgpProblem problem, byte[] message)
    {
        var result = Verify(message);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
        Assert.True(result.Content.IsEmpty);
        Assert.NotEmpty(result.Reason);
    }
}
