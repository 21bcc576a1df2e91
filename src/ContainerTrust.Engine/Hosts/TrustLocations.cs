using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Hosts;

/// <summary>Which policy.json and registries.d are in force on a host, and why.</summary>
/// <param name="PolicyPath">Path of policy.json on the host.</param>
/// <param name="RegistriesDirectory">Path of registries.d on the host.</param>
/// <param name="PolicyExists">Whether the policy is there.</param>
/// <param name="IsUserPolicy">Whether the policy is the user's own, which replaces the system's whole.</param>
public sealed record TrustLocations(string PolicyPath, string RegistriesDirectory, bool PolicyExists, bool IsUserPolicy)
{
    /// <summary>Whether registries.d is the user's own, which replaces the system's whole.</summary>
    public bool IsUserRegistries { get; init; }

    /// <summary>
    /// Whether policy and registries.d belong together: both the user's, both the system's, or both named. Where they do not, what is
    /// done to the one as a whole is not done to the other.
    /// </summary>
    public bool AreOfOneLevel { get; init; } = true;

    /// <summary>Whether the policy was named, by the caller or by a variable, and not found.</summary>
    internal bool IsNamed { get; init; }

    /// <summary>Whether <c>CONTAINERS_POLICY_JSON</c> names the policy; podman 6 fetches nothing while it names no file.</summary>
    internal bool IsFromVariable { get; init; }

    /// <summary>The system's policy.</summary>
    public const string SystemPolicyPath = "/etc/containers/policy.json";

    /// <summary>The system's registries.d.</summary>
    public const string SystemRegistriesDirectory = "/etc/containers/registries.d";

    /// <summary>
    /// The distribution's policy in releases from 2026 on, read where <see cref="SystemPolicyPath"/> is missing and never written.
    /// </summary>
    public const string VendorPolicyPath = ContainersLookup.VendorPolicyPath;

    /// <summary>By which release's rules the files were found.</summary>
    internal ContainersRelease Release { get; init; } = ContainersRelease.Unknown;

    /// <summary>
    /// Whether registries.d is the directories of all levels together, as podman 6 reads it. <see cref="RegistriesDirectory"/> is then
    /// the one that is written.
    /// </summary>
    internal bool ReadsAllRegistries { get; init; }

    /// <summary>
    /// Finds the files as containers/image does: an explicit path wins; then <c>CONTAINERS_POLICY_JSON</c>; then the user's own file if
    /// it exists; then the system's; then the distribution's. registries.d likewise. Which release's rules apply is found on the host.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="policyPath">An explicit policy.json, or null.</param>
    /// <param name="registriesDirectory">An explicit registries.d, or null.</param>
    /// <param name="currentUser">Whether the user's own files are wanted even where they do not exist yet.</param>
    /// <returns>Where the files are, or will be when they are written.</returns>
    /// <exception cref="TrustException">There is no current user (<c>NoCurrentUser</c>), or a path cannot be looked at.</exception>
    public static TrustLocations Find(ITrustHost host, string? policyPath, string? registriesDirectory, bool currentUser) =>
        Find(new ContainersLookup(host, ContainersRelease.Find(host)), host, policyPath, registriesDirectory, currentUser);

    /// <summary>Finds the files by the rules of a release.</summary>
    /// <param name="lookup">Where files are looked for.</param>
    /// <param name="host">The host.</param>
    /// <param name="policyPath">An explicit policy.json, or null.</param>
    /// <param name="registriesDirectory">An explicit registries.d, or null.</param>
    /// <param name="currentUser">Whether the user's own files are wanted even where they do not exist yet.</param>
    /// <returns>Where the files are, or will be when they are written.</returns>
    /// <exception cref="TrustException">There is no current user (<c>NoCurrentUser</c>), or a path cannot be looked at.</exception>
    internal static TrustLocations Find(ContainersLookup lookup, ITrustHost host, string? policyPath, string? registriesDirectory,
        bool currentUser)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (currentUser && lookup.UserDirectory is null)
        {
            throw new TrustException(
                "NoCurrentUser",
                TrustErrorKind.InvalidArgument,
                "There is no current user on that host, so there are no user files. " +
                $"Give {TrustOption.PolicyPath} and {TrustOption.RegistriesDirectory} instead of {TrustOption.CurrentUser}.")
            {
                Target = host.ComputerName,
            };
        }

        string? userPolicy = lookup.UserDirectory is { } directory ? $"{directory}/policy.json" : null;
        string? userRegistries = lookup.UserDirectory is null ? null : $"{lookup.UserDirectory}/registries.d";
        string? variable = policyPath is null && !currentUser && lookup.ObeysPolicyVariable
            && host.GetEnvironmentVariable(ContainersLookup.PolicyVariable) is { Length: > 0 } named ? named : null;
        string policy = policyPath ?? variable ?? (currentUser ? userPolicy! : FindPolicy(lookup, host, userPolicy));

        // A path that was named may be the user's own all the same.
        bool isUser = policy == userPolicy;

        // Where all levels are read, the one is written that the policy is of.
        bool wantsUser = currentUser || (userRegistries is not null && (lookup.Release.ReadsAllLevels
            ? isUser || (!HostUser.IsRoot(host) && host.Exists(userRegistries))
            : registriesDirectory is null && host.Exists(userRegistries)));
        string ofLevel = wantsUser ? userRegistries! : SystemRegistriesDirectory;
        string registries = registriesDirectory ?? ofLevel;
        bool isUserRegistries = registries.TrimEnd('/') == userRegistries;
        return new TrustLocations(policy, registries, host.Exists(policy), isUser)
        {
            IsUserRegistries = isUserRegistries,
            AreOfOneLevel = policyPath is null == registriesDirectory is null && (policyPath is not null || isUser == isUserRegistries),
            IsNamed = policyPath is not null || variable is not null,
            IsFromVariable = variable is not null,
            Release = lookup.Release,

            // The directory that would be found anyway may be named too.
            ReadsAllRegistries = lookup.Release.ReadsAllLevels && registries.TrimEnd('/') == ofLevel,
        };
    }

    private static string FindPolicy(ContainersLookup lookup, ITrustHost host, string? userPolicy)
    {
        if (userPolicy is not null && host.Exists(userPolicy))
            return userPolicy;
        bool isVendors = (lookup.Release.ReadsAllLevels || !lookup.Release.IsCertain)
            && !host.Exists(SystemPolicyPath) && host.Exists(VendorPolicyPath);
        return isVendors ? VendorPolicyPath : SystemPolicyPath;
    }
}
