namespace ContainerTrust;

/// <summary>How far a MachineConfig's policy has come on its way to the nodes of a pool.</summary>
public enum MachineConfigTrustStatus
{
    /// <summary>The cluster's answer leaves something open, so that it cannot be told.</summary>
    Unknown,

    /// <summary>Every machine of the pool has it, and it is what decides there.</summary>
    RolledOut,

    /// <summary>Machines of the pool are still to take it.</summary>
    Updating,

    /// <summary>The pool is paused: its machines will not take it until that ends.</summary>
    Paused,

    /// <summary>The pool, or a machine in it, reports that it cannot go on.</summary>
    Degraded,

    /// <summary>There is no such MachineConfig, or no such pool.</summary>
    Missing,

    /// <summary>The pool's selector does not match the MachineConfig's labels.</summary>
    NotSelected,

    /// <summary>The operator has not made a rendered config of it yet.</summary>
    NotRendered,

    /// <summary>Another MachineConfig, or another policy on the nodes, decides in its place.</summary>
    Overridden,

    /// <summary>The MachineConfig in the cluster, or a file on a node, is not what was meant.</summary>
    NotAsMeant,

    /// <summary>The pool has no machines that could take it.</summary>
    NoMachines,

    /// <summary>
    /// It decides everywhere, but for a scope that requires signatures there is nowhere to read them from, so that its images are
    /// refused.
    /// </summary>
    StoreMissing,

    /// <summary>
    /// It decides, and took the place of the policy that the cluster's operator makes: allowed registries, image policies or the check of
    /// release images no longer count on the nodes.
    /// </summary>
    OperatorPolicyLost,

    /// <summary>It decides, and was merged with a policy of the operator that is not the one of today.</summary>
    OperatorPolicyChanged,

    /// <summary>
    /// The policy that it brings refuses images that the cluster itself cannot do without, such as those of the release: nodes cannot be
    /// updated, and new ones do not start.
    /// </summary>
    ClusterImagesRefused,
}
