namespace ContainerTrust.Engine.OpenPgp;

/// <summary>DSA, and ECDSA with curves that the framework lacks.</summary>
internal sealed class IntegerPairKey : VerificationKey
{
    private readonly IntegerPairVerifier _verifier;
    private readonly int _maxOctets;
    private readonly int _minHash;

    private IntegerPairKey(IntegerPairVerifier verifier, int maxOctets, int minHash)
    {
        _verifier = verifier;
        _maxOctets = maxOctets;
        _minHash = minHash;
    }

    /// <summary>Wraps a verifier.</summary>
    /// <param name="verifier">The verifier, or null.</param>
    /// <param name="maxOctets">Octets of the group's order.</param>
    /// <param name="minHash">Octets that the hash must have at least; a longer one is cut (FIPS 186-4 section 4.6).</param>
    /// <returns>The key, or null.</returns>
    public static IntegerPairKey? From(IntegerPairVerifier? verifier, int maxOctets, int minHash) =>
        verifier is null ? null : new IntegerPairKey(verifier, maxOctets, minHash);

    /// <inheritdoc/>
    public override int Cost => 10;

    /// <inheritdoc/>
    public override int MinHashLength => _minHash;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material) => FirstIntegers(material, 2);

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material) =>
        TryReadPair(material, out var r, out var s) && r.Length <= _maxOctets && s.Length <= _maxOctets && _verifier(digest, r, s);
}
