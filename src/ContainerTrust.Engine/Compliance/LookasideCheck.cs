using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>registries.d: what is odd in it, and what the policy needs of it.</summary>
internal sealed class LookasideCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.LookasideDoubtful, ComplianceRules.SignatureStoreMissing];

    public void Run(Audit audit)
    {
        if (audit.Lookaside is not { } lookaside)
            return;
        foreach (LookasideWarning warning in lookaside.Warnings)
            audit.Add(ComplianceRules.LookasideDoubtful, warning.Message, warning.Path);
        LookasideEntry[] sections = [.. lookaside.Default is { } all ? [all] : Array.Empty<LookasideEntry>(), .. lookaside.Sections.Values];
        foreach (LookasideEntry section in sections.Where(static s => s.Section.SignatureStore is { } store && StoreUrl.IsBarePath(store)))
            audit.Add(ComplianceRules.LookasideDoubtful, BarePath(section), section.Path);
        foreach (PolicyEntry entry in audit.Entries.Where(static e => e.IsDefault || e.Transport == "docker"))
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            EffectiveLookaside? effective = lookaside.ForScope("docker", entry.IsDefault ? "" : entry.Scope);
            if (!entry.Requirements.Any(static r => r is SignedByRequirement) || effective?.SignatureStore is not null)
                continue;
            string attachments = effective?.UseSigstoreAttachments == true
                ? " Sigstore attachments, which are switched on there, are not read for GPG signatures."
                : "";
            TrustPresetEntry? known = TrustPresets.Get("RedHatGpg").FirstOrDefault(p => p.Registry == entry.Scope
                || entry.Scope.StartsWith(p.Registry + "/", StringComparison.Ordinal));
            audit.Add(
                ComplianceRules.SignatureStoreMissing,
                $"Signatures are required for {entry.Words}, and {lookaside.Directory} names no store where they are: only a "
                    + $"directory on the host itself is looked into, and registries that keep signatures themselves.{attachments}",
                audit.Store.Locations.PolicyPath,
                entry.Name);

            // A vendor's store has what the vendor's key has signed.
            bool isVendors = known is not null
                && PolicyFiles.Of(entry.Requirements.OfType<SignedByRequirement>())
                    .All(static p => p.StartsWith(VendorKeys, StringComparison.Ordinal))
                && entry.Requirements.SelectMany(static r => r.GetKeyMaterials()).All(static m => m.Path is not null);
            audit.Propose(
                ComplianceRules.SignatureStoreMissing,
                [isVendors ? audit.Fix.SetStore(entry, known!.SignatureStore!) : null],
                entry,
                $"Find out where the signatures are, and name that store with {TrustOption.SignatureStore}.");
        }
    }

    private const string VendorKeys = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-";

    private static string BarePath(LookasideEntry section)
    {
        string store = section.Section.SignatureStore!;
        string of = Printable.Of(section.Namespace ?? "default-docker", Printable.NameLength);
        return $"The signature store of {of}, {Printable.Of(store, Printable.NameLength)}, is a path and not a URL: "
            + "podman and skopeo refuse to read it, and fetch no image that it is for. Write " +
                $"{Printable.Of(StoreUrl.OfPath(store), Printable.NameLength)}.";
    }
}
