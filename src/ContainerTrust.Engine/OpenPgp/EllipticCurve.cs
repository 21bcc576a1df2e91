namespace ContainerTrust.Engine.OpenPgp;

/// <summary>The curves that OpenPGP names by object identifier (RFC 9580 section 9.2), with the names that GnuPG prints.</summary>
/// <param name="Name">Curve name.</param>
/// <param name="Size">Size of the field in bits.</param>
internal sealed record EllipticCurve(string Name, int Size)
{
    /// <summary>NIST P-256, also known as prime256v1 and secp256r1.</summary>
    public static readonly EllipticCurve NistP256 = new("nistp256", 256);

    /// <summary>NIST P-384.</summary>
    public static readonly EllipticCurve NistP384 = new("nistp384", 384);

    /// <summary>NIST P-521.</summary>
    public static readonly EllipticCurve NistP521 = new("nistp521", 521);

    /// <summary>Brainpool, 256 bits.</summary>
    public static readonly EllipticCurve BrainpoolP256r1 = new("brainpoolP256r1", 256);

    /// <summary>Brainpool, 384 bits.</summary>
    public static readonly EllipticCurve BrainpoolP384r1 = new("brainpoolP384r1", 384);

    /// <summary>Brainpool, 512 bits.</summary>
    public static readonly EllipticCurve BrainpoolP512r1 = new("brainpoolP512r1", 512);

    /// <summary>The curve of Bitcoin.</summary>
    public static readonly EllipticCurve Secp256k1 = new("secp256k1", 256);

    /// <summary>Edwards curve of the EdDSA signature scheme, 255 bits.</summary>
    public static readonly EllipticCurve Ed25519 = new("ed25519", 255);

    /// <summary>Edwards curve, 448 bits.</summary>
    public static readonly EllipticCurve Ed448 = new("ed448", 448);

    /// <summary>Montgomery curve for encryption, 255 bits.</summary>
    public static readonly EllipticCurve Curve25519 = new("cv25519", 255);

    /// <summary>Montgomery curve for encryption, 448 bits.</summary>
    public static readonly EllipticCurve Curve448 = new("cv448", 448);

    /// <summary>Finds a curve of short Weierstrass form (ECDSA, ECDH).</summary>
    /// <param name="oid">Content octets of the DER object identifier, without tag and length.</param>
    /// <returns>The curve, or null if unknown.</returns>
    public static EllipticCurve? FindWeierstrass(ReadOnlySpan<byte> oid)
    {
        if (oid.SequenceEqual<byte>([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]))
            return NistP256;
        if (oid.SequenceEqual<byte>([0x2B, 0x81, 0x04, 0x00, 0x22]))
            return NistP384;
        if (oid.SequenceEqual<byte>([0x2B, 0x81, 0x04, 0x00, 0x23]))
            return NistP521;
        if (oid.SequenceEqual<byte>([0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07]))
            return BrainpoolP256r1;
        if (oid.SequenceEqual<byte>([0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B]))
            return BrainpoolP384r1;
        if (oid.SequenceEqual<byte>([0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0D]))
            return BrainpoolP512r1;
        if (oid.SequenceEqual<byte>([0x2B, 0x81, 0x04, 0x00, 0x0A]))
            return Secp256k1;
        return null;
    }

    /// <summary>Finds the curve of a legacy EdDSA key (algorithm 22).</summary>
    /// <param name="oid">Content octets of the DER object identifier.</param>
    /// <returns>The curve, or null if unknown.</returns>
    public static EllipticCurve? FindEdwards(ReadOnlySpan<byte> oid) =>
        oid.SequenceEqual<byte>([0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01]) ? Ed25519 : null;

    /// <summary>Finds the Montgomery curve of an ECDH key.</summary>
    /// <param name="oid">Content octets of the DER object identifier.</param>
    /// <returns>The curve, or null if it is none of these.</returns>
    public static EllipticCurve? FindMontgomery(ReadOnlySpan<byte> oid) =>
        oid.SequenceEqual<byte>([0x2B, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01]) ? Curve25519 : null;
}
