using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>OpenPGP keys and messages that several targets begin with.</summary>
internal static class OpenPgpSeeds
{
    /// <summary>What the messages sign.</summary>
    public static readonly byte[] Content = Encoding.UTF8.GetBytes("""{"critical":{"type":"x"},"optional":{"creator":"c"}}""" + "\n");

    /// <summary>The time at which keys and messages are judged.</summary>
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(TestPackets.Created + 1_000_000);

    /// <summary>Keys, one of each kind that signs; new ones in each process.</summary>
    public static IReadOnlyList<TestSigner> Signers { get; } =
    [
        TestSigner.Rsa(), TestSigner.EcdsaP256(), TestSigner.Ed25519Key(isLegacy: true), TestSigner.Ed25519Key(version: 6),
            TestSigner.Ed448Key(),
    ];

    /// <summary>Certificates with about everything that an owner can say.</summary>
    /// <param name="signer">A key of version 4.</param>
    /// <param name="other">Another key.</param>
    /// <returns>Them.</returns>
    public static IEnumerable<byte[]> Certificates(TestSigner signer, TestSigner other)
    {
        uint now = TestPackets.Created + 100;
        byte[] reason = TestPackets.Subpacket(SubpacketType.RevocationReason, [2, (byte)'x']);
        byte[] revoker = TestPackets.Subpacket(SubpacketType.RevocationKey,
            [0x80, (byte)other.Algorithm, .. Convert.FromHexString(other.Fingerprint)]);
        byte[] whole = signer.Certificate();
        yield return [.. whole, .. signer.Bind(other, now, hashed: TestPackets.Flags(2))];
        yield return [.. whole, .. signer.Bind(other, now, isBackSignatureHashed: false, hashed: TestPackets.Flags(12))];
        yield return [.. whole, .. signer.Bind(other, now, hashed: TestPackets.Flags(2)),
            .. signer.Sign(SignatureType.SubkeyRevocation, [.. signer.Hashed, .. other.Hashed], now, reason)];
        yield return [.. signer.KeyPacket(), .. signer.Sign(SignatureType.KeyRevocation, signer.Hashed, now, reason),
            .. whole[signer.KeyPacket().Length..]];
        yield return [.. signer.KeyPacket(), .. signer.Sign(SignatureType.DirectKey, signer.Hashed, now, revoker,
            TestPackets.Lifetime(4_000_000)), .. whole[signer.KeyPacket().Length..]];
        yield return [.. whole, .. signer.Certify(SignatureType.CertificationRevocation, "signer <s@example.com>", now, reason)];
        yield return [.. whole, .. TestPackets.UserId("second"),
            .. signer.Certify("second", now, TestPackets.Subpacket(SubpacketType.PrimaryUserId, [1], isCritical: true))];
        yield return [.. whole, .. TestPackets.UserId("ü\u0007"), .. other.Certify("ü\u0007", now),
            .. TestPackets.Packet(PacketTag.UserAttribute, [2, 1, 3]), .. TestPackets.Packet(PacketTag.Trust, [0])];
        yield return TestPackets.Armor([.. whole, .. other.Certificate()]);
    }

    /// <summary>Signed messages in about every form.</summary>
    /// <param name="signer">The key.</param>
    /// <returns>Them.</returns>
    public static IEnumerable<byte[]> Messages(TestSigner signer)
    {
        uint signed = TestPackets.Created + 10;
        byte[] message = signer.Message(Content);
        yield return message;
        yield return signer.Message(Content, type: SignatureType.Text, format: 't', hash: 10);
        yield return signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.NotationData,
            [0x80, 0, 0, 0, 0, 1, 0, 1, (byte)'a', (byte)'b'])]);
        yield return signer.Message(Content, hashed: [TestPackets.Subpacket(SubpacketType.SignatureExpirationTime,
            TestPackets.BigEndian(5_000_000u))]);
        yield return TestSigner.Compress(message);
        yield return TestSigner.Compress(TestSigner.Compress(message, 2));
        yield return TestPackets.Armor(message, label: "MESSAGE");
        yield return [.. TestPackets.Packet(PacketTag.Marker, "PGP"u8.ToArray()), .. message];
        if (signer.Version == 4)
        {
            yield return [.. TestPackets.Packet(PacketTag.Signature, signer.SignBody(SignatureType.Binary, Content, signed)),
                .. TestSigner.Literal(Content)];
            yield return [.. TestPackets.Packet(PacketTag.Signature, signer.SignVersion3(SignatureType.Binary, Content, signed)),
                .. TestSigner.Literal(Content)];
        }
    }
}
