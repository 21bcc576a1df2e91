namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Packet types (RFC 9580 section 5).</summary>
internal enum PacketTag : byte
{
    PublicKeyEncryptedSessionKey = 1,
    Signature = 2,
    SymmetricKeyEncryptedSessionKey = 3,
    OnePassSignature = 4,
    SecretKey = 5,
    PublicKey = 6,
    SecretSubkey = 7,
    CompressedData = 8,
    SymmetricallyEncryptedData = 9,
    Marker = 10,
    LiteralData = 11,
    Trust = 12,
    UserId = 13,
    PublicSubkey = 14,

    /// <summary>A comment of early GnuPG drafts; ignored.</summary>
    OldComment = 16,
    UserAttribute = 17,
    IntegrityProtectedData = 18,
    ModificationDetectionCode = 19,
    AeadEncryptedData = 20,
    Padding = 21,

    /// <summary>GnuPG's private comment packet; ignored.</summary>
    Comment = 61,

    /// <summary>GnuPG's private control packet; never in a file.</summary>
    GpgControl = 63,
}
