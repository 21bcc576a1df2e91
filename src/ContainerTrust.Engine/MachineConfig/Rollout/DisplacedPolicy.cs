using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What nodes lose where a MachineConfig's policy takes the place of the one that the operator makes, and whether a policy that was merged
/// with the operator's is still of today.
/// </summary>
internal static class DisplacedPolicy
{
    private const int Shown = 5;

    /// <summary>Looks at the policy that decides.</summary>
    /// <param name="ours">The MachineConfig that it is from.</param>
    /// <param name="state">What the cluster said.</param>
    /// <param name="policy">The policy on the nodes.</param>
    /// <param name="findings">Where to say it.</param>
    /// <exception cref="TrustException">The operator's policy is refused, or cannot be decoded.</exception>
    public static void Judge(ConfigDocument ours, RolloutState state, PolicyDocument policy, Findings findings)
    {
        string role = state.PoolName;
        ConfigDocument? generated = Of(state, OpenShiftRelease.GeneratedName(role));
        ConfigDocument? source = generated ?? Of(state, OpenShiftRelease.TemplateName(role));
        if (source is null)
            return;
        byte[] content = source.Find(TrustLocations.SystemPolicyPath)!.Content;
        PolicyDocument operators = PolicyReader.Read(content, $"{source.Name}:{TrustLocations.SystemPolicyPath}");
        string renew = (MergeMark.HashOf(ours.Annotations) is null ? "Make a policy that is merged with it: " : "Make it again: ") +
            $"{new MakeAgain(state, ours, role).Command(isMerged: true)}.";
        IReadOnlyList<string> lost = Lost(operators, policy);
        if (lost.Count > 0)
            findings.Add(OperatorPolicyLost,
                $"{Printed(ours.Name)} takes the place of the policy that the operator makes ({Printed(source.Name)}), and accepts what " +
                $"that refuses: {Words(lost)}. {renew}");
        else if (MergeMark.HashOf(ours.Annotations) is { } hash && hash != OperatorPart.HashOf(content))
            findings.Add(OperatorPolicyChanged,
                $"{Printed(ours.Name)} was merged with another policy than the operator makes now ({Printed(source.Name)}). Nothing is " +
                $"accepted that the new one refuses; it may refuse what the new one accepts. {renew}");
    }

    /// <summary>The policy.json that the operator makes of the cluster's settings for a pool. Null if it makes none.</summary>
    /// <exception cref="TrustException">It is refused, or cannot be decoded.</exception>
    public static PolicyDocument? Generated(RolloutState state) =>
        Of(state, OpenShiftRelease.GeneratedName(state.PoolName)) is { } generated
            ? PolicyReader.Read(
                generated.Find(TrustLocations.SystemPolicyPath)!.Content,
                $"{generated.Name}:{TrustLocations.SystemPolicyPath}")
            : null;

    /// <summary>Where one policy accepts what another, the operator's, refuses.</summary>
    /// <param name="operators">The operator's policy.</param>
    /// <param name="policy">The policy on the nodes.</param>
    /// <returns>The operator's scopes, in words.</returns>
    public static IReadOnlyList<string> Lost(PolicyDocument operators, PolicyDocument policy)
    {
        List<string> lost = [];
        bool isDefaultLost = !PolicyMerger.KeepsAll(operators.Default, policy.Default);
        if (isDefaultLost)
            lost.Add(operators.Default.Any(static r => r is RejectRequirement)
                ? "what lies outside the allowed registries" : "what the default demands");
        foreach (PolicyTransport transport in operators.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
            {
                IReadOnlyList<TrustRequirement> now = PolicyLookup.Governing(policy, transport.Name, scope.Name).Requirements;
                if (PolicyMerger.KeepsAll(scope.Requirements, now))
                    continue;
                string what = scope.Requirements.Any(static r => r is RejectRequirement) ? "blocked"
                    : OpenShiftRelease.IsReleaseScope(scope.Name) ? "signatures of release images" : "signatures of an image policy";
                lost.Add($"{Name(transport.Name, scope.Name)} ({what})");
            }
        }

        // A narrower scope opens a hole in what a wider one demands.
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
            {
                (string? found, IReadOnlyList<TrustRequirement> demanded) = PolicyLookup.Governing(operators, transport.Name, scope.Name);
                bool isSaid = found is null && isDefaultLost;
                if (!isSaid && found != scope.Name && !PolicyMerger.KeepsAll(demanded, scope.Requirements))
                    lost.Add(Name(transport.Name, scope.Name) +
                        (string.IsNullOrEmpty(found) ? " (outside the operator's scopes)" : $" (in {Printed(found)})"));
            }
        }

        // The operator writes its scopes for the transport atomic, too, of which nothing on nodes makes use.
        return [.. lost.Where(l => !l.StartsWith("atomic:", StringComparison.Ordinal) || !lost.Contains(l["atomic:".Length..]))];
    }

    private static string Name(string transport, string scope) =>
        Printed(scope.Length == 0 ? $"all of {transport}" : transport == "docker" ? scope : $"{transport}:{scope}");

    private static string Words(IReadOnlyList<string> lost) => lost.Count <= Shown ? string.Join(", ", lost)
        : $"{string.Join(", ", lost.Take(Shown))} and {lost.Count - Shown} more";

    private static ConfigDocument? Of(RolloutState state, string name) =>
        state.Selected.FirstOrDefault(c => c.Name == name && c.Sets(TrustLocations.SystemPolicyPath));

    private static string Printed(string text) => Printable.Of(text, Printable.NameLength);
}
