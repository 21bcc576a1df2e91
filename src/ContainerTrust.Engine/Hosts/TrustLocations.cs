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
    /// Whether policy and registries.d belong together: both the user's, both the system's, or both named. Where they do not, what is done to the one
    /// as a whole is not done to the other.
    /// </summary>
    public bool AreOfOneLevel { get; init; } = true;

    /// <summary>The system's policy.</summary>
    public const string SystemPolicyPath = "/etc/containers/policy.json";

    /// <summary>The system's registries.d.</summary>
    public const string SystemRegistriesDirectory = "/etc/containers/registries.d";

    /// <summary>The distribution's policy in releases from 2026 on, read where <see cref="SystemPolicyPath"/> is missing and never written.</summary>
    public const string VendorPolicyPath = "/usr/share/containers/policy.json";

    private const string UserPolicyFile = "/.config/containers/policy.json";
    private const string UserRegistriesDirectory = "/.config/containers/registries.d";

    /// <summary>
    /// Finds the files as containers/image does: an explicit path wins; then <c>CONTAINERS_POLICY_JSON</c>; then the user's own file if it exists; then the
    /// system's; then the distribution's. registries.d likewise.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="policyPath">An explicit policy.json, or null.</param>
    /// <param name="registriesDirectory">An explicit registries.d, or null.</param>
    /// <param name="currentUser">Whether the user's own files are wanted even where they do not exist yet.</param>
    /// <returns>Where the files are, or will be when they are written.</returns>
    /// <exception cref="TrustException">There is no current user (<c>NoCurrentUser</c>), or a path cannot be looked at.</exception>
    public static TrustLocations Find(ITrustHost host, string? policyPath, string? registriesDirectory, bool currentUser)
    {
        ArgumentNullException.ThrowIfNull(host);
        string? home = host.HomeDirectory;
        if (currentUser && home is null)
        {
            throw new TrustException("NoCurrentUser", TrustErrorKind.InvalidArgument, $"There is no current user on that host, so there are no user files. Give {TrustOption.PolicyPath} and {TrustOption.RegistriesDirectory} instead of {TrustOption.CurrentUser}.")
            {
                Target = host.ComputerName,
            };
        }

        string? userPolicy = home is null ? null : home + UserPolicyFile;
        string? userRegistries = home is null ? null : home + UserRegistriesDirectory;

        string policy;
        bool isUser = false;
        if (policyPath is not null)
        {
            policy = policyPath;
        }
        else if (currentUser)
        {
            (policy, isUser) = (userPolicy!, true);
        }
        else if (host.GetEnvironmentVariable("CONTAINERS_POLICY_JSON") is { Length: > 0 } fromEnvironment)
        {
            policy = fromEnvironment;
        }
        else if (userPolicy is not null && host.Exists(userPolicy))
        {
            (policy, isUser) = (userPolicy, true);
        }
        else
        {
            policy = !host.Exists(SystemPolicyPath) && host.Exists(VendorPolicyPath) ? VendorPolicyPath : SystemPolicyPath;
        }

        // A path that was named may be the user's own all the same.
        isUser |= policy == userPolicy;
        string registries = registriesDirectory
            ?? (userRegistries is not null && (currentUser || host.Exists(userRegistries)) ? userRegistries : SystemRegistriesDirectory);
        bool isUserRegistries = registries.TrimEnd('/') == userRegistries;
        return new TrustLocations(policy, registries, host.Exists(policy), isUser)
        {
            IsUserRegistries = isUserRegistries,
            AreOfOneLevel = policyPath is null == registriesDirectory is null && (policyPath is not null || isUser == isUserRegistries),
        };
    }
}
