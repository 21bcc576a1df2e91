namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>Hosts whose operating system is an image (bootc, rpm-ostree), and such images.</summary>
internal static class ImageModeHost
{
    /// <summary>What is there on a host that runs, and not in an image.</summary>
    public const string BootedMark = "/run/ostree-booted";

    /// <summary>The transport that an image is installed from.</summary>
    public const string InstallTransport = "containers-storage";

    // Part of what bootc and ostree put on a host, or into an image that they take. Not /usr/etc: SUSE and npm have one, too.
    private static readonly string[] s_marks = [BootedMark, "/usr/lib/bootc", "/usr/lib/ostree-boot", "/sysroot/ostree"];

    /// <summary>The files that say it, to be asked for at once.</summary>
    public static IReadOnlyList<string> Marks => s_marks;

    /// <summary>Whether a host, or the image whose root it is, is of that kind.</summary>
    /// <param name="host">The host.</param>
    public static bool Is(ITrustHost host) => s_marks.Any(host.Exists);

    /// <summary>
    /// Whether a path is one that an image brings: below <c>/usr</c>, which is the image's alone, or <c>/etc</c>, which updates merge with
    /// what was changed on the host.
    /// </summary>
    /// <param name="path">An absolute path, without links.</param>
    public static bool IsInImage(string path) =>
        (path.StartsWith("/usr/", StringComparison.Ordinal) || path.StartsWith("/etc/", StringComparison.Ordinal))
        && !path.StartsWith("/usr/tmp/", StringComparison.Ordinal) && !path.Split('/').Any(static p => p is "." or "..");
}
