using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>Whether the release that a host has would refuse a policy for a member that it does not know.</summary>
internal static class InstalledReleases
{
    // What podman of a minor release has, the oldest that it shipped with: RHEL 8.7 and 9.1 had podman 4.2, the first with containers/image
    // 5.22. RHEL 7 knew none of the newer members.
    private static readonly (int Major, int Minor, int Image)[] s_ofRedHat =
    [
        (8, 0, 0), (8, 6, 21), (8, 7, 22), (8, 8, 24), (8, 9, 26), (8, 10, 29),
        (9, 0, 21), (9, 1, 22), (9, 2, 24), (9, 3, 26), (9, 4, 29), (9, 5, 32), (9, 6, 34), (10, 0, 34),
    ];

    private const int WithSigstore = 22;
    private const int OfRhel7 = 0;

    /// <summary>Judges a planned policy.</summary>
    /// <param name="host">The host.</param>
    /// <param name="release">What is known of its podman.</param>
    /// <param name="before">The policy so far. What is refused already cannot be made worse.</param>
    /// <param name="after">The planned one.</param>
    /// <returns>Two sentences, with the release that refuses it. Null if none is known to.</returns>
    /// <exception cref="TrustException">A file that says what the host is cannot be read.</exception>
    public static string? Refusal(ITrustHost host, ContainersRelease release, PolicyDocument before, PolicyDocument after)
    {
        // A policy that any release knows is not worth a question to the host.
        if (PolicyMembers.FindUnknown(after, OfRhel7) is null || Find(host, release) is not { } found
            || PolicyMembers.FindRefused(before, found.Image) is not null
            || PolicyMembers.FindRefused(after, found.Image) is not { } unknown)
            return null;
        return $"{unknown} {found.Name} is one of those.";
    }

    /// <summary>The containers/image 5 of the release that a host has.</summary>
    /// <param name="host">The host.</param>
    /// <param name="release">What is known of its podman.</param>
    /// <returns>The number after the first dot, the oldest that it may be, and the release in words. Null if it is not known.</returns>
    /// <exception cref="TrustException">A file that says what the host is cannot be read.</exception>
    public static (string Name, int Image)? Find(ITrustHost host, ContainersRelease release)
    {
        if (release.Program is { } program)
            return Image(program) is { } image ? ($"{program.Name} {program.Major}.{program.Minor}", image) : null;
        OperatingSystemRelease system = OperatingSystemRelease.Read(host);
        if (!system.IsOfRedHat || system.Major is not { } major)
            return null;
        string name = system.Id == "rhel" ? $"RHEL {Printable.Of(system.Version, Printable.NameLength)}" : system.Name;
        if (major < 8)
            return ($"podman of {name}", OfRhel7);

        // A stream has no minor release, and is not always up to date.
        return system.Minor is { } minor
            ? ($"podman of {name}", Array.FindLast(s_ofRedHat, r => (r.Major, r.Minor).CompareTo((major, minor)) <= 0).Image) : null;
    }

    // Newer ones know what the newest in the table knows. Those of podman and skopeo that are older than the table knew no newer member;
    // of the other programs that is not so.
    private static int? Image((string Name, int Major, int Minor) program)
    {
        if (ConsumerReleases.Find(program.Name, program.Major, program.Minor) is { } known)
            return Newest(program, known.From);
        if (!ConsumerReleases.IsOlder(program.Name, program.Major, program.Minor))
            return int.MaxValue;
        return program.Name is "podman" or "skopeo" ? 0 : null;
    }

    // The table has the older library where patch releases have two: 1.9.1 and later have the newer.
    private static int Newest((string Name, int Major, int Minor) program, int image) =>
        program is { Name: "skopeo", Major: 1, Minor: 9 } ? WithSigstore : image;
}
