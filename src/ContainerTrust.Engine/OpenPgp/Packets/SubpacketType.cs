namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Signature subpacket types (RFC 9580 section 5.2.3.7) that are known here.</summary>
internal enum SubpacketType : byte
{
    SignatureCreationTime = 2,
    SignatureExpirationTime = 3,
    ExportableCertification = 4,
    TrustSignature = 5,
    RegularExpression = 6,
    Revocable = 7,
    KeyExpirationTime = 9,
    PreferredSymmetricCiphers = 11,
    RevocationKey = 12,
    IssuerKeyId = 16,
    NotationData = 20,
    PreferredHashes = 21,
    PreferredCompression = 22,
    KeyServerPreferences = 23,
    PreferredKeyServer = 24,
    PrimaryUserId = 25,
    PolicyUri = 26,
    KeyFlags = 27,
    SignersUserId = 28,
    RevocationReason = 29,
    Features = 30,
    EmbeddedSignature = 32,
    IssuerFingerprint = 33,
    PreferredAeadAlgorithms = 34,
    PreferredAeadCiphersuites = 39,
}
