namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>A control of a framework, and the rules that are evidence for it.</summary>
/// <param name="Id">The id that the framework's users know it by.</param>
/// <param name="Title">What it asks for, in a few words.</param>
internal sealed record Control(string Id, string Title)
{
    /// <summary>Other ids of the same item.</summary>
    public IReadOnlyList<string> OtherIds { get; init; } = [];

    /// <summary>Rules that look at what it asks for: each must have been checked, and find nothing, for it to be met.</summary>
    public IReadOnlyList<string> Direct { get; init; } = [];

    /// <summary>Rules whose findings speak against it, or need a decision.</summary>
    public IReadOnlyList<string> Supporting { get; init; } = [];

    /// <summary>What the rules do not say, or where else to look. Null if there is nothing to add.</summary>
    public string? Remark { get; init; }

    /// <summary>The item in a DISA benchmark. Null for other frameworks.</summary>
    public StigItem? Stig { get; init; }

    /// <summary>How far rules are evidence for it.</summary>
    public ImageTrustEvidence Evidence => Direct.Count > 0 ? ImageTrustEvidence.Direct
        : Supporting.Count > 0 ? ImageTrustEvidence.Supporting : ImageTrustEvidence.None;
}

/// <summary>Where a control is in a DISA benchmark, as result files name it.</summary>
/// <param name="RuleId">The rule's id, such as <c>SV-257537r1015794_rule</c>.</param>
/// <param name="RuleVersion">The STIG id, such as <c>CNTR-OS-000360</c>.</param>
/// <param name="GroupTitle">The SRG id.</param>
/// <param name="Ccis">Control correlation identifiers.</param>
internal sealed record StigItem(string RuleId, string RuleVersion, string GroupTitle, IReadOnlyList<string> Ccis);
