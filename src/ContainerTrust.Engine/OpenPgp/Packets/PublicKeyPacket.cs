using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>A public key or public subkey packet (RFC 9580 section 5.5.2), versions 4 and 6.</summary>
internal sealed class PublicKeyPacket
{
    private PublicKeyPacket()
    {
    }

    /// <summary>4 or 6.</summary>
    public required byte Version { get; init; }

    /// <summary>Creation time, seconds since 1970 UTC.</summary>
    public required uint Created { get; init; }

    /// <summary>The algorithm.</summary>
    public required PublicKeyAlgorithm Algorithm { get; init; }

    /// <summary>SHA-1 (version 4) or SHA-256 (version 6) of the packet, upper-case hex.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The low (version 4) or high (version 6) 64 bits of the fingerprint.</summary>
    public required ulong KeyId { get; init; }

    /// <summary>Size in bits.</summary>
    public required int Size { get; init; }

    /// <summary>Octets of the exponent of an RSA key. 0 for others.</summary>
    public int ExponentLength { get; private init; }

    /// <summary>The curve, for algorithms that have one.</summary>
    public required EllipticCurve? Curve { get; init; }

    /// <summary>The algorithm's name.</summary>
    public string AlgorithmName => Algorithm switch
    {
        PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly => "RSA",
        PublicKeyAlgorithm.Elgamal => "Elgamal",
        PublicKeyAlgorithm.Dsa => "DSA",
        PublicKeyAlgorithm.Ecdh => "ECDH",
        PublicKeyAlgorithm.Ecdsa => "ECDSA",
        PublicKeyAlgorithm.EddsaLegacy => "EdDSA",
        PublicKeyAlgorithm.X25519 => "X25519",
        PublicKeyAlgorithm.X448 => "X448",
        PublicKeyAlgorithm.Ed25519 => "Ed25519",
        PublicKeyAlgorithm.MlDsa65Ed25519 => "ML-DSA-65+Ed25519",
        PublicKeyAlgorithm.MlDsa87Ed448 => "ML-DSA-87+Ed448",
        _ => "Ed448",
    };

    /// <summary>Whether the algorithm makes signatures at all.</summary>
    public bool IsSigningAlgorithm => OpenPgpRules.Current.SigningAlgorithms.Contains(Algorithm);

    /// <summary>Whether it is two keys in one, of ML-DSA and EdDSA, that must both have signed.</summary>
    public bool IsComposite => Algorithm is PublicKeyAlgorithm.MlDsa65Ed25519 or PublicKeyAlgorithm.MlDsa87Ed448;

    /// <summary>Whether octets are this key's fingerprint.</summary>
    /// <param name="octets">Octets.</param>
    /// <returns>True if so.</returns>
    public bool IsFingerprint(ReadOnlySpan<byte> octets)
    {
        if (2 * octets.Length != Fingerprint.Length)
            return false;
        Span<char> digits = stackalloc char[2];
        for (int i = 0; i < octets.Length; i++)
        {
            Hex.Write(octets[i], digits);
            if (Fingerprint[2 * i] != digits[0] || Fingerprint[(2 * i) + 1] != digits[1])
                return false;
        }

        return true;
    }

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">A packet of type <see cref="PacketTag.PublicKey"/> or <see cref="PacketTag.PublicSubkey"/>.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="key">The key, or null if it is of a kind that is not known here.</param>
    /// <param name="unusable">Why there is no key, to follow the word "key" or "subkey". Null if there is one.</param>
    /// <exception cref="TrustFormatException">The packet is of a known kind and malformed.</exception>
    public static void Read(in Packet packet, PacketSource source, out PublicKeyPacket? key, out string? unusable)
    {
        key = null;
        unusable = null;
        var body = packet.Body;
        if (body.IsEmpty)
            throw Malformed(packet, source);
        byte version = body[0];
        if (version is not (4 or 6))
        {
            unusable = string.Create(CultureInfo.InvariantCulture, $"of version {version}");
            return;
        }

        int materialStart = version == 4 ? 6 : 10;
        if (body.Length < materialStart)
            throw Malformed(packet, source);
        uint created = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
        var algorithm = (PublicKeyAlgorithm)body[5];
        var material = body[materialStart..];
        if (version == 6 && BinaryPrimitives.ReadUInt32BigEndian(body[6..]) != (uint)material.Length)
            throw Malformed(packet, source);
        if (version == 4 && body.Length > ushort.MaxValue)
            throw source.Malformed(
                packet.Offset,
                "a version 4 key cannot be longer than 65,535 octets; the file is damaged, get it again.");

        // In version 4 these numbers say nothing (draft-ietf-openpgp-pqc-16 section 3.5).
        bool isOfVersion6 = algorithm is PublicKeyAlgorithm.MlDsa65Ed25519 or PublicKeyAlgorithm.MlDsa87Ed448;
        int size = 0;
        EllipticCurve? curve = null;
        ReadOnlySpan<byte> unknownCurve = default;
        var outcome = isOfVersion6 && version == 4 ? Outcome.UnknownAlgorithm
            : ReadMaterial(algorithm, material, out size, out curve, out unknownCurve);
        if (outcome == Outcome.Malformed)
            throw Malformed(packet, source);
        string fingerprint = ComputeFingerprint(version, body, out ulong keyId);
        if (version == 6 && algorithm == PublicKeyAlgorithm.EddsaLegacy)
            outcome = Outcome.UnknownAlgorithm;
        if (outcome == Outcome.Read)
        {
            key = new PublicKeyPacket { Version = version, Created = created, Algorithm = algorithm, Fingerprint = fingerprint,
                KeyId = keyId, Size = size, Curve = curve, ExponentLength = FindExponentLength(algorithm, material) };
            return;
        }

        unusable = outcome == Outcome.UnknownCurve
            ? string.Create(CultureInfo.InvariantCulture,
                $"{fingerprint} with the unknown curve {FormatOid(unknownCurve)} (algorithm {(int)algorithm})")
            : string.Create(CultureInfo.InvariantCulture, $"{fingerprint} with the unknown algorithm {(int)algorithm} (version {version})");
    }

    private enum Outcome
    {
        Read,
        Malformed,
        UnknownAlgorithm,
        UnknownCurve,
    }

    private static Outcome ReadMaterial(PublicKeyAlgorithm algorithm, ReadOnlySpan<byte> material, out int size, out EllipticCurve? curve,
        out ReadOnlySpan<byte> unknownCurve)
    {
        var reader = new KeyMaterialReader(material);
        size = 0;
        curve = null;
        unknownCurve = default;
        bool isGood;
        switch (algorithm)
        {
            case PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly:
                isGood = reader.TryReadInteger(out size, out _) && reader.TryReadInteger(out _, out _);
                break;
            case PublicKeyAlgorithm.Dsa:
                isGood = reader.TryReadInteger(out size, out _) && reader.TryReadInteger(out _, out _)
                    && reader.TryReadInteger(out _, out _) && reader.TryReadInteger(out _, out _);
                break;
            case PublicKeyAlgorithm.Elgamal:
                isGood = reader.TryReadInteger(out size, out _) && reader.TryReadInteger(out _, out _)
                    && reader.TryReadInteger(out _, out _);
                break;
            case PublicKeyAlgorithm.Ecdsa or PublicKeyAlgorithm.Ecdh or PublicKeyAlgorithm.EddsaLegacy:
                return ReadCurveMaterial(algorithm, ref reader, out size, out curve, out unknownCurve);
            case PublicKeyAlgorithm.X25519:
                curve = EllipticCurve.Curve25519;
                isGood = reader.TrySkip(32);
                break;
            case PublicKeyAlgorithm.X448:
                curve = EllipticCurve.Curve448;
                isGood = reader.TrySkip(56);
                break;
            case PublicKeyAlgorithm.Ed25519:
                curve = EllipticCurve.Ed25519;
                isGood = reader.TrySkip(32);
                break;
            case PublicKeyAlgorithm.Ed448:
                curve = EllipticCurve.Ed448;
                isGood = reader.TrySkip(57);
                break;
            case PublicKeyAlgorithm.MlDsa65Ed25519:
                curve = EllipticCurve.Ed25519;
                isGood = reader.TrySkip(32 + BouncyCastleAdapter.MlDsa65KeyLength);
                break;
            case PublicKeyAlgorithm.MlDsa87Ed448:
                curve = EllipticCurve.Ed448;
                isGood = reader.TrySkip(57 + BouncyCastleAdapter.MlDsa87KeyLength);
                break;
            default:
                return Outcome.UnknownAlgorithm;
        }

        size = curve?.Size ?? size;
        return isGood && reader.IsAtEnd ? Outcome.Read : Outcome.Malformed;
    }

    private static int FindExponentLength(PublicKeyAlgorithm algorithm, ReadOnlySpan<byte> material)
    {
        if (algorithm is not (PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly))
            return 0;
        var reader = new KeyMaterialReader(material);
        return reader.TryReadInteger(out _, out _) && reader.TryReadInteger(out _, out var exponent) ? exponent.Length : 0;
    }

    private static Outcome ReadCurveMaterial(PublicKeyAlgorithm algorithm, scoped ref KeyMaterialReader reader, out int size,
        out EllipticCurve? curve, out ReadOnlySpan<byte> unknownCurve)
    {
        size = 0;
        curve = null;
        unknownCurve = default;
        if (!reader.TryReadCounted(out var oid))
            return Outcome.Malformed;
        bool isNative = false;
        if (algorithm == PublicKeyAlgorithm.EddsaLegacy)
        {
            curve = EllipticCurve.FindEdwards(oid);
            isNative = true;
        }
        else
        {
            curve = EllipticCurve.FindWeierstrass(oid);
            if (curve is null && algorithm == PublicKeyAlgorithm.Ecdh)
            {
                curve = EllipticCurve.FindMontgomery(oid);
                isNative = true;
            }
        }

        if (curve is null)
        {
            // The numbers of an unknown curve must have the form of such numbers: GnuPG imports nothing of a file where it cannot take
            // them apart.
            unknownCurve = oid;
            bool isWhole = reader.TryReadInteger(out _, out _)
                && (algorithm != PublicKeyAlgorithm.Ecdh || reader.TryReadCounted(out _)) && reader.IsAtEnd;
            return isWhole ? Outcome.UnknownCurve : Outcome.Malformed;
        }

        size = curve.Size;
        if (!reader.TryReadInteger(out _, out var point))
            return Outcome.Malformed;

        // 0x40 and the native octets, or 0x04 and two coordinates (RFC 9580 section 11.2).
        int octets = (size + 7) / 8;
        bool isPoint = isNative ? point.Length == 1 + octets && point[0] == 0x40 : point.Length == 1 + (2 * octets) && point[0] == 0x04;
        if (!isPoint || (algorithm == PublicKeyAlgorithm.Ecdh && !reader.TryReadCounted(out _)))
            return Outcome.Malformed;
        return reader.IsAtEnd ? Outcome.Read : Outcome.Malformed;
    }

    // RFC 9580 section 5.5.4. SHA-1 is what version 4 fingerprints are made of: an identifier here, not a protection.
    private static string ComputeFingerprint(byte version, ReadOnlySpan<byte> body, out ulong keyId)
    {
        int prefix = version == 4 ? 3 : 5;
        byte[] rented = ArrayPool<byte>.Shared.Rent(prefix + body.Length);
        try
        {
            var hashed = rented.AsSpan(0, prefix + body.Length);
            body.CopyTo(hashed[prefix..]);
            Span<byte> digest = stackalloc byte[32];
            if (version == 4)
            {
                hashed[0] = 0x99;
                BinaryPrimitives.WriteUInt16BigEndian(hashed[1..], (ushort)body.Length);
#pragma warning disable CA5350 // The format fixes the algorithm.
                int length = SHA1.HashData(hashed, digest);
#pragma warning restore CA5350
                digest = digest[..length];
                keyId = BinaryPrimitives.ReadUInt64BigEndian(digest[12..]);
            }
            else
            {
                hashed[0] = 0x9B;
                BinaryPrimitives.WriteUInt32BigEndian(hashed[1..], (uint)body.Length);
                _ = SHA256.HashData(hashed, digest);
                keyId = BinaryPrimitives.ReadUInt64BigEndian(digest);
            }

            return Hex.Format(digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string FormatOid(ReadOnlySpan<byte> oid)
    {
        // At most 254 octets: the length octet says so.
        var text = new StringBuilder();
        ulong arc = 0;
        bool isFirst = true;
        foreach (byte octet in oid)
        {
            if (arc > ulong.MaxValue >> 7)
                return Hex.Format(oid);
            arc = (arc << 7) | (octet & 0x7Fu);
            if ((octet & 0x80) != 0)
                continue;
            if (isFirst)
            {
                ulong first = Math.Min(arc / 40, 2);
                text.Append(CultureInfo.InvariantCulture, $"{first}.{arc - (first * 40)}");
                isFirst = false;
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $".{arc}");
            }

            arc = 0;
        }

        return text.ToString();
    }

    private static TrustFormatException Malformed(in Packet packet, PacketSource source) =>
        source.Malformed(packet.Offset, "the public key in this packet is malformed; the file is damaged, get it again.");
}
