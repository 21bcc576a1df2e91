using System.Numerics;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A public key ready to verify signatures: parsed and imported once, used by many threads at once.</summary>
internal abstract class VerificationKey
{
    /// <summary>What verifying one signature costs beside what RSA of 4,096 bits does.</summary>
    public virtual int Cost => 1;

    /// <summary>The shortest hash that a good signature may be over, in octets.</summary>
    public virtual int MinHashLength => 0;

    /// <summary>Verifies a signature whose numbers are written plainly.</summary>
    /// <param name="hashAlgorithm">The hash algorithm; its length is that of <paramref name="digest"/>.</param>
    /// <param name="digest">The hash. It may be shorter than <see cref="MinHashLength"/>.</param>
    /// <param name="material">The algorithm-specific fields of the signature.</param>
    /// <returns>Whether the signature is good.</returns>
    public abstract bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material);

    /// <summary>
    /// The numbers of a signature as GnuPG reads them, written plainly: what follows them is left out, and a number is reduced where
    /// GnuPG computes with one that is too large. None of that is signed, so anybody can write a signature in such a way.
    /// </summary>
    /// <param name="material">The algorithm-specific fields of the signature.</param>
    /// <returns>The same octets if they are plain, or if there is nothing to be made of them.</returns>
    public abstract ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material);

    /// <summary>Prepares a key.</summary>
    /// <param name="key">What the packet says.</param>
    /// <param name="body">The packet's body, as <see cref="PublicKeyPacket.Read"/> has checked it.</param>
    /// <param name="problem">Why the key cannot be used, to follow "it". Null if it can.</param>
    /// <param name="isForRevoking">Whether it is only to be asked what it has revoked: then it may be too short to be safe.</param>
    /// <returns>The key; null if it cannot verify signatures.</returns>
    public static VerificationKey? Create(PublicKeyPacket key, ReadOnlySpan<byte> body, out string? problem, bool isForRevoking = false)
    {
        problem = null;
        var rules = OpenPgpRules.Current;
        var reader = new KeyMaterialReader(body[(key.Version == 4 ? 6 : 10)..]);
        VerificationKey? created;
        switch (key.Algorithm)
        {
            case PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly:
                _ = reader.TryReadInteger(out int bits, out var modulus);
                _ = reader.TryReadInteger(out int exponentBits, out var exponent);
                if (bits < rules.MinFactoringBits && !isForRevoking)
                {
                    problem = "is too short to be safe";
                    return null;
                }

                bool isSane = (modulus[^1] & 1) == 1
                    && (exponent[^1] & 1) == 1 && exponentBits >= 2 && exponentBits <= rules.MaxRsaExponentBits;
                created = isSane ? RsaVerificationKey.TryCreate(modulus, exponent) : null;
                break;
            case PublicKeyAlgorithm.Dsa:
                _ = reader.TryReadInteger(out bits, out var p);
                _ = reader.TryReadInteger(out int orderBits, out var q);
                _ = reader.TryReadInteger(out _, out var g);
                _ = reader.TryReadInteger(out _, out var y);
                if ((bits < rules.MinFactoringBits || orderBits < rules.DsaOrderBits.Min) && !isForRevoking)
                {
                    problem = "is too short to be safe";
                    return null;
                }

                created = bits <= rules.MaxDsaBits && orderBits % 8 == 0 && orderBits <= rules.DsaOrderBits.Max
                    ? IntegerPairKey.FromDsa(BouncyCastleAdapter.CreateDsa(p, q, g, y), bits, orderBits / 8) : null;
                break;
            case PublicKeyAlgorithm.Ecdsa:
                _ = reader.TryReadCounted(out _);
                _ = reader.TryReadInteger(out _, out var point);
                created = EcdsaVerificationKey.TryCreate(key.Curve!, point);
                break;
            case PublicKeyAlgorithm.EddsaLegacy:
                _ = reader.TryReadCounted(out _);
                _ = reader.TryReadInteger(out _, out point);
                created = new EddsaVerificationKey(EddsaForm.LegacyEd25519, point[1..].ToArray());
                break;
            case PublicKeyAlgorithm.Ed25519:
                created = new EddsaVerificationKey(EddsaForm.Ed25519, body[^32..].ToArray());
                break;
            case PublicKeyAlgorithm.Ed448:
                created = new EddsaVerificationKey(EddsaForm.Ed448, body[^57..].ToArray());
                break;
            case PublicKeyAlgorithm.MlDsa65Ed25519 or PublicKeyAlgorithm.MlDsa87Ed448:
                bool isSmaller = key.Algorithm == PublicKeyAlgorithm.MlDsa65Ed25519;
                created = CompositeVerificationKey.TryCreate(isSmaller ? EddsaForm.Ed25519 : EddsaForm.Ed448, body[10..]);
                break;
            default:
                problem = "is not of an algorithm that signs";
                return null;
        }

        if (created is null)
            problem = "has impossible values";
        return created;
    }

    /// <summary>Reads one number of a signature (RFC 9580 section 3.2).</summary>
    /// <param name="material">The fields; moved behind the number.</param>
    /// <param name="value">The number without leading zeros.</param>
    /// <returns>False if it is cut off or zero.</returns>
    protected static bool TryReadInteger(scoped ref ReadOnlySpan<byte> material, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (material.Length < 2)
            return false;
        int octets = ((material[0] << 8) + material[1] + 7) / 8;
        if (octets > material.Length - 2)
            return false;
        value = material.Slice(2, octets).TrimStart((byte)0);
        material = material[(2 + octets)..];
        return !value.IsEmpty;
    }

    /// <summary>Reads the two numbers that make a whole signature.</summary>
    /// <param name="material">The fields.</param>
    /// <param name="r">First number.</param>
    /// <param name="s">Second number.</param>
    /// <returns>False if they are malformed or something follows.</returns>
    protected static bool TryReadPair(ReadOnlySpan<byte> material, out ReadOnlySpan<byte> r, out ReadOnlySpan<byte> s)
    {
        s = default;
        return TryReadInteger(ref material, out r) && TryReadInteger(ref material, out s) && material.IsEmpty;
    }

    /// <summary>The first numbers of a signature without what follows them.</summary>
    /// <param name="material">The fields.</param>
    /// <param name="count">How many numbers there are to be.</param>
    /// <returns>The octets of these numbers; all octets if there are fewer.</returns>
    protected static ReadOnlySpan<byte> FirstIntegers(ReadOnlySpan<byte> material, int count)
    {
        var rest = material;
        for (; count > 0; count--)
        {
            if (!TryReadInteger(ref rest, out _))
                return material;
        }

        return material[..(material.Length - rest.Length)];
    }

    /// <summary>Writes a number as a signature has it (RFC 9580 section 3.2).</summary>
    /// <param name="value">A number that is not negative.</param>
    /// <returns>Length in bits, and octets.</returns>
    protected static byte[] WriteInteger(BigInteger value)
    {
        int bits = (int)value.GetBitLength();
        return [(byte)(bits >> 8), (byte)bits, .. value.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }
}
