using System.Numerics;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A public key ready to verify signatures: parsed and imported once, used by many threads at once.</summary>
internal abstract class VerificationKey
{
    private const int MinFactoringBits = 1024;
    private const int MaxDsaBits = 4096;
    private const int MinDsaOrderBits = 160;

    /// <summary>Verifies a signature.</summary>
    /// <param name="hashAlgorithm">The hash algorithm; its length is that of <paramref name="digest"/>.</param>
    /// <param name="digest">The hash.</param>
    /// <param name="material">The algorithm-specific fields of the signature.</param>
    /// <returns>Whether the signature is good.</returns>
    public abstract bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material);

    /// <summary>Prepares a key.</summary>
    /// <param name="key">What the packet says.</param>
    /// <param name="body">The packet's body, as <see cref="PublicKeyPacket.Read"/> has checked it.</param>
    /// <param name="problem">Why the key cannot be used, to follow "it". Null if it can.</param>
    /// <returns>The key; null if it cannot verify signatures.</returns>
    public static VerificationKey? Create(PublicKeyPacket key, ReadOnlySpan<byte> body, out string? problem)
    {
        problem = null;
        var reader = new KeyMaterialReader(body[(key.Version == 4 ? 6 : 10)..]);
        VerificationKey? created;
        switch (key.Algorithm)
        {
            case PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly:
                _ = reader.TryReadInteger(out int bits, out var modulus);
                _ = reader.TryReadInteger(out int exponentBits, out var exponent);
                if (bits < MinFactoringBits)
                {
                    problem = "is too short to be safe";
                    return null;
                }

                bool isSane = (modulus[^1] & 1) == 1 && (exponent[^1] & 1) == 1 && exponentBits is >= 2 and <= 64;
                created = isSane ? RsaVerificationKey.TryCreate(modulus, exponent) : null;
                break;
            case PublicKeyAlgorithm.Dsa:
                _ = reader.TryReadInteger(out bits, out var p);
                _ = reader.TryReadInteger(out int orderBits, out var q);
                _ = reader.TryReadInteger(out _, out var g);
                _ = reader.TryReadInteger(out _, out var y);
                if (bits < MinFactoringBits || orderBits < MinDsaOrderBits)
                {
                    problem = "is too short to be safe";
                    return null;
                }

                created = bits <= MaxDsaBits && orderBits % 8 == 0 && orderBits <= 512
                    ? IntegerPairKey.From(BouncyCastleAdapter.CreateDsa(p, q, g, y), orderBits / 8, orderBits / 8) : null;
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
}
