using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>Whether the release that a host has would refuse a policy for a member that it does not know.</summary>
internal static class InstalledReleases
{
    // RHEL 8.7 and 9.1 had podman 4.2 and with it containers/image 5.22; before them it was 5.21 and older. RHEL 7 knew neither of the
    // newer members.
    private const int WithSigstore = 22;
    private const int WithoutKeyPaths = 21;
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
    /// <returns>The number after the first dot. Null if it is not known, or new enough.</returns>
    /// <exception cref="TrustException">A file that says what the host is cannot be read.</exception>
    public static int? ImageOf(ITrustHost host, ContainersRelease release) => Find(host, release)?.Image;

    // The table has the older library where patch releases have two: 1.9.1 and later have the newer.
    private static int Newest((string Name, int Major, int Minor) program, int image) =>
        program is { Name: "skopeo", Major: 1, Minor: 9 } ? WithSigstore : image;

    private static (string Name, int Image)? Find(ITrustHost host, ContainersRelease release)
    {
        if (release.Program is { } program)
        {
            return ConsumerReleases.Find(program.Name, program.Major, program.Minor) is { } known
                ? ($"{program.Name} {program.Major}.{program.Minor}", Newest(program, known.From)) : null;
        }

        OperatingSystemRelease system = OperatingSystemRelease.Read(host);
        if (system.Id != "rhel" || system.KnowsKeyPaths || system.Major is not { } major)
            return null;
        bool isNewer = system.Minor is { } minor && (major == 8 ? minor >= 7 : major == 9 && minor >= 1);
        return ($"podman of RHEL {Printable.Of(system.Version, Printable.NameLength)}",
            major < 8 ? OfRhel7 : isNewer ? WithSigstore : WithoutKeyPaths);
    }
}
