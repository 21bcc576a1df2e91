namespace ContainerTrust.Engine.OpenPgp;

/// <summary>What the self-signature that counts for a key, user id or subkey says.</summary>
/// <param name="Created">When it was made, seconds since 1970 UTC.</param>
/// <param name="IsUsable">False for a revoked certification and for a signature that has ended: it outranks older ones and says nothing.</param>
/// <param name="KeyFlags">First octet of the key flags; null if not stated.</param>
/// <param name="KeyExpirationSeconds">Seconds after the key's creation; 0 if the key does not end.</param>
/// <param name="HasBackSignature">Whether a primary key binding is embedded.</param>
internal sealed record SelfSignature(uint Created, bool IsUsable, byte? KeyFlags, uint KeyExpirationSeconds, bool HasBackSignature)
{
    /// <summary>Takes what counts from a signature.</summary>
    /// <param name="signature">A self-signature.</param>
    /// <param name="isUsable">See <see cref="IsUsable"/>.</param>
    /// <returns>The facts.</returns>
    public static SelfSignature From(in SignaturePacket signature, bool isUsable) =>
        new(signature.Created, isUsable, signature.KeyFlags, signature.KeyExpirationSeconds, signature.HasBackSignature);

    /// <summary>The later of two; the second where they are of the same second, as the later one in the file is for GnuPG.</summary>
    /// <param name="first">One, or null.</param>
    /// <param name="second">The other, or null.</param>
    /// <returns>The one that counts.</returns>
    public static SelfSignature? Later(SelfSignature? first, SelfSignature? second) =>
        first is not null && (second is null || first.Created > second.Created) ? first : second;
}
