using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>What users fall into with sigstore signatures.</summary>
internal sealed class SigstoreCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.AttachmentsOff, ComplianceRules.IdentityUnsatisfiable,
        ComplianceRules.SubjectMisspelt];

    // Any other rule would accept signatures for more images, so it is for the signer to change something.
    private static string Signer(SigstoreSignedRequirement requirement)
    {
        const string Ask = "Where cosign signs, have the signer name the whole reference with --sign-container-identity";
        return requirement.SignedIdentity switch
        {
            RemapIdentity i => $"{Ask}, below {Printable.Of(i.SignedPrefix, Printable.NameLength)}.",
            ExactReferenceIdentity i => $"{Ask}: {Printable.Of(i.DockerReference, Printable.NameLength)}.",
            _ => $"{Ask}.",
        };
    }

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
            if (isDocker && audit.Lookaside is { } lookaside
                && lookaside.ForScope("docker", entry.IsDefault ? "" : entry.Scope) is var effective
                && effective?.UseSigstoreAttachments != true)
            {
                audit.Add(
                    ComplianceRules.AttachmentsOff,
                    $"Sigstore signatures are required for {entry.Words}, and {lookaside.Directory} does not switch on reading them "
                        + "from the registry, so no image is accepted.",
                    path,
                    entry.Name);

                // What is switched off by name was decided by someone.
                bool isOff = effective?.UseSigstoreAttachments == false;
                string switchOn = $"switch it on with {TrustOption.UseSigstoreAttachments}.";
                audit.Propose(
                    ComplianceRules.AttachmentsOff,
                    [isOff ? null : audit.Fix.SwitchAttachmentsOn(entry)],
                    entry,
                    isOff
                        ? $"It is explicitly switched off: decide whether signatures are to be read there, and {switchOn}"
                        : $"If they are to be read there, {switchOn}");
            }

            if (sigstore.FirstOrDefault(r => SigstoreDoubts.StrictIdentity(r, entry.Scope) is not null) is { } strict)
            {
                string identity = SigstoreDoubts.StrictIdentity(strict, entry.Scope)!;
                audit.Add(
                    ComplianceRules.IdentityUnsatisfiable,
                    $"In {entry.Words}, {SigstoreDoubts.CosignNote(identity)} {Signer(strict)}",
                    path,
                    entry.Name);
            }

            foreach (string doubt in sigstore.Select(SubjectSpelling.Problem).OfType<string>().Distinct())
                audit.Add(ComplianceRules.SubjectMisspelt, $"In {entry.Words}, {doubt}", path, entry.Name);
        }
    }
}
