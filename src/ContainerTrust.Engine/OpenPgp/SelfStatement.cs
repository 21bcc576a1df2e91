namespace ContainerTrust.Engine.OpenPgp;

/// <summary>What a verified self-signature says of a key, a user id or a subkey. None of it is of the unhashed area, but for the back-signature, which is verified itself.</summary>
/// <param name="Created">When it was made, seconds since 1970 UTC.</param>
/// <param name="ExpirationSeconds">Seconds after <paramref name="Created"/> at which it ends; 0 for never.</param>
/// <param name="IsRevocation">Whether it takes a certification back.</param>
/// <param name="KeyFlags">First octet of the key flags; null if not stated.</param>
/// <param name="KeyExpirationSeconds">Seconds after the key's creation at which the key ends; 0 for never.</param>
/// <param name="IsPrimaryUserId">Whether it calls the user id the primary one.</param>
/// <param name="HasBackSignature">Whether the subkey has agreed to the binding.</param>
/// <param name="HashAlgorithm">What it was made with, see <see cref="HashAlgorithms"/>.</param>
internal sealed record SelfStatement(uint Created, uint ExpirationSeconds, bool IsRevocation, byte? KeyFlags, uint KeyExpirationSeconds, bool IsPrimaryUserId, bool HasBackSignature, byte HashAlgorithm)
{
    /// <summary>Whether it has ended.</summary>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True if so.</returns>
    public bool IsExpiredAt(long now) => Lifetime.HasEnded(Created, ExpirationSeconds, now);
}
