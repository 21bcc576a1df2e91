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
