using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// Where containers/image looks for its files on a host, by the rules of a release. This is the one place that knows them; whoever reads
/// such a file asks here.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="release">Whose rules.</param>
internal sealed class ContainersLookup(ITrustHost host, ContainersRelease release)
{
    /// <summary>The administrator's directory.</summary>
    public const string SystemDirectory = "/etc/containers";

    /// <summary>The distribution's directory, read by podman 6.</summary>
    public const string VendorDirectory = "/usr/share/containers";

    /// <summary>The distribution's policy.</summary>
    public const string VendorPolicyPath = VendorDirectory + "/policy.json";

    /// <summary>The distribution's registries.d.</summary>
    public const string VendorRegistriesDirectory = VendorDirectory + "/registries.d";

    /// <summary>The administrator's registries.d for root alone, read by podman 6.</summary>
    public const string RootfulRegistriesDirectory = SystemDirectory + "/registries.rootful.d";

    /// <summary>The variable that names policy.json.</summary>
    public const string PolicyVariable = "CONTAINERS_POLICY_JSON";

    /// <summary>The variable that names registries.conf; with <c>_OVERRIDE</c>, one that is read last.</summary>
    public const string RegistriesVariable = "CONTAINERS_REGISTRIES_CONF";

    /// <summary>The variable that names the directory of a user's settings.</summary>
    public const string ConfigurationHome = "XDG_CONFIG_HOME";

    private const string DockerCertificates = "/etc/docker/certs.d";

    /// <summary>Whose rules.</summary>
    public ContainersRelease Release => release;

    /// <summary>The user's directory. Null if there is no user, or if it depends on the directory that a program is started in.</summary>
    public string? UserDirectory { get; } = FindUserDirectory(host, release);

    /// <summary>
    /// Whether <see cref="PolicyVariable"/> counts. Where the release is not known it does: who sets it has a program that obeys it.
    /// </summary>
    public bool ObeysPolicyVariable => release.ReadsAllLevels || !release.IsCertain;

    /// <summary>
    /// The directories of registries.d that are read together, the one whose files count most first. Of an older release it is one.
    /// </summary>
    /// <returns>The directories, whether they are there or not.</returns>
    public IReadOnlyList<LookupDirectory> RegistriesDirectories()
    {
        if (release.ReadsAllLevels)
            return DropInDirectories("registries", "");
        LookupDirectory system = new($"{SystemDirectory}/registries.d", ConfigLevel.System);
        return UserDirectory is { } user && host.Exists($"{user}/registries.d") ? [new($"{user}/registries.d", ConfigLevel.User)]
            : [system];
    }

    /// <summary>The main files of registries.conf, of which the first that is there is read alone.</summary>
    /// <returns>The files, whether they are there or not.</returns>
    public IReadOnlyList<string> RegistriesFiles() =>
        [.. Levels().Where(l => release.ReadsAllLevels || l.Level != ConfigLevel.Vendor).Select(static l => $"{l.Path}/registries.conf")];

    /// <summary>The directories of registries.conf.d that podman 6 reads together, the one whose files count most first.</summary>
    /// <returns>The directories, whether they are there or not.</returns>
    public IReadOnlyList<LookupDirectory> RegistriesDropIns() => DropInDirectories("registries", ".conf");

    /// <summary>The directories of which the first counts that has the server's name in it.</summary>
    /// <returns>The directories, whether they are there or not.</returns>
    public IReadOnlyList<string> CertificateDirectories()
    {
        if (release.ReadsAllLevels)
            return [.. DropInDirectories("certs", "").Select(static d => d.Path), DockerCertificates];
        return [.. UserDirectory is { } user ? [$"{user}/certs.d"] : Array.Empty<string>(), $"{SystemDirectory}/certs.d",
            DockerCertificates];
    }

    private static string? FindUserDirectory(ITrustHost host, ContainersRelease release)
    {
        // Set to an empty or relative text, it leads below the directory that the program runs in.
        if (release.ReadsAllLevels && host.GetEnvironmentVariable(ConfigurationHome) is { } configuration)
            return configuration.StartsWith('/') ? $"{configuration.TrimEnd('/')}/containers" : null;
        return host.HomeDirectory is { } home ? $"{home.TrimEnd('/')}/.config/containers" : null;
    }

    private IEnumerable<LookupDirectory> Levels()
    {
        if (UserDirectory is { } user)
            yield return new(user, ConfigLevel.User);
        yield return new(SystemDirectory, ConfigLevel.System);
        yield return new(VendorDirectory, ConfigLevel.Vendor);
    }

    private List<LookupDirectory> DropInDirectories(string name, string extension)
    {
        List<LookupDirectory> directories = [];
        foreach (LookupDirectory level in Levels())
        {
            // Only the administrator and the distribution tell root from others; the user's are one user's anyway.
            if (level.Level != ConfigLevel.User)
            {
                bool isRoot = HostUser.IsRoot(host);
                string special = $"{level.Path}/{name}.{(isRoot ? "rootful" : "rootless")}{extension}.d";
                if (!isRoot && HostUser.FindNumber(host) is { } user)
                    directories.Add(new(string.Create(CultureInfo.InvariantCulture, $"{special}/{user}"), level.Level));
                directories.Add(new(special, level.Level));
            }

            directories.Add(new($"{level.Path}/{name}{extension}.d", level.Level));
        }

        return directories;
    }
}
