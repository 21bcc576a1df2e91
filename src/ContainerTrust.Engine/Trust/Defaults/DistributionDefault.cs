using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Trust.Defaults;

/// <summary>What a host's distribution ships as policy.json and in registries.d.</summary>
/// <param name="Origin">Where that is known from, as messages say it.</param>
/// <param name="Policy">The policy.json.</param>
/// <param name="RegistriesD">Files of registries.d by their names, besides default.yaml.</param>
internal sealed record DistributionDefault(string Origin, ReadOnlyMemory<byte> Policy,
    IReadOnlyDictionary<string, ReadOnlyMemory<byte>> RegistriesD)
{
    // What an image of ostree or bootc has for /etc: the host's own /etc began as a copy of it.
    private const string ImageEtc = "/usr/etc/containers";
    private const string ImagePolicy = ImageEtc + "/policy.json";
    private const string VendorRegistries = "/usr/share/containers/registries.d";
    private const string NewFile = TrustLocations.SystemPolicyPath + ".rpmnew";
    private const string ReleaseKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string BetaKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta";
    private const string SigstoreKey = "/etc/pki/sigstore/SIGSTORE-redhat-release3";

    private static readonly Dictionary<string, ReadOnlyMemory<byte>> s_noFiles = [];

    // Their packages ship the policy of the upstream project.
    private static readonly string[] s_upstream = ["fedora", "debian", "ubuntu"];

    // Rebuilds of RHEL, which ship its policy where they have its keys.
    private static readonly string[] s_rebuilds = ["centos", "almalinux", "rocky"];

    /// <summary>What <see cref="Find"/> looks at, for reading ahead; directories end in a slash.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        ImagePolicy, $"{ImageEtc}/registries.d/", $"{ImageEtc}/registries.rootful.d/", $"{ImageEtc}/registries.rootless.d/",
        NewFile, BetaKey, ReleaseKey, SigstoreKey, .. OperatingSystemRelease.Files,
    ];

    /// <summary>
    /// Finds it without starting a program: what an ostree image has for /etc, the vendor's file, the package's new one, else what the
    /// release is known to ship.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <returns>The default. Null if it is not known what this distribution ships.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static DistributionDefault? Find(ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        DistributionDefault? found = host.TryReadFile(ImagePolicy, PolicyReader.MaxBytes) is { } image
            ? new(ImagePolicy, image.Content, s_noFiles)
            : OfPackages(host);
        Dictionary<string, ReadOnlyMemory<byte>> files = OfImage(host, "registries.d");
        foreach ((string name, ReadOnlyMemory<byte> content) in found?.RegistriesD ?? s_noFiles)
            files.TryAdd(name, content);
        return found is null ? null : found with { RegistriesD = files };
    }

    /// <summary>Whether the host's image has a policy of its own for /etc, which is not the distribution's.</summary>
    /// <param name="host">The host.</param>
    /// <returns>Whether to go back to that.</returns>
    /// <exception cref="TrustException">A path cannot be looked at.</exception>
    public static bool HasOwnEtc(ITrustHost host) =>
        host.Exists(ImagePolicy) && host.ResolvePath(ImagePolicy) != host.ResolvePath(TrustLocations.VendorPolicyPath);

    /// <summary>The files that the host's image has for a directory of <c>/etc/containers</c>, besides default.yaml.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">The directory's name, such as <c>registries.d</c>.</param>
    /// <returns>The files by their names; none where there is no such image.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static Dictionary<string, ReadOnlyMemory<byte>> OfImage(ITrustHost host, string name)
    {
        string directory = $"{ImageEtc}/{name}";
        Dictionary<string, ReadOnlyMemory<byte>> files = new(StringComparer.Ordinal);
        foreach (string file in host.ListDirectory(directory).Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal)
            && n != "default.yaml"))
        {
            if (DropInFiles.TryRead(host, $"{directory}/{file}", LookasideLimits.FileBytes) is { } shipped)
                files.Add(file, shipped.Content);
        }

        return files;
    }

    private static DistributionDefault? OfPackages(ITrustHost host)
    {
        OperatingSystemRelease release = OperatingSystemRelease.Read(host);
        if (host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes) is { } vendor)
            return new(TrustLocations.VendorPolicyPath, vendor.Content, s_noFiles);
        DistributionDefault? known = OfRelease(host, release);

        // From containers-common 0.68 on the vendor's files are there, and must not be hidden by copies.
        if (known is { RegistriesD.Count: > 0 } && host.ListDirectory(VendorRegistries) is { Count: > 0 } there)
            known = known with { RegistriesD = known.RegistriesD.Where(f => !there.Contains(f.Key)).ToDictionary() };
        return ReadNewFile(host, known) is { } content ? new(NewFile, content, known?.RegistriesD ?? s_noFiles) : known;
    }

    /// <summary>The error for a host of which <see cref="Find"/> knows nothing.</summary>
    /// <param name="host">The host.</param>
    /// <param name="present">The host's policy. Null if there is none, or it is not valid.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Unknown(ITrustHost host, PolicyDocument? present)
    {
        string? looser = present is null ? null
            : LooserScopes.DescribeOther(LooserScopes.Find(present, PolicyReader.Read(DefaultPolicy.Text, "policy.json")));
        string name = OperatingSystemRelease.Read(host).Name;
        return new TrustException(
            "DistributionUnknown",
            TrustErrorKind.NotSupported,
            $"What {name} ships as policy.json is not known: it is not RHEL, CentOS, Fedora, Debian or Ubuntu, or lacks /etc/os-release. " +
                $"To accept everything could be less than that.{(looser is null ? "" : $" {looser}")} "
            + "Nothing was changed; reinstall the package that the file belongs to.")
        {
            Target = host.ComputerName,
        };
    }

    // A file that podman would refuse is nobody's default. One that accepts more than the release ships is left from an older one.
    private static ReadOnlyMemory<byte>? ReadNewFile(ITrustHost host, DistributionDefault? known)
    {
        if (host.TryReadFile(NewFile, PolicyReader.MaxBytes) is not { } file)
            return null;
        try
        {
            PolicyDocument policy = PolicyReader.Read(file.Content.Span, NewFile);
            bool isLooser = known is not null &&
                LooserScopes.Find(PolicyReader.Read(known.Policy.Span, NewFile), policy).Any(static s => s.IsUnchecked);
            if (isLooser)
                return null;
            return file.Content;
        }
        catch (TrustException)
        {
            return null;
        }
    }

    private static DistributionDefault? OfRelease(ITrustHost host, OperatingSystemRelease release)
    {
        if (s_upstream.Contains(release.Id))
            return new(release.Name, DefaultPolicy.Text.ToArray(), s_noFiles);
        bool isRebuild = s_rebuilds.Contains(release.Id);
        if (release.Major is not { } major || (release.Id != "rhel" && !isRebuild))
            return null;
        if (major < 8)
            return new(release.Name, DefaultPolicy.Text.ToArray(), s_noFiles);
        bool isSigstore = major >= 10;
        if (isRebuild && !host.Exists(isSigstore ? SigstoreKey : ReleaseKey))
            return null;
        return isSigstore
            ? new(release.Name, RedHatDefaults.SigstorePolicy, RedHatDefaults.SigstoreFiles)
            : new(release.Name, release.KnowsKeyPaths && host.Exists(BetaKey) ? RedHatDefaults.GpgPolicy : RedHatDefaults.GpgPolicyOfOneKey,
                RedHatDefaults.GpgFiles);
    }
}
