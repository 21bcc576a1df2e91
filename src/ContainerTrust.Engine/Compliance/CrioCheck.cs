using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// The policies that CRI-O obeys in place of the system's: the one that its settings name, and those of pods' namespaces. They are audited
/// by the rules for the system's policy. No fix is offered: what a node may pull is for its cluster to say.
/// </summary>
internal sealed class CrioCheck : IComplianceCheck
{
    private const int MostNamespaces = 1_000;
    private const int MostScopes = 5;

    private static readonly IComplianceCheck[] s_checks = [new AcceptCheck(), new ScopeCheck(), new RequirementCheck(),
        new KeyMaterialCheck(), new FileCheck()];
    private static readonly IComplianceCheck[] s_storeChecks = [new LookasideCheck(), new SigstoreCheck()];

    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.CrioPolicy];

    public void Run(Audit audit)
    {
        if (CrioConfiguration.Load(audit.Host) is not { } crio)
            return;
        string system = audit.Store.Locations.PolicyPath;
        LookasideConfiguration? lookaside = ReadLookaside(audit, crio);
        if (crio.Policy is { } policy && policy.Value != system)
            Judge(audit, lookaside, policy.Value, "CRI-O's own policy",
                $"CRI-O obeys {Name(policy.Value)}, as {Name(policy.File!)} says, and nothing of {Name(system)}.");
        else if (crio.Policy is null && system == TrustLocations.VendorPolicyPath
            && !audit.Host.Exists(TrustLocations.SystemPolicyPath))
            audit.Add(ComplianceRules.CrioPolicy,
                $"{CrioAnswer.Older} looks for a policy in {TrustLocations.SystemPolicyPath} alone, which is missing: it pulls no image, "
                + $"whatever {system} says. Set a policy in /etc, or name one in CRI-O's settings (signature_policy).",
                TrustLocations.SystemPolicyPath);
        string directory = crio.NamespacePolicies.Value;
        string[] names = [.. audit.Host.ListDirectory(directory).Where(static n => n.EndsWith(".json", StringComparison.Ordinal))];
        if (names.Length > MostNamespaces)
            audit.Add(ComplianceRules.NotChecked,
                $"CrioPolicy could not be checked in full: {Name(directory)} has {names.Length} policies, and the first " +
                $"{MostNamespaces} were looked at.", directory);
        foreach (string name in names.Take(MostNamespaces))
        {
            string path = $"{directory}/{name}", pods = Name(name[..^".json".Length]);
            Judge(audit, lookaside, path, $"CRI-O's policy for the namespace {pods}",
                $"For pods of the namespace {pods}, CRI-O obeys {Name(path)} and nothing of {Name(crio.Policy?.Value ?? system)}.");
        }
    }

    // registries.d as CRI-O has it: of the directories that podman 6 reads together, /etc's alone.
    private static LookasideConfiguration? ReadLookaside(Audit audit, CrioConfiguration crio)
    {
        const string Directory = TrustLocations.SystemRegistriesDirectory;
        if (!audit.Store.Locations.ReadsAllRegistries)
            return audit.Lookaside;
        try
        {
            LookasideConfiguration own = LookasideConfiguration.Load(audit.Host, Directory);
            bool isPodmans = crio.Policy is null || crio.Policy.Value == audit.Store.Locations.PolicyPath;
            IReadOnlyList<string> scopes = isPodmans && audit.Policy is { } policy && audit.Lookaside is { } podmans
                ? CrioAnswer.OtherPlaces(policy, podmans, own) : [];
            if (scopes.Count > 0)
            {
                string more = scopes.Count > MostScopes ? $" and {scopes.Count - MostScopes} more" : "";
                audit.Add(ComplianceRules.CrioPolicy,
                    $"{CrioAnswer.Older} reads {Directory} alone, and not what podman 6 reads in other directories: "
                    + $"it looks for signatures of {string.Join(", ", scopes.Take(MostScopes))}{more} elsewhere. "
                    + "Copy the sections there if CRI-O is to find them.",
                    Directory);
            }

            return own;
        }
        catch (TrustFormatException e)
        {
            audit.Add(ComplianceRules.CrioPolicy, $"{e.Message} {CrioAnswer.Older} reads {Directory} alone, and pulls no image until that "
                + "is fixed.", e.Path, severity: ImageTrustSeverity.Error);
            return null;
        }
    }

    private static void Judge(Audit audit, LookasideConfiguration? lookaside, string path, string what, string fact)
    {
        audit.Cancellation.ThrowIfCancellationRequested();
        if (audit.Host.TryReadFile(path, PolicyReader.MaxBytes) is not { } file)
        {
            audit.Add(ComplianceRules.CrioPolicy, $"{fact} That file is missing, so CRI-O pulls no image.", path,
                severity: ImageTrustSeverity.Error);
            return;
        }

        PolicyDocument policy;
        try
        {
            policy = PolicyReader.Read(file.Content.Span, path);
        }
        catch (TrustFormatException e)
        {
            audit.Add(ComplianceRules.CrioPolicy,
                $"{fact} {e.Message} CRI-O refuses the whole file, and with it every image that it is for.", path,
                severity: ImageTrustSeverity.Error);
            return;
        }

        bool isSame = audit.Policy is { } system && PolicyMeaning.IsSame(system, policy);
        string? looser = audit.Policy is { } other
            ? LooserScopes.DescribeOther(LooserScopes.Find(other, policy, new KeyContent(audit.Store.KeyMaterials))) : null;
        string difference = isSame ? "They say the same." : looser ?? "They differ.";
        audit.Add(ComplianceRules.CrioPolicy, $"{fact} {difference}", path, severity: isSame ? ImageTrustSeverity.Information : null);
        TrustLocations locations = TrustLocations.Find(audit.Host, path, audit.Store.Locations.RegistriesDirectory, currentUser: false);
        Audit inner = new(new TrustStore(audit.Host, locations, TrustMessages.None), audit.Options, audit.Cancellation)
            { PolicyFile = file, Policy = policy, Lookaside = lookaside, IsOfSystem = true };
        foreach (IComplianceCheck check in lookaside is null ? s_checks : [.. s_checks, .. s_storeChecks])
            check.Run(inner);
        if (audit.Options.Baseline is not null)
            new BaselineCheck().Run(inner);
        HashSet<(string, string?, string?, string)> known = [.. audit.Findings.Select(static f => (f.RuleId, f.Path, f.Scope, f.Message))];
        foreach (ImageTrustFinding finding in inner.Findings.Where(f => !known.Contains((f.RuleId, f.Path, f.Scope, f.Message))))
            audit.Add(finding.RuleId, $"{what} {Name(path)}: {finding.Message}", finding.Path, finding.Scope, severity: finding.Severity);
    }

    private static string Name(string text) => Printable.Of(text, Printable.NameLength);
}
