using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>
/// Shows a fix only if it is proven to fix: it is done in memory, by what the command would do it with; the host is audited again; the
/// finding must be gone, no other of at least a warning may have come, and of the images that a policy can tell apart none may be judged
/// otherwise than <see cref="FixRule"/> says of the rule.
/// </summary>
internal sealed class FixProof
{
    // An audit again costs about as much as the audit: what all proofs of a host may cost is bounded, by numbers and not by time, so
    // that the same host gets the same fixes.
    private const int MostWork = 20_000;
    private const int WorkOfAny = 20;

    private readonly Audit _audit;
    private readonly Lazy<RegistriesConfiguration?> _registries;
    private readonly Lazy<bool> _hasLocalSignatures;
    private readonly Lazy<Acceptance> _before;
    private readonly Lazy<IReadOnlyList<Probe>?> _probes;
    private readonly Lazy<int> _elsewhere;
    private int _work;

    private FixProof(Audit audit)
    {
        _audit = audit;
        _registries = new(() => LoadRegistries(audit));
        _hasLocalSignatures = new(() => LocalStores.MayHaveSignatures(audit));
        _before = new(() => new Acceptance(audit.Store, audit.Policy!, audit.Lookaside!, _hasLocalSignatures.Value));
        _elsewhere = new(() => Count(audit, UserPolicyCheck.Homes) + Count(audit, CrioConfiguration.PoliciesDirectory));
        _probes = new(() => Probes.Of(_before.Value, _before.Value, _registries.Value));
    }

    /// <summary>Gives the findings of an audit their fixes.</summary>
    /// <param name="audit">An audit that has found all it finds.</param>
    public static void Resolve(Audit audit)
    {
        if (audit.Proposals.Count == 0)
            return;
        FixProof proof = new(audit);
        List<(int Finding, Advice? Fix, string? Otherwise)> resolved = [];
        foreach (FixProposal proposal in audit.Proposals)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            resolved.Add((proposal.Finding, proof.Find(proposal, out string? otherwise), otherwise));
        }

        foreach ((int finding, Advice? fix, string? otherwise) in resolved)
            audit.Complete(finding, fix, otherwise);
    }

    private Advice? Find(FixProposal proposal, out string? otherwise)
    {
        otherwise = null;
        int work = WorkOfAny + _audit.Entries.Count + (_audit.Lookaside?.Sections.Count ?? 0) + _elsewhere.Value;
        bool isCut = false;
        foreach (Advice fix in proposal.Fixes)
        {
            if (AdviceLanguage.Current.Command(fix) is null)
                continue;
            isCut = _work + work > MostWork;
            if (isCut)
                break;
            _work += work;
            if (IsProven(proposal, fix))
            {
                otherwise = proposal.Beside;
                return fix;
            }
        }

        otherwise = isCut
            ? "Fixes are worked out for the first findings of a host only: run the audit again once those are fixed."
            : proposal.Otherwise;
        return null;
    }

    private bool IsProven(FixProposal proposal, Advice fix)
    {
        try
        {
            ProofHost host = new(_audit.Host);
            TrustStore store = _audit.Store.Over(host, _audit.Store.Locations);
            if (IsForOthersToo(proposal))
                return false;
            if (fix is FileAdvice file)
                return Change(host, file) && IsBetter(proposal, Find(store));
            if (_audit.Policy is null || _audit.Lookaside is null || Apply(fix, host, store) is not { } done)
                return false;
            Audit after = Find(done);
            return IsBetter(proposal, after) && KeepsAcceptance(proposal, fix, after);
        }
        catch (NotReadException)
        {
            return false;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // The command would be refused, too.
            return false;
        }
    }

    // Policies of users and of CRI-O read the same registries.d, and what they accept is not compared: where there is one, no store is
    // taken from it.
    private bool IsForOthersToo(FixProposal proposal) =>
        _audit.Findings[proposal.Finding].RuleId == ComplianceRules.BaselineStoreDiffers
        && _audit.Findings.Any(static f => f.RuleId is ComplianceRules.UserPolicy or ComplianceRules.CrioPolicy);

    private Audit Find(TrustStore store) => ComplianceChecker.Find(store, _audit.Options, [], _audit.Cancellation, _audit);

    private static bool Change(ProofHost host, FileAdvice advice)
    {
        if (advice.Change is not { } change || host.TryReadFile(change.Path, int.MaxValue)?.Permissions is not { } permissions)
            return false;
        uint mode = (permissions.Mode & ~change.Taken) | change.Given;
        host.Change(change.Path, new FilePermissions(mode, change.Owner ?? permissions.UserId, permissions.GroupId));
        return true;
    }

    private static TrustStore? Apply(Advice advice, ProofHost host, TrustStore store)
    {
        if (advice is AdviceSequence two)
            return Apply(two.First, host, store) is { } first ? Apply(two.Second, host, first) : null;
        if (advice is not OperationAdvice operation || AdvisedChanges.Of(operation, store) is not { } changes)
            return null;
        TrustLocations locations = store.Locations;
        TrustPlan plan = TrustPlanner.Make(store, changes);
        bool hidesSystem = locations is { IsUserRegistries: true, ReadsAllRegistries: false }
            && !host.Exists(locations.RegistriesDirectory);
        if (plan.Files.Count == 0 || plan.NotFound.Count > 0)
            return null;
        PlannedFile.RequireSafe(host, plan.Files);
        foreach (PlannedFile file in plan.Files)
        {
            // The first file of a user's directory puts the system's out of force, and what was said by that one is not looked at here.
            if (hidesSystem && file.Path.StartsWith(locations.RegistriesDirectory, StringComparison.Ordinal))
                return null;
            host.Write(file.Path, file.Content);
        }

        string written = TrustPlanner.WritePath(locations);
        return store.Over(host, host.Exists(written) ? locations with { PolicyPath = written, PolicyExists = true } : locations);
    }

    // The finding is gone, and nothing came that matters.
    private bool IsBetter(FixProposal proposal, Audit after)
    {
        ImageTrustFinding finding = _audit.Findings[proposal.Finding];
        if (after.Findings.Any(f =>
            f.RuleId == finding.RuleId && PathOf(after, f) == PathOf(_audit, finding) && f.Scope == finding.Scope
                && f.Message == finding.Message))
            return false;
        ILookup<(string, string?, string?), ImageTrustSeverity> before = Severities(_audit);
        foreach (IGrouping<(string, string?, string?), ImageTrustSeverity> found in Severities(after)
            .Where(static f => f.Max() > ImageTrustSeverity.Information))
        {
            ImageTrustSeverity[] known = [.. before[found.Key]];
            if (known.Length < found.Count() || known.Max() < found.Max())
                return false;
        }

        return true;
    }

    // A finding about a file is the same one if other scopes name the file.
    private static ILookup<(string, string?, string?), ImageTrustSeverity> Severities(Audit audit) => audit.Findings.ToLookup(
        f => (f.RuleId, PathOf(audit, f), IsOfScope(audit, f) ? f.Scope : null),
        static f => f.Severity);

    private static bool IsOfScope(Audit audit, ImageTrustFinding finding) =>
        PathOf(audit, finding) is null || finding.RuleId.StartsWith("Mirror", StringComparison.Ordinal);

    // The policy is the policy, also where a change of the distribution's becomes a file of its own.
    private static string? PathOf(Audit audit, ImageTrustFinding finding) =>
        finding.Path == audit.Store.Locations.PolicyPath ? null : finding.Path;

    private bool KeepsAcceptance(FixProposal proposal, Advice fix, Audit after)
    {
        if (after.Policy is not { } policy || after.Lookaside is not { } lookaside)
            return false;
        FixRule rule = FixRule.All[_audit.Findings[proposal.Finding].RuleId];
        PolicyEntry entry = proposal.Entry!;
        Acceptance before = _before.Value;
        Acceptance state = new(after.Store, policy, lookaside, _hasLocalSignatures.Value);
        IReadOnlyList<Probe>? probes = IsOfKnownNames(before, state) ? _probes.Value : Probes.Of(before, state, _registries.Value);
        return probes is not null
            && AcceptanceDifference.Find(before, state, probes).All(d => rule.Allows(d, entry))
            && StoreProof.IsFound(_audit, after, proposal, fix, before, state, probes);
    }

    private static bool IsOfKnownNames(Acceptance before, Acceptance after) =>
        after.Lookaside.Sections.Keys.All(before.Lookaside.Sections.ContainsKey)
        && !Probes.Remapped(after).Except(Probes.Remapped(before)).Any()
        && after.Policy.Transports.All(t =>
            before.Policy.FindTransport(t.Name) is { } known && t.Scopes.All(s => known.Find(s.Name) is not null));

    // Users' homes and CRI-O's policies are looked at again each time, too.
    private static int Count(Audit audit, string directory)
    {
        try
        {
            return new ProofHost(audit.Host).ListDirectory(directory.TrimEnd('/')).Count;
        }
        catch (NotReadException)
        {
            return 0;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return 0;
        }
    }

    private static RegistriesConfiguration? LoadRegistries(Audit audit)
    {
        try
        {
            return RegistriesConfiguration.Load(new ProofHost(audit.Host), null, audit.Store.Locations.Release);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return null;
        }
    }
}
