using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Each way in which a message is refused, told from all others by its sentence, and what lies just on the other side of
/// it.</summary>
public sealed class MessageRefusalTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly byte[] Content = "{}"u8.ToArray();
    private static readonly TestSigner Signer = TestSigner.Ed25519Key();
    private static readonly TestSigner Newer = TestSigner.Ed25519Key(version: 6);
    private static readonly OpenPgpKeyring Keyring = OpenPgpKeyring
        .Import([new KeyringSource("key", (byte[])[.. Signer.Certificate(), .. Newer.Certificate()])]);
    private static readonly byte[] Body = Signer.SignBody(SignatureType.Binary, Content, Created + 10);
    private static readonly byte[] NewerBody = Newer.SignBody(SignatureType.Binary, Content, Created + 10);
    private static readonly byte[] Literal = TestSigner.Literal(Content);
    private static readonly byte[] Marker = TestPackets.Packet(PacketTag.Marker, "PGP"u8.ToArray());
    private static readonly string KeyId = Signer.Packet.KeyId.ToString("X16");

    [Fact]
    public void A_message_of_the_largest_size_is_read()
    {
        Refused(OpenPgpProblem.NotSignedMessage, "It is not OpenPGP data.", new byte[OpenPgpKeyring.MaxMessageLength]);
        Refused(OpenPgpProblem.TooLarge, "It is larger than 4 MiB.", new byte[OpenPgpKeyring.MaxMessageLength + 1]);
    }

    private const string Cleartext = "It is a cleartext signature, which podman and skopeo accept if built with gpgme or Sequoia, but " +
        "not if built with Go's OpenPGP; "
        + "it is refused here on purpose. Sign with gpg --sign.";

    [Fact]
    public void Armored_data_of_another_kind_is_named()
    {
        byte[] message = Signer.Message(Content);
        Refused(OpenPgpProblem.NotSignedMessage, "It is not OpenPGP data.", "text"u8.ToArray());
        Refused(OpenPgpProblem.NotSignedMessage, "It is a signature without the signed content; sign with gpg --sign.",
            TestPackets.Armor(message, label: "SIGNATURE"));
        Refused(OpenPgpProblem.NotSignedMessage, "It is armored OpenPGP data, but not a message.", TestPackets.Armor(message));
        Refused(OpenPgpProblem.NotSignedMessage, Cleartext,
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n-----BEGIN PGP SIGNATURE-----\n\n=aaaa\n-----END PGP SIGNATURE-----\n"u8
                .ToArray());
        byte[] armored = TestPackets.Armor(message, label: "MESSAGE");
        Refused(OpenPgpProblem.NotSignedMessage, "It has more than one armored block.", [.. armored, .. armored]);
        Accepted(armored);
    }

    [Fact]
    public void The_signature_packet_is_judged_before_its_key_is_looked_for()
    {
        Refused(OpenPgpProblem.UnusableAlgorithm, "Its signature is of an unknown version.", [.. Signature([5, .. Body[1..]]), .. Literal]);
        Refused(OpenPgpProblem.Malformed, "Its signature packet is malformed.", [.. Signature([4, 0]), .. Literal]);
        byte[] part = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, [1]);
        Refused(OpenPgpProblem.Malformed, "Its signature packet has a malformed part.", Signer.Message(Content, hashed: [part]));
        Refused(OpenPgpProblem.NotSignedMessage, "Its signature is not one of a document.",
            Signer.Message(Content, type: SignatureType.Standalone));
        Refused(OpenPgpProblem.UnusableAlgorithm, "Its signature uses the hash algorithm SHA-1, which is unknown or too weak.",
            Signer.Message(Content, hash: HashAlgorithms.Sha1));
        byte[] shortSalt = Newer.SignBody(SignatureType.Binary, Content, Created + 10, salt: new byte[15]);
        Refused(OpenPgpProblem.UnusableAlgorithm, "Its signature uses the hash algorithm SHA-256, which is unknown or too weak.",
            [.. Signature(shortSalt), .. Literal], Newer);
        byte[] padding = TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[10_000]);
        Refused(OpenPgpProblem.UnusableAlgorithm, "Its signature uses the hash algorithm SHA-256, which is unknown or too weak.",
            Signer.Message(Content, hashed: [padding]));
        Refused(OpenPgpProblem.UnusableAlgorithm, "Its signature uses the hash algorithm SHA-256, which is unknown or too weak.",
            Signer.Message(Content, unhashed: [padding]));
    }

    [Fact]
    public void An_area_of_the_longest_length_is_read()
    {
        // With the creation time (6 octets) or the key id (10), and the header of the subpacket itself (6), it has 10,000.
        byte[] hashed = TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[10_000 - 12]);
        byte[] unhashed = TestSigner.LongSubpacket(SubpacketType.PolicyUri, new byte[10_000 - 16]);
        Accepted(Signer.Message(Content, hashed: [hashed], unhashed: [unhashed]));
    }

    [Fact]
    public void A_one_pass_packet_announces_the_signature()
    {
        const string Another = "Its one-pass packet announces another signature.";
        byte[] ofVersion3 = Signer.OnePass(Body), ofVersion6 = Newer.OnePass(NewerBody);
        Accepted([.. ofVersion3, .. Literal, .. Signature(Body)]);
        Accepted([.. ofVersion6, .. Literal, .. Signature(NewerBody)], Newer);
        Refused(OpenPgpProblem.Malformed, Another, [.. ofVersion6, .. Literal, .. Signature(Body)]);
        Refused(OpenPgpProblem.Malformed, Another, [.. ofVersion3, .. Literal, .. Signature(NewerBody)], Newer);
        Refused(OpenPgpProblem.Malformed, Another, [.. Signer.OnePass(Body, hash: 10), .. Literal, .. Signature(Body)]);
        Refused(OpenPgpProblem.Malformed, Another, [.. Newer.OnePass(NewerBody, hash: 10), .. Literal, .. Signature(NewerBody)], Newer);
        byte[] otherSalt = Newer.SignBody(SignatureType.Binary, Content, Created + 10);
        Refused(OpenPgpProblem.Malformed, Another, [.. Newer.OnePass(otherSalt), .. Literal, .. Signature(NewerBody)], Newer);
    }

    [Fact]
    public void A_one_pass_packet_has_the_length_of_its_version()
    {
        const string Damaged = "Its one-pass packet is malformed.";
        byte[] ofVersion3 = BodyOf(Signer.OnePass(Body)), ofVersion6 = BodyOf(Newer.OnePass(NewerBody));
        byte[][] bodies =
        [
            [], [3], ofVersion3[..^1], [.. ofVersion3, 1], [2, .. ofVersion3[1..]], [4, .. ofVersion3[1..]], [6, .. ofVersion3[1..]],
            ofVersion6[..^1], [.. ofVersion6, 1], [3, .. ofVersion6[1..]], [5, .. ofVersion6[1..]],
        ];
        foreach (byte[] body in bodies)
            Refused(OpenPgpProblem.Malformed, Damaged,
                [.. TestPackets.Packet(PacketTag.OnePassSignature, body), .. Literal, .. Signature(Body)]);
    }

    [Fact]
    public void The_key_is_found_by_what_the_signature_names()
    {
        byte[] anonymous = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hasIssuer: false);
        Refused(OpenPgpProblem.UnknownKey, "Its signature names no key.", [.. Signature(anonymous), .. Literal], (string?)null);

        // The fingerprint in the area that nobody signs counts for version 6, which has no key ids, and not for version 4.
        byte[] fingerprint = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. Convert.FromHexString(Signer.Fingerprint)]);
        byte[] unhashed = Signer.SignBody(SignatureType.Binary, Content, Created + 10, unhashed: [fingerprint], hasIssuer: false);
        Refused(OpenPgpProblem.UnknownKey, "Its signature names no key.", [.. Signature(unhashed), .. Literal], (string?)null);
        Accepted([.. Signature(NewerBody), .. Literal], Newer);
        byte[] ofNewer = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [6, .. Convert.FromHexString(Newer.Fingerprint)]);
        byte[] hashed = Newer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [ofNewer], hasIssuer: false);
        Accepted([.. Signature(hashed), .. Literal], Newer);

        // A fingerprint of another version than the signature's names nobody, and the key id is looked at.
        byte[] odd = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [ofNewer]);
        Accepted([.. Signature(odd), .. Literal]);

        byte[] ofOlder = Newer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [fingerprint, ofNewer], hasIssuer: false);
        Accepted([.. Signature(ofOlder), .. Literal], Newer);

        // Nor is another part a fingerprint because it looks like one.
        Accepted(Signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.PolicyUri, [4, 1])]));
        Accepted(Signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.PolicyUri, [4, .. new byte[20]])]));

        // The first fingerprint counts, and it goes before the key id.
        byte[] changed = [.. fingerprint];
        changed[^1] ^= 1;
        string id = (Signer.Packet.KeyId ^ 1).ToString("X16");
        byte[] twice = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [changed, fingerprint]);
        Refused(OpenPgpProblem.UnknownKey, $"Its signature names the key {id}, which is not among the keys.",
            [.. Signature(twice), .. Literal], id);
        twice = Signer.SignBody(SignatureType.Binary, Content, Created + 10, hashed: [fingerprint, changed]);
        Accepted([.. Signature(twice), .. Literal]);
    }

    [Fact]
    public void A_fingerprint_that_shares_the_key_id_is_that_of_another_key()
    {
        byte[] fingerprint = Convert.FromHexString(Signer.Fingerprint);
        fingerprint[0] ^= 1;
        byte[] message = Signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. fingerprint])]);
        Refused(OpenPgpProblem.BadSignature, $"The key {KeyId} did not make this signature of this content.", message);
    }

    [Fact]
    public void A_key_makes_signatures_of_its_own_version_only()
    {
        byte[] label = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Signer.Packet.KeyId));
        byte[] ofVersion6 = Signer.InVersion(6).SignBody(SignatureType.Binary, Content, Created + 10, unhashed: [label], hasIssuer: false);
        Refused(OpenPgpProblem.BadSignature, $"The key {KeyId} did not make this signature of this content.",
            [.. Signature(ofVersion6), .. Literal]);
        label = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Newer.Packet.KeyId));
        byte[] ofVersion4 = Newer.InVersion(4).SignBody(SignatureType.Binary, Content, Created + 10, unhashed: [label], hasIssuer: false);
        Refused(OpenPgpProblem.BadSignature, $"The key {Newer.Packet.KeyId:X16} did not make this signature of this content.",
            [.. Signature(ofVersion4), .. Literal], Newer);
    }

    [Fact]
    public void A_signature_names_the_algorithm_of_its_key()
    {
        var rsa = TestSigner.Rsa();
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", rsa.Certificate())]);
        foreach (byte algorithm in new byte[] { 1, 3 })
        {
            byte[] body = rsa.SignBody(SignatureType.Binary, Content, Created + 10, algorithm: algorithm);
            Assert.True(keyring.Verify([.. Signature(body), .. Literal], Now).IsGood);
        }

        // RSA for encryption has the same numbers, and no key signs by it.
        byte[] forEncryption = rsa.SignBody(SignatureType.Binary, Content, Created + 10, algorithm: 2);
        Assert.Equal(OpenPgpProblem.BadSignature, keyring.Verify([.. Signature(forEncryption), .. Literal], Now).Problem);
    }

    [Fact]
    public void Content_of_any_length_is_hashed_whole()
    {
        for (int length = 0; length < 130; length++)
        {
            byte[] content = new byte[length], body = Signer.SignVersion3(SignatureType.Binary, content, Created + 10);
            Accepted([.. Signature(body), .. TestSigner.Literal(content)], content: content);
            Accepted(Signer.Message(content), content: content);
        }
    }

    [Fact]
    public void A_hash_that_is_shorter_than_the_curve_is_refused()
    {
        var p256 = TestSigner.EcdsaP256();
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", p256.Certificate())]);
        Assert.Equal(OpenPgpProblem.BadSignature, keyring.Verify(p256.Message(Content, hash: HashAlgorithms.Sha224), Now).Problem);
        Assert.True(keyring.Verify(p256.Message(Content, hash: HashAlgorithms.Sha256), Now).IsGood);
        Assert.True(keyring.Verify(p256.Message(Content, hash: HashAlgorithms.Sha512), Now).IsGood);
    }

    [Fact]
    public void What_holds_must_also_count()
    {
        Refused(OpenPgpProblem.UnknownCriticalPart, "Its signature has a critical part that this release does not know.",
            Signer.Message(Content, hashed: [TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true)]));
        Refused(OpenPgpProblem.SignatureBeforeKey, $"Its signature is older than the key {Signer.Fingerprint} that made it.",
            Signer.Message(Content, Created - 1));
        byte[] ends = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u));
        var expired = Keyring.Verify(Signer.Message(Content, hashed: [ends]), Now);
        Assert.Equal(OpenPgpProblem.SignatureExpired, expired.Problem);
        Assert.StartsWith("Its signature expired ", expired.Reason, StringComparison.Ordinal);
        Refused(OpenPgpProblem.Malformed, "Its text has a carriage return inside a line.", Signer.Message("a\rb"u8.ToArray(), format: 't'));
        Refused(OpenPgpProblem.Malformed, "Its text has a carriage return inside a line.", Signer.Message("ab\r"u8.ToArray(), format: 'u'));
        Refused(OpenPgpProblem.Malformed, "Its text has a carriage return inside a line.",
            Signer.Message("\r\r\n"u8.ToArray(), format: 't'));
        Accepted(Signer.Message("\r\n"u8.ToArray(), format: 't'), content: "\n"u8.ToArray());
        Accepted(Signer.Message("a\rb"u8.ToArray(), format: 'b'), content: "a\rb"u8.ToArray());

        var plain = Accepted(Signer.Message(Content));
        Assert.Null(plain.Expires);
        Assert.Equal($"Good signature by key {Signer.Fingerprint}.", plain.Reason);
        Assert.Equal((Signer.Fingerprint, KeyId, "signer <s@example.com>"), (plain.KeyFingerprint, plain.UntrustedKeyId, plain.UserId));
        ends = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(2_000_000u));
        Assert.Equal(Created + 2_000_010, Accepted(Signer.Message(Content, hashed: [ends])).Expires!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public void What_stands_where_it_must_not_is_named()
    {
        byte[] message = Signer.Message(Content), onePass = Signer.OnePass(Body), compressed = TestSigner.Compress(message);
        Refused(OpenPgpProblem.Malformed, "Something follows the compressed packet.", [.. compressed, .. Marker]);
        Refused(OpenPgpProblem.Malformed, "Something follows the compressed packet.", [.. compressed, .. Signature(Body)]);
        Refused(OpenPgpProblem.Malformed, "Something follows the content.", [.. onePass, .. Literal, .. Marker, .. Signature(Body)]);
        Refused(OpenPgpProblem.Malformed, "Something follows the content.", [.. message, .. Marker]);
        Refused(OpenPgpProblem.Malformed, "Its compressed packet is empty.", TestPackets.Packet(PacketTag.CompressedData, []));
        const string NoPlace = "It has a packet that has no place in a signed message.";
        Refused(OpenPgpProblem.Malformed, NoPlace, [.. onePass, .. compressed, .. Signature(Body)]);
        Refused(OpenPgpProblem.Malformed, NoPlace, [.. Signature(Body), .. compressed]);
        Refused(OpenPgpProblem.Malformed, NoPlace, [.. Literal, .. compressed]);
        Refused(OpenPgpProblem.Malformed, NoPlace, [.. Marker, .. TestPackets.Packet(PacketTag.Marker, "PGX"u8.ToArray()), .. message]);
        foreach (int tag in new[] { 19, 22, 39, 63 })
            Refused(OpenPgpProblem.Malformed, NoPlace, [.. Marker, .. TestPackets.Packet((PacketTag)tag, [1]), .. message]);
        foreach (int tag in new[] { 12, 16, 21, 40, 60, 61, 62 })
        {
            Accepted([.. Marker, .. TestPackets.Packet((PacketTag)tag, [1]), .. message]);
            Refused(OpenPgpProblem.Malformed, "Something follows the content.", [.. message, .. TestPackets.Packet((PacketTag)tag, [1])]);
        }

        Accepted([.. onePass, .. Marker, .. Literal, .. Signature(Body)]);
        Accepted([.. Signature(Body), .. Marker, .. Literal]);
    }

    [Fact]
    public void Anything_but_one_content_and_one_signature_is_named()
    {
        byte[] onePass = Signer.OnePass(Body), signature = Signature(Body);
        const string Several = "It has more than one signature.", Wrong = "It has more than one signature, or one in the wrong place.";
        Refused(OpenPgpProblem.NotOneSignature, Several, [.. onePass, .. onePass, .. Literal, .. signature]);
        Refused(OpenPgpProblem.NotOneSignature, Several, [.. signature, .. onePass, .. Literal]);
        Refused(OpenPgpProblem.NotOneSignature, Several, [.. Literal, .. onePass, .. signature]);
        Refused(OpenPgpProblem.NotOneSignature, Wrong, [.. signature, .. signature, .. Literal]);
        Refused(OpenPgpProblem.NotOneSignature, Wrong, [.. onePass, .. Literal, .. signature, .. signature]);
        Refused(OpenPgpProblem.NotOneSignature, Wrong, [.. Literal, .. signature]);
        Refused(OpenPgpProblem.NotOneSignature, "It has more than one content.", [.. signature, .. Literal, .. Literal]);
        Refused(OpenPgpProblem.NotOneSignature, "It has more than one content.", [.. onePass, .. Literal, .. Literal, .. signature]);
        const string Without = "It is a signature without the signed content.";
        Refused(OpenPgpProblem.NotSignedMessage, Without, signature);
        Refused(OpenPgpProblem.NotSignedMessage, Without, onePass);
        Refused(OpenPgpProblem.NotSignedMessage, Without, [.. onePass, .. signature]);
        Refused(OpenPgpProblem.NotSignedMessage, Without, [.. onePass, .. signature, .. Literal]);
        Refused(OpenPgpProblem.NotSignedMessage, "It has no OpenPGP message.", Marker);
        Refused(OpenPgpProblem.NotSignedMessage, "It is an OpenPGP message without a signature.", Literal);
        Refused(OpenPgpProblem.NotSignedMessage, "It is an OpenPGP message without a signature.", [.. onePass, .. Literal]);
        Refused(OpenPgpProblem.Malformed, "Its signature packet is empty.", [.. Signature([]), .. Literal]);
    }

    [Fact]
    public void A_literal_packet_has_all_its_fields()
    {
        const string Short = "Its literal data packet is too short.";
        byte[] signature = Signature(Signer.SignBody(SignatureType.Binary, [], Created + 10));
        Refused(OpenPgpProblem.Malformed, Short, [.. signature, .. TestPackets.Packet(PacketTag.LiteralData, (byte)'b', 0, 0, 0, 0)]);
        Accepted([.. signature, .. TestPackets.Packet(PacketTag.LiteralData, (byte)'b', 0, 0, 0, 0, 0)], content: []);
        Refused(OpenPgpProblem.Malformed, Short,
            [.. signature, .. TestPackets.Packet(PacketTag.LiteralData, (byte)'b', 2, (byte)'n', 0, 0, 0, 0)]);
        Accepted([.. signature, .. TestPackets.Packet(PacketTag.LiteralData, (byte)'b', 1, (byte)'n', 0, 0, 0, 0)], content: []);
        Accepted([.. Signature(Body), .. TestSigner.Literal(Content, name: "name")]);
    }

    [Fact]
    public void Encrypted_data_and_keys_are_named()
    {
        foreach (int tag in new[] { 1, 3, 9, 18, 20 })
            Refused(OpenPgpProblem.NotSignedMessage, "It is encrypted.", [.. Marker, .. TestPackets.Packet((PacketTag)tag, [1])]);
        foreach (int tag in new[] { 5, 6, 7, 13, 14, 17 })
            Refused(OpenPgpProblem.NotSignedMessage, "It is an OpenPGP key, or a part of one.",
                [.. Marker, .. TestPackets.Packet((PacketTag)tag, [1])]);
    }

    [Fact]
    public void Layers_and_packets_are_bounded()
    {
        byte[] deep = Signer.Message(Content);
        for (int i = 0; i < 31; i++)
            deep = TestSigner.Compress(deep);
        Accepted(deep);
        Refused(OpenPgpProblem.Malformed, "It is compressed too many times.", TestSigner.Compress(deep));
        byte[] markers = [.. Enumerable.Repeat(Marker, 61).SelectMany(static m => m)];
        Accepted([.. markers, .. Signer.Message(Content)]);
        Refused(OpenPgpProblem.Malformed, "It has too many packets.", [.. markers, .. Marker, .. Signer.Message(Content)]);
    }

    [Fact]
    public void Where_a_message_is_damaged_is_said()
    {
        byte[] message = Signer.Message(Content);
        Refused(OpenPgpProblem.Malformed,
            $"It is damaged: packet at octet {message.Length}: an OpenPGP packet cannot begin with octet 0x41; the " +
                "file is damaged, get it again.", [.. message, 0x41]);
        byte[] armored = TestPackets.Armor(message, label: "MESSAGE");
        armored[60] = armored[60] == (byte)'A' ? (byte)'B' : (byte)'A';
        var damaged = Keyring.Verify(armored, Now);
        Assert.Equal(OpenPgpProblem.Malformed, damaged.Problem);
        Assert.Matches("^It is damaged: [a-z]", damaged.Reason);
    }

    private static byte[] Signature(byte[] body) => TestPackets.Packet(PacketTag.Signature, body);

    private static byte[] BodyOf(byte[] packet) => packet[2..];

    private static OpenPgpVerification Accepted(byte[] message, TestSigner? signer = null, byte[]? content = null)
    {
        var result = Keyring.Verify(message, Now);
        Assert.True(result.IsGood, result.Reason);
        Assert.Equal((signer ?? Signer).Fingerprint, result.Fingerprint);
        if (content is not null)
            Assert.Equal(Encoding.ASCII.GetString(content), Encoding.ASCII.GetString(result.Content.Span));
        return result;
    }

    private static OpenPgpVerification Refused(OpenPgpProblem problem, string reason, byte[] message)
    {
        var result = Keyring.Verify(message, Now);
        Assert.Equal((problem, reason), (result.Problem, result.Reason));
        Assert.False(result.IsGood);
        Assert.True(result.Content.IsEmpty);
        return result;
    }

    private static void Refused(OpenPgpProblem problem, string reason, byte[] message, string? keyId) =>
        Assert.Equal(keyId, Refused(problem, reason, message).UntrustedKeyId);

    private static void Refused(OpenPgpProblem problem, string reason, byte[] message, TestSigner signer) =>
        Refused(problem, reason, message, signer.Packet.KeyId.ToString("X16"));
}
