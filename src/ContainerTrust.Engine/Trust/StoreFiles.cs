using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust;

/// <summary>Which file of which level an entry's signature store comes from.</summary>
internal static class StoreFiles
{
    /// <summary>Notes it, where registries.d is the directories of all levels together.</summary>
    /// <param name="trust">An entry.</param>
    /// <param name="lookaside">The configuration.</param>
    /// <param name="effective">What is in force for the entry; null if it has no stores.</param>
    /// <returns>The entry with the file, or as it was.</returns>
    public static ImageTrust WithStoreFile(this ImageTrust trust, LookasideConfiguration lookaside, EffectiveLookaside? effective)
    {
        if ((effective?.SignatureStoreSource ?? effective?.UseSigstoreAttachmentsSource) is not { } entry
            || lookaside.SourceOf(entry.Path) is not { } source)
            return trust with { StorePath = null, StoreLevel = null, StoreHides = null };
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
