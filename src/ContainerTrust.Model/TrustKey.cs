namespace ContainerTrust;

/// <summary>The format that a key was read from.</summary>
public enum TrustKeyKind
{
    /// <summary>An OpenPGP certificate (RFC 4880, RFC 9580).</summary>
    OpenPgp,

    /// <summary>A PEM public key (SubjectPublicKeyInfo or PKCS#1), as sigstore uses.</summary>
    PublicKey,
}

/// <summary>
/// A key that a policy names. The user ids, the end and the capabilities of an OpenPGP key are those that its own signatures prove: what
/// is shown here is what counts when an image is verified. A key that gpg would not import is shown as one that cannot sign.
/// </summary>
public sealed record TrustKey
{
    /// <summary>OpenPGP certificate or PEM public key.</summary>
    public required TrustKeyKind Kind { get; init; }

    /// <summary>
    /// Upper-case hex, no spaces. OpenPGP: the primary key's fingerprint (40 digits for version 4, 64 for version 6).
    /// PEM: SHA-256 of the DER SubjectPublicKeyInfo (64 digits).
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>OpenPGP: the 64-bit key id, 16 upper-case hex digits. Null for PEM keys.</summary>
    public string? KeyId { get; init; }

    /// <summary>User ids in the order of the file (<c>Name &lt;mail@example.com&gt;</c>). Empty for PEM keys.</summary>
    public IReadOnlyList<string> UserIds { get; init; } = [];

    /// <summary>Algorithm name: <c>RSA</c>, <c>DSA</c>, <c>ECDSA</c>, <c>EdDSA</c>, <c>Ed25519</c>, <c>Ed448</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Key size in bits (for elliptic curves the size of the field). 0 if unknown.</summary>
    public int Size { get; init; }

    /// <summary>Curve name for elliptic-curve keys (<c>nistp256</c>, <c>brainpoolP256r1</c>, <c>ed25519</c>). Null otherwise.</summary>
    public string? Curve { get; init; }

    /// <summary>When the key was made (UTC). Null for PEM keys.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the key ends (UTC). Null if it never does.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the file contains a revocation of the whole key, or a designated revoker may have revoked it.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>
    /// Whether the primary key or one of its subkeys that are not revoked may make signatures, by its key flags and algorithm; validity
    /// in time is separate, see <see cref="CanSignAt"/>.
    /// </summary>
    public bool CanSign { get; init; }

    /// <summary>Whether the primary key itself may make signatures, by its key flags and algorithm.</summary>
    public bool CanPrimarySign { get; init; }

    /// <summary>OpenPGP: the subkeys, in the order of the file. Empty for PEM keys.</summary>
    public IReadOnlyList<TrustSubkey> Subkeys { get; init; } = [];

    /// <summary>The file that the key was read from, as the policy names it. Null for a key inside the policy.</summary>
    public string? Path { get; init; }

    /// <summary>The host whose policy names the key. Null for a key that was not read with an entry of a policy.</summary>
    public string? ComputerName { get; init; }

    /// <summary>
    /// The scope whose entry names the key, as <see cref="ImageTrustFinding.Scope"/> has it. Null for a key that was not read with an
    /// entry of a policy.
    /// </summary>
    public string? Scope { get; init; }

    /// <summary>Whether the key has ended at <paramref name="time"/>.</summary>
    /// <param name="time">The moment asked about.</param>
    /// <returns>True if <see cref="Expires"/> is at or before <paramref name="time"/>.</returns>
    public bool IsExpiredAt(DateTimeOffset time) => Expires is { } e && e <= time;

    /// <summary>
    /// Whether some part of the key could make a signature at <paramref name="time"/> that counts: of the right kind, not revoked, begun
    /// and not ended.
    /// </summary>
    /// <param name="time">The moment asked about.</param>
    /// <returns>True if the primary key or a subkey could. A subkey ends with its primary key.</returns>
    public bool CanSignAt(DateTimeOffset time) =>
        !IsRevoked && !IsExpiredAt(time) && !(Created > time)
        && (CanPrimarySign || Subkeys.Any(s => s.CanSign && !s.IsRevoked && !(s.Expires <= time) && s.Created <= time));

    /// <summary>
    /// Whether another key is the same one in the same state, from a file of the same name: its material, its user ids, its end, its
    /// capabilities and its subkeys.
    /// </summary>
    /// <param name="other">The other.</param>
    /// <returns>True if it is.</returns>
    public bool Equals(TrustKey? other) =>
        other is not null && Kind == other.Kind && Fingerprint == other.Fingerprint && KeyId == other.KeyId
            && Algorithm == other.Algorithm && Size == other.Size && Curve == other.Curve
            && Path == other.Path && Created == other.Created && Expires == other.Expires && IsRevoked == other.IsRevoked
            && CanSign == other.CanSign && CanPrimarySign == other.CanPrimarySign
            && ListContent.AreEqual(UserIds, other.UserIds) && ListContent.AreEqual(Subkeys, other.Subkeys);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Fingerprint, Expires, IsRevoked, CanSign, ListContent.Hash(UserIds));

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(UserIds.Count > 0 ? $"{Fingerprint} {UserIds[0]}" : $"{Fingerprint}");
}

/// <summary>A subkey of an OpenPGP certificate, as its file states it.</summary>
public sealed record TrustSubkey
{
    /// <summary>Upper-case hex, no spaces.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Algorithm name, as <see cref="TrustKey.Algorithm"/>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Size in bits. 0 if unknown.</summary>
    public int Size { get; init; }

    /// <summary>Curve name. Null if the algorithm has none.</summary>
    public string? Curve { get; init; }

    /// <summary>When the subkey was made (UTC).</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When the subkey ends (UTC). Null if it never does.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether the file contains a revocation of this subkey.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>Whether the subkey may make signatures, by its binding's key flags and its algorithm.</summary>
    public bool CanSign { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Fingerprint}");
}
