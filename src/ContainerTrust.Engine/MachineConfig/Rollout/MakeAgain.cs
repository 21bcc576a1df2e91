using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// The whole command that makes a MachineConfig of the cluster again, with something besides: what it has goes along, from the cluster and
/// not from where the command is run. A front end that asks clusters is PowerShell, whose pipeline this is.
/// </summary>
/// <param name="State">What the cluster said.</param>
/// <param name="Source">The MachineConfig that the entries are taken from.</param>
/// <param name="Role">The pool that the new one is for.</param>
internal sealed record MakeAgain(RolloutState State, ConfigDocument Source, string Role)
{
    /// <summary>Whether it was merged with the operator's policy, and can be made of what was merged.</summary>
    public bool IsMerged => MergeMark.HashOf(Source.Annotations) is not null && MergeMark.ScopesOf(Source.Annotations) is not null;

    /// <summary>
    /// Whether the pool needs a merged one: where the operator makes a policy of the cluster's settings, the entries alone lose that.
    /// </summary>
    /// <exception cref="TrustException">The operator's policy is refused.</exception>
    public bool NeedsMerge =>
        IsMerged || State.Surroundings?.Release?.AlwaysHasPolicy == true || DisplacedPolicy.Generated(State) is not null;

    /// <summary>Makes it again as it is, merged anew if it is a merged one.</summary>
    /// <param name="isMerged">Whether the new one is to be merged with the operator's policy.</param>
    /// <param name="preset">A preset whose entries are added. Null for none.</param>
    /// <param name="withStores">Whether signature stores are to go along.</param>
    /// <returns>The command, with what is to be done before it as a sentence of its own after it.</returns>
    /// <exception cref="TrustException">A policy is refused.</exception>
    public string Command(bool isMerged, string? preset = null, bool withStores = false)
    {
        string added = preset is null ? "" : $" {TrustOption.Preset.With(preset)}";

        // A cluster that is named is merged with; without one, the version is not known.
        string which = OwnName(isMerged) + (isMerged ? (State with { PoolName = Role }).Which : AsRole);
        if (isMerged && IsMerged && IsLate)
            return $"{TrustOperation.MakeMachineConfig} {TrustOption.Renew}{added}" +
                (withStores ? $" {TrustOption.IncludeRegistriesD}" : "") + which;
        string[] keys = [.. Source.Paths.Where(p => Source.Sets(p) && !MachineConfigDocument.IsTrustFile(p))];
        bool hasStores = withStores
            || Source.Paths.Any(p => Source.Sets(p) && MachineConfigDocument.IsTrustFile(p) && p != TrustLocations.SystemPolicyPath);
        string read = $"({TrustOperation.ReadMachineConfig} {TrustOption.ConfigName.With(Source.Name)}{State.Where})";
        return $"{read}.Trust{(isMerged && HasLooser() ? " | Where-Object Type -NE Accept" : "")} | " +
            $"{TrustOperation.MakeMachineConfig}{added}{(isMerged ? $" {TrustOption.Merge}" : ForVersion)}" +
            (hasStores ? $" {TrustOption.IncludeRegistriesD}" : "") +
            (keys.Length == 0 ? "" : $" {TrustOption.KeyFile.With([.. keys.Select(FileName)])}") + which +
            (keys.Length == 0 ? "" : $" (save its key files under these names first: {read}.Files has their Content)");
    }

    private string AsRole => Role == "worker" ? "" : $" {TrustOption.Role.With(Role)}";

    private string ForVersion =>
        State.Surroundings?.Version.Value is { } version ? $" {TrustOption.OpenShiftVersion.With(version.Version)}" : "";

    private bool IsLate => string.CompareOrdinal(Source.Name, OpenShiftRelease.GeneratedName(Role)) > 0;

    // Merged, a name that sorts before the operator's is of no use, and the usual one is taken.
    private string OwnName(bool isMerged) =>
        RolloutQuestion.UsualNames(Role).ElementAt(isMerged ? 0 : 1) == Source.Name || (isMerged && !IsLate)
            ? "" : $" {TrustOption.ConfigName.With(Source.Name)}";

    // What accepts more than the operator's policy would be refused. Without it nothing is accepted that was not.
    private bool HasLooser()
    {
        if (DisplacedPolicy.Generated(State) is not { } operators
            || Source.Find(TrustLocations.SystemPolicyPath) is not { } file)
            return false;
        PolicyDocument policy = PolicyReader.Read(file.Content, $"{Source.Name}:{TrustLocations.SystemPolicyPath}");
        return IsLooser(operators.Default, policy.Default) || policy.Transports.Any(t => t.Scopes.Any(s =>
            IsLooser(PolicyLookup.Governing(operators, t.Name, s.Name).Requirements, s.Requirements)));
    }

    private static bool IsLooser(IReadOnlyList<TrustRequirement> operators, IReadOnlyList<TrustRequirement> ours) =>
        ours.All(static r => r is AcceptRequirement) && !PolicyMerger.KeepsAll(operators, ours);

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
