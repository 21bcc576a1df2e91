using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// By which release's rules podman, skopeo and buildah look for their files on a host. Those of podman 6 (skopeo 1.23, buildah 1.44,
/// containers/image 5.40) read all levels; older ones read one directory of the user or of the system.
/// </summary>
/// <param name="ReadsAllLevels">Whether the rules are those of podman 6.</param>
/// <param name="IsCertain">Whether that is known. Where it is not, files are found as before, and changes must suit both.</param>
/// <param name="Reason">What it is known from, for words to the user.</param>
internal sealed record ContainersRelease(bool ReadsAllLevels, bool IsCertain, string Reason)
{
    private const int FirstMajor = 6;

    // podman 4.4, the first with containers/image 5.24.
    private static readonly (int Major, int Minor) s_strict = (4, 4);

    // What the package of podman 6 installs along with policy.json.
    private static readonly string[] s_besidePolicy =
        [$"{ContainersLookup.VendorDirectory}/registries.conf", $"{ContainersLookup.VendorRegistriesDirectory}/default.yaml"];

    /// <summary>The program that is installed, or that the user names, and its version. Null where only the rules are known.</summary>
    public (string Name, int Major, int Minor)? Program { get; init; }

    /// <summary>
    /// Whether it is known to be older than podman 4.4, skopeo 1.11 and buildah 1.29 (containers/image 5.24), which no longer take empty
    /// lists of version 1 in registries.conf for lists that are not there.
    /// </summary>
    public bool PassesOverEmptyLists { get; init; }

    /// <summary>Nothing says which release there is: an older one is taken.</summary>
    public static ContainersRelease Unknown { get; } = new(false, false, "nothing says which release there is");

    /// <summary>podman 5 and older.</summary>
    public static ContainersRelease Five { get; } = new(false, true, "podman 5");

    /// <summary>podman 6.</summary>
    public static ContainersRelease Six { get; } = new(true, true, "podman 6");

    /// <summary>Finds a host's, without starting a program there.</summary>
    /// <param name="host">The host.</param>
    /// <param name="version">The version that the user says it is, such as <c>5.8</c>. Null to find it.</param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">The version is not one (<c>InvalidPodmanVersion</c>), or a path cannot be looked at.</exception>
    public static ContainersRelease Find(ITrustHost host, string? version = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (version is not null)
            return Parse(version);
        if (DebianPackages.Find(host) is { } installed)
            return installed;

        // The package that has its files there conflicts with older releases of these programs. Who builds an image may put one there
        // too, but not all.
        string policy = ContainersLookup.VendorPolicyPath;
        return !host.Exists(policy) || !IsVendors(host.ResolvePath(policy)) ? Unknown
            : Six with { Reason = $"{policy} is there", IsCertain = Array.Exists(s_besidePolicy, host.Exists) };
    }

    /// <summary>The release that a version of podman has the rules of.</summary>
    /// <param name="version">
    /// <c>5</c>, <c>5.8</c>, <c>6.0.1</c>, also with <c>v</c> before it, and with what pre-releases and packages add: <c>6.0.0-rc1</c>.
    /// </param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">It is not a version (<c>InvalidPodmanVersion</c>).</exception>
    public static ContainersRelease Parse(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        int end = version.AsSpan().IndexOfAny("-~+");
        string number = end > 0 && end < version.Length - 1 ? version[..end] : version;
        string[] numbers = (number.StartsWith('v') ? number[1..] : number).Split('.');
        bool isVersion = numbers.Length is >= 1 and <= 3
            && Array.TrueForAll(numbers, static n => n.Length is > 0 and < 5
                && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (!isVersion)
        {
            throw new TrustException(
                "InvalidPodmanVersion",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(version, Printable.NameLength)}' is not a version of podman. Write its number, such as 5.8 or 6.0.")
            {
                Target = version,
            };
        }

        int major = int.Parse(numbers[0], CultureInfo.InvariantCulture);

        // Of a version without its second number the newest is meant.
        (int Major, int Minor) said = (major, numbers.Length > 1 ? int.Parse(numbers[1], CultureInfo.InvariantCulture) : int.MaxValue);
        return (major >= FirstMajor ? Six : Five) with
        {
            Reason = $"podman {string.Join('.', numbers)}, as you say",
            PassesOverEmptyLists = said.CompareTo(s_strict) < 0,
            Program = numbers.Length > 1 ? ("podman", said.Major, said.Minor) : null,
        };
    }

    // A link to what is elsewhere was made by somebody else than the package.
    private static bool IsVendors(string resolved) => resolved.StartsWith("/usr/", StringComparison.Ordinal);
}
