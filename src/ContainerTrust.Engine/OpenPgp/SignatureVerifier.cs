using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Whether a key made a signature, by its numbers alone: nothing is said of times, flags or critical parts.</summary>
internal static class SignatureVerifier
{
    /// <summary>
    /// Verifies a signature that gives something and must be right in every respect: that of a message, or a subkey's agreement.
    /// </summary>
    /// <param name="signature">The signature.</param>
    /// <param name="packet">What the key says of itself.</param>
    /// <param name="key">The key.</param>
    /// <param name="first">The signed data, or its first part.</param>
    /// <param name="second">The rest of it.</param>
    /// <returns>True if the key made it over this data.</returns>
    public static bool IsMadeBy(in SignaturePacket signature, PublicKeyPacket packet, VerificationKey key, ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second)
    {
        var rules = OpenPgpRules.Current;
        if (!rules.CanCheck(signature) || !rules.StatementHashes.Contains(signature.HashAlgorithm))
            return false;
        if ((signature.Version == 6) != (packet.Version == 6) || !rules.IsSameAlgorithm(signature.PublicKeyAlgorithm, packet.Algorithm))
            return false;
        Span<byte> digest = stackalloc byte[HashAlgorithms.MaxLength];
        int length = SignatureDigest.Compute(signature, first, second, digest);
        return length >= key.MinHashLength && key.Verify(signature.HashAlgorithm, digest[..length], signature.Material);
    }

    /// <summary>
    /// Verifies a statement of a key file, which may be written oddly in all that nobody signed: whoever passes the file on can write it
    /// so, and must not make a revocation disappear by it.
    /// </summary>
    /// <param name="signature">A signature that <see cref="OpenPgpRules.CanCheck"/>.</param>
    /// <param name="packet">What the key says of itself.</param>
    /// <param name="key">The key.</param>
    /// <param name="digest">The hash of what is signed.</param>
    /// <param name="doubt">Why it is not a plain signature of this key all the same, a clause. Null if it is one.</param>
    /// <returns>True if the key made it.</returns>
    public static bool IsStatementOf(in SignaturePacket signature, PublicKeyPacket packet, VerificationKey key, ReadOnlySpan<byte> digest,
        out string? doubt)
    {
        var rules = OpenPgpRules.Current;
        var plain = key.Plain(signature.Material);
        doubt = !plain.SequenceEqual(signature.Material) ? "its numbers are not written plainly"
            : !rules.IsSameAlgorithm(signature.PublicKeyAlgorithm, packet.Algorithm) ? "it names another algorithm than the key's"
            : digest.Length < key.MinHashLength ? "its hash is too short for the key"
            : !rules.StatementHashes.Contains(signature.HashAlgorithm)
                ? $"its hash {HashAlgorithms.Name(signature.HashAlgorithm)} is broken"
            : null;
        return (signature.Version == 6) == (packet.Version == 6) && key.Verify(signature.HashAlgorithm, digest, plain);
    }
}
