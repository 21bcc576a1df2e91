namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>A framework of controls, as far as it is about which images are trusted.</summary>
/// <param name="Profile">The name by which users select it, such as <c>Stig-Ocp4</c>.</param>
/// <param name="Name">The framework's own name.</param>
/// <param name="Version">The version that was looked at.</param>
public sealed record ControlFramework(string Profile, string Name, string Version)
{
    /// <summary>The controls, those with direct evidence first.</summary>
    internal IReadOnlyList<Control> Controls { get; init; } = [];

    /// <summary>A word for it in the classes of a page.</summary>
    internal string ShortName { get; init; } = "";

    /// <summary>All controls of the framework that this is about, with how far rules are evidence for them.</summary>
    public IReadOnlyList<ImageTrustControl> AllControls => [.. Controls.Select(c => Shown(c, c.Evidence))];

    /// <summary>The controls that no rule covers in full, each with a remark.</summary>
    public IReadOnlyList<ImageTrustControl> NotCovered =>
        [.. Controls.Where(static c => c.Evidence != ImageTrustEvidence.Direct).Select(c => Shown(c, c.Evidence))];

    /// <summary>Ids of the rules that are evidence for one of the controls.</summary>
    internal IEnumerable<string> Rules => Controls.SelectMany(static c => c.Direct.Concat(c.Supporting)).Distinct();

    /// <summary>What an audit says of each control, for people.</summary>
    /// <param name="host">The audit of a host.</param>
    /// <returns>One line for each control.</returns>
    public IReadOnlyList<string> InWords(ImageTrustCompliance host) =>
    [
        .. Controls.Select(c => (Control: c, State: ControlResult.Of(c, host).State)).Select(static r => $"{r.Control.Id}: "
            + (r.State switch
        {
            ControlState.Met => "met",
            ControlState.NotMet => "not met",
            ControlState.NotChecked => "not checked",
            _ => r.Control.Evidence == ImageTrustEvidence.None ? "no rule covers it" : "needs review",
        }) + $". {(r.State == ControlState.NeedsReview ? r.Control.Remark : null) ?? r.Control.Title + "."}"),
    ];

    /// <summary>The rules of the framework that an audit left out by the user's wish.</summary>
    /// <param name="host">The audit of a host.</param>
    public IReadOnlyList<string> LeftOut(ImageTrustCompliance host) => [.. host.ExcludedRules.Intersect(Rules)];

    /// <summary>The control as objects and files show it.</summary>
    internal ImageTrustControl Shown(Control control, ImageTrustEvidence evidence) => new()
    {
        Profile = Profile,
        Framework = Name,
        Version = Version,
        Id = control.Id,
        OtherIds = string.Join(", ", control.OtherIds),
        Title = control.Title,
        Evidence = evidence,
        Remark = control.Remark,
    };
}
