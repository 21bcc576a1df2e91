namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>How a rule's fix may change what is accepted.</summary>
/// <param name="Reason">Why so, in words.</param>
/// <param name="Allows">Whether it may change the judgement of one image so. The entry is the one that the finding is about.</param>
internal sealed record FixRule(string Reason, Func<AcceptanceDifference, PolicyEntry, bool> Allows)
{
    private static readonly FixRule s_nothing = new(
        "The finding is not about what is accepted: nothing may change.", static (_, _) => false);

    private static readonly FixRule s_entryRejects = new(
        "The finding is that the entry accepts anything: images that this entry governs may be refused, and no others.",
        static (d, entry) => d is { Gains: false } && Is(d.Before, entry));

    private static readonly FixRule s_becomesStricter = new(
        "The finding is about one name: images that the entry of that name then governs may be refused, and no others.",
        static (d, entry) => d is { Gains: false } && Is(d.After, entry));

    private static readonly FixRule s_signaturesAreFound = new(
        "The finding is that nothing is found: the same keys, names and numbers of signatures are demanded, and signatures are "
            + "found that were not.",
        static (d, _) => d is { Loses: false, IsOfPlace: true });

    private static readonly FixRule s_otherStore = new(
        "The finding names both stores: for images of that entry signatures are looked for in the other one, and the same is "
            + "demanded of them.",
        static (d, entry) => d.IsOfPlace && Is(d.Before, entry));

    /// <summary>
    /// All rules that have a fix which changes files of trust. No fix makes a host accept an image by another key, by another name, with
    /// fewer signatures or with none.
    /// </summary>
    public static IReadOnlyDictionary<string, FixRule> All { get; } = new Dictionary<string, FixRule>(StringComparer.Ordinal)
    {
        [ComplianceRules.DefaultAcceptsAnything] = s_entryRejects,
        [ComplianceRules.BootcDefaultAccepts] = s_entryRejects,
        [ComplianceRules.ScopeAcceptsAnything] = s_entryRejects,
        [ComplianceRules.BaselineScopeExtra] = s_entryRejects with
        {
            Reason = "The finding is that the baseline does not have the entry: images that it governs may be refused, and no others.",
        },
        [ComplianceRules.ScopeUnreachable] = s_becomesStricter,
        [ComplianceRules.MirrorOutsidePolicy] = s_becomesStricter,
        [ComplianceRules.BaselineScopeMissing] = s_becomesStricter,
        [ComplianceRules.BaselineScopeDiffers] = s_becomesStricter,
        [ComplianceRules.BaselineKeyPathDiffers] = s_nothing,
        [ComplianceRules.RequirementUnsatisfiable] = s_nothing,
        [ComplianceRules.SignatureStoreMissing] = s_signaturesAreFound,
        [ComplianceRules.MirrorWithoutSignatures] = s_signaturesAreFound,
        [ComplianceRules.AttachmentsOff] = s_signaturesAreFound,
        [ComplianceRules.BaselineStoreDiffers] = s_otherStore,
    };

    /// <summary>The rules that have a fix which changes the permissions or the owner of a file.</summary>
    public static IReadOnlyList<string> OfFiles { get; } =
    [
        ComplianceRules.FileWritableByOthers, ComplianceRules.FileOwnedByOther, ComplianceRules.FileUnreadableByUsers,
    ];

    /// <summary>Whether findings of a rule may carry a fix.</summary>
    /// <param name="id">The rule's id.</param>
    public static bool Has(string id) => All.ContainsKey(id) || OfFiles.Contains(id);

    private static bool Is(PolicyEntry entry, PolicyEntry other) =>
        entry.IsDefault == other.IsDefault && (entry.IsDefault || (entry.Transport == other.Transport && entry.Scope == other.Scope));
}
