using static ContainerTrust.Engine.Compliance.ComplianceRules;

namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>The frameworks whose controls the rules of the audit are evidence for.</summary>
/// <remarks>
/// DISA's STIGs for RHEL 8 (V2R8), 9 (V2R9) and 10 (V1R2) have no item about the signatures of container images, and CIS OpenShift 5.5.1 is
/// about registries, not signatures: none of them is claimed.
/// </remarks>
public static class ControlFrameworks
{
    // Where one of these finds something, unsigned images are accepted, or signed ones are not verified as they should be.
    private static readonly string[] s_verification =
    [
        PolicyMissing, PolicyInvalid, DefaultAcceptsAnything, KeyFileMissing, KeyFileUnreadable, KeyInvalid, KeyRevoked, KeyExpired,
        KeyUnusable, RequirementUnsatisfiable, LookasideInvalid, SignatureStoreMissing, AttachmentsOff,
    ];

    // These are right for some hosts: a person decides.
    private static readonly string[] s_decisions =
    [
        ScopeAcceptsAnything, CrioPolicy, ScopeUnreachable, ScopeDoubtful, RequirementsMixed, IdentityUnsatisfiable, RegistriesConfInvalid,
        KeyPartSkipped, KeyNotReadByAll, FileUnreadableByUsers, UserPolicy, KeyLost, KeyWeak, KeyExpiring, LookasideConflict,
        LookasideDoubtful, SubjectMisspelt, MirrorOutsidePolicy, MirrorWithoutSignatures, FileWritableByOthers, FileOwnedByOther,
        PrivateKeyExposed,
    ];

    private static readonly string[] s_baseline = [BaselineScopeMissing, BaselineScopeExtra, BaselineScopeDiffers, BaselineStoreDiffers,
        BaselineKeyPathDiffers];

    private static readonly Lazy<ILookup<string, ImageTrustControl>> s_byRule = new(static () => All!
        .SelectMany(static f => f.Controls.SelectMany(c => c.Direct.Select(r => (Rule: r, Control: f.Shown(c, ImageTrustEvidence.Direct)))
            .Concat(c.Supporting.Select(r => (Rule: r, Control: f.Shown(c, ImageTrustEvidence.Supporting))))))
        .ToLookup(static p => p.Rule, static p => p.Control, StringComparer.Ordinal));

    /// <summary>DISA's STIG for OpenShift 4: the one STIG that has an item about verifying container images.</summary>
    internal static ControlFramework Stig { get; } =
        new("Stig-Ocp4", "DISA STIG Red Hat OpenShift Container Platform 4.x", "V2R3")
        {
            ShortName = "stig",
            Controls =
            [
                new("V-257537", "OpenShift must verify container images")
                {
                    Stig = new("SV-257537r1015794_rule", "CNTR-OS-000360", "SRG-APP-000131-CTR-000285", ["CCI-003992", "CCI-001749"]),
                    OtherIds = ["CNTR-OS-000360", "SRG-APP-000131-CTR-000285", "CCI-003992", "CCI-001749"],
                    Direct = s_verification,
                    Supporting = s_decisions,
                    Remark = "Scopes that accept any image need a decision: DISA's own example accepts some, among them registries of "
                        + "Red Hat's builds. From OpenShift 4.21 on, ClusterImagePolicies replace a node's policy; check it with "
                        + $"{TrustOperation.WatchMachineConfig}, too.",
                },
                new("V-257505", "OpenShift must use TLS 1.2 or greater for secure container image transport from trusted sources")
                {
                    Stig = new("SV-257505r960759_rule", "CNTR-OS-000010", "SRG-APP-000014-CTR-000035", ["CCI-000068"]),
                    OtherIds = ["CNTR-OS-000010", "SRG-APP-000014-CTR-000035", "CCI-000068"],
                    Supporting = [InsecureRegistry, RegistriesConfInvalid],
                    Remark = "The item is about image.config.openshift.io/cluster; what is found is its effect on a node.",
                },
                new("V-257587", "OpenShift must use FIPS-validated SHA-2 or higher hash function for digital signature generation and "
                    + "verification (nonlegacy use)")
                {
                    Stig = new("SV-257587r961896_rule", "CNTR-OS-001080", "SRG-APP-000610-CTR-001385", ["CCI-000803"]),
                    OtherIds = ["CNTR-OS-001080", "SRG-APP-000610-CTR-001385", "CCI-000803"],
                    Supporting = [KeyWeak],
                    Remark = "The item is about the node's crypto-policies and certificates; only weak keys of images are looked for.",
                },
                new("V-257561", "OpenShift must prevent the installation of patches, service packs, device drivers, or operating "
                    + "system components without verification they have been digitally signed using a certificate that is recognized and "
                    + "approved by the organization")
                {
                    Stig = new("SV-257561r961473_rule", "CNTR-OS-000740", "SRG-APP-000384-CTR-000915", ["CCI-001764"]),
                    OtherIds = ["CNTR-OS-000740", "SRG-APP-000384-CTR-000915", "CCI-001764"],
                    Remark = $"No rule reads the cluster's history. {TrustOperation.ListRelease} and {TrustOperation.CheckMirror} verify a "
                        + "release's signatures.",
                },
            ],
        };

    /// <summary>NIST SP 800-53, revision 5.</summary>
    internal static ControlFramework Nist { get; } = new("Nist-800-53r5", "NIST SP 800-53", "Revision 5")
    {
        ShortName = "nist",
        Controls =
        [
            new("CM-14", "Signed components") { Direct = s_verification, Supporting = s_decisions },
            new("SI-7(15)", "Code authentication") { Direct = s_verification, Supporting = s_decisions },
            new("SR-4(3)", "Validate as genuine and not altered") { Supporting = [.. s_verification, .. s_decisions] },
            new("SR-11", "Component authenticity") { Supporting = [.. s_verification, .. s_decisions] },
            new("CM-6", "Configuration settings") { Supporting = s_baseline, Remark = "Rules compare only with a baseline that you give." },
            new("CM-5", "Access restrictions for change") { Supporting = [FileWritableByOthers, FileOwnedByOther, UserPolicy] },
            new("AC-6", "Least privilege") { Supporting = [FileWritableByOthers, FileOwnedByOther] },
            new("SC-12", "Cryptographic key establishment and management")
                { Supporting = [PrivateKeyExposed, KeyRevoked, KeyExpired, KeyExpiring, KeyLost] },
            new("SC-13", "Cryptographic protection") { Supporting = [KeyWeak, KeyUnusable] },
            new("SC-8", "Transmission confidentiality and integrity") { Supporting = [InsecureRegistry, RegistriesConfInvalid] },
            new("SI-7(1)", "Integrity checks")
                { Remark = "No rule looks at images that are on the host already; they are verified when pulled." },
        ],
    };

    /// <summary>BSI IT-Grundschutz, module SYS.1.6 (containerisation).</summary>
    internal static ControlFramework Bsi { get; } = new("Bsi-Sys.1.6", "BSI IT-Grundschutz SYS.1.6", "Edition 2022")
    {
        ShortName = "bsi",
        Controls =
        [
            new("SYS.1.6.A12", "Distribution of secure images (signatures)")
            {
                Direct = s_verification,
                Supporting = [.. s_decisions, .. s_baseline],
                Remark = "Its fourth sentence is about signatures. The others are about documents, which no rule reads.",
            },
            new("SYS.1.6.A6", "Use of secure images")
            {
                Supporting = [.. s_verification, .. s_decisions],
                Remark = "It is about trusted sources and who made an image; signatures are a part of the evidence.",
            },
        ],
    };

    /// <summary>All frameworks.</summary>
    public static IReadOnlyList<ControlFramework> All { get; } = [Stig, Nist, Bsi];

    /// <summary>The controls that a rule is evidence for.</summary>
    /// <param name="rule">The rule's id.</param>
    /// <returns>Controls, by framework. None for a rule that is not known.</returns>
    public static IReadOnlyList<ImageTrustControl> OfRule(string rule) => [.. s_byRule.Value[rule]];

    /// <summary>A framework by the name of its profile.</summary>
    /// <param name="profile">The name, without regard to case.</param>
    /// <returns>The framework.</returns>
    /// <exception cref="TrustException">There is no such profile (<c>ProfileNotFound</c>).</exception>
    public static ControlFramework Find(string profile) =>
        All.FirstOrDefault(f => f.Profile.Equals(profile, StringComparison.OrdinalIgnoreCase))
        ?? throw new TrustException("ProfileNotFound", TrustErrorKind.InvalidArgument,
            $"There is no profile '{profile}'. Profiles are {string.Join(", ", All.Select(static f => f.Profile))}; the STIGs for RHEL "
            + "have no item about container images.") { Target = profile };
}
