namespace ContainerTrust.Engine.Trust;

/// <summary>Stores of an entry that were changed after it was read: what its properties say now is meant.</summary>
internal static class EditedStores
{
    /// <summary>The section of an entry, with what was changed in the stores in force.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The section. Null if it has none.</returns>
    /// <exception cref="TrustException">A store that the scope inherits was taken away (<c>StoreInherited</c>).</exception>
    public static LookasideSection? SectionOf(ImageTrust entry)
    {
        LookasideSection? section = entry.Section;

        // An answer about one image has that image's stores, which are not the scope's.
        if (entry.StoresRead is not { } read || entry.Reference is not null)
            return section;
        LookasideSection now = section ?? new LookasideSection();
        if (TextOrNull(entry.SignatureStore) is var store && store != read.SignatureStore)
        {
            RequireOwn(entry, store, section?.SignatureStore, nameof(entry.SignatureStore));
            now = now with { SignatureStore = store };
        }

        if (TextOrNull(entry.SignatureStoreStaging) is var staging && staging != read.SignatureStoreStaging)
        {
            RequireOwn(entry, staging, section?.SignatureStoreStaging, nameof(entry.SignatureStoreStaging));
            now = now with { SignatureStoreStaging = staging };
        }

        if (entry.UseSigstoreAttachments != read.UseSigstoreAttachments)
            now = now with { UseSigstoreAttachments = entry.UseSigstoreAttachments };
        return now.IsEmpty ? null : now;
    }

    /// <summary>A store; PowerShell makes an empty text of <c>$null</c>.</summary>
    internal static string? TextOrNull(string? store) => store is "" ? null : store;

    private static void RequireOwn(ImageTrust entry, string? now, string? own, string what)
    {
        if (now is null && own is null)
        {
            throw new TrustException(
                "StoreInherited",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(entry.Registry, Printable.NameLength)}' has no {what} of its own that could be taken away: it inherits " +
                    "one. Change the entry that it inherits it from, or give the scope another store.")
            {
                Target = entry.Registry,
            };
        }
    }
}
