namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>Whose policy.json nodes will have, if a pool gets a MachineConfig with one.</summary>
internal enum PolicyOutcome
{
    /// <summary>The MachineConfig's, unless the operator makes one of the cluster's own settings, which then comes later.</summary>
    OursUnlessOperatorMakesOne,

    /// <summary>The operator's, always: the MachineConfig's has no effect.</summary>
    Operators,

    /// <summary>The MachineConfig's, and what the operator makes of the cluster's own settings, if it does, is lost.</summary>
    OursMayDisplaceOperators,

    /// <summary>The MachineConfig's, and the operator's, which the release brings along, is lost.</summary>
    OursDisplacesOperators,

    /// <summary>The operator's template, which accepts everything and is merged later.</summary>
    Templates,
}

/// <summary>
/// The order in which the operator merges a pool's MachineConfigs: by name; from 4.15 on all of role <c>worker</c> first, so that a custom
/// pool's own come last whatever their names are (<c>MergeMachineConfigs</c>).
/// </summary>
internal static class PolicyOutcomes
{
    /// <summary>Whose policy.json nodes will have.</summary>
    /// <param name="name">The MachineConfig's name.</param>
    /// <param name="role">Its role.</param>
    /// <param name="release">The cluster's release.</param>
    public static PolicyOutcome Of(string name, string role, OpenShiftRelease release)
    {
        bool isLastAnyway = !OpenShiftRelease.IsBuiltIn(role) && release.MergesWorkerFirst;
        if (!isLastAnyway && string.CompareOrdinal(name, OpenShiftRelease.TemplateName(role)) <= 0)
            return PolicyOutcome.Templates;
        bool isLast = isLastAnyway || string.CompareOrdinal(name, OpenShiftRelease.GeneratedName(role)) > 0;
        return (isLast, release.AlwaysHasPolicy) switch
        {
            (true, true) => PolicyOutcome.OursDisplacesOperators,
            (true, false) => PolicyOutcome.OursMayDisplaceOperators,
            (false, true) => PolicyOutcome.Operators,
            _ => PolicyOutcome.OursUnlessOperatorMakesOne,
        };
    }
}
