namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// Directories whose files the distribution keeps: what is written there is lost with the next update, or cannot be written at all.
/// </summary>
internal static class VendorPlaces
{
    private static readonly string[] s_places = ["/usr/share/", "/usr/lib/", "/nix/store/", "/gnu/store/"];

    /// <summary>Whether a file is in one.</summary>
    /// <param name="resolved">Its path, without links.</param>
    /// <returns>True if it is.</returns>
    public static bool Have(string resolved) => Array.Exists(s_places, p => resolved.StartsWith(p, StringComparison.Ordinal));

    /// <summary>The words for a link into one that was replaced by a file.</summary>
    /// <param name="place">The link as messages show it.</param>
    /// <returns>A sentence.</returns>
    public static string LinkReplaced(string place) =>
        $"{place} was a link to the distribution's file, which is not written. It is a file of its own now, and later changes of the " +
            "distribution's do not reach it.";

    /// <summary>The words for such a link that is going to be replaced.</summary>
    /// <param name="place">The link as messages show it.</param>
    /// <returns>A sentence.</returns>
    public static string LinkToReplace(string place) =>
        $"{place} is a link to the distribution's file, which is not written. It becomes a file of its own, and later changes of the " +
            "distribution's do not reach it.";

    /// <summary>The error for a path that leads into one and cannot be made to lead elsewhere.</summary>
    /// <param name="path">The path.</param>
    /// <param name="place">The path as messages show it.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Error(string path, string place) =>
        new("VendorFile", TrustErrorKind.PermissionDenied,
            $"{place} is the distribution's and is not written: an update would undo it. Nothing was changed; " +
            "name a file in /etc/containers.") { Target = path };
}
