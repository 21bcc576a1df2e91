using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// Files of users, and of the environment, that take the place of the system's. Looked at are the homes of root, of the current user, and
/// those in <c>/home</c>; users whose home is elsewhere are not found.
/// </summary>
internal sealed class UserPolicyCheck : IComplianceCheck
{
    private const string Configuration = "/.config/containers";
    private const string PolicyFile = "/policy.json";
    private const string RegistriesDirectory = "/registries.d";

    /// <summary>The directory that has users' homes.</summary>
    public const string Homes = "/home/";

    private const int MostHomes = 10_000;

    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.UserPolicy, ComplianceRules.LookasideConflict];

    public void Run(Audit audit)
    {
        TrustLocations locations = audit.Store.Locations;
        if (audit.Host.GetEnvironmentVariable("CONTAINERS_POLICY_JSON") is { Length: > 0 } named)
            audit.Add(ComplianceRules.UserPolicy,
                $"The environment variable CONTAINERS_POLICY_JSON names {Printable.Of(named, Printable.NameLength)}; newer releases of " +
                $"podman and skopeo use it instead of {TrustLocations.SystemPolicyPath}, older ones do not.", named);
        SortedSet<string> homes = new(StringComparer.Ordinal) { "/root" };
        if (audit.Host.HomeDirectory is { } home)
            homes.Add(home.TrimEnd('/'));
        IReadOnlyList<string> users = audit.Host.ListDirectory("/home");
        if (users.Count > MostHomes)
            audit.Add(ComplianceRules.NotChecked,
                $"UserPolicy could not be checked in full: there are {users.Count} directories in /home, and the " +
                $"first {MostHomes} were looked at.", "/home");
        homes.UnionWith(users.Take(MostHomes).Select(static u => $"/home/{u}"));
        SortedSet<string> directories = new(homes.Select(static h => h + Configuration), StringComparer.Ordinal);
        if (new ContainersLookup(audit.Host, locations.Release).UserDirectory is { } own)
            directories.Add(own);
        audit.Host.Prefetch(
            [.. directories.SelectMany(static d => new[] { d + PolicyFile, d + RegistriesDirectory }), .. LocalStores.Of(audit, homes)]);
        UserLevels.CheckOthers(audit);
        int unseen = 0;
        foreach (string directory in directories)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            try
            {
                Look(audit, locations, directory);
            }
            catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
            {
                // An ordinary user cannot look into the homes of others, and is none the worse for it.
                unseen++;
            }
        }

        if (unseen == 0)
            return;
        audit.NotDone(ComplianceRules.UserPolicy, ComplianceRules.LookasideConflict);
        audit.Add(ComplianceRules.UserPolicy,
            $"{unseen} home {(unseen == 1 ? "directory" : "directories")} could not be looked into for policies of users. " +
            "Check as root to see them all.", severity: ImageTrustSeverity.Information);
    }

    private static void Look(Audit audit, TrustLocations locations, string directory)
    {
        string policy = directory + PolicyFile;
        if (audit.Host.Exists(policy))
        {
            string inForce = locations.PolicyPath == policy ? " It is the one that was checked." : "";
            audit.Add(ComplianceRules.UserPolicy,
                $"{Printable.Of(policy, Printable.NameLength)} replaces {TrustLocations.SystemPolicyPath} whole for that user: nothing " +
                $"of the system's policy applies.{inForce}", policy);
        }

        string registries = directory + RegistriesDirectory;
        if (!audit.Host.Exists(registries))
            return;
        string what = locations.Release.ReadsAllLevels
            ? $"is read together with {TrustLocations.SystemRegistriesDirectory} for that user: its files hide " +
                "the system's of the same names."
            : $"replaces {TrustLocations.SystemRegistriesDirectory} for that user: the system's signature stores do not apply.";
        audit.Add(ComplianceRules.UserPolicy, $"{Printable.Of(registries, Printable.NameLength)} {what}", registries);
        UserLevels.CheckUser(audit, directory);
    }
}
