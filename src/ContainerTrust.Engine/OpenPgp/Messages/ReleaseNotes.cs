namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>Which releases and builds of podman and skopeo refuse a signature that is good here.</summary>
internal static class ReleaseNotes
{
    private const string BySubkey =
        "It was made by a subkey, which podman 5.6 and older (containers/image before 5.37) refuse if built with gpgme.";

    private const string Version3 =
        "It is of version 3, which podman and skopeo of July 2026 and later refuse if built with Go's OpenPGP (not with gpgme).";

    private const string Version6 =
        "It is of version 6, which GnuPG does not read: podman and skopeo built with gpgme, as on RHEL and CentOS, refuse it.";

    /// <summary>What is to be said of a good signature.</summary>
    /// <param name="version">The signature's version.</param>
    /// <param name="isBySubkey">Whether a subkey made it.</param>
    /// <returns>Sentences; null if nothing is.</returns>
    public static string? Of(byte version, bool isBySubkey)
    {
        string? ofVersion = version switch
        {
            3 => Version3,
            6 => Version6,
            _ => null,
        };
        return !isBySubkey ? ofVersion : ofVersion is null ? BySubkey : $"{BySubkey} {ofVersion}";
    }
}
