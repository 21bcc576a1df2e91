using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust.Consumers;

namespace ContainerTrust.Engine.Trust;

/// <summary>Which files are meant.</summary>
public sealed record TrustStoreOptions
{
    /// <summary>A directory that is another host's root (a mounted disk, a container's tree). Null for this host.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>policy.json, as the host names it. Null for the one in force.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>registries.d, as the host names it. Null for the one in force.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>
    /// The version of podman whose rules say where files are, such as <c>5.8</c> or <c>6.0</c>. Null to find it on the host.
    /// </summary>
    public string? PodmanVersion { get; init; }

    /// <summary>
    /// The release whose verdict is asked for, see <see cref="ConsumerName.Parse"/>: its rules say where files are, and CRI-O has a policy
    /// of its own. Null for none in particular.
    /// </summary>
    public string? As { get; init; }

    /// <summary>The user's own files, even where they do not exist yet.</summary>
    public bool CurrentUser { get; init; }

    /// <summary>The cmdlet or command that works, as the record of a change names it. Null if nothing is to be said.</summary>
    public string? Command { get; init; }

    /// <summary>
    /// The id of the change that is made, for the records of several hosts to have the same. Null for one of each host's own.
    /// </summary>
    public string? ChangeId { get; init; }

    /// <summary>A new id of a change.</summary>
    /// <returns>The time (UTC) and six random digits, such as <c>20261130T120000Z-3f09ac</c>.</returns>
    public static string NewChangeId() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}-{System.Security.Cryptography.RandomNumberGenerator.GetHexString(6, lowercase: true)}");

    /// <summary>By which release's rules files are looked for.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The release.</returns>
    /// <exception cref="TrustException">
    /// The version or the name is not valid (<c>InvalidPodmanVersion</c>, <c>UnknownConsumer</c>), both are given
    /// (<c>ReleaseGivenTwice</c>), or a path cannot be looked at.
    /// </exception>
    internal ContainersRelease FindRelease(ITrustHost host)
    {
        if (As is null)
            return ContainersRelease.Find(host, PodmanVersion);
        if (PodmanVersion is null)
            return ConsumerName.Parse(As).Release;
        throw new TrustException(
            "ReleaseGivenTwice",
            TrustErrorKind.InvalidArgument,
            $"{TrustOption.As} says where files are looked for too. Leave out {TrustOption.PodmanVersion}.")
        {
            Target = As,
        };
    }

    /// <summary>The policy that is meant: the one that was named, or that of CRI-O's settings if its verdict is asked for.</summary>
    /// <param name="host">The host.</param>
    /// <returns>A path; null for the one in force. CRI-O runs as root, so a user's own is never its policy.</returns>
    /// <exception cref="TrustException">
    /// CRI-O's settings cannot be read, or the user's own files are asked for with it (<c>ParametersNotTogether</c>).
    /// </exception>
    internal string? FindPolicyPath(ITrustHost host)
    {
        if (!IsForCrio)
            return PolicyPath;
        if (!CurrentUser)
            return PolicyPath ?? CrioConfiguration.Load(host)?.Policy?.Value ?? TrustLocations.SystemPolicyPath;
        throw new TrustException(
            "ParametersNotTogether",
            TrustErrorKind.InvalidArgument,
            $"CRI-O runs as root and reads no user's own files. Leave out {TrustOption.CurrentUser}.")
        {
            Target = As,
        };
    }

    /// <summary>The registries.d that is meant: the one that was named, or the system's for CRI-O.</summary>
    /// <returns>A path; null for the one in force.</returns>
    internal string? FindRegistriesDirectory() =>
        RegistriesDirectory ?? (IsForCrio ? TrustLocations.SystemRegistriesDirectory : null);

    private bool IsForCrio => As is not null && ConsumerName.Parse(As).IsCrio;

    /// <summary>What entries say of the place that they were read from.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">The files that were found.</param>
    internal ImageTrustOrigin OriginOn(ITrustHost host, TrustLocations locations)
    {
        SshConnectionOptions? connection = (host as SshHost)?.Connection;
        return new ImageTrustOrigin
        {
            // A root is on the machine that the command runs on, whatever the host is called that lies in it.
            ComputerName = RootDirectory is null ? host.ComputerName : LocalHost.Instance.ComputerName,
            HostName = connection?.Target,
            Root = RootDirectory,
            PolicyPath = PolicyPath,
            RegistriesDirectory = RegistriesDirectory,
            CurrentUser = CurrentUser || (PolicyPath is null && locations.IsUserPolicy),
            PodmanVersion = PodmanVersion,
            Connection = connection,
            IsOfSession = true,
        };
    }

    /// <summary>What advice for these files has to name, so that it is for the same ones.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">The files that were found.</param>
    internal AdviceTarget TargetOn(ITrustHost host, TrustLocations locations) => new()
    {
        RootDirectory = RootDirectory,
        PolicyPath = PolicyPath,
        RegistriesDirectory = RegistriesDirectory,

        // The user's own policy, found without being asked for, would be found again; said, it cannot be another.
        CurrentUser = CurrentUser || (PolicyPath is null && locations.IsUserPolicy),
        PodmanVersion = PodmanVersion ?? (As is null ? null : ConsumerName.Parse(As).Release.ReadsAllLevels ? "6.0" : "5"),
        Host = (host as SshHost)?.Connection.ToAdviceHost(),
    };
}
