using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// A public key that verifies payload signatures, always with SHA-256 where a hash is used: ECDSA, RSASSA-PKCS1-v1_5, Ed25519 over the
/// payload itself. For many threads.
/// </summary>
internal sealed class SigstorePublicKey : IDisposable
{
    // As Go's crypto/rsa: nothing below 1024 bits. The upper bound is OpenSSL's, and keeps the time bounded that a certificate can cost.
    private const int MinRsaBits = 1024;
    private const int MaxRsaBits = 16_384;

    // .NET does not promise that one key object is safe for many threads; each takes one of its own, and imports it only if none is free.
    private readonly ConcurrentBag<AsymmetricAlgorithm> _free = [];
    private readonly TrustKey _key;

    private SigstorePublicKey(TrustKey key, byte[] subjectPublicKeyInfo)
    {
        _key = key;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
    }

    /// <summary>DER (RFC 5280 section 4.1).</summary>
    public byte[] SubjectPublicKeyInfo { get; }

    /// <summary>SHA-256 of <see cref="SubjectPublicKeyInfo"/>, upper-case hex.</summary>
    public string Fingerprint => _key.Fingerprint;

    public bool IsEcdsa => _key.Algorithm == "ECDSA";

    /// <summary>The length of an RSA key; 0 for others.</summary>
    public int RsaBits => _key.Algorithm == "RSA" ? _key.Size : 0;

    /// <summary>Makes a key ready.</summary>
    /// <param name="key">What <see cref="PemPublicKeyReader"/> read.</param>
    /// <param name="subjectPublicKeyInfo">Its DER.</param>
    /// <param name="publicKey">The key.</param>
    /// <param name="problem">What is wrong with the key, a clause; empty if nothing is.</param>
    /// <returns>Whether the key can be used.</returns>
    public static bool TryCreate(TrustKey key, byte[] subjectPublicKeyInfo, [NotNullWhen(true)] out SigstorePublicKey? publicKey,
        out string problem)
    {
        publicKey = null;
        SigstorePublicKey candidate = new(key, subjectPublicKeyInfo);
        if (key.Algorithm == "RSA")
        {
            if (key.Size is < MinRsaBits or > MaxRsaBits)
            {
                problem = $"its RSA key has {key.Size} bits; between {MinRsaBits} and {MaxRsaBits} are possible";
                return false;
            }
        }

        try
        {
            if (key.Algorithm != "Ed25519")
            {
                AsymmetricAlgorithm imported = candidate.Import();
                candidate.Return(imported);
                if (imported is RSA rsa && !IsSafeExponent(rsa.ExportParameters(includePrivateParameters: false).Exponent!))
                {
                    problem = "the exponent of its RSA key is not an odd number above 1";
                    return false;
                }
            }
        }
        catch (CryptographicException)
        {
            // A point that is not on its curve.
            problem = "its public key is malformed";
            return false;
        }

        publicKey = candidate;
        problem = "";
        return true;
    }

    /// <summary>Verifies a signature over a payload.</summary>
    public bool Verify(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        switch (_key.Algorithm)
        {
            case "ECDSA":
                Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
                SHA256.HashData(payload, hash);

                // As the reference: DER is usual, but the fixed-length form (IEEE P1363) is taken too.
                return VerifyEcdsa(hash, signature) || (signature.Length == 2 * FieldLength && VerifyFixed(hash, signature));
            case "RSA":
                return VerifyRsa(payload, signature, HashAlgorithmName.SHA256);
            default:
                return Ed25519Verifier.Verify(SubjectPublicKeyInfo.AsSpan()[^Ed25519Verifier.KeyLength..], payload, signature);
        }
    }

    /// <summary>
    /// Verifies an ECDSA signature by the hash that goes with the curve: SHA-384 for P-384, SHA-512 for P-521 (sigstore's algorithm
    /// registry). False for every other key.
    /// </summary>
    public bool VerifyByCurve(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature) => (IsEcdsa, _key.Size) switch
    {
        (true, 384) => VerifyEcdsa(SHA384.HashData(payload), signature),
        (true, 521) => VerifyEcdsa(SHA512.HashData(payload), signature),
        _ => false,
    };

    /// <summary>Verifies a signature by a hash that is named beside it, as in X.509 and CMS.</summary>
    /// <param name="content">What was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="hash">SHA-256, SHA-384 or SHA-512.</param>
    /// <param name="isEcdsa">Whether ECDSA is named beside it; else RSA (PKCS #1 v1.5).</param>
    /// <returns>Whether it holds, and the key is of that kind.</returns>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature, HashAlgorithmName hash, bool isEcdsa) =>
        isEcdsa ? IsEcdsa && VerifyEcdsa(CryptographicOperations.HashData(hash, content), signature)
        : RsaBits > 0 && VerifyRsa(content, signature, hash);

    /// <summary>Verifies an ECDSA signature (RFC 3279 section 2.2.3) over a hash; the signature must be strict DER.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="derSignature">The signature.</param>
    /// <returns>Whether it holds; false for a key that is not ECDSA.</returns>
    public bool VerifyEcdsa(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> derSignature)
    {
        if (!IsEcdsa)
            return false;
        Span<byte> fixedLength = stackalloc byte[2 * FieldLength];
        return TryReadDer(derSignature, fixedLength) && VerifyFixed(hash, fixedLength);
    }

    public void Dispose()
    {
        while (_free.TryTake(out AsymmetricAlgorithm? key))
            key.Dispose();
    }

    private int FieldLength => (_key.Size + 7) / 8;

    // Big-endian. With 1 every message would be its own signature.
    private static bool IsSafeExponent(ReadOnlySpan<byte> exponent)
    {
        exponent = exponent.TrimStart((byte)0);
        return exponent.Length > 0 && (exponent[^1] & 1) == 1 && (exponent.Length > 1 || exponent[0] > 1);
    }

    private static bool TryReadDer(ReadOnlySpan<byte> signature, Span<byte> fixedLength)
    {
        int half = fixedLength.Length / 2;
        fixedLength.Clear();
        try
        {
            AsnDecoder.ReadSequence(signature, AsnEncodingRules.DER, out int start, out int length, out int consumed);
            if (consumed != signature.Length)
                return false;
            ReadOnlySpan<byte> content = signature.Slice(start, length);
            ReadOnlySpan<byte> r = AsnDecoder.ReadIntegerBytes(content, AsnEncodingRules.DER, out int first);
            ReadOnlySpan<byte> s = AsnDecoder.ReadIntegerBytes(content[first..], AsnEncodingRules.DER, out int second);
            return first + second == content.Length && TryCopy(r, fixedLength[..half]) && TryCopy(s, fixedLength[half..]);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool TryCopy(ReadOnlySpan<byte> integer, Span<byte> destination)
    {
        if ((integer[0] & 0x80) != 0)
            return false;
        if (integer[0] == 0)
            integer = integer[1..];
        if (integer.Length > destination.Length)
            return false;
        integer.CopyTo(destination[^integer.Length..]);
        return true;
    }

    private bool VerifyFixed(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        try
        {
            var key = (ECDsa)Take();
            bool isGood = key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            Return(key);
            return isGood;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private bool VerifyRsa(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        try
        {
            var key = (RSA)Take();
            bool isGood = key.VerifyData(payload, signature, hash, RSASignaturePadding.Pkcs1);
            Return(key);
            return isGood;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private AsymmetricAlgorithm Take() => _free.TryTake(out AsymmetricAlgorithm? key) ? key : Import();

    private void Return(AsymmetricAlgorithm key) => _free.Add(key);

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm key = IsEcdsa ? ECDsa.Create() : RSA.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(SubjectPublicKeyInfo, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
