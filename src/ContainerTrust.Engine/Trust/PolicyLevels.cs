using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust;

/// <summary>Whose a policy is, and which policies of other levels it puts out of force.</summary>
/// <param name="Level">The name of a <see cref="ConfigLevel"/>. Null for a policy that is in none of their places.</param>
/// <param name="Hides">The others' paths, joined by a comma and a blank. Null if there are none.</param>
internal sealed record PolicyLevels(string? Level, string? Hides)
{
    /// <summary>Finds both.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Which policy is in force.</param>
    /// <returns>The answer; what a policy that was named puts out of force is not known.</returns>
    /// <exception cref="TrustException">A path cannot be looked at.</exception>
    public static PolicyLevels Of(ITrustHost host, TrustLocations locations)
    {
        string path = locations.PolicyPath;
        ConfigLevel? level = locations.IsUserPolicy ? ConfigLevel.User
            : path == TrustLocations.SystemPolicyPath ? ConfigLevel.System
            : path == TrustLocations.VendorPolicyPath ? ConfigLevel.Vendor : null;
        if (level is null || locations.IsNamed)
            return new(level?.ToString(), null);

        // podman 5 does not read the distribution's, and a link to it hides nothing.
        bool readsVendors = locations.Release.ReadsAllLevels || !locations.Release.IsCertain;
        string[] hidden =
        [
            .. level == ConfigLevel.User && host.Exists(TrustLocations.SystemPolicyPath) ? [TrustLocations.SystemPolicyPath]
                : Array.Empty<string>(),
            .. level != ConfigLevel.Vendor && readsVendors && host.Exists(TrustLocations.VendorPolicyPath)
                && (level == ConfigLevel.User || host.ResolvePath(path) != host.ResolvePath(TrustLocations.VendorPolicyPath))
                ? [TrustLocations.VendorPolicyPath] : Array.Empty<string>(),
        ];
        return new(level.ToString(), hidden.Length == 0 ? null : string.Join(", ", hidden));
    }
}
