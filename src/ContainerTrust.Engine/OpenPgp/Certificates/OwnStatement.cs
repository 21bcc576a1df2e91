using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// A statement that the owner of a key made, with the component that it is about. What it says comes from the hashed area, but for the
/// back-signature, which is verified itself, and the mark for local use, which only takes away.
/// </summary>
internal sealed class OwnStatement
{
    /// <summary>Where it stood.</summary>
    public required RawStatement Raw { get; init; }

    /// <summary>What it is about: what it verifies over.</summary>
    public required RawComponent Component { get; init; }

    /// <summary>Its type.</summary>
    public required SignatureType Type { get; init; }

    /// <summary>When it was made, seconds since 1970 UTC.</summary>
    public required uint Created { get; init; }

    /// <summary>Seconds after <see cref="Created"/> at which it ends; 0 for never.</summary>
    public required uint ExpirationSeconds { get; init; }

    /// <summary>First octet of the key flags; null if not stated.</summary>
    public required byte? KeyFlags { get; init; }

    /// <summary>Seconds after the key's creation at which the key ends; 0 for never or not stated.</summary>
    public required uint KeyExpirationSeconds { get; init; }

    /// <summary>Whether it calls the user id the primary one.</summary>
    public required bool IsPrimaryUserId { get; init; }

    /// <summary>Whether it is for local use.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>What it was made with, see <see cref="HashAlgorithms"/>.</summary>
    public required byte HashAlgorithm { get; init; }

    /// <summary>Whether it cannot be read in full, or readers differ on whether it has ended.</summary>
    public required bool IsUnreadable { get; init; }

    /// <summary>Fingerprints of the keys that it lets revoke this one.</summary>
    public IReadOnlyList<string> Revokers { get; init; } = [];

    /// <summary>Whether the subkey has agreed to be bound.</summary>
    public bool HasBackSignature { get; set; }

    /// <summary>Why some reader would not take it, a clause. Null if none would refuse it.</summary>
    public string? Doubt { get; set; }

    /// <summary>Whether what it gives counts.</summary>
    public bool IsProven => Doubt is null && !IsUnreadable;

    /// <summary>Whether it takes a certification, a binding or the key back.</summary>
    public bool IsRevocation =>
        Type is SignatureType.CertificationRevocation or SignatureType.KeyRevocation or SignatureType.SubkeyRevocation;

    /// <summary>Whether it has ended.</summary>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True if so.</returns>
    public bool HasEndedAt(long now) => OpenPgpRules.Current.HasEnded(Created, ExpirationSeconds, now);
}
