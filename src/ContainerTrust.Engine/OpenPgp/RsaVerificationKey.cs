using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// RSA signatures of PKCS #1 version 1.5 (RFC 9580 section 5.2.3.1, RFC 8017 section 8.2), checked to the last octet of the frame.
/// </summary>
internal sealed class RsaVerificationKey : VerificationKey
{
    private readonly byte[] _modulus;
    private readonly byte[] _exponent;
    private readonly ObjectPool<RSA> _pool;

    private RsaVerificationKey(byte[] modulus, byte[] exponent, RSA first)
    {
        _modulus = modulus;
        _exponent = exponent;
        _pool = new ObjectPool<RSA>(() => Import(modulus, exponent), first);
    }

    /// <summary>Prepares a key.</summary>
    /// <param name="modulus">Modulus, big endian, without leading zeros.</param>
    /// <param name="exponent">Public exponent.</param>
    /// <returns>The key; null if the system refuses it.</returns>
    public static RsaVerificationKey? TryCreate(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        byte[] n = modulus.ToArray();
        byte[] e = exponent.ToArray();
        try
        {
            return new RsaVerificationKey(n, e, Import(n, e));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override int Cost => Math.Max(1, _modulus.Length / 512 * (_modulus.Length / 512));

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material)
    {
        var rest = material;
        if (!TryReadInteger(ref rest, out var value))
            return material;
        if (value.Length < _modulus.Length)
            return FirstIntegers(material, 1);
        BigInteger number = new(value, isUnsigned: true, isBigEndian: true), modulus = new(_modulus, isUnsigned: true, isBigEndian: true);
        return number < modulus ? FirstIntegers(material, 1) : WriteInteger(number % modulus);
    }

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material)
    {
        if (!TryReadInteger(ref material, out var value) || !material.IsEmpty || value.Length > _modulus.Length)
            return false;

        // The format strips leading zeros, the algorithm wants them.
        byte[] rented = ArrayPool<byte>.Shared.Rent(_modulus.Length);
        try
        {
            var signature = rented.AsSpan(0, _modulus.Length);
            signature[..(_modulus.Length - value.Length)].Clear();
            value.CopyTo(signature[(_modulus.Length - value.Length)..]);
            if (HashAlgorithms.FrameworkName(hashAlgorithm) is { } name)
                return VerifyWithFramework(name, digest, signature);

            // Some systems' policy lets the framework say no to every signature with SHA-1; its yes is as good as ours, and much faster.
            return (hashAlgorithm == HashAlgorithms.Sha1 && VerifyWithFramework(HashAlgorithmName.SHA1, digest, signature)) || VerifyFrame(
                hashAlgorithm,
                digest,
                signature);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static RSA Import(byte[] modulus, byte[] exponent)
    {
        if (OpenSslKeys.TryCreateRsa(modulus, exponent) is { } made)
            return made;
        var rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(new RSAParameters { Modulus = modulus, Exponent = exponent });
            return rsa;
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    private bool VerifyWithFramework(HashAlgorithmName name, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var rsa = _pool.Take();
        try
        {
            return rsa.VerifyHash(digest, signature, name, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _pool.Return(rsa);
        }
    }

    private bool VerifyFrame(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var prefix = HashAlgorithms.DigestInfoPrefix(hashAlgorithm);
        int padding = _modulus.Length - 3 - prefix.Length - digest.Length;
        byte[] opened = new byte[_modulus.Length];
        if (padding < 8 || !BouncyCastleAdapter.TryOpenRsa(_modulus, _exponent, signature, opened))
            return false;
        byte[] expected = new byte[_modulus.Length];
        expected[1] = 1;
        expected.AsSpan(2, padding).Fill(0xFF);
        prefix.CopyTo(expected.AsSpan(3 + padding));
        digest.CopyTo(expected.AsSpan(3 + padding + prefix.Length));
        return opened.AsSpan().SequenceEqual(expected);
    }
}
