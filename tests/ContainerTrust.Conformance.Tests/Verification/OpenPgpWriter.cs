using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>How a packet states its length (RFC 9580, 4.2).</summary>
internal enum PacketFraming
{
    /// <summary>The new format with the shortest length.</summary>
    New,

    /// <summary>The new format with five octets of length.</summary>
    NewFiveOctets,

    /// <summary>The new format in parts of 512 bytes and a last one.</summary>
    NewPartial,

    /// <summary>The old format with the shortest length.</summary>
    Old,

    /// <summary>The old format with four octets of length.</summary>
    OldFourOctets,

    /// <summary>The old format, up to the end of the data.</summary>
    OldIndeterminate,
}

/// <summary>
/// Writes OpenPGP packets, right or wrong, as tests want them: nothing is checked. (The product only reads; its reader is never used here.)
/// </summary>
internal static class OpenPgpWriter
{
    public const int AttributeTag = 17;

    public const int SignatureTag = 2, OnePassTag = 4, PublicKeyTag = 6, CompressedTag = 8, MarkerTag = 10, LiteralTag = 11, UserIdTag = 13,
        SubkeyTag = 14, PaddingTag = 21;

    /// <summary>A packet.</summary>
    public static byte[] Packet(int tag, byte[] body, PacketFraming framing = PacketFraming.New)
    {
        switch (framing)
        {
            case PacketFraming.Old when tag < 16:
                return body.Length < 256 ? [(byte)(0x80 | tag << 2), (byte)body.Length, .. body]
                    : body.Length < 65536 ? [(byte)(0x81 | tag << 2), (byte)(body.Length >> 8), (byte)body.Length, .. body]
                    : [(byte)(0x82 | tag << 2), .. UInt32((uint)body.Length), .. body];
            case PacketFraming.OldFourOctets when tag < 16:
                return [(byte)(0x82 | tag << 2), .. UInt32((uint)body.Length), .. body];
            case PacketFraming.OldIndeterminate when tag < 16:
                return [(byte)(0x83 | tag << 2), .. body];
            case PacketFraming.NewFiveOctets:
                return [(byte)(0xC0 | tag), 0xFF, .. UInt32((uint)body.Length), .. body];
            case PacketFraming.NewPartial when body.Length > 512:
                List<byte> parts = [(byte)(0xC0 | tag)];
                int from = 0;
                for (; body.Length - from > 512; from += 512)
                    parts.AddRange([0xE9, .. body.AsSpan(from, 512)]);
                parts.AddRange([.. NewLength(body.Length - from), .. body.AsSpan(from)]);
                return [.. parts];
            default:
                return [(byte)(0xC0 | tag), .. NewLength(body.Length), .. body];
        }
    }

    /// <summary>A subpacket of a signature.</summary>
    public static byte[] Subpacket(int type, byte[] data, bool isCritical = false) =>
        [.. NewLength(data.Length + 1), (byte)(type | (isCritical ? 0x80 : 0)), .. data];

    /// <summary>The body of a literal data packet.</summary>
    public static byte[] Literal(byte[] content, char mode = 'b') => [(byte)mode, 0, 0, 0, 0, 0, .. content];

    /// <summary>The body of a one-pass signature packet (version 3).</summary>
    public static byte[] OnePass(WriterKey key, SignatureSpec spec, bool isLast = true) =>
        [3, spec.Type, spec.Hash, key.Algorithm, .. key.KeyId, (byte)(isLast ? 1 : 0)];

    /// <summary>A compressed data packet over packets: 0 none, 1 ZIP, 2 ZLIB.</summary>
    public static byte[] Compressed(int algorithm, byte[] packets, PacketFraming framing = PacketFraming.OldIndeterminate)
    {
        using MemoryStream compressed = new();
        compressed.WriteByte((byte)algorithm);
        using (Stream stream = algorithm switch
        {
            0 => new BufferedStream(new NonClosingStream(compressed)),
            2 => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new DeflateStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(packets);
        }

        return Packet(CompressedTag, compressed.ToArray(), framing);
    }

    /// <summary>The body of a signature packet over data (for documents: the content itself).</summary>
    public static byte[] Signature(WriterKey key, SignatureSpec spec, byte[] data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashName(spec.Hash));
        hash.AppendData(data);
        byte[] hashed = [];
        if (spec.Version == 3)
        {
            hash.AppendData([spec.Type, .. UInt32(spec.Created)]);
        }
        else
        {
            hashed = spec.Hashed is null ? [.. Subpacket(2, UInt32(spec.Created)), .. spec.MoreHashed] : spec.Hashed;
            byte[] head = [(byte)spec.Version, spec.Type, spec.Algorithm ?? key.Algorithm, spec.Hash, (byte)(hashed.Length >> 8),
                (byte)hashed.Length, .. hashed];
            hash.AppendData([.. head, (byte)spec.Version, 0xFF, .. UInt32((uint)head.Length)]);
        }

        byte[] digest = hash.GetHashAndReset();
        byte[] material = key.Sign(digest, HashName(spec.Hash));
        byte[] unhashed = spec.Unhashed ?? Subpacket(16, key.KeyId);
        byte[] start = spec.Version == 3
            ? [3, 5, spec.Type, .. UInt32(spec.Created), .. key.KeyId, key.Algorithm, spec.Hash]
            : [(byte)spec.Version, spec.Type, spec.Algorithm ?? key.Algorithm, spec.Hash, (byte)(hashed.Length >> 8), (byte)hashed.Length,
                .. hashed, (byte)(unhashed.Length >> 8), (byte)unhashed.Length, .. unhashed];
        return [.. start, (byte)(digest[0] ^ spec.WrongDigestStart), digest[1], .. spec.Numbers is null ? material
            : spec.Numbers(material)];
    }

    /// <summary>A signed message as gpg makes it, not compressed: one-pass signature, literal data, signature.</summary>
    public static byte[] Message(WriterKey key, SignatureSpec spec, byte[] content, PacketFraming framing = PacketFraming.New) =>
    [
        .. Packet(OnePassTag, OnePass(key, spec), framing is PacketFraming.NewPartial
            or PacketFraming.OldIndeterminate ? PacketFraming.New : framing),
        .. Packet(LiteralTag, Literal(content), framing is PacketFraming.OldIndeterminate ? PacketFraming.Old : framing),
        .. Packet(SignatureTag, Signature(key, spec, content), framing is PacketFraming.NewPartial ? PacketFraming.New : framing),
    ];

    /// <summary>The data that a certification of a user id is over, after the key's.</summary>
    public static byte[] UserIdData(string userId) => UserIdData(System.Text.Encoding.UTF8.GetBytes(userId));

    public static byte[] UserIdData(byte[] userId) => [0xB4, .. UInt32((uint)userId.Length), .. userId];

    public static byte[] UInt32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>A multiprecision integer.</summary>
    public static byte[] Mpi(byte[] value)
    {
        ReadOnlySpan<byte> digits = value.AsSpan().TrimStart((byte)0);
        int bits = digits.Length == 0 ? 0 : digits.Length * 8 - (byte.LeadingZeroCount(digits[0]));
        return [(byte)(bits >> 8), (byte)bits, .. digits];
    }

    private static byte[] NewLength(int length) =>
        length < 192 ? [(byte)length]
        : length < 8384 ? [(byte)((length - 192 >> 8) + 192), (byte)(length - 192)]
        : [0xFF, .. UInt32((uint)length)];

    private static HashAlgorithmName HashName(byte hash) => hash switch
    {
        1 => HashAlgorithmName.MD5,
        2 => HashAlgorithmName.SHA1,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private sealed class NonClosingStream(Stream inner) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    }
}

/// <summary>What a signature states.</summary>
internal sealed record SignatureSpec
{
    /// <summary>3 or 4.</summary>
    public int Version { get; init; } = 4;

    /// <summary>0 for a document.</summary>
    public byte Type { get; init; }

    /// <summary>8 for SHA-256.</summary>
    public byte Hash { get; init; } = 8;

    /// <summary>Seconds since 1970.</summary>
    public uint Created { get; init; } = WriterKey.DefaultCreated + 86400;

    /// <summary>All hashed subpackets. Null for the creation time and <see cref="MoreHashed"/>.</summary>
    public byte[]? Hashed { get; init; }

    /// <summary>Hashed subpackets after the creation time.</summary>
    public byte[] MoreHashed { get; init; } = [];

    /// <summary>All unhashed subpackets. Null for the issuer's key id.</summary>
    public byte[]? Unhashed { get; init; }

    /// <summary>The algorithm that it names. Null for the key's.</summary>
    public byte? Algorithm { get; init; }

    /// <summary>Changes how the numbers are written. Null for plainly.</summary>
    public Func<byte[], byte[]>? Numbers { get; init; }

    /// <summary>Changes the first octet of the digest that is repeated in the clear.</summary>
    public byte WrongDigestStart { get; init; }
}

/// <summary>A key, RSA or on the curve P-256, whose packets tests write themselves.</summary>
internal sealed class WriterKey : IDisposable
{
    /// <summary>2023-11-14.</summary>
    public const uint DefaultCreated = 1_700_000_000;

    private readonly ECDsa? _ecdsa;

    public WriterKey(uint created = DefaultCreated, int bits = 2048)
        : this(created, RSA.Create(bits), null)
    {
    }

    private WriterKey(uint created, RSA rsa, ECDsa? ecdsa)
    {
        Rsa = rsa;
        _ecdsa = ecdsa;
        if (ecdsa is null)
        {
            RSAParameters parameters = Rsa.ExportParameters(false);
            Body = [4, .. OpenPgpWriter.UInt32(created), 1, .. OpenPgpWriter.Mpi(parameters.Modulus!),
                .. OpenPgpWriter.Mpi(parameters.Exponent!)];
        }
        else
        {
            ECPoint point = ecdsa.ExportParameters(false).Q;
            Body = [4, .. OpenPgpWriter.UInt32(created), 19, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
                .. OpenPgpWriter.Mpi([4, .. point.X!, .. point.Y!])];
        }

        HashData = [0x99, (byte)(Body.Length >> 8), (byte)Body.Length, .. Body];
#pragma warning disable CA5350 // A version 4 fingerprint is SHA-1.
        FingerprintBytes = SHA1.HashData(HashData);
#pragma warning restore CA5350
        Fingerprint = Convert.ToHexString(FingerprintBytes);
        KeyId = FingerprintBytes[12..];
        Created = created;
    }

    public RSA Rsa { get; }

    /// <summary>Its algorithm's number.</summary>
    public byte Algorithm => Body[5];

    /// <summary>When it was made, in seconds since 1970.</summary>
    public uint Created { get; }

    /// <summary>The body of its packet.</summary>
    public byte[] Body { get; }

    /// <summary>What of it goes into the hashes of signatures over it.</summary>
    public byte[] HashData { get; }

    public byte[] FingerprintBytes { get; }

    /// <summary>Upper-case hex.</summary>
    public string Fingerprint { get; }

    public byte[] KeyId { get; }

    /// <summary>A key on the curve P-256.</summary>
    public static WriterKey EllipticCurve(uint created = DefaultCreated) =>
        new(created, RSA.Create(), ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The same numbers with another date, which is another key; disposed of with this one.</summary>
    public WriterKey MadeAt(uint created) => new(created, Rsa, _ecdsa);

    /// <summary>The numbers of a signature, plainly written.</summary>
    public byte[] Sign(byte[] digest, HashAlgorithmName hash)
    {
        if (_ecdsa is null)
            return OpenPgpWriter.Mpi(Rsa.SignHash(digest, hash, RSASignaturePadding.Pkcs1));
        byte[] pair = _ecdsa.SignHash(digest);
        return [.. OpenPgpWriter.Mpi(pair[..32]), .. OpenPgpWriter.Mpi(pair[32..])];
    }

    public void Dispose()
    {
        Rsa.Dispose();
        _ecdsa?.Dispose();
    }

    /// <summary>The key with a user id, certified by itself.</summary>
    /// <param name="hashed">Subpackets of the self-signature after its creation time. Null for key flags "certify, sign".</param>
    /// <param name="certification">How the self-signature is.</param>
    /// <param name="userId">The user id.</param>
    public byte[] Certificate(byte[]? hashed = null, SignatureSpec? certification = null, string userId = "Writer <writer@example.com>") =>
    [
        .. OpenPgpWriter.Packet(OpenPgpWriter.PublicKeyTag, Body),
        .. UserId(userId, hashed, certification),
    ];

    /// <summary>A user id with its certification.</summary>
    public byte[] UserId(string userId, byte[]? hashed = null, SignatureSpec? certification = null)
    {
        certification ??= new SignatureSpec { Type = 0x13, Created = Created };
        return
        [
            .. OpenPgpWriter.Packet(OpenPgpWriter.UserIdTag, System.Text.Encoding.UTF8.GetBytes(userId)),
            .. OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag,
                OpenPgpWriter.Signature(this, certification with { MoreHashed = hashed ?? OpenPgpWriter.Subpacket(27, [3]) },
                    [.. HashData, .. OpenPgpWriter.UserIdData(userId)])),
        ];
    }

    /// <summary>A subkey bound to this key.</summary>
    /// <param name="subkey">The subkey.</param>
    /// <param name="flags">Its key flags. Null for none stated.</param>
    /// <param name="hasBackSignature">Whether the subkey confirms the binding.</param>
    /// <param name="more">More hashed subpackets.</param>
    /// <param name="binding">How the binding is.</param>
    public byte[] Subkey(WriterKey subkey, byte? flags, bool hasBackSignature, byte[]? more = null, SignatureSpec? binding = null)
    {
        binding ??= new SignatureSpec { Type = 0x18, Created = subkey.Created };
        byte[] back = OpenPgpWriter.Signature(subkey, new SignatureSpec { Type = 0x19, Created = binding.Created },
            [.. HashData, .. subkey.HashData]);
        byte[] hashed = [.. flags is { } f ? OpenPgpWriter.Subpacket(27, [f]) : [], .. hasBackSignature ? OpenPgpWriter.Subpacket(32, back)
            : [], .. more ?? []];
        return
        [
            .. OpenPgpWriter.Packet(OpenPgpWriter.SubkeyTag, subkey.Body),
            .. OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag,
                OpenPgpWriter.Signature(this, binding with { MoreHashed = hashed }, [.. HashData, .. subkey.HashData])),
        ];
    }

    /// <summary>A signature over this key itself, such as a revocation (0x20) or direct (0x1F).</summary>
    public byte[] KeySignature(byte type, byte[] hashed, uint created) =>
        OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag,
            OpenPgpWriter.Signature(this, new SignatureSpec { Type = type, Created = created, MoreHashed = hashed }, HashData));

    /// <summary>A signature over a subkey (0x28 revokes it).</summary>
    public byte[] SubkeySignature(WriterKey subkey, byte type, byte[] hashed, uint created) =>
        OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag,
            OpenPgpWriter.Signature(this, new SignatureSpec { Type = type, Created = created, MoreHashed = hashed },
            [.. HashData, .. subkey.HashData]));

    /// <summary>A signature over a user id (0x30 revokes it).</summary>
    public byte[] UserIdSignature(string userId, byte type, byte[] hashed, uint created) =>
        OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag,
            OpenPgpWriter.Signature(this, new SignatureSpec { Type = type, Created = created, MoreHashed = hashed },
                [.. HashData, .. OpenPgpWriter.UserIdData(userId)]));
}
