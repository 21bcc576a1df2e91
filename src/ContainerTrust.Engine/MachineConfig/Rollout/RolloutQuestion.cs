namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Asked of a pool: whether its machines use the policy of a MachineConfig.</summary>
/// <param name="Role">The pool.</param>
/// <param name="ConfigName">The MachineConfig.</param>
/// <param name="Meant">What the MachineConfig is meant to have. Null: what it has in the cluster.</param>
public sealed record RolloutQuestion(string Role, string ConfigName, MachineConfigTrust? Meant)
{
    /// <summary>The pools that every cluster has.</summary>
    public static IReadOnlyList<string> BuiltInRoles { get; } = ["worker", "master"];

    /// <summary>The name that a MachineConfig has where no other was given.</summary>
    /// <param name="role">The role.</param>
    /// <returns><c>51-ROLE-rh-registry-trust</c>.</returns>
    public static string DefaultName(string role) => $"51-{role}-rh-registry-trust";

    /// <summary>
    /// The names that a MachineConfig has where no other was given, the one that is merged with the operator's policy first.
    /// </summary>
    /// <param name="role">The role.</param>
    internal static IEnumerable<string> UsualNames(string role) =>
        [MachineConfigNames.Merged.Replace(MachineConfigOptions.RolePlaceholder, role, StringComparison.Ordinal), DefaultName(role)];
}

/// <summary>How long to wait for a roll-out.</summary>
public sealed record RolloutWait
{
    /// <summary>The longest that is waited.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The time between two questions to the cluster.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Called with the results so far, after every round. Not on the caller's thread.</summary>
    public Action<IReadOnlyList<MachineConfigTrustResult>>? Progress { get; init; }
}

/// <summary>What came of a check.</summary>
/// <param name="Results">One result a pool, in the order of the questions.</param>
/// <param name="Errors">What could not be found out; the results concerned are not yes.</param>
public sealed record RolloutAnswers(IReadOnlyList<MachineConfigTrustResult> Results, IReadOnlyList<TrustException> Errors);
