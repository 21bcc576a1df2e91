using System.Buffers.Binary;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>
/// A signature packet (RFC 9580 section 5.2), versions 3, 4 and 6, as it states itself: nothing is verified. What decides about a key
/// (times, flags) is read from the hashed area alone; of repeated subpackets the first counts, as with GnuPG.
/// </summary>
internal ref struct SignaturePacket
{
    private bool? _isExportable;

    /// <summary>2, 3, 4 or 6.</summary>
    public byte Version { get; private set; }

    /// <summary>What is signed and why.</summary>
    public SignatureType Type { get; private set; }

    /// <summary>The signing key's algorithm.</summary>
    public PublicKeyAlgorithm PublicKeyAlgorithm { get; private set; }

    /// <summary>Hash algorithm (RFC 9580 section 9.5).</summary>
    public byte HashAlgorithm { get; private set; }

    /// <summary>Creation time, seconds since 1970 UTC; 0 if not stated.</summary>
    public uint Created { get; private set; }

    /// <summary>Seconds after <see cref="Created"/> at which the signature ends; 0 for never.</summary>
    public uint ExpirationSeconds { get; private set; }

    /// <summary>Seconds after the key's creation at which the key ends; 0 for never or not stated.</summary>
    public uint KeyExpirationSeconds { get; private set; }

    /// <summary>The first octet of the key flags (RFC 9580 section 5.2.3.29); null if there is no such subpacket.</summary>
    public byte? KeyFlags { get; private set; }

    /// <summary>Whether a critical subpacket is not understood: the signature must not be used.</summary>
    public bool HasUnknownCritical { get; private set; }

    /// <summary>The issuer's key id as stated; null if not stated.</summary>
    public ulong? IssuerKeyId { get; private set; }

    /// <summary>The issuer's fingerprint as stated; empty if not stated.</summary>
    public ReadOnlySpan<byte> IssuerFingerprint { get; private set; }

    /// <summary>
    /// Whether the signature may be used by others than its maker: what the hashed area says, else what the other one says.
    /// </summary>
    public readonly bool IsExportable => _isExportable ?? true;

    /// <summary>Whether the hashed area says that the user id is the primary one.</summary>
    public bool IsPrimaryUserId { get; private set; }

    /// <summary>The hashed subpackets. Empty for version 3.</summary>
    public ReadOnlySpan<byte> HashedArea { get; private set; }

    /// <summary>The subpackets that nothing protects. Empty for version 3.</summary>
    public ReadOnlySpan<byte> UnhashedArea { get; private set; }

    /// <summary>
    /// The octets of the packet that are part of what is hashed, from the version to the end of the hashed area (version 3: type and
    /// creation time).
    /// </summary>
    public ReadOnlySpan<byte> HashedFields { get; private set; }

    /// <summary>Version 6: the salt that is hashed first. Empty otherwise.</summary>
    public ReadOnlySpan<byte> Salt { get; private set; }

    /// <summary>The first two octets of the hash.</summary>
    public ReadOnlySpan<byte> DigestPrefix { get; private set; }

    /// <summary>The algorithm-specific fields of the signature.</summary>
    public ReadOnlySpan<byte> Material { get; private set; }

    /// <summary>Reads a signature.</summary>
    /// <param name="body">The packet's body.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>Whether it can be used.</returns>
    public static SignatureParse Parse(ReadOnlySpan<byte> body, out SignaturePacket signature)
    {
        signature = default;
        if (body.IsEmpty)
            return SignatureParse.Malformed;
        switch (body[0])
        {
            case 2 or 3:
                return signature.ParseOld(body) && signature.IsMaterialWhole() ? SignatureParse.Read : SignatureParse.Malformed;
            case 4 or 6:
                if (!signature.ParseNew(body, out var hashed, out var unhashed) || !signature.IsMaterialWhole())
                    return SignatureParse.Malformed;
                signature.HashedArea = hashed;
                signature.UnhashedArea = unhashed;
                return signature.ParseArea(hashed, isHashed: true) && signature.ParseArea(unhashed, isHashed: false) ? SignatureParse.Read
                    : SignatureParse.BadSubpacket;
            default:
                return SignatureParse.UnknownVersion;
        }
    }

    // version, 5, type, time(4), key id(8), public-key algorithm, hash algorithm, prefix(2), material
    private bool ParseOld(ReadOnlySpan<byte> body)
    {
        if (body.Length < 19 || body[1] != 5)
            return false;
        Version = body[0];
        Type = (SignatureType)body[2];
        Created = BinaryPrimitives.ReadUInt32BigEndian(body[3..]);
        IssuerKeyId = BinaryPrimitives.ReadUInt64BigEndian(body[7..]);
        PublicKeyAlgorithm = (PublicKeyAlgorithm)body[15];
        HashAlgorithm = body[16];
        HashedFields = body.Slice(2, 5);
        DigestPrefix = body.Slice(17, 2);
        Material = body[19..];
        return true;
    }

    // version, type, public-key algorithm, hash algorithm, hashed area, unhashed area, prefix(2), version 6: salt, material
    private bool ParseNew(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> hashed, out ReadOnlySpan<byte> unhashed)
    {
        hashed = default;
        unhashed = default;
        if (body.Length < 4)
            return false;
        Version = body[0];
        Type = (SignatureType)body[1];
        PublicKeyAlgorithm = (PublicKeyAlgorithm)body[2];
        HashAlgorithm = body[3];
        var rest = body[4..];
        if (!TryTakeArea(ref rest, out hashed))
            return false;
        HashedFields = body[..(body.Length - rest.Length)];
        if (!TryTakeArea(ref rest, out unhashed) || rest.Length < 2)
            return false;
        DigestPrefix = rest[..2];
        rest = rest[2..];
        if (Version == 6)
        {
            if (rest.IsEmpty || rest[0] >= rest.Length)
                return false;
            Salt = rest.Slice(1, rest[0]);
            rest = rest[(1 + rest[0])..];
        }

        Material = rest;
        return true;
    }

    /// <summary>Whether the algorithm is one whose numbers can be taken apart here.</summary>
    public readonly bool HasKnownNumbers =>
        PublicKeyAlgorithm is PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly
        or PublicKeyAlgorithm.Dsa or PublicKeyAlgorithm.Ecdsa or PublicKeyAlgorithm.EddsaLegacy or PublicKeyAlgorithm.Ed25519
            or PublicKeyAlgorithm.Ed448;

    // The numbers of an unknown algorithm are whole as far as anyone can tell.
    private readonly bool IsMaterialWhole()
    {
        switch (PublicKeyAlgorithm)
        {
            case PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly:
                return HasIntegers(1);
            case PublicKeyAlgorithm.Dsa or PublicKeyAlgorithm.Ecdsa or PublicKeyAlgorithm.EddsaLegacy:
                return HasIntegers(2);
            case PublicKeyAlgorithm.Ed25519:
                return Material.Length == 64;
            case PublicKeyAlgorithm.Ed448:
                return Material.Length == 114;
            default:
                return true;
        }
    }

    private readonly bool HasIntegers(int count)
    {
        var rest = Material;
        for (; count > 0; count--)
        {
            if (rest.Length < 2)
                return false;
            int octets = (BinaryPrimitives.ReadUInt16BigEndian(rest) + 7) / 8;
            if (octets > OpenPgpRules.Current.MaxIntegerBits / 8 || octets > rest.Length - 2)
                return false;
            rest = rest[(2 + octets)..];
        }

        return true;
    }

    private readonly bool TryTakeArea(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> area)
    {
        area = default;
        int header = Version == 6 ? 4 : 2;
        if (rest.Length < header)
            return false;
        uint length = header == 4 ? BinaryPrimitives.ReadUInt32BigEndian(rest) : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length > (uint)(rest.Length - header))
            return false;
        area = rest.Slice(header, (int)length);
        rest = rest[(header + (int)length)..];
        return true;
    }

    private bool ParseArea(ReadOnlySpan<byte> area, bool isHashed)
    {
        var reader = new SubpacketReader(area);
        ulong seen = 0;
        while (reader.TryRead(out var type, out bool isCritical, out var value))
        {
            if (isCritical && !OpenPgpRules.Current.Understands(type, Version))
                HasUnknownCritical = true;

            // An embedded signature may be repeated: any of them can be the back-signature.
            bool isRepeated = (int)type < 64 && (seen & (1UL << (int)type)) != 0;
            if ((int)type < 64)
                seen |= 1UL << (int)type;
            if (isRepeated && type != SubpacketType.EmbeddedSignature)
                continue;
            if (!ParseSubpacket(type, value, isHashed))
                return false;
        }

        return reader.IsAtEnd;
    }

    private bool ParseSubpacket(SubpacketType type, ReadOnlySpan<byte> value, bool isHashed)
    {
        switch (type)
        {
            case SubpacketType.IssuerKeyId:
                if (value.Length != 8)
                    return false;
                IssuerKeyId ??= BinaryPrimitives.ReadUInt64BigEndian(value);
                return true;
            case SubpacketType.IssuerFingerprint:
                if (value.IsEmpty || value.Length != (value[0] == 4 ? 21 : 33))
                    return false;
                if (IssuerFingerprint.IsEmpty)
                    IssuerFingerprint = value[1..];
                return true;
            case SubpacketType.ExportableCertification:
                // The hashed area is read first.
                if (!value.IsEmpty)
                    _isExportable ??= value[0] != 0;
                return true;
        }

        if (!isHashed)
            return true;
        switch (type)
        {
            case SubpacketType.SignatureCreationTime:
                Created = BinaryPrimitives.TryReadUInt32BigEndian(value, out uint created) ? created : 0;
                return value.Length == 4;
            case SubpacketType.SignatureExpirationTime:
                ExpirationSeconds = BinaryPrimitives.TryReadUInt32BigEndian(value, out uint expiration) ? expiration : 0;
                return value.Length == 4;
            case SubpacketType.KeyExpirationTime:
                KeyExpirationSeconds = BinaryPrimitives.TryReadUInt32BigEndian(value, out uint keyExpiration) ? keyExpiration : 0;
                return value.Length == 4;
            case SubpacketType.KeyFlags:
                KeyFlags = value.IsEmpty ? (byte)0 : value[0];
                return true;
            case SubpacketType.PrimaryUserId:
                IsPrimaryUserId = value.Length == 1 && value[0] != 0;
                return value.Length == 1;
            default:
                return true;
        }
    }
}
