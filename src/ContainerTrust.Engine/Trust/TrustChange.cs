using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust;

/// <summary>What is to become of one scope.</summary>
public sealed record TrustChange
{
    /// <summary>The transport; ignored for the policy's default.</summary>
    public required string Transport { get; init; }

    /// <summary>The scope; ignored for the policy's default.</summary>
    public required string Registry { get; init; }

    /// <summary>The policy's default is meant, and with it registries.d's <c>default-docker</c>.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Forget the scope.</summary>
    public bool Remove { get; init; }

    /// <summary>The new requirement list. Null leaves policy.json as it is.</summary>
    public IReadOnlyList<TrustRequirement>? Requirements { get; init; }

    /// <summary>
    /// Whether the key files of <see cref="Requirements"/> must be sound. They are looked at once more where time passes between planning
    /// and writing.
    /// </summary>
    public bool RequiresKeys { get; init; }

    /// <summary>The key files that are put on the host before the policy names them.</summary>
    public IReadOnlyList<KeyCopy> Copies { get; init; } = [];

    /// <summary>Whether <see cref="Copies"/> replace files of other content, which may serve other scopes too.</summary>
    public bool ReplacesKeys { get; init; }

    /// <summary>
    /// The requirement list that <see cref="Requirements"/> was made from. Where the policy has another by then, nothing is written. Null
    /// to write whatever is there.
    /// </summary>
    internal IReadOnlyList<TrustRequirement>? MadeFrom { get; init; }

    /// <summary>Whether the scope's own signature store is taken away.</summary>
    public bool WithoutStore { get; init; }

    /// <summary>Whether the scope's own store for writing signatures is taken away.</summary>
    public bool WithoutStaging { get; init; }

    /// <summary>Whether it is made even if the release that the host has refuses the policy then, which is only warned of.</summary>
    public bool IsForced { get; init; }

    /// <summary>
    /// Whether the changes are refused (<c>WeakerTrust</c>) where images would be accepted with fewer or weaker checks than before, which
    /// is else only warned of. One change that says so counts for all that are made together.
    /// </summary>
    public bool MustNotWeaken { get; init; }

    /// <summary>
    /// The settings for the scope's section in registries.d. Null leaves it as it is (but <see cref="Remove"/> removes it).
    /// </summary>
    public LookasideSection? Section { get; init; }

    /// <summary>Whether settings that <see cref="Section"/> does not have are taken out of the section.</summary>
    public bool ReplaceSection { get; init; }

    /// <summary>With <see cref="Remove"/>: leave the scope's section in registries.d.</summary>
    public bool KeepSection { get; init; }

    /// <summary>
    /// Whether reading sigstore signatures from the registry is switched on for the scope, in a section of its own, if
    /// <see cref="Requirements"/> asks for such signatures and they would not be read. Not done where policy.json and registries.d were
    /// not found together: a file that nobody spoke of is not changed.
    /// </summary>
    public bool SwitchOnAttachments { get; init; }

    /// <summary>
    /// The settings that are in force for the scope where it was copied from, inherited ones included. Where the scope asks for
    /// signatures and would not get the same by inheritance, they are written into a section of its own. Null where nothing is copied.
    /// </summary>
    public LookasideSection? InForce { get; init; }

    /// <summary>
    /// The change that makes a scope as an object describes it: its requirements, its own section (removed where it has none), and the
    /// stores that are in force for it.
    /// </summary>
    /// <param name="trust">An object, as read from a policy.</param>
    /// <returns>The change.</returns>
    public static TrustChange From(ImageTrust trust)
    {
        ArgumentNullException.ThrowIfNull(trust);
        return new TrustChange
        {
            Transport = trust.Transport,
            Registry = trust.Registry,
            IsDefault = trust.IsDefault,
            Requirements = trust.Requirements,
            Section = trust.Section,
            ReplaceSection = true,

            // An answer about one image has that image's stores, which are not the scope's.
            InForce = trust.Reference is not null ? null : new LookasideSection
            {
                SignatureStore = EditedStores.TextOrNull(trust.SignatureStore),
                SignatureStoreStaging = EditedStores.TextOrNull(trust.SignatureStoreStaging),
                UseSigstoreAttachments = trust.UseSigstoreAttachments,
            },
        };
    }

    /// <summary>The scope in words, for messages.</summary>
    /// <returns>Such as <c>registry.redhat.io</c>, <c>docker-daemon:</c> or <c>the default</c>.</returns>
    public override string ToString() =>
        IsDefault ? "the default" : Transport == "docker" && Registry.Length > 0 ? Registry : $"{Transport}:{Registry}";
}

/// <summary>Several changes of one scope made into one.</summary>
internal static class TrustChanges
{
    /// <summary>One change a scope, in the order in which the scopes first appear; what a later one says wins.</summary>
    public static IReadOnlyList<TrustChange> Fold(IReadOnlyList<TrustChange> changes)
    {
        List<TrustChange> folded = [];
        Dictionary<string, int> places = [];
        foreach (TrustChange change in changes)
        {
            string scope = change.IsDefault ? "" : $"{change.Transport}\0{change.Registry}";
            if (places.TryAdd(scope, folded.Count))
                folded.Add(change);
            else
                folded[places[scope]] = Merge(folded[places[scope]], change);
        }

        return folded;
    }

    private static TrustChange Merge(TrustChange first, TrustChange second)
    {
        if (second.Remove || first.Remove)
            return second;
        return second with
        {
            Requirements = second.Requirements ?? first.Requirements,
            RequiresKeys = second.Requirements is null ? first.RequiresKeys : second.RequiresKeys,
            IsForced = second.Requirements is null ? first.IsForced : second.IsForced,
            MustNotWeaken = first.MustNotWeaken || second.MustNotWeaken,
            Copies = second.Requirements is null ? first.Copies : second.Copies,
            ReplacesKeys = second.Requirements is null ? first.ReplacesKeys : second.ReplacesKeys,
            MadeFrom = second.Requirements is null ? first.MadeFrom : second.MadeFrom,
            WithoutStore = second.WithoutStore || (first.WithoutStore && second.Section?.SignatureStore is null),
            WithoutStaging = second.WithoutStaging || (first.WithoutStaging && second.Section?.SignatureStoreStaging is null),
            Section = second.ReplaceSection || first.Section is null ? second.Section : second.Section is null ? first.Section
                : new LookasideSection
            {
                SignatureStore = second.Section.SignatureStore ?? first.Section.SignatureStore,
                SignatureStoreStaging = second.Section.SignatureStoreStaging ?? first.Section.SignatureStoreStaging,
                UseSigstoreAttachments = second.Section.UseSigstoreAttachments ?? first.Section.UseSigstoreAttachments,
            },
            ReplaceSection = first.ReplaceSection || second.ReplaceSection,
            SwitchOnAttachments = second.Requirements is null ? first.SwitchOnAttachments && second.Section?.UseSigstoreAttachments is null
                : second.SwitchOnAttachments,
            InForce = second.ReplaceSection ? second.InForce : first.InForce,
        };
    }
}

/// <summary>How changes are made.</summary>
public sealed record TrustEditOptions
{
    /// <summary>How long to wait for other writers.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What became of a file.</summary>
public enum TrustFileAction
{
    /// <summary>It was not there before.</summary>
    Created,

    /// <summary>Its content was replaced.</summary>
    Changed,

    /// <summary>It was deleted.</summary>
    Deleted,
}

/// <summary>One file that was changed, or would be.</summary>
/// <param name="Path">The file, as the host names it.</param>
/// <param name="Action">What became of it.</param>
public sealed record TrustFileChange(string Path, TrustFileAction Action);

/// <summary>What is required of a scope's images before and after a change, in words.</summary>
/// <param name="Scope">The scope: <c>registry.redhat.io</c>, <c>all of docker-daemon</c> or <c>the default</c>.</param>
/// <param name="Before">What was required.</param>
/// <param name="After">What is required then.</param>
public sealed record TrustScopeChange(string Scope, string Before, string After);

/// <summary>What changes did, or would do.</summary>
/// <param name="Files">The files, in the order in which they are written. Empty if everything was as asked for already.</param>
/// <param name="NotFound">The scopes that were to be removed and were not there.</param>
public sealed record TrustEditResult(IReadOnlyList<TrustFileChange> Files, IReadOnlyList<TrustChange> NotFound)
{
    /// <summary>
    /// What the user should know of it: sentences. Changes give them to <see cref="TrustMessages.Warning"/> too; previews and resets do
    /// not.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>With a reset: what is required of each scope before and after, where that differs.</summary>
    public IReadOnlyList<TrustScopeChange> Scopes { get; init; } = [];

    /// <summary>
    /// The changes whose scopes get the switch for sigstore attachments by themselves, see <see cref="TrustChange.SwitchOnAttachments"/>.
    /// </summary>
    public IReadOnlyList<TrustChange> AttachmentsSwitchedOn { get; init; } = [];

    /// <summary>The scopes that were changed, as objects. Empty of a preview, and where the host keeps no record.</summary>
    public IReadOnlyList<ImageTrustChange> Changes { get; init; } = [];

    /// <summary>What would be changed of the files, as a unified diff: lines that are fit for a terminal. Of a preview alone.</summary>
    public IReadOnlyList<string> Diff => UnifiedDiff.Of(Planned);

    /// <summary>The files of a preview, with what they hold and are to hold.</summary>
    internal IReadOnlyList<PlannedFile> Planned { get; init; } = [];
}
