using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Tests.OpenPgp;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>Makes OpenPGP keys and signed messages with .NET's RSA, as small as they can be (RFC 9580 sections 5.2 and 10).</summary>
internal sealed class TestSigner
{
    public const uint KeyCreated = 1_600_000_000;
    public const uint SignatureCreated = 1_700_000_000;

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly byte[] _keyBody;

    public TestSigner(string userId = "Signer <signer@example.com>")
    {
        RSAParameters parameters = _rsa.ExportParameters(false);
        _keyBody = [4, .. TestPackets.BigEndian(KeyCreated), 1, .. TestPackets.Integer(parameters.Modulus!),
            .. TestPackets.Integer(parameters.Exponent!)];
        byte[] packet = TestPackets.Packet(PacketTag.PublicKey, _keyBody);
        Fingerprint = TestPackets.Read(packet).Fingerprint;
        byte[] id = Encoding.UTF8.GetBytes(userId);
        byte[] certified = [0x99, (byte)(_keyBody.Length >> 8), (byte)_keyBody.Length, .. _keyBody, 0xB4,
            .. TestPackets.BigEndian((uint)id.Length), .. id];
        PublicKey = [.. packet, .. TestPackets.UserId(userId), .. Sign(0x13, KeyCreated, certified, TestPackets.Flags(3))];
    }

    /// <summary>The key file, binary.</summary>
    public byte[] PublicKey { get; }

    public string Fingerprint { get; }

    /// <summary>A signed message: signature, then literal data.</summary>
    public byte[] SignMessage(byte[] content) =>
        [.. Sign(0x00, SignatureCreated, content), .. TestPackets.Packet(PacketTag.LiteralData, [(byte)'b', 0, 0, 0, 0, 0, .. content])];

    public byte[] SignMessage(string content) => SignMessage(Encoding.UTF8.GetBytes(content));

    /// <summary>A message with a claim.</summary>
    public byte[] SignClaim(string reference, string digest) => SignMessage(Claim(reference, digest));

    /// <summary>The same with a one-pass packet, as gpg --sign writes it.</summary>
    public byte[] SignOnePassClaim(string reference, string digest)
    {
        byte[] content = Encoding.UTF8.GetBytes(Claim(reference, digest));
        return
        [
            .. TestPackets.Packet(PacketTag.OnePassSignature, [3, 0, 8, 1, .. Convert.FromHexString(Fingerprint[^16..]), 1]),
            .. TestPackets.Packet(PacketTag.LiteralData, [(byte)'b', 0, 0, 0, 0, 0, .. content]),
            .. Sign(0x00, SignatureCreated, content),
        ];
    }

    /// <summary>A line of text in the cleartext signature framework.</summary>
    public byte[] ClearSign(string line) =>
    [
        .. Encoding.ASCII.GetBytes($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{line}\n"),
        .. TestPackets.Armor(Sign(0x01, SignatureCreated, Encoding.ASCII.GetBytes(line)), label: "SIGNATURE"),
    ];

    public static string Claim(string reference, string digest) =>
        $$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"atomic container signature"},"optional":{"creator":"test 1.0","timestamp":1700000001}}""";

    private byte[] Sign(byte type, uint created, byte[] data, params byte[][] subpackets)
    {
        byte[] hashedArea = [.. TestPackets.Subpacket(SubpacketType.SignatureCreationTime, TestPackets.BigEndian(created)),
            .. subpackets.SelectMany(static s => s)];
        byte[] hashed = [4, type, 1, 8, (byte)(hashedArea.Length >> 8), (byte)hashedArea.Length, .. hashedArea];
        byte[] trailer = [4, 0xFF, .. TestPackets.BigEndian((uint)hashed.Length)];
        byte[] digest = SHA256.HashData([.. data, .. hashed, .. trailer]);
        byte[] value = _rsa.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        byte[] issuer = TestPackets.Subpacket(SubpacketType.IssuerKeyId, Convert.FromHexString(Fingerprint[^16..]));
        return TestPackets.Packet(PacketTag.Signature,
            [.. hashed, (byte)(issuer.Length >> 8), (byte)issuer.Length, .. issuer, digest[0], digest[1], .. TestPackets.Integer(value)]);
    }
}
