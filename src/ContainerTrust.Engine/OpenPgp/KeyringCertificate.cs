namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A certificate whose self-signatures are verified; immutable once the import is done.</summary>
/// <param name="primary">The primary key.</param>
internal sealed class KeyringCertificate(KeyringKey primary)
{
    /// <summary>The primary key; its statements are the direct-key signatures.</summary>
    public KeyringKey Primary => primary;

    /// <summary>User ids that the primary key has signed for at least once.</summary>
    public List<KeyringUserId> UserIds { get; } = [];

    /// <summary>Subkeys that the primary key has bound at least once.</summary>
    public List<KeyringKey> Subkeys { get; } = [];

    /// <summary>Fingerprints of the keys that may revoke this one.</summary>
    public List<string> Revokers { get; } = [];

    /// <summary>Whether a self-signature on the primary key or a user id holds but cannot be read in full, so that nobody knows what it takes away.</summary>
    public bool HasUnreadableStatement { get; set; }
}

/// <summary>A key or subkey that can verify signatures, with what its primary key says of it.</summary>
/// <param name="packet">What the packet says.</param>
/// <param name="key">The key. Null if it cannot verify signatures.</param>
internal sealed class KeyringKey(PublicKeyPacket packet, VerificationKey? key)
{
    /// <summary>What the packet says.</summary>
    public PublicKeyPacket Packet => packet;

    /// <summary>The key. Null if it cannot verify signatures.</summary>
    public VerificationKey? Key => key;

    /// <summary>Direct-key signatures, or bindings.</summary>
    public List<SelfStatement> Statements { get; } = [];

    /// <summary>Whether it is revoked, by its owner or a designated revoker.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>A designated revoker that may have revoked it, but whose key is not there to tell. Null if there is none.</summary>
    public string? MissingRevoker { get; set; }

    /// <summary>Whether a binding holds but cannot be read in full.</summary>
    public bool HasUnreadableStatement { get; set; }
}

/// <summary>A user id with what the primary key says of it.</summary>
/// <param name="text">The user id.</param>
/// <param name="statements">Certifications and their revocations.</param>
internal sealed class KeyringUserId(string text, List<SelfStatement> statements)
{
    /// <summary>The user id.</summary>
    public string Text => text;

    /// <summary>Certifications and their revocations; at least one.</summary>
    public List<SelfStatement> Statements => statements;
}
