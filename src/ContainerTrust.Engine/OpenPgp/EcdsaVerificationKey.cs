using System.Security.Cryptography;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>ECDSA signatures (RFC 9580 section 5.2.3.2): the NIST curves by the framework, the others by the adapter.</summary>
internal sealed class EcdsaVerificationKey : VerificationKey
{
    private readonly int _octets;
    private readonly ObjectPool<ECDsa> _pool;

    private EcdsaVerificationKey(int octets, Func<ECDsa> create)
    {
        _octets = octets;
        _pool = new ObjectPool<ECDsa>(create, create());
    }

    /// <summary>Prepares a key.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="point">The public point with its prefix 0x04, of the right length.</param>
    /// <returns>The key; null if the point is not on the curve.</returns>
    public static VerificationKey? TryCreate(EllipticCurve curve, ReadOnlySpan<byte> point)
    {
        int octets = (curve.Size + 7) / 8;

        (ECCurve Curve, string Name)? named = curve.Name switch
        {
            "nistp256" => (ECCurve.NamedCurves.nistP256, "prime256v1"),
            "nistp384" => (ECCurve.NamedCurves.nistP384, "secp384r1"),
            "nistp521" => (ECCurve.NamedCurves.nistP521, "secp521r1"),
            _ => null,
        };
        if (named is not { } known)
            return IntegerPairKey.FromEcdsa(
                BouncyCastleAdapter.CreateEcdsa(curve, point),
                octets,
                OpenPgpRules.Current.MinHashLength(octets));
        byte[] q = point.ToArray();
        try
        {
            return new EcdsaVerificationKey(octets, () => OpenSslKeys.TryCreateEcdsa(known.Name, q) ?? ECDsa.Create(
                new ECParameters { Curve = known.Curve, Q = new ECPoint { X = q[1..(1 + octets)], Y = q[(1 + octets)..] } }));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override int Cost => _octets == 32 ? 2 : 10;

    /// <inheritdoc/>
    public override int MinHashLength => OpenPgpRules.Current.MinHashLength(_octets);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material) => FirstIntegers(material, 2);

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material)
    {
        if (!TryReadPair(material, out var r, out var s) || r.Length > _octets || s.Length > _octets)
            return false;
        Span<byte> signature = stackalloc byte[2 * _octets];
        signature.Clear();
        r.CopyTo(signature[(_octets - r.Length)..]);
        s.CopyTo(signature[((2 * _octets) - s.Length)..]);
        var key = _pool.Take();
        try
        {
            return key.VerifyHash(digest, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _pool.Return(key);
        }
    }
}
