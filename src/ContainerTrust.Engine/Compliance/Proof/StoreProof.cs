namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>Whether a store that a fix names is where the signatures are, and not only one that silences the audit.</summary>
internal static class StoreProof
{
    private static readonly string[] s_rules = [ComplianceRules.SignatureStoreMissing, ComplianceRules.MirrorWithoutSignatures];

    /// <summary>
    /// Whether signatures that lie where they are looked for by the image's own name are found by the mirror's name, too; and whether
    /// findings about signatures that go along with this one are rightly gone.
    /// </summary>
    public static bool IsFound(
        Audit audit, Audit after, FixProposal proposal, Advice fix, Acceptance before, Acceptance state, IReadOnlyList<Probe> probes)
    {
        if (!s_rules.Contains(audit.Findings[proposal.Finding].RuleId))
            return true;
        if (!HasPath(audit, proposal, fix, before, state, probes))
            return false;
        HashSet<(string, string?, string)> left = [.. after.Findings.Select(static f => (f.RuleId, f.Scope, f.Message))];
        for (int i = 0; i < audit.Findings.Count; i++)
        {
            ImageTrustFinding other = audit.Findings[i];
            if (i == proposal.Finding || !s_rules.Contains(other.RuleId) || left.Contains((other.RuleId, other.Scope, other.Message)))
                continue;

            // Another store may be the right one there.
            FixProposal? same = audit.Proposals.FirstOrDefault(p => p.Finding == i && p.Fixes.Any(f => Setting(f) == Setting(fix)));
            if (same is null || !HasPath(audit, same, fix, before, state, probes))
                return false;
        }

        return true;
    }

    private static bool HasPath(
        Audit audit, FixProposal proposal, Advice fix, Acceptance before, Acceptance state, IReadOnlyList<Probe> probes)
    {
        if (audit.Findings[proposal.Finding].RuleId != ComplianceRules.MirrorWithoutSignatures || Setting(fix).Length == 0)
            return true;
        string mirror = proposal.Entry!.Scope;
        int found = 0;
        foreach (Probe probe in probes)
        {
            if (probe.Place is not { } place || place == probe.Image.Reference || !IsBelow(place.ToString(), mirror)
                || !probe.Image.Scopes.Contains(proposal.Source)
                    || !before.Governing(probe.Image).Requirements.Any(static r => r is SignedByRequirement))
            {
                continue;
            }

            if (before.PlacesOf(probe.Image.Reference)?.Store is not { } own || own != state.PlacesOf(place)?.Store)
                return false;
            found++;
        }

        return found > 0;
    }

    // The store that advice names; empty if it names none.
    private static string Setting(Advice advice) =>
        (advice as OperationAdvice)?.Arguments.FirstOrDefault(static a => a.Option == TrustOption.SignatureStore)?.Values[0] ?? "";

    private static bool IsBelow(string name, string scope) =>
        name.StartsWith(scope, StringComparison.Ordinal) && (name.Length == scope.Length || name[scope.Length] is '/' or ':' or '@');
}
