namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>What is found of a pool: each finding stands in the way of a yes; notes do not.</summary>
internal sealed class Findings
{
    // The weightiest first: what waiting does not fix comes before what it may.
    private static readonly MachineConfigTrustStatus[] Order =
    [
        MachineConfigTrustStatus.Missing,
        MachineConfigTrustStatus.NotSelected,
        MachineConfigTrustStatus.Degraded,
        MachineConfigTrustStatus.NotAsMeant,
        MachineConfigTrustStatus.Overridden,
        MachineConfigTrustStatus.OperatorPolicyLost,
        MachineConfigTrustStatus.ClusterImagesRefused,
        MachineConfigTrustStatus.OperatorPolicyChanged,
        MachineConfigTrustStatus.NoMachines,
        MachineConfigTrustStatus.Paused,
        MachineConfigTrustStatus.NotRendered,
        MachineConfigTrustStatus.Updating,
        MachineConfigTrustStatus.Unknown,
        MachineConfigTrustStatus.StoreMissing,
    ];

    private readonly List<(MachineConfigTrustStatus Status, string Reason)> _findings = [];
    private readonly List<string> _notes = [];

    /// <summary>
    /// The status that the weightiest finding gives; <see cref="MachineConfigTrustStatus.RolledOut"/> only where there is none.
    /// </summary>
    public MachineConfigTrustStatus Status =>
        _findings.Count == 0 ? MachineConfigTrustStatus.RolledOut : Order[_findings.Min(static f => Rank(f.Status))];

    /// <summary>All reasons, the weightiest first, each once; then the notes.</summary>
    public string[] Reasons => [.. _findings.OrderBy(static f => Rank(f.Status)).Select(static f => f.Reason).Concat(_notes).Distinct()];

    /// <summary>Something stands in the way.</summary>
    public void Add(MachineConfigTrustStatus status, string reason) => _findings.Add((status, reason));

    /// <summary>Something is worth knowing.</summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Whether there is a finding of this kind.</summary>
    public bool Has(MachineConfigTrustStatus status) => _findings.Any(f => f.Status == status);

    private static int Rank(MachineConfigTrustStatus status)
    {
        int rank = Array.IndexOf(Order, status);
        return rank >= 0 ? rank : throw new ArgumentOutOfRangeException(nameof(status), status, "This is not a finding.");
    }
}
