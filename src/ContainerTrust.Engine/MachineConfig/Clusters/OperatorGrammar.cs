using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// What the operator writes into policy.json, in every version from 4.8 on (<c>updatePolicyJSON</c>, <c>policyItemFromSpec</c>): a default
/// that accepts or refuses everything; scopes of <c>docker</c> that accept, refuse, or demand signatures by keys inside the policy; the
/// same for <c>atomic</c>, but for those of four parts and more; and <c>docker-daemon</c> as a whole, accepted. Whatever else is in a
/// policy was brought by someone else.
/// </summary>
internal static class OperatorGrammar
{
    private const string Docker = "docker";
    private const string Atomic = "atomic";
    private const string Daemon = "docker-daemon";

    // Of more than three parts, which the transport atomic does not have.
    private const int MaxAtomicSlashes = 2;

    /// <summary>What the operator cannot have written.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>Scopes and transports, in words. Empty if it may be the operator's.</returns>
    public static IReadOnlyList<string> Foreign(PolicyDocument policy)
    {
        List<string> foreign = [];
        if (policy.Default is not [AcceptRequirement or RejectRequirement])
            foreign.Add("the default");
        foreach (PolicyTransport transport in policy.Transports)
        {
            if (transport.Name is not (Docker or Atomic or Daemon))
                foreign.Add($"the transport {transport.Name}");
            else if (transport.Name == Daemon)
                foreign.AddRange(transport.Scopes.Where(static s => s.Name.Length > 0 || s.Requirements is not [AcceptRequirement])
                    .Select(static s => s.Name.Length > 0 ? $"{Daemon}:{s.Name}" : Daemon));
        }

        IReadOnlyList<PolicyScope> docker = policy.FindTransport(Docker)?.Scopes ?? [];
        IReadOnlyList<PolicyScope> atomic = policy.FindTransport(Atomic)?.Scopes ?? [];
        foreign.AddRange(docker.Where(s => !IsPossible(s, policy, docker) || (IsForAtomic(s.Name) && !Has(atomic, s))).Select(Name));
        foreign.AddRange(atomic.Where(s => !Has(docker, s)).Select(static s => $"{Atomic}:{Name(s)}"));
        return [.. foreign.Distinct()];
    }

    // Registries are allowed where the rest is refused, and blocked where it is accepted. The payload's own may be allowed beside those
    // that are blocked.
    private static bool IsPossible(PolicyScope scope, PolicyDocument policy, IReadOnlyList<PolicyScope> docker)
    {
        bool isRefusing = policy.Default is [RejectRequirement];
        return scope.Name.Length > 0 && scope.Requirements switch
        {
            [AcceptRequirement] => isRefusing || docker.Any(static s => s.Requirements is [RejectRequirement]),
            [RejectRequirement] => !isRefusing,
            _ => scope.Requirements.All(static r => r is SigstoreSignedRequirement { SignedIdentity: not null } signed
                && signed.GetKeyMaterials().All(static m => m.Path is null)),
        };
    }

    private static bool IsForAtomic(string scope) => scope.Count(static c => c == '/') <= MaxAtomicSlashes;

    private static bool Has(IReadOnlyList<PolicyScope> scopes, PolicyScope scope) =>
        scopes.FirstOrDefault(s => s.Name == scope.Name) is { } other
        && RequirementWriter.MeansSame(other.Requirements, scope.Requirements);

    private static string Name(PolicyScope scope) => scope.Name.Length > 0 ? scope.Name : $"all of {Docker}";
}
