using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ContainerTrust.TestKit;

/// <summary>A private key that writes keys, self-signatures and messages, right or wrong ones.</summary>
internal sealed class TestSigner
{
    public const byte Sha256 = 8;
    private readonly Func<byte[], byte, byte[]> _sign;
    private readonly byte[] _material;

    private TestSigner(byte version, PublicKeyAlgorithm algorithm, uint created, byte[] material, Func<byte[], byte, byte[]> sign)
    {
        Version = version;
        Algorithm = algorithm;
        Created = created;
        Body = version == 6
            ? [6, .. TestPackets.BigEndian(created), (byte)algorithm, .. TestPackets.BigEndian((uint)material.Length), .. material]
            : [4, .. TestPackets.BigEndian(created), (byte)algorithm, .. material];
        _material = material;
        _sign = sign;
        Packet = TestPackets.Read(TestPackets.Packet(PacketTag.PublicKey, Body));
    }

    /// <summary>The same numbers with another date, which is another key.</summary>
    public TestSigner MadeAt(uint created) => new(Version, Algorithm, created, _material, _sign);

    /// <summary>The same numbers in a key of another version, which is another key.</summary>
    public TestSigner InVersion(byte version) => new(version, Algorithm, Created, _material, _sign);

    /// <summary>Changes the numbers of a signature packet, which nobody signs.</summary>
    public static byte[] WithNumbers(byte[] signaturePacket, Func<byte[], byte[]> change)
    {
        byte[] body = BodyOf(signaturePacket);
        SignaturePacket.Parse(body, out var signature);
        byte[] material = signature.Material.ToArray();
        return TestPackets.Packet(PacketTag.Signature, [.. body[..^material.Length], .. change(material)]);
    }

    /// <summary>Changes the unhashed subpackets of a version 4 signature packet, which nobody signs.</summary>
    public static byte[] WithUnhashed(byte[] signaturePacket, Func<byte[], byte[]> change)
    {
        byte[] body = BodyOf(signaturePacket);
        SignaturePacket.Parse(body, out var signature);
        int start = signature.HashedFields.Length + 2, length = signature.UnhashedArea.Length;
        byte[] area = change(signature.UnhashedArea.ToArray());
        return TestPackets.Packet(PacketTag.Signature,
            [.. body[..(start - 2)], (byte)(area.Length >> 8), (byte)area.Length, .. area, .. body[(start + length)..]]);
    }

    public byte Version { get; }

    public PublicKeyAlgorithm Algorithm { get; }

    public uint Created { get; }

    public byte[] Body { get; }

    public PublicKeyPacket Packet { get; }

    public string Fingerprint => Packet.Fingerprint;

    public byte[] Hashed => SignatureDigest.HashedKey(Version, Body);

    public static TestSigner Rsa(uint created = TestPackets.Created, int bits = 2048, byte version = 4)
    {
        var rsa = RSA.Create(bits);
        var parameters = rsa.ExportParameters(false);
        byte[] material = [.. TestPackets.Integer(parameters.Modulus!), .. TestPackets.Integer(parameters.Exponent!)];
        return new TestSigner(version, PublicKeyAlgorithm.Rsa, created, material, (digest, hash) =>
        {
            // Raw, so that any hash can be written.
            byte[] frame = new byte[bits / 8];
            var prefix = HashAlgorithms.DigestInfoPrefix(hash);
            frame[1] = 1;
            frame.AsSpan(2, frame.Length - 3 - prefix.Length - digest.Length).Fill(0xFF);
            prefix.CopyTo(frame.AsSpan(frame.Length - prefix.Length - digest.Length));
            digest.CopyTo(frame.AsSpan(frame.Length - digest.Length));
            return TestPackets.Integer(RawRsa(rsa, frame));
        });
    }

    public static TestSigner EcdsaP256(uint created = TestPackets.Created) =>
        Ecdsa(created, ECCurve.NamedCurves.nistP256, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]);

    public static TestSigner BrainpoolP256(uint created = TestPackets.Created) =>
        Ecdsa(created, ECCurve.NamedCurves.brainpoolP256r1, [0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07]);

    private static TestSigner Ecdsa(uint created, ECCurve curve, byte[] oid)
    {
        var ecdsa = ECDsa.Create(curve);
        var q = ecdsa.ExportParameters(false).Q;
        byte[] material = [(byte)oid.Length, .. oid, .. TestPackets.Integer([4, .. q.X!, .. q.Y!])];
        return new TestSigner(4, PublicKeyAlgorithm.Ecdsa, created, material, (digest, _) =>
        {
            byte[] pair = ecdsa.SignHash(digest);
            return [.. TestPackets.Integer(pair[..32]), .. TestPackets.Integer(pair[32..])];
        });
    }

    public static TestSigner Ed25519Key(uint created = TestPackets.Created, byte version = 4, bool isLegacy = false)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        byte[] key = new byte[32];
        Ed25519.GeneratePublicKey(secret, 0, key, 0);
        byte[] material = isLegacy ? [9, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01, .. TestPackets.Integer([0x40, .. key])]
            : key;
        return new TestSigner(version, isLegacy ? PublicKeyAlgorithm.EddsaLegacy : PublicKeyAlgorithm.Ed25519, created, material,
            (digest, _) =>
        {
            byte[] signature = new byte[64];
            Ed25519.Sign(secret, 0, digest, 0, digest.Length, signature, 0);
            return isLegacy ? [.. TestPackets.Integer(signature[..32]), .. TestPackets.Integer(signature[32..])] : signature;
        });
    }

    public static TestSigner Ed448Key(uint created = TestPackets.Created, byte version = 6)
    {
        byte[] secret = RandomNumberGenerator.GetBytes(57);
        byte[] key = new byte[57];
        Ed448.GeneratePublicKey(secret, 0, key, 0);
        return new TestSigner(version, PublicKeyAlgorithm.Ed448, created, key, (digest, _) =>
        {
            byte[] signature = new byte[114];
            Ed448.Sign(secret, 0, [], digest, 0, digest.Length, signature, 0);
            return signature;
        });
    }

    /// <summary>A key with one user id; further packets follow.</summary>
    public byte[] Certificate(string userId = "signer <s@example.com>", uint? signed = null, byte[][]? hashed = null) =>
        Version == 6
            ? [.. KeyPacket(), .. Sign(SignatureType.DirectKey, Hashed, signed ?? Created, hashed ?? [TestPackets.Flags(3)]),
                .. TestPackets.UserId(userId)]
            : [.. KeyPacket(), .. TestPackets.UserId(userId), .. Certify(userId, signed ?? Created, hashed ?? [TestPackets.Flags(3)])];

    public byte[] KeyPacket(PacketTag tag = PacketTag.PublicKey) => TestPackets.Packet(tag, Body);

    public byte[] Certify(string userId, uint signed, params byte[][] hashed) =>
        Certify(SignatureType.PositiveCertification, userId, signed, hashed);

    public byte[] Certify(SignatureType type, string userId, uint signed, params byte[][] hashed) =>
        Sign(type, [.. Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(userId))], signed, hashed);

    /// <summary>A subkey with its binding; a null back-signature leaves it out.</summary>
    public byte[] Bind(TestSigner subkey, uint signed, bool hasBackSignature = true, bool isBackSignatureHashed = true,
        TestSigner? backSigner = null, params byte[][] hashed)
    {
        byte[] data = [.. Hashed, .. subkey.Hashed];
        byte[] back = hasBackSignature
            ? LongSubpacket(SubpacketType.EmbeddedSignature, (backSigner ?? subkey).SignBody(SignatureType.PrimaryKeyBinding, data, signed))
            : [];
        return [.. subkey.KeyPacket(PacketTag.PublicSubkey), .. TestPackets.Packet(PacketTag.Signature, isBackSignatureHashed
            ? SignBody(SignatureType.SubkeyBinding, data, signed, hashed: [.. hashed, back])
            : SignBody(SignatureType.SubkeyBinding, data, signed, hashed: hashed, unhashed: [back]))];
    }

    public byte[] Sign(SignatureType type, byte[] data, uint signed, params byte[][] hashed) =>
        TestPackets.Packet(PacketTag.Signature, SignBody(type, data, signed, hashed: hashed));

    /// <summary>A signature packet's body, of version 4 or, for a key of version 6, 6.</summary>
    public byte[] SignBody(SignatureType type, byte[] data, uint signed, byte hash = Sha256, byte[][]? hashed = null,
        byte[][]? unhashed = null, bool hasIssuer = true, byte[]? salt = null, byte? algorithm = null)
    {
        byte[] area = [.. TestPackets.Subpacket(SubpacketType.SignatureCreationTime, TestPackets.BigEndian(signed)), .. (hashed ?? [])
            .SelectMany(h => h)];
        byte[] issuer = !hasIssuer ? [] : Version == 6
            ? TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [6, .. Convert.FromHexString(Fingerprint)])
            : TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(Packet.KeyId));
        byte[] other = [.. issuer, .. (unhashed ?? []).SelectMany(u => u)];
        byte[] fields = [Version, (byte)type, algorithm ?? (byte)Algorithm, hash, .. AreaLength(area), .. area];
        salt ??= Version == 6 ? RandomNumberGenerator.GetBytes(HashAlgorithms.SaltLength(hash)) : [];
        byte[] digest = Digest(hash, [.. salt, .. data, .. fields, Version, 0xFF, .. TestPackets.BigEndian((uint)fields.Length)]);
        return [.. fields, .. AreaLength(other), .. other, digest[0], digest[1], .. Version == 6 ? [(byte)salt.Length, .. salt]
            : Array.Empty<byte>(), .. _sign(digest, hash)];
    }

    /// <summary>A version 3 signature packet's body.</summary>
    public byte[] SignVersion3(SignatureType type, byte[] data, uint signed, byte hash = Sha256)
    {
        byte[] fields = [(byte)type, .. TestPackets.BigEndian(signed)];
        byte[] digest = Digest(hash, [.. data, .. fields]);
        return [3, 5, .. fields, .. TestPackets.BigEndian(Packet.KeyId), (byte)Algorithm, hash, digest[0], digest[1],
            .. _sign(digest, hash)];
    }

    /// <summary>A one-pass signed message, not compressed.</summary>
    public byte[] Message(byte[] content, uint? signed = null, byte hash = Sha256, SignatureType type = SignatureType.Binary,
        char format = 'b', byte[][]? hashed = null, byte[][]? unhashed = null)
    {
        byte[] body = SignBody(type, content, signed ?? Created + 10, hash, hashed, unhashed);
        return [.. OnePass(body, hash, type), .. Literal(content, format), .. TestPackets.Packet(PacketTag.Signature, body)];
    }

    public byte[] OnePass(byte[] signatureBody, byte hash = Sha256, SignatureType type = SignatureType.Binary)
    {
        if (Version != 6)
            return TestPackets.Packet(PacketTag.OnePassSignature,
                [3, (byte)type, hash, (byte)Algorithm, .. TestPackets.BigEndian(Packet.KeyId), 1]);
        SignaturePacket.Parse(signatureBody, out var signature);
        return TestPackets.Packet(PacketTag.OnePassSignature,
            [6, (byte)type, hash, (byte)Algorithm, (byte)signature.Salt.Length, .. signature.Salt,
            .. Convert.FromHexString(Fingerprint), 1]);
    }

    public static byte[] Literal(byte[] content, char format = 'b', string name = "") =>
        TestPackets.Packet(PacketTag.LiteralData,
            [(byte)format, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 0, 0, 0, .. content]);

    /// <summary>A compressed packet: 1 ZIP, 2 ZLIB.</summary>
    public static byte[] Compress(byte[] data, byte algorithm = 1, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var memory = new MemoryStream();
        using (Stream stream = algorithm == 1 ? new DeflateStream(memory, level) : new ZLibStream(memory, level))
            stream.Write(data);
        return TestPackets.Packet(PacketTag.CompressedData, [algorithm, .. memory.ToArray()]);
    }

    /// <summary>A subpacket of any length.</summary>
    public static byte[] LongSubpacket(SubpacketType type, byte[] value) =>
        [255, .. TestPackets.BigEndian((uint)value.Length + 1), (byte)type, .. value];

    private static byte[] Digest(byte hash, byte[] data)
    {
        byte[] digest = new byte[HashAlgorithms.MaxLength];
        if (hash == 1)
#pragma warning disable CA5351 // A message with MD5, to be refused.
            return MD5.HashData(data);
#pragma warning restore CA5351
        return digest[..HashAlgorithms.Compute(hash, data, digest)];
    }

    private static byte[] BodyOf(byte[] packet)
    {
        var reader = new PacketReader(packet, new PacketSource("test", 0), 1);
        Assert.True(reader.TryRead(out var read));
        return read.Body.ToArray();
    }

    private static byte[] RawRsa(RSA rsa, byte[] frame)
    {
        var parameters = rsa.ExportParameters(true);
        var n = new System.Numerics.BigInteger(parameters.Modulus, isUnsigned: true, isBigEndian: true);
        var d = new System.Numerics.BigInteger(parameters.D, isUnsigned: true, isBigEndian: true);
        return System.Numerics.BigInteger.ModPow(new System.Numerics.BigInteger(frame, isUnsigned: true, isBigEndian: true), d, n)
            .ToByteArray(isUnsigned: true, isBigEndian: true);
    }

    private byte[] AreaLength(byte[] area)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)area.Length);
        return Version == 6 ? length : length[2..];
    }
}
