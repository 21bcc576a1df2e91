namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Whether a key made a signature, by its numbers alone: nothing is said of times, flags or critical parts.</summary>
internal static class SignatureVerifier
{
    /// <summary>GnuPG reads no longer subpacket area.</summary>
    private const int MaxArea = 10_000;

    /// <summary>Verifies a signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="packet">What the key says of itself.</param>
    /// <param name="key">The key.</param>
    /// <param name="first">The signed data, or its first part.</param>
    /// <param name="second">The rest of it.</param>
    /// <returns>True if the key made it over this data.</returns>
    public static bool IsMadeBy(in SignaturePacket signature, PublicKeyPacket packet, VerificationKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (!CanBeChecked(signature) || (signature.Version == 6) != (packet.Version == 6) || !IsSameAlgorithm(signature.PublicKeyAlgorithm, packet.Algorithm))
            return false;
        Span<byte> digest = stackalloc byte[HashAlgorithms.MaxLength];
        int length = SignatureDigest.Compute(signature, first, second, digest);
        return key.Verify(signature.HashAlgorithm, digest[..length], signature.Material);
    }

    /// <summary>Whether a signature's version and hash algorithm are known and fit each other.</summary>
    /// <param name="signature">The signature.</param>
    /// <returns>True if so.</returns>
    public static bool CanBeChecked(in SignaturePacket signature)
    {
        if (HashAlgorithms.Length(signature.HashAlgorithm) == 0)
            return false;
        if (signature.Version == 6 && signature.Salt.Length != HashAlgorithms.SaltLength(signature.HashAlgorithm))
            return false;
        return signature.HashedArea.Length <= MaxArea && signature.UnhashedArea.Length <= MaxArea;
    }

    private static bool IsSameAlgorithm(PublicKeyAlgorithm signature, PublicKeyAlgorithm key) =>
        signature == key || (IsRsa(signature) && IsRsa(key));

    private static bool IsRsa(PublicKeyAlgorithm algorithm) => algorithm is PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly;
}
