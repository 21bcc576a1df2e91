using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>Whom a statement names as its maker. Mostly nobody signs that, so it says which key to try, and proves nothing.</summary>
internal enum StatementLabel
{
    /// <summary>The key, in the way that GnuPG looks at: the key id, for version 6 the fingerprint.</summary>
    Own,

    /// <summary>Nobody, or the key in a way that GnuPG does not look at: to GnuPG it is nobody's.</summary>
    None,

    /// <summary>Another key.</summary>
    Other,
}

/// <summary>Reads labels.</summary>
internal static class StatementLabels
{
    /// <summary>Whom a signature names, seen from a key.</summary>
    /// <param name="signature">A signature.</param>
    /// <param name="key">The key that it stands with.</param>
    /// <returns>The label.</returns>
    public static StatementLabel Of(in SignaturePacket signature, PublicKeyPacket key)
    {
        bool hasFingerprint = !signature.IssuerFingerprint.IsEmpty;
        bool isFingerprint = hasFingerprint && key.IsFingerprint(signature.IssuerFingerprint);
        if (key.Version == 6)
            return isFingerprint ? StatementLabel.Own : hasFingerprint ? StatementLabel.Other : StatementLabel.None;
        if (signature.IssuerKeyId == key.KeyId)
            return StatementLabel.Own;
        return isFingerprint || (signature.IssuerKeyId is null && !hasFingerprint) ? StatementLabel.None : StatementLabel.Other;
    }

    /// <summary>The key id that a signature names, by key id or by fingerprint.</summary>
    /// <param name="signature">A signature.</param>
    /// <returns>Null if it names nobody.</returns>
    public static ulong? KeyId(in SignaturePacket signature) => signature.IssuerKeyId ?? signature.IssuerFingerprint.Length switch
    {
        20 => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(signature.IssuerFingerprint[12..]),
        32 => System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(signature.IssuerFingerprint),
        _ => null,
    };
}
