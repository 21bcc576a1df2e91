using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>
/// What Go's OpenPGP reads: golang.org/x/crypto, and ProtonMail's since containers/image 5.41, of which only what is known for sure
/// counts. What it cannot read costs x/crypto the whole key with which it stands.
/// </summary>
internal static class GoPackets
{
    /// <summary>The octets of an RSA exponent that both read.</summary>
    public const int LongestExponent = 3;

    /// <summary>Whether a key can be read.</summary>
    /// <param name="key">The key. Null for one of a kind that is not known here.</param>
    /// <param name="isNewer">Whether it is ProtonMail's.</param>
    /// <returns>True if so.</returns>
    public static bool IsReadable(PublicKeyPacket? key, bool isNewer) => key is { Version: 4 } && key.Algorithm switch
    {
        PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly =>
            key.ExponentLength <= LongestExponent,
        PublicKeyAlgorithm.Elgamal or PublicKeyAlgorithm.Dsa => true,
        PublicKeyAlgorithm.Ecdh or PublicKeyAlgorithm.Ecdsa => key.Curve?.Name is "nistp256" or "nistp384" or "nistp521",
        PublicKeyAlgorithm.EddsaLegacy => isNewer,
        _ => false,
    };

    /// <summary>Whether a signature can be read.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="isNewer">Whether it is ProtonMail's.</param>
    /// <returns>True if so.</returns>
    public static bool IsReadable(in SignaturePacket signature, bool isNewer) => (signature.Version, signature.PublicKeyAlgorithm) switch
    {
        (3, PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly or PublicKeyAlgorithm.Dsa) => !isNewer && HasHash(signature),
        (4, PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly or PublicKeyAlgorithm.Dsa or PublicKeyAlgorithm.Ecdsa) =>
            HasHash(signature) && HasKnownParts(signature),
        (4, PublicKeyAlgorithm.EddsaLegacy) => isNewer && HasHash(signature) && HasKnownParts(signature),
        _ => false,
    };

    /// <summary>Whether it takes a statement of this type for what a key says of its own user id.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True if so.</returns>
    public static bool IsSelfCertification(SignatureType type) =>
        type is SignatureType.GenericCertification or SignatureType.PositiveCertification;

    private static bool HasHash(in SignaturePacket signature) => signature.HashAlgorithm
        is HashAlgorithms.Sha1 or HashAlgorithms.Sha224 or HashAlgorithms.Sha256 or HashAlgorithms.Sha384 or HashAlgorithms.Sha512;

    private static bool HasKnownParts(in SignaturePacket signature) =>
        HasKnownParts(signature.HashedArea, mayEmbed: true) && HasKnownParts(signature.UnhashedArea, mayEmbed: true);

    // A critical part that it does not know makes a signature unreadable, and so does a signature inside that cannot be read.
    private static bool HasKnownParts(ReadOnlySpan<byte> area, bool mayEmbed)
    {
        var reader = new SubpacketReader(area);
        while (reader.TryRead(out SubpacketType type, out bool isCritical, out var value))
        {
            if ((isCritical && !IsKnown(type)) || (type == SubpacketType.EmbeddedSignature && !(mayEmbed && IsReadableInside(value))))
                return false;
        }

        return reader.IsAtEnd;
    }

    // By which algorithm is for the subkey to say, which must be readable itself. One inside another is not looked into.
    private static bool IsReadableInside(ReadOnlySpan<byte> body) =>
        SignaturePacket.Parse(body, out var signature) == SignatureParse.Read && signature.Version == 4 && HasHash(signature)
        && HasKnownParts(signature.HashedArea, mayEmbed: false) && HasKnownParts(signature.UnhashedArea, mayEmbed: false);

    private static bool IsKnown(SubpacketType type) => type
        is SubpacketType.SignatureCreationTime or SubpacketType.SignatureExpirationTime or SubpacketType.KeyExpirationTime
        or SubpacketType.PreferredSymmetricCiphers or SubpacketType.IssuerKeyId or SubpacketType.PreferredHashes
        or SubpacketType.PreferredCompression or SubpacketType.PrimaryUserId or SubpacketType.KeyFlags
        or SubpacketType.RevocationReason or SubpacketType.Features or SubpacketType.EmbeddedSignature;
}
