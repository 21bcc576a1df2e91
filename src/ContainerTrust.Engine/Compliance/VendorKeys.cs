namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// Keys that their vendor publishes with a self-signature that would be made in another way today. The key is known by its fingerprint,
/// which no collision of SHA-1 gives to another, and there is no better copy of it to get: that is a note, and not a fault of the host.
/// </summary>
internal static class VendorKeys
{
    private static readonly Dictionary<string, string> s_selfSignedBySha1 = new(StringComparer.Ordinal)
    {
        // https://access.redhat.com/security/team/key
        ["567E347AD0044ADE55BA8A5F199E2F91FD431D51"] = "Red Hat publishes its release key 2 of 2009 so",
    };

    /// <summary>What is known of a key that has signed itself with SHA-1 alone.</summary>
    /// <param name="fingerprint">The fingerprint, upper-case hex.</param>
    /// <returns>A clause. Null for a key that is not known.</returns>
    public static string? WhySelfSignedBySha1(string fingerprint) => s_selfSignedBySha1.GetValueOrDefault(fingerprint);
}
