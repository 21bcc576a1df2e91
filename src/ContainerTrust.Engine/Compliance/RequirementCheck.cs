namespace ContainerTrust.Engine.Compliance;

/// <summary>Requirements that can be read and that nothing satisfies.</summary>
internal sealed class RequirementCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.RequirementUnsatisfiable, ComplianceRules.RequirementsMixed];

    public void Run(Audit audit)
    {
        foreach (PolicyEntry entry in audit.Entries)
        {
            foreach (string reason in entry.Requirements.Select(Reason).OfType<string>().Distinct())
            {
                audit.Add(
                    ComplianceRules.RequirementUnsatisfiable,
                    $"No image satisfies {entry.Words}: {reason}. If nothing is to be accepted, say so with the type Reject.",
                    audit.Store.Locations.PolicyPath,
                    entry.Name);
                audit.Propose(ComplianceRules.RequirementUnsatisfiable, [audit.Fix.SetType(entry, "reject")], entry, null);
            }

            bool isMixed = entry.Requirements.Any(static r => r is SignedByRequirement)
                && entry.Requirements.Any(static r => r is SigstoreSignedRequirement);
            if (isMixed)
            {
                audit.Add(
                    ComplianceRules.RequirementsMixed,
                    $"In {entry.Words}, signedBy and sigstoreSigned are in the same list, so an image needs both kinds of signature. "
                        + "A policy cannot say \"either one\".",
                    audit.Store.Locations.PolicyPath,
                    entry.Name);
            }
        }
    }

    private static string? Reason(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement { KeyType: not "GPGKeys" } r => $"podman and skopeo do not implement the key type {r.KeyType}",
        SignedBaseLayerRequirement => "podman and skopeo do not implement signedBaseLayer",
        _ => null,
    };
}
