using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.TeleTrust;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// What the framework's cryptography lacks, or what the system's policy may switch off there; the only place that knows Bouncy Castle.
/// Values come from untrusted data: whatever is wrong with them gives null or false.
/// </summary>
internal static class BouncyCastleAdapter
{
    /// <summary>Octets of an ML-DSA-65 key (FIPS 204 section 4, table 2).</summary>
    public const int MlDsa65KeyLength = 1952;

    /// <summary>Octets of an ML-DSA-87 key.</summary>
    public const int MlDsa87KeyLength = 2592;

    /// <summary>Hashes octets with an algorithm that the framework lacks.</summary>
    /// <param name="algorithm">SHA-224, RIPEMD-160 or SHA-3.</param>
    /// <param name="data">What to hash.</param>
    /// <param name="digest">Where the hash goes.</param>
    /// <returns>The octets written.</returns>
    public static int ComputeHash(byte algorithm, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        IDigest hash = algorithm switch
        {
            HashAlgorithms.Sha224 => new Sha224Digest(),
            HashAlgorithms.RipeMd160 => new RipeMD160Digest(),
            HashAlgorithms.Sha3With256 => new Sha3Digest(256),
            HashAlgorithms.Sha3With512 => new Sha3Digest(512),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "This hash algorithm must not be used."),
        };
        byte[] octets = data.ToArray();
        hash.BlockUpdate(octets, 0, octets.Length);
        byte[] result = new byte[hash.GetDigestSize()];
        hash.DoFinal(result, 0);
        result.CopyTo(digest);
        return result.Length;
    }

    /// <summary>Computes an RSA signature's frame: signature to the power of the exponent.</summary>
    /// <param name="modulus">Modulus, big endian.</param>
    /// <param name="exponent">Public exponent, big endian.</param>
    /// <param name="signature">Signature, big endian.</param>
    /// <param name="frame">Where the result goes, as long as the modulus.</param>
    /// <returns>False if the signature is not smaller than the modulus.</returns>
    public static bool TryOpenRsa(byte[] modulus, byte[] exponent, ReadOnlySpan<byte> signature, Span<byte> frame)
    {
        var n = new BigInteger(1, modulus);
        var s = new BigInteger(1, signature.ToArray());
        if (s.SignValue == 0 || s.CompareTo(n) >= 0)
            return false;
        byte[] opened = s.ModPow(new BigInteger(1, exponent), n).ToByteArrayUnsigned();
        frame.Clear();
        opened.CopyTo(frame[(frame.Length - opened.Length)..]);
        return true;
    }

    /// <summary>Makes a verifier for a DSA key.</summary>
    /// <param name="p">Prime modulus.</param>
    /// <param name="q">Prime order.</param>
    /// <param name="g">Generator.</param>
    /// <param name="y">Public value.</param>
    /// <returns>Verifies a hash with two numbers; null if it is not a key.</returns>
    public static IntegerPairVerifier? CreateDsa(ReadOnlySpan<byte> p, ReadOnlySpan<byte> q, ReadOnlySpan<byte> g, ReadOnlySpan<byte> y)
    {
        try
        {
            var prime = new BigInteger(1, p.ToArray());
            var order = new BigInteger(1, q.ToArray());
            var generator = new BigInteger(1, g.ToArray());
            var value = new BigInteger(1, y.ToArray());
            bool isSane = IsInside(generator, prime) && IsInside(value, prime) && prime.TestBit(0) && order.TestBit(0)
                && generator.ModPow(order, prime).Equals(BigInteger.One) && value.ModPow(order, prime).Equals(BigInteger.One);
            if (!isSane)
                return null;
            var key = new DsaPublicKeyParameters(value, new DsaParameters(prime, order, generator));
            return (hash, r, s) => Verify(new DsaSigner(), key, hash, r, s);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Makes a verifier for an ECDSA key.</summary>
    /// <param name="curve">A curve of short Weierstrass form.</param>
    /// <param name="point">The public point, uncompressed with its prefix 0x04.</param>
    /// <returns>Verifies a hash with two numbers; null if the point is not on the curve.</returns>
    public static IntegerPairVerifier? CreateEcdsa(EllipticCurve curve, ReadOnlySpan<byte> point)
    {
        X9ECParameters? parameters = curve.Name switch
        {
            "brainpoolP256r1" => TeleTrusTNamedCurves.GetByOid(TeleTrusTObjectIdentifiers.BrainpoolP256R1),
            "brainpoolP384r1" => TeleTrusTNamedCurves.GetByOid(TeleTrusTObjectIdentifiers.BrainpoolP384R1),
            "brainpoolP512r1" => TeleTrusTNamedCurves.GetByOid(TeleTrusTObjectIdentifiers.BrainpoolP512R1),
            "secp256k1" => SecNamedCurves.GetByOid(SecObjectIdentifiers.SecP256k1),
            "nistp256" => SecNamedCurves.GetByOid(SecObjectIdentifiers.SecP256r1),
            "nistp384" => SecNamedCurves.GetByOid(SecObjectIdentifiers.SecP384r1),
            "nistp521" => SecNamedCurves.GetByOid(SecObjectIdentifiers.SecP521r1),
            _ => null,
        };
        if (parameters is null)
            return null;
        try
        {
            var domain = new ECDomainParameters(parameters.Curve, parameters.G, parameters.N, parameters.H);
            var decoded = parameters.Curve.DecodePoint(point.ToArray());
            if (decoded.IsInfinity || !decoded.IsValid())
                return null;
            var key = new ECPublicKeyParameters(decoded, domain);
            return (hash, r, s) => Verify(new ECDsaSigner(), key, hash, r, s);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Verifies an Ed25519 signature (RFC 8032, without prehash).</summary>
    /// <param name="key">32 octets.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">64 octets.</param>
    /// <returns>Whether it is good.</returns>
    public static bool VerifyEd25519(byte[] key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        byte[] octets = message.ToArray();
        return Ed25519.Verify(signature.ToArray(), 0, key, 0, octets, 0, octets.Length);
    }

    /// <summary>Verifies an Ed448 signature (RFC 8032, without prehash, empty context).</summary>
    /// <param name="key">57 octets.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">114 octets.</param>
    /// <returns>Whether it is good.</returns>
    public static bool VerifyEd448(byte[] key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        byte[] octets = message.ToArray();
        return Ed448.Verify(signature.ToArray(), 0, key, 0, [], octets, 0, octets.Length);
    }

    /// <summary>Makes a verifier for an ML-DSA key: pure, with an empty context (FIPS 204 section 5.3).</summary>
    /// <param name="key"><see cref="MlDsa65KeyLength"/> or <see cref="MlDsa87KeyLength"/> octets.</param>
    /// <returns>Verifies a message with a signature; null if it is not a key.</returns>
    public static MessageVerifierOfKey? CreateMlDsa(ReadOnlySpan<byte> key)
    {
        MLDsaParameters? parameters = key.Length switch
        {
            MlDsa65KeyLength => MLDsaParameters.ml_dsa_65,
            MlDsa87KeyLength => MLDsaParameters.ml_dsa_87,
            _ => null,
        };
        if (parameters is null)
            return null;
        try
        {
            var decoded = MLDsaPublicKeyParameters.FromEncoding(parameters, key.ToArray());
            return (message, signature) => Verify(new MLDsaSigner(parameters, deterministic: true), decoded, message, signature);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool Verify(MLDsaSigner signer, ICipherParameters key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            signer.Init(false, key);
            signer.BlockUpdate(message);
            return signer.VerifySignature(signature.ToArray());
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsInside(BigInteger value, BigInteger prime) =>
        value.CompareTo(BigInteger.One) > 0 && value.CompareTo(prime.Subtract(BigInteger.One)) < 0;

    private static bool Verify(IDsa signer, ICipherParameters key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> r, ReadOnlySpan<byte> s)
    {
        try
        {
            signer.Init(false, key);
            return signer.VerifySignature(hash.ToArray(), new BigInteger(1, r.ToArray()), new BigInteger(1, s.ToArray()));
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>Verifies a signature that consists of two numbers.</summary>
/// <param name="hash">The hash that was signed.</param>
/// <param name="r">First number, big endian.</param>
/// <param name="s">Second number, big endian.</param>
/// <returns>Whether it is good.</returns>
internal delegate bool IntegerPairVerifier(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> r, ReadOnlySpan<byte> s);

/// <summary>Verifies a signature over a message.</summary>
/// <param name="message">What was signed.</param>
/// <param name="signature">The signature.</param>
/// <returns>Whether it is good.</returns>
internal delegate bool MessageVerifierOfKey(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
