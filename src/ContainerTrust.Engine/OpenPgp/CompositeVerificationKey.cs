namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// EdDSA and ML-DSA in one key (draft-ietf-openpgp-pqc-16 section 5.2): the signature of either over the hash, and both must be good.
/// Neither half can be taken for a signature of its own, as the algorithm's number is hashed.
/// </summary>
internal sealed class CompositeVerificationKey : VerificationKey
{
    // FIPS 204 section 4, table 2.
    private const int MlDsa65Length = 3309;
    private const int MlDsa87Length = 4627;

    private readonly EddsaVerificationKey _eddsa;
    private readonly MessageVerifierOfKey _mlDsa;
    private readonly int _eddsaLength;
    private readonly int _mlDsaLength;

    private CompositeVerificationKey(EddsaForm form, byte[] eddsa, MessageVerifierOfKey mlDsa)
    {
        _eddsa = new EddsaVerificationKey(form, eddsa);
        _mlDsa = mlDsa;
        (_eddsaLength, _mlDsaLength) = form == EddsaForm.Ed25519 ? (64, MlDsa65Length) : (114, MlDsa87Length);
    }

    /// <inheritdoc/>
    public override int Cost => 2 + _eddsa.Cost;

    /// <inheritdoc/>
    public override int MinHashLength => 32;

    /// <summary>Makes a key.</summary>
    /// <param name="form">Its EdDSA half.</param>
    /// <param name="material">The algorithm-specific fields of the key packet: the EdDSA key, then that of ML-DSA.</param>
    /// <returns>The key; null if the ML-DSA half is not a key.</returns>
    public static CompositeVerificationKey? TryCreate(EddsaForm form, ReadOnlySpan<byte> material)
    {
        int eddsa = form == EddsaForm.Ed25519 ? 32 : 57;
        return BouncyCastleAdapter.CreateMlDsa(material[eddsa..]) is { } mlDsa
            ? new CompositeVerificationKey(form, material[..eddsa].ToArray(), mlDsa) : null;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> material)
    {
        if (material.Length < _eddsaLength + _mlDsaLength)
            return material;
        var plain = _eddsa.Plain(material[.._eddsaLength]);
        var whole = material[..(_eddsaLength + _mlDsaLength)];
        return plain.SequenceEqual(material[.._eddsaLength]) ? whole : (byte[])[.. plain, .. whole[_eddsaLength..]];
    }

    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material) =>
        digest.Length >= MinHashLength && material.Length == _eddsaLength + _mlDsaLength
        && _eddsa.Verify(hashAlgorithm, digest, material[.._eddsaLength]) && _mlDsa(digest, material[_eddsaLength..]);
}
