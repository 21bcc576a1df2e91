namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>What is refused, and what is said, because of whose policy.json nodes will have.</summary>
internal static class OutcomeRules
{
    /// <summary>Refuses a MachineConfig that the cluster would not use, or that takes from nodes what the operator put there.</summary>
    /// <param name="name">The MachineConfig's name.</param>
    /// <param name="role">The pool.</param>
    /// <param name="release">The cluster's release.</param>
    /// <param name="isMerged">Whether the policy is merged with the operator's.</param>
    /// <param name="isReleaseGiven">Whether someone said which release the cluster has.</param>
    /// <returns>The refusal. Null if there is none.</returns>
    public static TrustException? Refusal(string name, string role, OpenShiftRelease release, bool isMerged, bool isReleaseGiven)
    {
        string generated = OpenShiftRelease.GeneratedName(role);
        string older = isReleaseGiven ? ""
            : $" For an older cluster specify its version with {TrustOption.OpenShiftVersion}, for a hosted one " +
                $"{TrustOption.ClusterType.With(nameof(OpenShiftClusterType.HostedControlPlane))}.";
        return PolicyOutcomes.Of(name, role, release) switch
        {
            PolicyOutcome.Operators or PolicyOutcome.OursUnlessOperatorMakesOne when isMerged => Refuse(
                name,
                $"'{name}' sorts before {generated}, whose policy would replace the merged one. Specify a name that sorts after it, " +
                $"such as 99-zz-{role}-image-trust."),
            PolicyOutcome.Operators => Refuse(
                name,
                $"'{name}' would have no effect: on {release} the operator's {generated} always has a policy.json, and is merged " +
                $"later. {WhatWorks()}{older}"),
            PolicyOutcome.OursDisplacesOperators when !isMerged => Refuse(
                name,
                $"'{name}' would take the operator's policy from the pool {role}, and with it the check of release images " +
                $"({string.Join(", ", release.ReleaseScopes)}): on {release} it is merged after {generated}. {WhatWorks()}{older}"),
            _ => null,
        };
    }

    /// <summary>What may be otherwise on a cluster that has settings of its own.</summary>
    /// <returns>A sentence. Null if there is nothing.</returns>
    public static string? Condition(string name, string role, OpenShiftRelease release, bool isMerged) =>
        !isMerged && PolicyOutcomes.Of(name, role, release) == PolicyOutcome.OursUnlessOperatorMakesOne
            ? $"'{name}' has effect on {release} unless the cluster has allowed or blocked registries or image policies, of which the " +
                $"operator makes {OpenShiftRelease.GeneratedName(role)}, which is merged later. {Settings(release)}"
            : null;

    /// <summary>What else should be known.</summary>
    /// <returns>A sentence. Null if there is nothing.</returns>
    public static string? Doubt(string name, string role, OpenShiftRelease release, bool isMerged) =>
        !isMerged && PolicyOutcomes.Of(name, role, release) == PolicyOutcome.OursMayDisplaceOperators
            ? $"On {release} '{name}' is merged after {OpenShiftRelease.GeneratedName(role)}, so it replaces the policy that the " +
                "operator makes of the cluster's own settings (allowed registries, ClusterImagePolicy), and those no longer count on " +
                $"the nodes of the pool {role}. {Settings(release)}"
            : null;

    // A cluster whose control plane is hosted cannot be asked what its operator makes.
    private static string Settings(OpenShiftRelease release) => release.Type == OpenShiftClusterType.HostedControlPlane
        ? "If the HostedCluster has such settings (spec.configuration.image), add entries that say the same."
        : $"If the cluster has such settings, merge them: specify {TrustOption.Merge} or {TrustOption.OperatorConfig}.";

    private static string WhatWorks() =>
        $"Merge the entries with the operator's policy: specify {TrustOption.Merge} or {TrustOption.OperatorConfig}. Entries that " +
        "demand sigstore signatures can become ClusterImagePolicy objects instead.";

    private static TrustException Refuse(string name, string message) =>
        new("OperatorPolicyWins", TrustErrorKind.NotSupported, message) { Target = name };
}
