namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>
/// Which containers/image 5 the releases of programs are built with. Where a vendor or a patch release has a newer one, the older counts:
/// it takes less.
/// </summary>
internal static class ConsumerReleases
{
    private static readonly (string Program, int Major, int Minor, int Image)[] s_releases =
    [
        ("podman", 4, 0, 19), ("podman", 4, 1, 21), ("podman", 4, 2, 22), ("podman", 4, 3, 23), ("podman", 4, 4, 24),
        ("podman", 4, 5, 25), ("podman", 4, 6, 26), ("podman", 4, 7, 28), ("podman", 4, 8, 29), ("podman", 4, 9, 29),
        ("podman", 5, 0, 30), ("podman", 5, 1, 31), ("podman", 5, 2, 32), ("podman", 5, 3, 33), ("podman", 5, 4, 34), ("podman", 5, 5, 35),
        ("podman", 5, 6, 36), ("podman", 5, 7, 38), ("podman", 5, 8, 39), ("podman", 6, 0, 40), ("podman", 6, 1, 41),
        ("skopeo", 1, 9, 21), ("skopeo", 1, 10, 23), ("skopeo", 1, 11, 24), ("skopeo", 1, 12, 25), ("skopeo", 1, 13, 26),
        ("skopeo", 1, 14, 29), ("skopeo", 1, 15, 30), ("skopeo", 1, 16, 32), ("skopeo", 1, 17, 33), ("skopeo", 1, 18, 34),
        ("skopeo", 1, 19, 35), ("skopeo", 1, 20, 36), ("skopeo", 1, 21, 38), ("skopeo", 1, 22, 39), ("skopeo", 1, 23, 40),
        ("skopeo", 1, 24, 41),
        ("buildah", 1, 28, 23), ("buildah", 1, 29, 24), ("buildah", 1, 30, 25), ("buildah", 1, 31, 26),
        ("buildah", 1, 32, 28), ("buildah", 1, 33, 29), ("buildah", 1, 34, 29),
        ("buildah", 1, 35, 30), ("buildah", 1, 36, 31), ("buildah", 1, 37, 32), ("buildah", 1, 38, 33), ("buildah", 1, 39, 34),
        ("buildah", 1, 40, 35), ("buildah", 1, 41, 36), ("buildah", 1, 42, 38), ("buildah", 1, 43, 39), ("buildah", 1, 44, 40),
        ("buildah", 1, 45, 41),
        ("crio", 1, 27, 25), ("crio", 1, 28, 27), ("crio", 1, 29, 29), ("crio", 1, 30, 29), ("crio", 1, 31, 32), ("crio", 1, 32, 33),
        ("crio", 1, 33, 35), ("crio", 1, 34, 36), ("crio", 1, 35, 38), ("crio", 1, 36, 38),
    ];

    /// <summary>The programs, as they are written before a version.</summary>
    public static IReadOnlyList<string> Programs { get; } = [.. s_releases.Select(static r => r.Program).Distinct()];

    /// <summary>Finds what a release is built with.</summary>
    /// <param name="program">One of <see cref="Programs"/>.</param>
    /// <param name="major">The version's first number.</param>
    /// <param name="minor">Its second number. Null for every release of the first.</param>
    /// <returns>
    /// The oldest and the newest containers/image 5 that it may be: the number after the first dot. Null if the release is older, or of a
    /// newer kind, than is known here.
    /// </returns>
    public static (int From, int To)? Find(string program, int major, int? minor)
    {
        var releases = Array.FindAll(s_releases, r => r.Program == program && r.Major == major);
        if (releases.Length == 0)
            return null;

        // CRI-O follows Kubernetes, and takes the newest libraries with it.
        if (minor is not { } number)
            return program == "crio" ? null : (releases[0].Image, releases[^1].Image);
        if (number < releases[0].Minor || number > releases[^1].Minor)
            return null;
        int image = Array.FindLast(releases, r => r.Minor <= number).Image;
        return (image, image);
    }

    /// <summary>Whether a release is older than all that are known of its program.</summary>
    /// <param name="program">One of <see cref="Programs"/>.</param>
    /// <param name="major">The version's first number.</param>
    /// <param name="minor">Its second number.</param>
    public static bool IsOlder(string program, int major, int minor) =>
        Array.Find(s_releases, r => r.Program == program) is { Program: not null } first
            && (major, minor).CompareTo((first.Major, first.Minor)) < 0;
}
