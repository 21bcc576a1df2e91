using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>What differs from the baseline. The order of scopes, and of requirements within one, makes no difference.</summary>
internal sealed class BaselineCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } =
    [
        ComplianceRules.BaselineScopeMissing, ComplianceRules.BaselineScopeExtra, ComplianceRules.BaselineScopeDiffers,
        ComplianceRules.BaselineStoreDiffers,
        ComplianceRules.BaselineKeyPathDiffers,
    ];

    public void Run(Audit audit)
    {
        TrustBaseline baseline = audit.Options.Baseline!;
        if (audit.Policy is null)
        {
            // What is missing cannot be told from what nobody could read.
            audit.NotDone([.. Rules]);
            return;
        }

        string path = audit.Store.Locations.PolicyPath;
        HashSet<(string, string)> there = [.. audit.Entries.Select(static e => (e.Transport, e.Scope))];
        foreach (TrustBaseline.Item item in baseline.Items)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            PolicyEntry wanted = EntryOf(item.Entry);
            if (!there.Contains((wanted.Transport, wanted.Scope)))
            {
                audit.Add(
                    ComplianceRules.BaselineScopeMissing,
                    $"The baseline has {wanted.Words} ({Describe(wanted.Requirements)}), and the policy does not.",
                    path,
                    wanted.Name);
                audit.Propose(ComplianceRules.BaselineScopeMissing, [audit.Fix.Set(wanted, wanted.Requirements)], wanted, Decide(audit));
            }
        }

        KeyContents contents = new(audit);
        foreach (PolicyEntry entry in audit.Entries)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            if (baseline.Find(entry) is { } item)
                Compare(audit, entry, item, contents);
            else if (!entry.IsDefault)
            {
                audit.Add(
                    ComplianceRules.BaselineScopeExtra,
                    $"The policy has {entry.Words} ({Describe(entry.Requirements)}), and the baseline does not.",
                    path,
                    entry.Name);
                audit.Propose(
                    ComplianceRules.BaselineScopeExtra,
                    [audit.Fix.Remove(entry, keepsSection: audit.Lookaside?.Sections.ContainsKey(entry.Scope) != false)],
                    entry,
                    "Without it, images would be accepted that it refuses. Decide whether that is wanted, and remove it with "
                        + $"{Advice.Of(TrustOperation.Remove, audit.Store.Target)}.");
            }
        }
    }

    private static string Decide(Audit audit) =>
        "To do as the baseline says would change whose images are accepted. Decide whether that is wanted, and set it with "
            + $"{Advice.Of(TrustOperation.Set, audit.Store.Target)}.";

    private static PolicyEntry EntryOf(ImageTrust trust) => trust.IsDefault ? new PolicyEntry("all", "default", true, trust.Requirements)
        : new PolicyEntry(trust.Transport, trust.Registry, false, trust.Requirements);

    private static void Compare(Audit audit, PolicyEntry entry, TrustBaseline.Item item, KeyContents contents)
    {
        string path = audit.Store.Locations.PolicyPath;
        string words = char.ToUpperInvariant(entry.Words[0]) + entry.Words[1..];
        Advice? set = audit.Fix.Set(entry, item.Entry.Requirements);
        if (RequirementShape.OfPaths(entry.Requirements) == RequirementShape.OfPaths(item.Entry.Requirements))
        {
            foreach (string file in contents.OtherKeys(entry.Requirements, item.Entry))
                audit.Add(ComplianceRules.BaselineScopeDiffers,
                    $"{words} names the key file {Printable.Of(file, Printable.NameLength)} as in the baseline, and the file holds other " +
                    $"keys than there: {contents.Words(file, item.Entry)}.", file, entry.Name);
        }
        else if (contents.AreSame(entry.Requirements, item.Entry))
        {
            audit.Add(
                ComplianceRules.BaselineKeyPathDiffers,
                $"{words} demands the same keys as in the baseline, from another place: {Describe(entry.Requirements)}; in the "
                    + $"baseline {Describe(item.Entry.Requirements)}.",
                path,
                entry.Name);
            audit.Propose(ComplianceRules.BaselineKeyPathDiffers, [set], entry, null);
        }
        else
        {
            string type = entry.Type == item.Entry.Type ? "" : $" is {entry.Type} and not {item.Entry.Type}, as in the baseline: it";
            audit.Add(
                ComplianceRules.BaselineScopeDiffers,
                $"{words}{type} demands {Describe(entry.Requirements)}; the baseline demands {Describe(item.Entry.Requirements)}.",
                path,
                entry.Name);
            audit.Propose(ComplianceRules.BaselineScopeDiffers, [set], entry, Decide(audit));
        }

        // A policy.json says nothing of what is in any file, and nobody expects it to.
        if (item.HasStores && RequirementShape.OfPaths(entry.Requirements) == RequirementShape.OfPaths(item.Entry.Requirements)
            && KeyContents.NotCompared(entry.Requirements, item.Entry) is { Count: > 0 } unknown)
        {
            string files = Printable.Of(string.Join(", ", unknown), Printable.SentenceLength);
            audit.Add(ComplianceRules.NotChecked,
                $"{words} names {files} as in the baseline, which does not say what is in there; the content was not compared.", unknown[0],
                entry.Name, severity: ImageTrustSeverity.Information);
        }

        if (item.HasStores && audit.Lookaside is { } lookaside && (entry.IsDefault || entry.Transport == "docker"))
            CompareStores(audit, entry, words, item.Entry, lookaside.ForScope("docker", entry.IsDefault ? "" : entry.Scope)!);
    }

    private static void CompareStores(Audit audit, PolicyEntry entry, string words, ImageTrust wanted, EffectiveLookaside effective)
    {
        void Differs(string what, string? here, string? there, string? path, Advice? fix, ImageTrustSeverity? severity = null)
        {
            audit.Add(
                ComplianceRules.BaselineStoreDiffers,
                $"{words} has {what} {Shown(here)}; in the baseline it is {Shown(there)}"
                    + $"{(Shown(here) == Shown(there) ? " with another user name or password" : "")}.",
                path ?? audit.Lookaside!.Directory,
                entry.Name,
                severity);
            audit.Propose(
                ComplianceRules.BaselineStoreDiffers, [fix], entry,
                fix is null ? null : "Decide whether all that looks there, other policies of this host too, can do without it.");
        }

        if (Url(effective.SignatureStore) != Url(wanted.SignatureStore))
            Differs("the signature store", effective.SignatureStore, wanted.SignatureStore, effective.SignatureStoreSource?.Path,
                wanted.SignatureStore is { } url ? audit.Fix.SetStore(entry, url) : null);
        if (Url(effective.SignatureStoreStaging) != Url(wanted.SignatureStoreStaging))
            Differs("the store for writing", effective.SignatureStoreStaging, wanted.SignatureStoreStaging,
                effective.WriteStoreSource?.Path, null, ImageTrustSeverity.Information);
        if ((effective.UseSigstoreAttachments ?? false) != (wanted.UseSigstoreAttachments ?? false))
        {
            Differs("reading sigstore signatures from the registry", Switch(effective.UseSigstoreAttachments),
                Switch(wanted.UseSigstoreAttachments), effective.UseSigstoreAttachmentsSource?.Path, wanted.UseSigstoreAttachments == true
                && effective.UseSigstoreAttachments is null ? audit.Fix.SwitchAttachmentsOn(entry) : null);
        }
    }

    private static string Switch(bool? value) => value == true ? "on" : "off";

    private static string? Url(string? url) => url?.TrimEnd('/');

    private static string Shown(string? value) =>
        value is null ? "none" : Printable.Of(StoreUrl.WithoutUser(value), Printable.SentenceLength);

    private static string Describe(IReadOnlyList<TrustRequirement> requirements) =>
        Printable.Of(string.Join(" and ", requirements.Select(RequirementText.Describe)), Printable.SentenceLength);
}
