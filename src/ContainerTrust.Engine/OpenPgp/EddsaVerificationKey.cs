namespace ContainerTrust.Engine.OpenPgp;

/// <summary>EdDSA over the hash (RFC 9580 sections 5.2.3.3 to 5.2.3.5).</summary>
/// <param name="form">Curve and encoding.</param>
/// <param name="key">The public key in its native encoding.</param>
internal sealed class EddsaVerificationKey(EddsaForm form, byte[] key) : VerificationKey
{
    /// <inheritdoc/>
    public override bool Verify(byte hashAlgorithm, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> material)
    {
        switch (form)
        {
            case EddsaForm.Ed25519:
                return material.Length == 64 && BouncyCastleAdapter.VerifyEd25519(key, digest, material);
            case EddsaForm.Ed448:
                return material.Length == 114 && BouncyCastleAdapter.VerifyEd448(key, digest, material);
            default:
                if (!TryReadPair(material, out var r, out var s) || r.Length > 32 || s.Length > 32)
                    return false;
                Span<byte> signature = stackalloc byte[64];
                signature.Clear();
                r.CopyTo(signature[(32 - r.Length)..]);
                s.CopyTo(signature[(64 - s.Length)..]);
                return BouncyCastleAdapter.VerifyEd25519(key, digest, signature);
        }
    }
}

/// <summary>How an EdDSA signature is encoded.</summary>
internal enum EddsaForm
{
    /// <summary>Ed25519 as two numbers (algorithm 22).</summary>
    LegacyEd25519,

    /// <summary>Ed25519, 64 octets (algorithm 27).</summary>
    Ed25519,

    /// <summary>Ed448, 114 octets (algorithm 28).</summary>
    Ed448,
}
