using System.Buffers;
using System.Security.Cryptography;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Hash algorithms of signatures (RFC 9580 section 9.5). What each may be used for is decided by <see cref="OpenPgpRules"/>.
/// </summary>
internal static class HashAlgorithms
{
    /// <summary>Octets of the longest hash.</summary>
    public const int MaxLength = 64;

    /// <summary>MD5.</summary>
    public const byte Md5 = 1;

    /// <summary>SHA-1.</summary>
    public const byte Sha1 = 2;

    /// <summary>RIPEMD-160.</summary>
    public const byte RipeMd160 = 3;

    /// <summary>SHA-256.</summary>
    public const byte Sha256 = 8;

    /// <summary>SHA-384.</summary>
    public const byte Sha384 = 9;

    /// <summary>SHA-512.</summary>
    public const byte Sha512 = 10;

    /// <summary>SHA-224.</summary>
    public const byte Sha224 = 11;

    /// <summary>SHA3-256.</summary>
    public const byte Sha3With256 = 12;

    /// <summary>SHA3-512.</summary>
    public const byte Sha3With512 = 14;

    /// <summary>The octets that an algorithm's hash has.</summary>
    /// <param name="algorithm">Algorithm.</param>
    /// <returns>The length; 0 if the algorithm is unknown.</returns>
    public static int Length(byte algorithm) => algorithm switch
    {
        Md5 => 16,
        Sha1 or RipeMd160 => 20,
        Sha224 => 28,
        Sha256 or Sha3With256 => 32,
        Sha384 => 48,
        Sha512 or Sha3With512 => 64,
        _ => 0,
    };

    /// <summary>The octets of salt that a version 6 signature has with an algorithm (RFC 9580 table 23).</summary>
    /// <param name="algorithm">Algorithm.</param>
    /// <returns>The length; -1 if version 6 does not allow the algorithm.</returns>
    public static int SaltLength(byte algorithm) => algorithm switch
    {
        Sha224 or Sha256 or Sha3With256 => 16,
        Sha384 => 24,
        Sha512 or Sha3With512 => 32,
        _ => -1,
    };

    /// <summary>The algorithm's name, for messages.</summary>
    /// <param name="algorithm">Algorithm.</param>
    /// <returns>A name.</returns>
    public static string Name(byte algorithm) => algorithm switch
    {
        Md5 => "MD5",
        Sha1 => "SHA-1",
        RipeMd160 => "RIPEMD-160",
        Sha256 => "SHA-256",
        Sha384 => "SHA-384",
        Sha512 => "SHA-512",
        Sha224 => "SHA-224",
        Sha3With256 => "SHA3-256",
        Sha3With512 => "SHA3-512",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"number {algorithm}"),
    };

    /// <summary>
    /// The framework's name for an algorithm that it can verify RSA signatures with, whatever the system's policy on old algorithms.
    /// </summary>
    /// <param name="algorithm">Algorithm.</param>
    /// <returns>A name; null if the framework is not to be used.</returns>
    public static HashAlgorithmName? FrameworkName(byte algorithm) => algorithm switch
    {
        Sha256 => HashAlgorithmName.SHA256,
        Sha384 => HashAlgorithmName.SHA384,
        Sha512 => HashAlgorithmName.SHA512,
        _ => null,
    };

    /// <summary>What precedes the hash in an RSA signature (RFC 8017 section 9.2, DigestInfo).</summary>
    /// <param name="algorithm">An algorithm whose <see cref="Length"/> is not 0.</param>
    /// <returns>DER octets.</returns>
    public static ReadOnlySpan<byte> DigestInfoPrefix(byte algorithm) => algorithm switch
    {
        Md5 => [0x30, 0x20, 0x30, 0x0C, 0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10],
        Sha1 => [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14],
        RipeMd160 => [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x24, 0x03, 0x02, 0x01, 0x05, 0x00, 0x04, 0x14],
        Sha224 => [0x30, 0x2D, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1C],
        Sha256 => [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20],
        Sha384 => [0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30],
        Sha512 => [0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40],
        Sha3With256 => [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x08, 0x05, 0x00, 0x04, 0x20],
        Sha3With512 => [0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x0A, 0x05, 0x00, 0x04, 0x40],
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "This hash algorithm must not be used."),
    };

    /// <summary>Hashes octets.</summary>
    /// <param name="algorithm">An algorithm whose <see cref="Length"/> is not 0.</param>
    /// <param name="data">What to hash.</param>
    /// <param name="digest">Where the hash goes, <see cref="MaxLength"/> octets or more.</param>
    /// <returns>The octets written.</returns>
    public static int Compute(byte algorithm, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        switch (algorithm)
        {
            case Sha256:
                return SHA256.HashData(data, digest);
            case Sha384:
                return SHA384.HashData(data, digest);
            case Sha512:
                return SHA512.HashData(data, digest);
            case Md5:
#pragma warning disable CA5351 // A revocation counts even where nothing else that is made with it does.
                return MD5.HashData(data, digest);
#pragma warning restore CA5351
            case Sha1:
#pragma warning disable CA5350 // Self-signatures of old keys are made with it.
                return SHA1.HashData(data, digest);
#pragma warning restore CA5350
            case Sha3With256 when SHA3_256.IsSupported:
                return SHA3_256.HashData(data, digest);
            case Sha3With512 when SHA3_512.IsSupported:
                return SHA3_512.HashData(data, digest);
            default:
                return BouncyCastleAdapter.ComputeHash(algorithm, data, digest);
        }
    }
}
