using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>Makes entries of hosts into those of a file: of no host, each scope once, in one order.</summary>
internal static class FileEntries
{
    /// <summary>Takes entries.</summary>
    /// <param name="entries">Entries, of one host or of several that agree.</param>
    /// <returns>The default first, then by transport and scope.</returns>
    /// <exception cref="TrustException">
    /// One is not complete (<c>IncompleteEntry</c>), or two say different things of one scope (<c>EntriesContradict</c>).
    /// </exception>
    public static IReadOnlyList<FileEntry> Of(IEnumerable<ImageTrust> entries)
    {
        Dictionary<(bool, string, string), (ImageTrust Entry, FileEntry InFile)> found = [];
        foreach (ImageTrust entry in entries)
        {
            FileEntry inFile = Of(entry);
            if (!found.TryAdd(inFile.Key, (entry, inFile)))
                RequireSame(found[inFile.Key].Entry, entry, inFile);
        }

        FileStores stores = new(found.Values.Select(static f => f.InFile));
        return [.. found.Values.Select(f => Complete(f.Entry, f.InFile, stores))
            .OrderBy(static f => !f.IsDefault)
            .ThenBy(static f => f.Transport, StringComparer.Ordinal)
            .ThenBy(static f => f.Scope, StringComparer.Ordinal)];
    }

    private static FileEntry Of(ImageTrust entry)
    {
        ScopeRules.RequireNamed(entry);
        if (entry.Requirements is not { Count: > 0 } || entry.Requirements.Any(static r => r is null))
            throw Incomplete(entry, $"has no requirements. Give an entry from {TrustOperation.Get}.");
        LookasideSection? section = EntryRules.OwnSection(entry);
        FileEntry inFile = entry.IsDefault
            ? new FileEntry(true, FileEntry.DefaultTransport, FileEntry.DefaultScope, entry.Requirements, section)
            : new FileEntry(false, entry.Transport, entry.Registry, entry.Requirements, section);
        foreach (string? text in (ReadOnlySpan<string?>)[entry.Transport, entry.Registry, section?.SignatureStore,
            section?.SignatureStoreStaging])
        {
            if (!UnicodeText.IsValid(text))
                throw Incomplete(entry, "has a text that is not valid Unicode. Correct it.");
        }

        return inFile;
    }

    private static TrustException Incomplete(ImageTrust entry, string problem) =>
        new("IncompleteEntry", TrustErrorKind.InvalidArgument,
            $"The entry for '{Printable.Of(entry.Registry, Printable.NameLength)}' {problem}") { Target = entry.Registry };

    // What the scope has from a section that is not in the file, or what would be switched on where it is set, belongs to the file too.
    private static FileEntry Complete(ImageTrust entry, FileEntry inFile, FileStores stores)
    {
        bool asksForSignatures = inFile.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement);
        if (!inFile.CanHaveSection || !asksForSignatures || stores.InForce(inFile) is not { } now)
            return inFile;
        LookasideSection own = inFile.Section ?? new LookasideSection();
        if (!inFile.IsDefault && TrustChange.From(entry).InForce is { } wanted)
        {
            own = new LookasideSection
            {
                SignatureStore = own.SignatureStore ?? Missing(now.SignatureStore, wanted.SignatureStore),
                SignatureStoreStaging = own.SignatureStoreStaging ?? Missing(now.SignatureStoreStaging, wanted.SignatureStoreStaging),
                UseSigstoreAttachments = own.UseSigstoreAttachments
                    ?? (now.UseSigstoreAttachments == wanted.UseSigstoreAttachments ? null : wanted.UseSigstoreAttachments),
            };
        }

        if (EntryRules.LeavesAttachmentsOpen(entry, own) && now.UseSigstoreAttachments != true
            && inFile.Requirements.Any(static r => r is SigstoreSignedRequirement))
            own = own with { UseSigstoreAttachments = true };
        return own.IsEmpty ? inFile : inFile with { Section = own };
    }

    private static string? Missing(string? now, string? wanted) => now == wanted ? null : wanted;

    private static void RequireSame(ImageTrust first, ImageTrust second, FileEntry inFile)
    {
        if (first.SignatureStore == second.SignatureStore && first.SignatureStoreStaging == second.SignatureStoreStaging
            && first.UseSigstoreAttachments == second.UseSigstoreAttachments
            && EntryRules.OwnSection(first) == EntryRules.OwnSection(second)
            && RequirementWriter.MeansSame(first.Requirements, second.Requirements))
            return;
        throw new TrustException(
            "EntriesContradict",
            TrustErrorKind.InvalidArgument,
            $"The entries for {inFile} of {Place(first)} and of {Place(second)} differ, and a file has one. Give the entries of one host.")
        {
            Target = second.Registry,
        };
    }

    private static string Place(ImageTrust entry) => Printable.Of(
        entry.Origin?.ToString() ?? (entry.ComputerName is { Length: > 0 } name ? name : "no host"), Printable.NameLength);
}
