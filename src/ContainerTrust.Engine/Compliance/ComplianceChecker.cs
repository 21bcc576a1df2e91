using System.Security.Cryptography;
using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Compliance;

/// <summary>Audits a host's trust by the rules of <see cref="ComplianceRules"/>, and compares it with a baseline.</summary>
public static class ComplianceChecker
{
    private static readonly IComplianceCheck[] s_checks =
    [
        new AcceptCheck(), new ScopeCheck(), new RequirementCheck(), new UserPolicyCheck(), new KeyMaterialCheck(), new FileCheck(),
        new ReadableCheck(), new LookasideCheck(), new SigstoreCheck(), new MirrorCheck(), new InsecureCheck(), new BaselineCheck(),
        new CrioCheck(), new ImageModeCheck(),
    ];

    /// <summary>Audits a host.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the audit.</param>
    /// <returns>
    /// What was found. A policy that is missing or broken, and everything that could not be looked at, is a finding too: nothing about the
    /// host is thrown but the loss of it.
    /// </returns>
    /// <exception cref="OperationCanceledException">The audit was cancelled.</exception>
    /// <exception cref="TrustException">The options make no sense (<c>InvalidExpiringWithin</c>), or the connection to the host
    /// ended.</exception>
    public static ImageTrustCompliance Check(TrustStore store, ComplianceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        if (options.ExpiringWithin < TimeSpan.Zero)
            throw new TrustException("InvalidExpiringWithin", TrustErrorKind.InvalidArgument,
                "The time within which keys must not expire is negative. Give a number of days, or 0.");
        HashSet<string> done = new(StringComparer.Ordinal);
        Audit audit = Find(store, options, done, cancellationToken);
        FixProof.Resolve(audit);
        done.ExceptWith(audit.Undone);
        return new ImageTrustCompliance
        {
            ComputerName = store.Host.ComputerName,
            Findings =
            [
                .. audit.Findings.OrderByDescending(static f => f.Severity).ThenBy(static f => ComplianceRules.PositionOf(f.RuleId)),
            ],
            CheckedAt = options.Now.ToUniversalTime(),
            MinimumSeverity = options.MinimumSeverity,
            CheckedRules =
            [
                .. done.OrderBy(static rule => ComplianceRules.PositionOf(rule)),
            ],
            ExcludedRules = [.. options.ExcludedRules],
            Profile = options.Profile?.Profile,
            NotCovered = options.Profile?.NotCovered ?? [],
            PolicyPath = store.Locations.PolicyPath,
            PolicyHash = audit.PolicyFile is { } file ? Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)) : null,
            NextKeyExpiry = audit.NextKeyExpiry?.ToUniversalTime(),
        };
    }

    /// <summary>Finds what there is to find; fixes are only proposed.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="options">How.</param>
    /// <param name="done">Takes the rules that were checked.</param>
    /// <param name="cancellationToken">Ends the audit.</param>
    /// <param name="before">An audit of the same key files. Keys that it has looked at are not looked at again. Null for none.</param>
    internal static Audit Find(
        TrustStore store, ComplianceOptions options, HashSet<string> done, CancellationToken cancellationToken, Audit? before = null)
    {
        Audit audit = new(store, options, cancellationToken);
        Attempt(audit, done, [ComplianceRules.PolicyMissing, ComplianceRules.PolicyInvalid], () => ReadPolicy(audit));
        Attempt(audit, done, [ComplianceRules.LookasideInvalid], () => ReadLookaside(audit));
        foreach (IComplianceCheck check in s_checks)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // What a broken file hides is covered by the finding about that file.
            string[] rules = [.. check.Rules.Where(r => !audit.IsExcluded(r))];
            if (check is KeyMaterialCheck && before is not null && NamesNoOtherKeys(audit, before))
                continue;
            if (rules.Length > 0 && (check is UserPolicyCheck or CrioCheck or FileCheck or BaselineCheck || audit.Policy is not null)
                && !(check is BaselineCheck && options.Baseline is null))
                Attempt(audit, done, rules, () => check.Run(audit));
        }

        if (audit.Policy is null)
            audit.NotDone(ComplianceRules.FileWritableByOthers, ComplianceRules.FileOwnedByOther);
        if (audit.Lookaside is null)
        {
            audit.NotDone(
                ComplianceRules.LookasideConflict, ComplianceRules.LookasideDoubtful, ComplianceRules.SignatureStoreMissing,
                ComplianceRules.AttachmentsOff, ComplianceRules.MirrorWithoutSignatures, ComplianceRules.BaselineStoreDiffers);
        }

        return audit;
    }

    // What is found about keys is found about each requirement by itself.
    private static bool NamesNoOtherKeys(Audit audit, Audit before) =>
        audit.Entries.SelectMany(static e => e.Requirements).ToHashSet().IsSubsetOf(before.Entries.SelectMany(static e => e.Requirements));

    // The failure of one check does not hide what the others find.
    private static void Attempt(Audit audit, HashSet<string> done, IReadOnlyList<string> rules, Action check)
    {
        try
        {
            check();
            done.UnionWith(rules.Where(r => !audit.IsExcluded(r)));
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            audit.Add(ComplianceRules.NotChecked, $"{string.Join(", ", rules)} could not be checked: {e.Message}", e.Target is { } target
                && target.StartsWith('/') ? target : null);
        }
    }

    private static void ReadPolicy(Audit audit)
    {
        string path = audit.Store.Locations.PolicyPath;
        audit.PolicyFile = audit.Host.TryReadFile(path, PolicyReader.MaxBytes);
        if (audit.PolicyFile is not { } file)
        {

            // Any policy accepts something that is refused now: no command can know what.
            string decide = audit.Store.Locations.IsFromVariable
                ? "Correct the variable that names it, or write the file."
                : $"Decide which images are to be accepted, and set that with {Advice.Of(TrustOperation.Set, audit.Store.Target)}; "
                    + $"{Advice.Of(TrustOperation.Reset, audit.Store.Target, TrustOption.KeepSignatureStore.With())} writes the "
                    + "distribution's default.";
            audit.Add(
                ComplianceRules.PolicyMissing, $"There is no policy at {path}, so podman and skopeo refuse every image. {decide}", path);
            return;
        }

        try
        {
            audit.Policy = PolicyReader.Read(file.Content.Span, path);
            audit.Host.Prefetch(
                [.. PolicyFiles.Of(audit.Policy), .. OperatingSystemRelease.Files, UserPolicyCheck.Homes,
                    .. LocalStores.Of(audit, []), .. CrioConfiguration.Paths, .. ImageModeCheck.Files]);
        }
        catch (TrustFormatException e)
        {
            audit.Add(ComplianceRules.PolicyInvalid, e.ErrorId == "PolicyInvalidText"
                ? $"{e.Message} podman and skopeo read U+FFFD in its place, so that no image has the name that is meant."
                : $"{e.Message} podman and skopeo refuse the whole file, and with it every image, until that is fixed.", path);
        }
    }

    private static void ReadLookaside(Audit audit)
    {
        try
        {
            audit.Lookaside = LookasideConfiguration.Load(audit.Host, audit.Store.Locations);
        }
        catch (TrustFormatException e)
        {
            audit.Add(ComplianceRules.LookasideInvalid, $"{e.Message} podman and skopeo fetch no image until that is fixed.", e.Path);

            // The rule cannot be left out for a file that hides what others would find.
            if (audit.IsExcluded(ComplianceRules.LookasideInvalid))
                throw;
        }
    }
}
