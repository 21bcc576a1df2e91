namespace ContainerTrust.Engine.OpenPgp;

/// <summary>DSA, and ECDSA with curves that the framework lacks.</summary>
internal sealed class IntegerPairKey : VerificationKey
{
    private const int LeastCost = 10;

    private readonly IntegerPairVerifier _verifier;
    private readonly int _maxOctets;
    private readonly int _minHash;
    private readonly int _cost;

    private IntegerPairKey(IntegerPairVerifier verifier, int maxOctets, int minHash, int cost)
    {
        _cost = cost;
        _verifier = verifier;
        _maxOctets = maxOctets;
        _minHash = minHash;
    }

    /// <summary>Wraps a verifier of DSA.</summary>
    /// <param name="verifier">The verifier, or null.</param>
    /// <param name="bits">Bits of the prime: every multiplication takes their square.</param>
    /// <param name="orderOctets">Octets of the group's order: there are so many multiplications. A hash must have as many; a longer one
    /// is cut (FIPS 186-4 section 4.6).</param>
    /// <returns>The key, or null.</returns>
    public static IntegerPairKey? FromDsa(IntegerPairVerifier? verifier, int bits, int orderOctets) =>
        verifier is null ? null : new IntegerPairKey(verifier, orderOctets, orderOctets,
            Math.Max(LeastCost, bits / 64 * (bits / 64) * orderOctets / 336));

    /// <summary>Wraps a verifier of ECDSA.</summary>
    /// <param name="verifier">The verifier, or null.</param>
    /// <param name="octets">Octets of the group's order: a signature takes their cube.</param>
    /// <param name="minHash">Octets that the hash must have at least.</param>
    /// <returns>The key, or null.</returns>
    public static IntegerPairKey? FromEcdsa(IntegerPairVerifier? verifier, int octets, int minHash) =>
        verifier is null ? null : new IntegerPairKey(verifier, octets, minHash, Math.Max(LeastCost, octets * octets * octets / 2600));

    /// <inheritdoc/>
    public override int Cost => _cost;

    /// <inheritdoc/>
    public override int MinHashLength => _minHash;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material) => FirstIntegers(material, 2);

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material) =>
        TryReadPair(material, out var r, out var s) && r.Length <= _maxOctets && s.Length <= _maxOctets && _verifier(digest, r, s);
}
