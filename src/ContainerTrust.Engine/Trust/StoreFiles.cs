using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust;

/// <summary>Which file of which level an entry's signature store comes from.</summary>
internal static class StoreFiles
{
    /// <summary>Notes it.</summary>
    /// <param name="trust">An entry.</param>
    /// <param name="locations">Where registries.d is.</param>
    /// <param name="lookaside">The configuration.</param>
    /// <param name="effective">What is in force for the entry; null if it has no stores.</param>
    /// <returns>The entry with the file, or as it was.</returns>
    public static ImageTrust WithStoreFile(
        this ImageTrust trust, TrustLocations locations, LookasideConfiguration lookaside, EffectiveLookaside? effective)
    {
        if ((effective?.SignatureStoreSource ?? effective?.UseSigstoreAttachmentsSource) is not { } entry)
            return trust with { StorePath = null, StoreLevel = null, StoreHides = null };

        // podman 5 and older read one directory, and nothing in it hides anything.
        if (lookaside.SourceOf(entry.Path) is not { } source)
        {
            string? level = locations.IsUserRegistries ? "User"
                : entry.Path.StartsWith(TrustLocations.SystemRegistriesDirectory + "/", StringComparison.Ordinal) ? "System" : null;
            return trust with { StorePath = entry.Path, StoreLevel = level, StoreHides = null };
        }

        return trust with
        {
            StorePath = source.Path,
            StoreLevel = source.Level switch
            {
                ConfigLevel.User => "User",
                ConfigLevel.System => "System",
                _ => "Vendor",
            },
            StoreHides = source.Hides.Count == 0 ? null : string.Join(", ", source.Hides),
        };
    }
}
