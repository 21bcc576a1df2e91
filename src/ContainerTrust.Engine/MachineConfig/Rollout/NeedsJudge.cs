using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;
using static ContainerTrust.MachineConfigTrustStatus;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Whether the policy that nodes have, or will have, refuses images that the cluster cannot do without. What the operator's own policy
/// refuses as well is the cluster's matter.
/// </summary>
internal static class NeedsJudge
{
    /// <summary>Judges what the machines are to have now.</summary>
    /// <param name="state">What the cluster said.</param>
    /// <param name="source">The MachineConfig that the policy is from. Null if that is not known.</param>
    /// <param name="policy">The policy in the rendered config.</param>
    /// <param name="findings">Where to say it.</param>
    /// <exception cref="TrustException">The operator's policy is refused, or cannot be decoded.</exception>
    public static void Judge(RolloutState state, ConfigDocument? source, PolicyDocument policy, Findings findings) =>
        Judge(state, source, policy, isThere: true, findings);

    /// <summary>Judges a MachineConfig that is not rendered yet.</summary>
    /// <param name="state">What the cluster said.</param>
    /// <param name="ours">The MachineConfig.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="findings">Where to say it.</param>
    /// <exception cref="TrustException">The operator's policy is refused, or cannot be decoded.</exception>
    public static void JudgePending(RolloutState state, ConfigDocument ours, PolicyDocument policy, Findings findings) =>
        Judge(state, ours, policy, isThere: false, findings);

    private static void Judge(RolloutState state, ConfigDocument? source, PolicyDocument policy, bool isThere, Findings findings)
    {
        ClusterVersionDocument? version = state.Surroundings?.Version.Value;
        OpenShiftRelease? release = version?.Release;
        IReadOnlyList<string>? repositories = release is null ? null
            : ClusterNeeds.ReleaseRepositories(release, version!.ReleaseRepository);
        PolicyDocument? operators = DisplacedPolicy.Generated(state);
        string[] refused = [.. Refused(policy).Except(operators is null ? [] : Refused(operators))];
        if (refused.Length == 0)
            return;
        string name = source is null ? $"{TrustLocations.SystemPolicyPath} on the nodes" : Shown(source.Name);
        bool isMerged = IsToBeMerged(source, release, operators);
        string role = source?.Role ?? state.PoolName;
        string make = source is null ? $"add those of {TrustOption.Preset.With(MachineConfigPresets.OpenShift)} to its entries"
            : new MakeAgain(state, source, role).Command(isMerged, MachineConfigPresets.OpenShift);
        findings.Add(ClusterImagesRefused,
            $"{name} {(isThere ? "refuses" : "will refuse")} images that {release?.ToString() ?? "a cluster"} cannot do without: " +
            $"{string.Join(", ", refused)}. Nodes cannot be updated, and new ones do not start. " +
            $"Make it again with entries for them, those of the vendor's release: {make}." +
            (release is null ? "" : ClusterNeeds.BesidesThePreset(policy, release, repositories)));

        IReadOnlyList<string> Refused(PolicyDocument document) => release is null ? ClusterNeeds.RefusedEverywhere(document)
            : ClusterNeeds.Refused(document, release, repositories);
    }

    private static bool IsToBeMerged(ConfigDocument? source, OpenShiftRelease? release, PolicyDocument? operators) =>
        operators is not null || release?.AlwaysHasPolicy == true
        || (source is not null && MergeMark.HashOf(source.Annotations) is not null);

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
