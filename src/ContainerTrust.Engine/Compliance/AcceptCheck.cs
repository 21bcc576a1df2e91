namespace ContainerTrust.Engine.Compliance;

/// <summary>Entries that accept anything.</summary>
internal sealed class AcceptCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.DefaultAcceptsAnything, ComplianceRules.ScopeAcceptsAnything];

    public void Run(Audit audit)
    {
        string path = audit.Store.Locations.PolicyPath;
        foreach (PolicyEntry entry in audit.Entries)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            if (entry.Type != TrustType.Accept)
                continue;

            // What the baseline has as well was decided by somebody.
            bool isApproved = audit.Options.Baseline?.HasSame(entry) == true;
            string approved = isApproved ? " The baseline says so, too." : "";
            if (entry.IsDefault)
            {
                audit.Add(
                    ComplianceRules.DefaultAcceptsAnything,
                    $"The policy's default accepts any image that no scope governs, signed or not.{approved}",
                    path,
                    entry.Name,
                    isApproved ? ImageTrustSeverity.Information : null);
                audit.Propose(
                    ComplianceRules.DefaultAcceptsAnything,
                    [ImageModeCheck.RejectTheRest(audit), audit.Fix.SetDefault("reject")],
                    entry,
                    isApproved ? null : Decide,
                    beside: isApproved ? null
                        : $"{Decide} Rejecting alone refuses every image that no scope governs, local ones among them.");
                continue;
            }

            ImageTrustSeverity severity = isApproved || !IsFromElsewhere(entry.Transport) ? ImageTrustSeverity.Information
                : entry.Scope.Length == 0 ? ImageTrustSeverity.Error : ImageTrustSeverity.Warning;
            string words = char.ToUpperInvariant(entry.Words[0]) + entry.Words[1..];
            audit.Add(
                ComplianceRules.ScopeAcceptsAnything,
                $"{words} accepts any image, signed or not{Wider(audit, entry)}.{approved}",
                path,
                entry.Name,
                severity);
            audit.Propose(
                ComplianceRules.ScopeAcceptsAnything,
                [audit.Fix.SetType(entry, "reject")],
                entry,
                isApproved ? null : "Decide whose signatures images need there, or whether they are to be rejected.");
        }
    }

    private const string Decide = "Decide which registries are to be accepted, give them scopes of their own, and reject the rest.";

    // What comes from this machine's own disk was put there by somebody who may as well run it.
    public static bool IsFromElsewhere(string transport) =>
        transport is not ("docker-daemon" or "docker-archive" or "containers-storage" or "dir" or "oci" or "oci-archive" or "sif"
            or "tarball" or "ostree");

    private static string Wider(Audit audit, PolicyEntry entry)
    {
        if (entry.Transport != "docker" || entry.Scope.Length == 0)
            return "";
        int end = entry.Scope.LastIndexOfAny(['/', '@', ':']);
        if (end <= 0)
            return "";
        PolicyEntry wider = audit.GoverningDocker(entry.Scope[..end]);
        return wider.Type is TrustType.Accept ? "" : $", although {wider.Words} does not";
    }
}
