using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>
/// The release whose verdict is asked for, as a user names it: <c>podman5.4</c>, <c>skopeo1.20</c>, <c>crio1.34</c>; with what it is
/// built with after a slash, <c>podman6/sequoia</c>.
/// </summary>
/// <param name="Program">One of <see cref="ConsumerReleases.Programs"/>.</param>
/// <param name="Version">The version as it was written: <c>5.4</c>.</param>
/// <param name="Library">What it verifies OpenPGP with. Null where the host decides, or nothing is known of it.</param>
/// <param name="ImageFrom">The oldest containers/image 5 that it may be built with: the number after the first dot.</param>
/// <param name="ImageTo">The newest one.</param>
internal sealed record ConsumerName(string Program, string Version, OpenPgpLibrary? Library, int ImageFrom, int ImageTo)
{
    // containers/image 5.24: podman 4.4.
    private const int RefusesEmptyLists = 24;

    // containers/image 5.40: podman 6.
    private const int ReadsAllLevels = 40;

    // podman 5.7 and skopeo 1.21, the first that can be built with Sequoia.
    private const int MayHaveSequoia = 37;

    private static readonly (string Name, OpenPgpLibrary Library)[] s_libraries =
        [("gpg", OpenPgpLibrary.GnuPg), ("sequoia", OpenPgpLibrary.Sequoia), ("go", OpenPgpLibrary.Go)];

    /// <summary>The release by whose rules files are looked for.</summary>
    public ContainersRelease Release => (ImageFrom >= ReadsAllLevels ? ContainersRelease.Six : ContainersRelease.Five) with
    {
        Reason = $"{Program} {Version}, as you say",
        PassesOverEmptyLists = ImageTo < RefusesEmptyLists,
    };

    /// <summary>Whether it is CRI-O, which has a policy of its own.</summary>
    public bool IsCrio => Program == "crio";

    /// <summary>Reads a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">It is not the name of a release that is known here (<c>UnknownConsumer</c>).</exception>
    public static ConsumerName Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.ToLowerInvariant().Replace("cri-o", "crio", StringComparison.Ordinal).Split('/');
        int end = parts[0].AsSpan().IndexOfAnyInRange('0', '9');
        string program = end > 0 ? parts[0][..end] : parts[0];
        string version = end > 0 ? parts[0][end..] : "";
        int library = parts.Length == 2 ? Array.FindIndex(s_libraries, l => l.Name == parts[1]) : -1;
        if (!ConsumerReleases.Programs.Contains(program) || parts.Length > 2 || (parts.Length == 2 && library < 0)
            || Numbers(version) is not { } numbers || ConsumerReleases.Find(program, numbers.Major, numbers.Minor) is not { } image
            || (library >= 0 && s_libraries[library].Library == OpenPgpLibrary.Sequoia && image.From < MayHaveSequoia))
        {
            throw Unknown(name);
        }

        return new(program, version, library < 0 ? null : s_libraries[library].Library, image.From, image.To);
    }

    /// <summary>The judge of signatures that it is on a host.</summary>
    /// <param name="system">What the host is. Null where there is no host.</param>
    /// <returns>
    /// The judge. Where nothing says what the host's build has, it has GnuPG, as builds have by default; CRI-O's may have Go's OpenPGP
    /// too, so both must accept, as must both of a range of which only the newer ones can have Sequoia.
    /// </returns>
    public OpenPgpConsumer On(OperatingSystemRelease? system)
    {
        bool mayHaveSequoia = system is not null && FindLibrary(system) == OpenPgpLibrary.Sequoia && !IsCrio && ImageTo >= MayHaveSequoia;
        string program = $"{(IsCrio ? "CRI-O" : Program == "buildah" ? "Buildah" : Program)} {Version}";
        OpenPgpConsumer With(OpenPgpLibrary library) => new(program, library, ImageFrom, ImageTo);
        if (Library is { } named)
            return With(named);
        if (mayHaveSequoia && ImageFrom >= MayHaveSequoia)
            return With(OpenPgpLibrary.Sequoia);
        return With(OpenPgpLibrary.GnuPg) with
        {
            Other = mayHaveSequoia ? With(OpenPgpLibrary.Sequoia) : IsCrio ? With(OpenPgpLibrary.Go) : null,
        };
    }

    /// <summary>What a system's podman verifies OpenPGP with.</summary>
    /// <param name="system">What the host is.</param>
    /// <returns>GnuPG only where it is known to be an older one, see <see cref="HasOlderGnuPg"/>. Null where it is not known.</returns>
    public static OpenPgpLibrary? FindLibrary(OperatingSystemRelease system) => HasOlderGnuPg(system) ? OpenPgpLibrary.GnuPg
        : system is { Id: "fedora", Major: >= 43 } ? OpenPgpLibrary.Sequoia : null;

    /// <summary>
    /// Whether a system's podman verifies with a GnuPG that is known to stop at version 6: GnuPG 2.2 and 2.3 of RHEL 8 and 9 and their
    /// rebuilds, GnuPG 2.2 of Debian up to 12 and of Ubuntu up to 22.04.
    /// </summary>
    /// <param name="system">What the host is.</param>
    /// <returns>False where it is another, or not known.</returns>
    public static bool HasOlderGnuPg(OperatingSystemRelease system) =>
        (system.IsOfRedHat && system.Major is 8 or 9) || system is { Id: "debian", Major: <= 12 } or { Id: "ubuntu", Major: <= 22 };

    private static (int Major, int? Minor)? Numbers(string version)
    {
        string[] numbers = version.Split('.');
        if (numbers.Length > 3)
            return null;
        Span<int> values = stackalloc int[3];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i].Length is 0 or > 4 || !int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]))
                return null;
        }

        return (values[0], numbers.Length > 1 ? values[1] : null);
    }

    private static TrustException Unknown(string name) => new(
        "UnknownConsumer",
        TrustErrorKind.InvalidArgument,
        $"'{Printable.Of(name, Printable.NameLength)}' is not a release whose verdict is known here. Specify podman, skopeo, "
            + "buildah or crio and the version, such as podman5.4 or crio1.34, and, if you know it, what it verifies OpenPGP with: "
            + "podman6/gpg, podman6/sequoia or podman6/go.")
    {
        Target = name,
    };
}
