using System.Buffers.Binary;
using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Builds packets by hand. The signatures are not signatures: the reader does not verify.</summary>
internal static class TestPackets
{
    public const uint Created = 1_700_000_000;

    public static byte[] Packet(PacketTag tag, params byte[] body) => body.Length switch
    {
        < 192 => [(byte)(0xC0 | (int)tag), (byte)body.Length, .. body],
        < 8384 => [(byte)(0xC0 | (int)tag), (byte)(192 + ((body.Length - 192) >> 8)), (byte)(body.Length - 192), .. body],
        _ => [(byte)(0xC0 | (int)tag), 255, .. BigEndian((uint)body.Length), .. body],
    };

    public static byte[] Key(byte seed = 1, PacketTag tag = PacketTag.PublicKey, byte algorithm = 1) =>
        Packet(tag, [4, .. BigEndian(Created), algorithm, .. Integer([0x80, .. new byte[254], seed]), .. Integer([1, 0, 1])]);

    public static byte[] UserId(string text) => Packet(PacketTag.UserId, Encoding.UTF8.GetBytes(text));

    /// <summary>The key id of the key that a packet has.</summary>
    public static ulong KeyId(byte[] packet) => Read(packet).KeyId;

    public static PublicKeyPacket Read(byte[] packet)
    {
        var reader = new PacketReader(packet, new PacketSource("test", 0), 10);
        Assert.True(reader.TryRead(out var read));
        PublicKeyPacket.Read(read, new PacketSource("test", 0), out var key, out _);
        return key!;
    }

    /// <summary>A version 4 signature packet; the issuer is in the unhashed area, as GnuPG puts it.</summary>
    public static byte[] Signature(SignatureType type, ulong issuer, uint created, params byte[][] hashed)
    {
        byte[] area = [.. Subpacket(SubpacketType.SignatureCreationTime, BigEndian(created)), .. hashed.SelectMany(h => h)];
        byte[] unhashed = Subpacket(SubpacketType.IssuerKeyId, BigEndian(issuer));
        return Packet(PacketTag.Signature, [4, (byte)type, 1, 8, .. Length16(area), .. area, .. Length16(unhashed), .. unhashed, 0xAB, 0xCD,
            .. Integer([1, 2, 3])]);
    }

    public static byte[] Subpacket(SubpacketType type, byte[] value, bool isCritical = false) =>
        [(byte)(value.Length + 1), (byte)((int)type | (isCritical ? 0x80 : 0)), .. value];

    public static byte[] Flags(byte flags) => Subpacket(SubpacketType.KeyFlags, [flags]);

    public static byte[] Lifetime(uint seconds) => Subpacket(SubpacketType.KeyExpirationTime, BigEndian(seconds));

    public static byte[] BackSignature() => Subpacket(SubpacketType.EmbeddedSignature, [4, 0x19, 1, 8, 0, 0, 0, 0, 1, 2, 0, 1, 1]);

    public static byte[] Integer(byte[] octets)
    {
        octets = octets[Math.Min(Array.FindIndex([.. octets, 1], static o => o != 0), octets.Length - 1)..];
        int bits = (octets.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount((uint)octets[0]) + 24;
        return [(byte)(bits >> 8), (byte)bits, .. octets];
    }

    public static byte[] BigEndian(uint value)
    {
        byte[] octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return octets;
    }

    public static byte[] BigEndian(ulong value)
    {
        byte[] octets = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(octets, value);
        return octets;
    }

    public static byte[] Armor(byte[] data, bool hasChecksum = true, string label = "PUBLIC KEY BLOCK")
    {
        var text = new StringBuilder($"-----BEGIN PGP {label}-----\n\n");
        string base64 = Convert.ToBase64String(data);
        for (int i = 0; i < base64.Length; i += 64)
            text.Append(base64, i, Math.Min(64, base64.Length - i)).Append('\n');
        if (hasChecksum)
            text.Append('=').Append(Convert.ToBase64String(BigEndian(Crc24.Compute(data)).AsSpan(1))).Append('\n');
        return Encoding.ASCII.GetBytes(text.Append($"-----END PGP {label}-----\n").ToString());
    }

    private static byte[] Length16(byte[] octets) => [(byte)(octets.Length >> 8), (byte)octets.Length];
}
