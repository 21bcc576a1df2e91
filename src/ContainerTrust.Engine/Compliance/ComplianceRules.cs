namespace ContainerTrust.Engine.Compliance;

/// <summary>The rules that a host is audited by. Their ids are stable: scripts name them.</summary>
public static class ComplianceRules
{
    internal const string NotChecked = "NotChecked";
    internal const string PolicyMissing = "PolicyMissing";
    internal const string PolicyInvalid = "PolicyInvalid";
    internal const string DefaultAcceptsAnything = "DefaultAcceptsAnything";
    internal const string ScopeAcceptsAnything = "ScopeAcceptsAnything";
    internal const string ScopeUnreachable = "ScopeUnreachable";
    internal const string ScopeDoubtful = "ScopeDoubtful";
    internal const string RequirementUnsatisfiable = "RequirementUnsatisfiable";
    internal const string RequirementsMixed = "RequirementsMixed";
    internal const string UserPolicy = "UserPolicy";
    internal const string CrioPolicy = "CrioPolicy";
    internal const string BootcDefaultAccepts = "BootcDefaultAccepts";
    internal const string BootcTransportRejected = "BootcTransportRejected";
    internal const string BootcKeyNotInImage = "BootcKeyNotInImage";
    internal const string EtcDiffersFromUsrEtc = "EtcDiffersFromUsrEtc";
    internal const string FileWritableByOthers = "FileWritableByOthers";
    internal const string FileOwnedByOther = "FileOwnedByOther";
    internal const string FileUnreadableByUsers = "FileUnreadableByUsers";
    internal const string KeyFileMissing = "KeyFileMissing";
    internal const string KeyFileUnreadable = "KeyFileUnreadable";
    internal const string KeyInvalid = "KeyInvalid";
    internal const string PrivateKeyExposed = "PrivateKeyExposed";
    internal const string KeyRevoked = "KeyRevoked";
    internal const string KeyExpired = "KeyExpired";
    internal const string KeyExpiring = "KeyExpiring";
    internal const string KeyUnusable = "KeyUnusable";
    internal const string KeyWeak = "KeyWeak";
    internal const string KeyLost = "KeyLost";
    internal const string KeyNotReadByAll = "KeyNotReadByAll";
    internal const string KeyPartSkipped = "KeyPartSkipped";
    internal const string LookasideInvalid = "LookasideInvalid";
    internal const string LookasideConflict = "LookasideConflict";
    internal const string LookasideDoubtful = "LookasideDoubtful";
    internal const string SignatureStoreMissing = "SignatureStoreMissing";
    internal const string AttachmentsOff = "AttachmentsOff";
    internal const string IdentityUnsatisfiable = "IdentityUnsatisfiable";
    internal const string SubjectMisspelt = "SubjectMisspelt";
    internal const string RegistriesConfInvalid = "RegistriesConfInvalid";
    internal const string MirrorOutsidePolicy = "MirrorOutsidePolicy";
    internal const string MirrorWithoutSignatures = "MirrorWithoutSignatures";
    internal const string InsecureRegistry = "InsecureRegistry";
    internal const string BaselineScopeMissing = "BaselineScopeMissing";
    internal const string BaselineScopeExtra = "BaselineScopeExtra";
    internal const string BaselineScopeDiffers = "BaselineScopeDiffers";
    internal const string BaselineStoreDiffers = "BaselineStoreDiffers";
    internal const string BaselineKeyPathDiffers = "BaselineKeyPathDiffers";

    /// <summary>All rules, in the order in which reports show them.</summary>
    public static IReadOnlyList<ComplianceRule> All { get; } =
    [
        new(NotChecked, ImageTrustSeverity.Error, "Something could not be checked"),
        new(PolicyMissing, ImageTrustSeverity.Error, "There is no policy"),
        new(PolicyInvalid, ImageTrustSeverity.Error, "The policy is refused by podman and skopeo"),
        new(DefaultAcceptsAnything, ImageTrustSeverity.Error, "The policy's default accepts any image"),
        new(ScopeAcceptsAnything, ImageTrustSeverity.Warning, "A scope accepts any image"),
        new(ScopeUnreachable, ImageTrustSeverity.Warning, "No image is ever looked up under a scope"),
        new(ScopeDoubtful, ImageTrustSeverity.Information, "A scope may not mean what it appears to"),
        new(RequirementUnsatisfiable, ImageTrustSeverity.Warning, "No image can satisfy a requirement"),
        new(RequirementsMixed, ImageTrustSeverity.Warning, "Two kinds of signature are required at once"),
        new(UserPolicy, ImageTrustSeverity.Warning, "A user's own file replaces the system's"),
        new(CrioPolicy, ImageTrustSeverity.Warning, "CRI-O obeys another policy"),
        new(BootcDefaultAccepts, ImageTrustSeverity.Warning, "bootc does not enforce signatures by the policy"),
        new(BootcTransportRejected, ImageTrustSeverity.Warning, "bootc cannot install the image by the policy"),
        new(BootcKeyNotInImage, ImageTrustSeverity.Warning, "A key is not part of the operating system's image"),
        new(EtcDiffersFromUsrEtc, ImageTrustSeverity.Information, "Updates of the image no longer change the policy"),
        new(FileWritableByOthers, ImageTrustSeverity.Error, "A trust file is writable by others"),
        new(FileOwnedByOther, ImageTrustSeverity.Error, "A trust file is owned by an unexpected user"),
        new(FileUnreadableByUsers, ImageTrustSeverity.Information, "A trust file can be read by root only"),
        new(KeyFileMissing, ImageTrustSeverity.Error, "A key file is missing"),
        new(KeyFileUnreadable, ImageTrustSeverity.Error, "A key file cannot be read"),
        new(KeyInvalid, ImageTrustSeverity.Error, "A key file holds no usable key"),
        new(PrivateKeyExposed, ImageTrustSeverity.Error, "A private key is stored with public keys"),
        new(KeyRevoked, ImageTrustSeverity.Error, "A key is revoked"),
        new(KeyExpired, ImageTrustSeverity.Error, "A key or certificate has expired"),
        new(KeyExpiring, ImageTrustSeverity.Warning, "A key or certificate expires soon"),
        new(KeyUnusable, ImageTrustSeverity.Error, "A key cannot make valid signatures"),
        new(KeyWeak, ImageTrustSeverity.Warning, "A key is weak"),
        new(KeyLost, ImageTrustSeverity.Error, "GnuPG loses a key of a key file"),
        new(KeyNotReadByAll, ImageTrustSeverity.Information, "Not every release reads a key file"),
        new(KeyPartSkipped, ImageTrustSeverity.Information, "A part of a key file is not used"),
        new(LookasideInvalid, ImageTrustSeverity.Error, "registries.d is refused by podman and skopeo"),
        new(LookasideConflict, ImageTrustSeverity.Error, "registries.d is refused for some users"),
        new(LookasideDoubtful, ImageTrustSeverity.Warning, "registries.d says something that is probably not meant"),
        new(SignatureStoreMissing, ImageTrustSeverity.Warning, "Signatures are required and no store is configured"),
        new(AttachmentsOff, ImageTrustSeverity.Warning, "Sigstore signatures are required and not read"),
        new(IdentityUnsatisfiable, ImageTrustSeverity.Information, "Signatures by cosign may not satisfy the identity"),
        new(SubjectMisspelt, ImageTrustSeverity.Warning, "No certificate can have the required subject"),
        new(RegistriesConfInvalid, ImageTrustSeverity.Error, "registries.conf is refused"),
        new(MirrorOutsidePolicy, ImageTrustSeverity.Warning, "A mirror's own name is trusted more than its source"),
        new(MirrorWithoutSignatures, ImageTrustSeverity.Warning, "Signatures are not found by a mirror's name"),
        new(InsecureRegistry, ImageTrustSeverity.Warning, "A registry is used without verified TLS"),
        new(BaselineScopeMissing, ImageTrustSeverity.Error, "A scope of the baseline is missing"),
        new(BaselineScopeExtra, ImageTrustSeverity.Error, "A scope is not in the baseline"),
        new(BaselineScopeDiffers, ImageTrustSeverity.Error, "A scope differs from the baseline"),
        new(BaselineStoreDiffers, ImageTrustSeverity.Warning, "Signature stores differ from the baseline"),
        new(BaselineKeyPathDiffers, ImageTrustSeverity.Information, "Keys are at different paths than in the baseline"),
    ];

    private static readonly Dictionary<string, int> s_positions = All.Select(static (rule, i) => (rule.Id, i))
        .ToDictionary(static r => r.Id, static r => r.i, StringComparer.Ordinal);

    // Left out, these would make a host compliant that nobody looked at.
    private static readonly string[] s_always = [NotChecked, PolicyMissing, PolicyInvalid];

    /// <summary>The rules that may be left out.</summary>
    public static IEnumerable<ComplianceRule> Excludable => All.Where(static r => !s_always.Contains(r.Id));

    /// <summary>A rule by its id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The rule; null if this release knows none of that id.</returns>
    public static ComplianceRule? Find(string id) => s_positions.TryGetValue(id, out int i) ? All[i] : null;

    /// <summary>Where a rule stands in <see cref="All"/>; behind all others if it is not known.</summary>
    internal static int PositionOf(string id) => s_positions.GetValueOrDefault(id, int.MaxValue);

    /// <summary>The ids that users mean.</summary>
    /// <param name="patterns">Ids without regard to case; <c>*</c> and <c>?</c> are wildcards.</param>
    /// <returns>Ids, in the order of <see cref="All"/>.</returns>
    /// <exception cref="TrustException">
    /// A pattern matches no rule (<c>RuleNotFound</c>), or names one that is always checked (<c>RuleNotExcludable</c>).
    /// </exception>
    public static IReadOnlyList<string> Excluded(IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (string pattern in patterns)
        {
            ComplianceRule[] matches = [.. Excludable.Where(r => ScopePattern.IsMatch(pattern, r.Id))];
            if (matches.Length == 0)
            {
                throw s_always.Contains(pattern, StringComparer.OrdinalIgnoreCase)
                    ? new TrustException(
                        "RuleNotExcludable",
                        TrustErrorKind.InvalidArgument,
                        $"The rule {pattern} is always checked: without it a host that could not be checked would be compliant.")
                    {
                        Target = pattern,
                    }
                    : new TrustException("RuleNotFound", TrustErrorKind.InvalidArgument,
                        $"There is no rule '{pattern}'; rules that may be left out are " +
                        $"{string.Join(", ", Excludable.Select(static r => r.Id))}.") { Target = pattern };
            }

            ids.UnionWith(matches.Select(static r => r.Id));
        }

        return [.. ids.OrderBy(PositionOf)];
    }
}
