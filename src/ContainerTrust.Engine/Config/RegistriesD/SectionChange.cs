namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>A wish to change one section of registries.d.</summary>
/// <param name="Namespace">The namespace under <c>docker</c>; null for <c>default-docker</c>.</param>
/// <param name="NewSection">What the section shall say; null to remove it.</param>
/// <param name="ReplaceWhole">
/// True: settings that <paramref name="NewSection"/> does not have are removed. False: they stay as they are.
/// </param>
internal sealed record SectionChange(string? Namespace, LookasideSection? NewSection, bool ReplaceWhole)
{
    /// <summary>The values that a section shall have key by key.</summary>
    /// <param name="current">The section as it is; null if there is none.</param>
    /// <returns>The values; null for no section.</returns>
    internal RawSection? Intend(SectionNode? current)
    {
        if (NewSection is null)
            return null;
        RawSection raw = current?.Raw ?? new RawSection();
        string?[] present = [.. current?.Settings.Select(setting => setting.Name) ?? []];
        (bool newer, bool older) store = Names(raw.Lookaside, raw.Sigstore, present, LookasideKey.Lookaside, LookasideKey.Sigstore);
        (bool newer, bool older) staging = Names(
            raw.LookasideStaging,
            raw.SigstoreStaging,
            present,
            LookasideKey.LookasideStaging,
            LookasideKey.SigstoreStaging);
        (string lookaside, string sigstore) = Values(NewSection.SignatureStore, raw.Lookaside, raw.Sigstore, store, staging);
        (string lookasideStaging, string sigstoreStaging) = Values(
            NewSection.SignatureStoreStaging,
            raw.LookasideStaging,
            raw.SigstoreStaging,
            staging,
            store);
        return new RawSection
        {
            Lookaside = lookaside,
            Sigstore = sigstore,
            LookasideStaging = lookasideStaging,
            SigstoreStaging = sigstoreStaging,
            UseSigstoreAttachments = NewSection.UseSigstoreAttachments ?? (ReplaceWhole ? null : raw.UseSigstoreAttachments),
        };
    }

    // Which of the two names a section uses: those with a value, else those that are there at all.
    private static (bool Newer, bool Older) Names(string newer, string older, string?[] present, string newerKey, string olderKey) =>
        newer.Length > 0 || older.Length > 0
            ? (newer.Length > 0, older.Length > 0)
            : (Array.IndexOf(present, newerKey) >= 0, Array.IndexOf(present, olderKey) >= 0);

    private (string Newer, string Older) Values(string? wish, string newer, string older, (bool Newer, bool Older) own,
        (bool Newer, bool Older) other)
    {
        if (string.IsNullOrEmpty(wish))
            return ReplaceWhole ? ("", "") : (newer, older);
        if (!own.Newer && !own.Older)
            own = other.Newer != other.Older ? other : (true, true);
        return (own.Newer ? wish : newer, own.Older ? wish : older);
    }
}
