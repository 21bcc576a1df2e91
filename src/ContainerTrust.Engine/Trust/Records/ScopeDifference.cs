using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>A scope that planned files change.</summary>
/// <param name="Transport">The transport; <c>all</c> for the policy's default.</param>
/// <param name="Registry">The scope.</param>
/// <param name="IsDefault">Whether it is the policy's default.</param>
/// <param name="Before">The entry before, without keys. Null if there was none.</param>
/// <param name="After">The entry after, without keys. Null if there is none any more.</param>
/// <param name="BeforeWords">What was trusted, in words. Null if nothing was said of the scope.</param>
/// <param name="AfterWords">What is trusted, in words. Null if nothing is said of the scope.</param>
internal sealed record ScopeDifference(string Transport, string Registry, bool IsDefault, ImageTrust? Before, ImageTrust? After,
    string? BeforeWords, string? AfterWords)
{
    private const int WordsLength = 400;

    /// <summary>What became of the scope.</summary>
    public ImageTrustChangeStatus Status => StatusOf(BeforeWords, AfterWords);

    /// <summary>What became of a scope of which this was said, and is.</summary>
    /// <param name="before">Null for nothing.</param>
    /// <param name="after">Null for nothing.</param>
    public static ImageTrustChangeStatus StatusOf(string? before, string? after) =>
        before is null ? ImageTrustChangeStatus.Added : after is null ? ImageTrustChangeStatus.Removed : ImageTrustChangeStatus.Changed;

    /// <summary>Finds them.</summary>
    /// <param name="store">The trust.</param>
    /// <param name="files">The files, each with what it held and what it is to hold.</param>
    /// <returns>The scopes, in the order of the file, removed ones last. Empty where neither side can be read.</returns>
    public static IReadOnlyList<ScopeDifference> Find(TrustStore store, IReadOnlyList<PlannedFile> files)
    {
        Side before = Side.Of(store, new PlannedHost(store.Host, Edit(files, static f => f.Expected?.Content)));
        Side after = Side.Of(store, new PlannedHost(store.Host, Edit(files, static f => f.Content)));
        List<ScopeDifference> found = [];
        foreach ((string Transport, string Registry) scope in after.Entries.Keys.Concat(before.Entries.Keys).Distinct())
        {
            ImageTrust? was = before.Entries.GetValueOrDefault(scope), now = after.Entries.GetValueOrDefault(scope);
            if (was != now)
                found.Add(new ScopeDifference(scope.Transport, scope.Registry, (was ?? now)!.IsDefault, was, now, Words(was), Words(now)));
        }

        // registries.d may speak of what the policy has no scope for.
        foreach (string name in after.Sections.Keys.Concat(before.Sections.Keys).Distinct())
        {
            LookasideSection? was = before.Sections.GetValueOrDefault(name), now = after.Sections.GetValueOrDefault(name);
            if (was != now && !before.Entries.ContainsKey(("docker", name)) && !after.Entries.ContainsKey(("docker", name)))
                found.Add(new ScopeDifference("docker", name, false, null, null, was?.ToString(), now?.ToString()));
        }

        return found;
    }

    /// <summary>What an entry says, in words.</summary>
    /// <param name="entry">The entry.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(entry))]
    public static string? Words(ImageTrust? entry)
    {
        if (entry is null)
            return null;
        string store = entry.SignatureStore is { } read ? $", store {PrintableText.WithoutUser(read)}" : "";
        string staging = entry.SignatureStoreStaging is { } written ? $", staging {PrintableText.WithoutUser(written)}" : "";
        string attachments = entry.UseSigstoreAttachments == true ? ", sigstore attachments" : "";
        return Printable.Of($"{RequirementText.OfList(entry.Requirements)}{store}{staging}{attachments}", WordsLength);
    }

    private static LookasideEdit Edit(IReadOnlyList<PlannedFile> files, Func<PlannedFile, ReadOnlyMemory<byte>?> content) =>
        new([.. files.Select(f => new LookasideFileEdit(f.Path, null, content(f)))], []);

    private sealed record Side(Dictionary<(string, string), ImageTrust> Entries, Dictionary<string, LookasideSection> Sections)
    {
        public static Side Of(TrustStore store, ITrustHost host)
        {
            Dictionary<(string, string), ImageTrust> entries = [];
            Dictionary<string, LookasideSection> sections = [];
            try
            {
                TrustStore view = store.Over(host, store.Locations with { PolicyPath = PolicyOf(store.Locations, host) });
                foreach ((string name, LookasideEntry entry) in view.ReadLookaside().Sections)
                    sections[name] = entry.Section;
                foreach (ImageTrust entry in view.Read(new TrustQuery { IncludeKeys = false }))
                    entries.TryAdd((entry.Transport, entry.Registry), entry);
            }
            catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
            {
                // Of a policy that is missing or broken nothing is known.
                entries.Clear();
            }

            return new Side(entries, sections);
        }

        // A file that is made puts another out of force, and one that is deleted puts it into force again.
        private static string PolicyOf(TrustLocations now, ITrustHost host)
        {
            string[] candidates = now.IsNamed ? [now.PolicyPath]
                : [.. now.IsUserPolicy ? [now.PolicyPath] : Array.Empty<string>(), TrustLocations.SystemPolicyPath,
                    .. now.Release is { ReadsAllLevels: false, IsCertain: true } ? [] : new[] { TrustLocations.VendorPolicyPath }];
            return candidates.FirstOrDefault(host.Exists) ?? candidates[0];
        }
    }
}
