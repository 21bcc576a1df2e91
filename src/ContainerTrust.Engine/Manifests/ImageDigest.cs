using System.Security.Cryptography;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Manifests;

/// <summary>Digests as <c>algorithm:hex</c>. Every name of a file or part of a URL that is made of a digest is made of one that went
/// through here.</summary>
internal static class ImageDigest
{
    public const string Sha256Prefix = "sha256:";

    /// <summary>Refuses what is no digest of a known algorithm.</summary>
    /// <param name="untrustedDigest">The text.</param>
    /// <param name="where">What names it, for the message.</param>
    /// <exception cref="TrustException"><c>InvalidDigest</c>.</exception>
    public static void Require(string untrustedDigest, string where)
    {
        ArgumentNullException.ThrowIfNull(untrustedDigest);
        if (!ReferenceGrammar.IsDigest(untrustedDigest))
        {
            throw new TrustException("InvalidDigest", TrustErrorKind.InvalidData,
                $"{where} names '{Printable.Of(untrustedDigest, Printable.NameLength)}', which is not a digest; a digest is sha256, " +
                "sha384 or sha512, a colon and lower-case hexadecimal digits.")
            {
                Target = where,
            };
        }
    }

    /// <summary>The algorithm and the digits of a digest that is one.</summary>
    public static (string Algorithm, string Hex) Split(string digest)
    {
        int colon = digest.IndexOf(':');
        return (digest[..colon], digest[(colon + 1)..]);
    }

    /// <summary>The digest of bytes, by the algorithm of another one.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="algorithm"><c>sha256</c>, <c>sha384</c> or <c>sha512</c>.</param>
    public static string Compute(ReadOnlySpan<byte> content, string algorithm) =>
        algorithm + ":" + Convert.ToHexStringLower(algorithm switch
    {
        "sha256" => SHA256.HashData(content),
        "sha384" => SHA384.HashData(content),
        "sha512" => SHA512.HashData(content),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No known digest algorithm."),
    });

    /// <summary>Whether bytes have a digest.</summary>
    public static bool IsOf(ReadOnlySpan<byte> content, string digest) => Compute(content, Split(digest).Algorithm) == digest;
}
