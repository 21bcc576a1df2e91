namespace ContainerTrust.Engine.OpenPgp;

/// <summary>What the subpackets about a key's use and end mean (RFC 9580 sections 5.2.3.13 and 5.2.3.29).</summary>
internal static class KeyFlags
{
    private const byte Signing = 0x02;

    /// <summary>Whether the flags allow signatures; a key without flags may do what its algorithm can.</summary>
    /// <param name="flags">First octet of the key flags, or null.</param>
    /// <returns>True if allowed.</returns>
    public static bool AllowSigning(byte? flags) => flags is not { } octet || (octet & Signing) != 0;

    /// <summary>When a key ends.</summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <returns>The end, or null.</returns>
    public static DateTimeOffset? Expiry(uint created, uint seconds) =>
        seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)created + seconds);
}
