namespace ContainerTrust;

/// <summary>A control of a framework for which a rule of the audit, or a result, is evidence.</summary>
/// <remarks>Values are of this module, not of hosts.</remarks>
public sealed record ImageTrustControl
{
    /// <summary>The profile that has it, such as <c>Stig-Ocp4</c>: a value of <c>Test-ImageTrust -Profile</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>The framework, such as <c>DISA STIG Red Hat OpenShift Container Platform 4.x</c>.</summary>
    public required string Framework { get; init; }

    /// <summary>The framework's version that was looked at, such as <c>V2R3</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The control's id, such as <c>V-257537</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Other ids of the same item, separated by a comma and a blank. Empty if it has none.</summary>
    public string OtherIds { get; init; } = "";

    /// <summary>What the control asks for, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>How far the audit's rules are evidence for it.</summary>
    public required ImageTrustEvidence Evidence { get; init; }

    /// <summary>What the evidence does not say, or where else to look: a sentence. Null if there is nothing to add.</summary>
    public string? Remark { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Id} ({Evidence})");
}

/// <summary>How far the rules of an audit are evidence for a control.</summary>
public enum ImageTrustEvidence
{
    /// <summary>No rule looks at what the control asks for.</summary>
    None,

    /// <summary>A finding speaks against the control; that nothing is found does not show that it is met.</summary>
    Supporting,

    /// <summary>The rules look at what the control asks for: a finding means that it is not met.</summary>
    Direct,
}
