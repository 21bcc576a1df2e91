namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A certificate as key files give it, all copies together; no signature is verified.</summary>
/// <param name="primary">The primary key.</param>
internal sealed class RawCertificate(RawKey primary)
{
    /// <summary>A certificate with more self-signatures than this is not used: verifying them all would take too long.</summary>
    public const int MaxSignatures = 1000;

    private readonly Dictionary<string, RawKey> _subkeys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RawUserId> _userIds = new(StringComparer.Ordinal);

    /// <summary>The primary key; its signatures are those that may be direct-key signatures.</summary>
    public RawKey Primary => primary;

    /// <summary>User ids in the order in which they came.</summary>
    public List<RawUserId> UserIds { get; } = [];

    /// <summary>Subkeys in the order in which they came. They may be of an unknown kind.</summary>
    public List<RawKey> Subkeys { get; } = [];

    /// <summary>Revocations of the primary key, wherever they stood.</summary>
    public List<byte[]> KeyRevocations { get; } = [];

    /// <summary>Revocations of subkeys, wherever they stood.</summary>
    public List<byte[]> SubkeyRevocations { get; } = [];

    /// <summary>Revocations in the certificate by another key, which may be a designated revoker.</summary>
    public List<byte[]> OtherRevocations { get; } = [];

    /// <summary>Whether a certification by the primary key, or its revocation, stands before any user id: GnuPG imports nothing of such a certificate.</summary>
    public bool HasMisplacedCertification { get; set; }

    /// <summary>How many signatures there are to verify; no more are kept than one above <see cref="MaxSignatures"/>.</summary>
    public int SignatureCount { get; set; }

    /// <summary>Adds a subkey, or finds the one that is there already.</summary>
    /// <param name="subkey">A subkey.</param>
    /// <returns>The one to use.</returns>
    public RawKey AddSubkey(RawKey subkey)
    {
        if (_subkeys.TryGetValue(subkey.Packet.Fingerprint, out var known))
            return known;
        _subkeys.Add(subkey.Packet.Fingerprint, subkey);
        Subkeys.Add(subkey);
        return subkey;
    }

    /// <summary>Adds a user id, or finds the one that is there already.</summary>
    /// <param name="octets">The packet's body.</param>
    /// <returns>The one to use.</returns>
    public RawUserId AddUserId(ReadOnlySpan<byte> octets)
    {
        string id = System.Text.Encoding.Latin1.GetString(octets);
        if (_userIds.TryGetValue(id, out var known))
            return known;
        var added = new RawUserId(octets.ToArray());
        _userIds.Add(id, added);
        UserIds.Add(added);
        return added;
    }
}

/// <summary>A key packet with the signatures that follow it.</summary>
/// <param name="packet">What it says.</param>
/// <param name="body">The packet's body.</param>
internal sealed class RawKey(PublicKeyPacket packet, byte[] body)
{
    /// <summary>What it says.</summary>
    public PublicKeyPacket Packet => packet;

    /// <summary>The packet's body.</summary>
    public byte[] Body => body;

    /// <summary>Bodies of signature packets that may be self-signatures.</summary>
    public List<byte[]> Signatures { get; } = [];
}

/// <summary>A user id packet with the signatures that follow it.</summary>
/// <param name="octets">The packet's body.</param>
internal sealed class RawUserId(byte[] octets)
{
    /// <summary>The packet's body.</summary>
    public byte[] Octets => octets;

    /// <summary>Bodies of signature packets that may be self-signatures.</summary>
    public List<byte[]> Signatures { get; } = [];
}
