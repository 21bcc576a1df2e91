using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>What users fall into with sigstore signatures.</summary>
internal sealed class SigstoreCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.AttachmentsOff, ComplianceRules.IdentityUnsatisfiable, ComplianceRules.SubjectMisspelt];

    public void Run(Audit audit)
    {
        string path = audit.Store.Locations.PolicyPath;
        foreach (PolicyEntry entry in audit.Entries)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            SigstoreSignedRequirement[] sigstore = [.. entry.Requirements.OfType<SigstoreSignedRequirement>()];
            if (sigstore.Length == 0)
                continue;
            bool isDocker = entry.IsDefault || entry.Transport == "docker";
            if (isDocker && audit.Lookaside is { } lookaside && lookaside.ForScope("docker", entry.IsDefault ? "" : entry.Scope)?.UseSigstoreAttachments != true)
                audit.Add(ComplianceRules.AttachmentsOff, $"Sigstore signatures are required for {entry.Words}, and {lookaside.Directory} does not switch on reading them from the registry, so no image is accepted.", path, entry.Name, audit.Fix.SwitchAttachmentsOn(entry));
            if (sigstore.Select(r => SigstoreDoubts.StrictIdentity(r, entry.Scope)).OfType<string>().FirstOrDefault() is { } identity)
                audit.Add(ComplianceRules.IdentityUnsatisfiable, $"In {entry.Words}, {SigstoreDoubts.CosignNote(identity)}", path, entry.Name);
            foreach (string doubt in sigstore.Select(SubjectSpelling.Problem).OfType<string>().Distinct())
                audit.Add(ComplianceRules.SubjectMisspelt, $"In {entry.Words}, {doubt}", path, entry.Name);
        }
    }
}
