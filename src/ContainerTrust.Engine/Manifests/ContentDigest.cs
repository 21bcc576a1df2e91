using System.Security.Cryptography;

namespace ContainerTrust.Engine.Manifests;

/// <summary>Digests of bytes as they are.</summary>
internal static class ContentDigest
{
    /// <summary>Whether bytes have a digest.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="digest"><c>sha256:…</c>, <c>sha384:…</c> or <c>sha512:…</c> in lower-case hex; anything else matches nothing.</param>
    /// <returns>True if they have.</returns>
    public static bool Matches(ReadOnlySpan<byte> content, string digest)
    {
        int colon = digest.IndexOf(':');
        HashAlgorithmName? algorithm = (colon < 0 ? "" : digest[..colon]) switch
        {
            "sha256" => HashAlgorithmName.SHA256,
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            _ => null,
        };
        return algorithm is { } known
            && digest.AsSpan(colon + 1).SequenceEqual(Convert.ToHexStringLower(CryptographicOperations.HashData(known, content)));
    }
}
