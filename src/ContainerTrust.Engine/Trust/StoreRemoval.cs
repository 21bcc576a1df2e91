using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Trust;

/// <summary>Takes a scope's own signature store away; what it inherits stays.</summary>
internal static class StoreRemoval
{
    /// <summary>Adds what a change takes away to what else becomes of the scope's section.</summary>
    /// <param name="change">A change of a scope that can have a section.</param>
    /// <param name="name">The section's namespace. Null for <c>default-docker</c>.</param>
    /// <param name="entry">The section as it is. Null if there is none.</param>
    /// <param name="isBelow">
    /// Whether the distribution's file has it, which is not written: a section that says nothing takes its place.
    /// </param>
    /// <param name="sections">The planned changes of sections.</param>
    public static void Plan(TrustChange change, string? name, LookasideEntry? entry, bool isBelow, List<SectionChange> sections)
    {
        if (change is { WithoutStore: false, WithoutStaging: false })
            return;
        int index = sections.FindIndex(s => s.Namespace == name);
        SectionChange? planned = index < 0 ? null : sections[index];
        LookasideSection now = entry?.Section ?? new LookasideSection();
        LookasideSection then = planned switch
        {
            null => now,
            { NewSection: null } => new LookasideSection(),
            { ReplaceWhole: true } => planned.NewSection,
            _ => new LookasideSection
            {
                SignatureStore = planned.NewSection.SignatureStore ?? now.SignatureStore,
                SignatureStoreStaging = planned.NewSection.SignatureStoreStaging ?? now.SignatureStoreStaging,
                UseSigstoreAttachments = planned.NewSection.UseSigstoreAttachments ?? now.UseSigstoreAttachments,
            },
        };
        LookasideSection rest = then with
        {
            SignatureStore = change.WithoutStore ? null : then.SignatureStore,
            SignatureStoreStaging = change.WithoutStaging ? null : then.SignatureStoreStaging,
        };
        if (rest == then)
            return;
        if (index >= 0)
            sections.RemoveAt(index);

        // What is left of a section of its own is nothing; default-docker stays, and says nothing.
        if (!rest.IsEmpty || entry is not null)
            sections.Add(new SectionChange(name, rest.IsEmpty && name is not null && !isBelow ? null : rest, ReplaceWhole: true));
    }

    /// <summary>Says which stores of its own a scope loses: an empty value may be a variable that is not set.</summary>
    /// <param name="change">The change.</param>
    /// <param name="before">What is configured so far.</param>
    /// <param name="host">The host's name.</param>
    /// <returns>Sentences.</returns>
    public static IEnumerable<string> Losses(TrustChange change, LookasideConfiguration before, string host)
    {
        LookasideEntry? entry = change.IsDefault ? before.Default
            : change.Transport == "docker" ? before.Sections.GetValueOrDefault(change.Registry) : null;
        if (change.Remove || entry is null)
            yield break;
        if (change.WithoutStore && entry.Section.SignatureStore is { } store)
            yield return $"On {host} the signature store {StoreUrl.WithoutUser(store)} of {change} is taken away.";
        if (change.WithoutStaging && entry.Section.SignatureStoreStaging is { } staging)
            yield return $"On {host} the store {StoreUrl.WithoutUser(staging)} that signatures of {change} are written to is taken away.";
    }

    /// <summary>Says which store counts once a scope's own is gone.</summary>
    /// <param name="change">The change.</param>
    /// <param name="after">What is configured then.</param>
    /// <returns>A sentence. Null if none does, or no store was taken away.</returns>
    public static string? Inherited(TrustChange change, LookasideConfiguration after)
    {
        if (!change.WithoutStore || change.Remove)
            return null;
        EffectiveLookaside? now = after.ForScope("docker", change.IsDefault ? "" : change.Registry);
        return now is { SignatureStore: { } store, SignatureStoreSource: { } source }
            ? $"{change} has no signature store of its own, so its signatures are read from {StoreUrl.WithoutUser(store)}, " +
                $"by {source.Path}."
            : null;
    }
}
