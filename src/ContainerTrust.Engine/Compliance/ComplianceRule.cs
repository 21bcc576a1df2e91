using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Compliance.Proof;

namespace ContainerTrust.Engine.Compliance;

/// <summary>A rule of the audit.</summary>
/// <param name="Id">Stable id in PascalCase.</param>
/// <param name="Severity">How bad a finding is, as a rule; some findings are milder, and say why.</param>
/// <param name="Title">What is wrong where the rule finds something, in a few words.</param>
public sealed record ComplianceRule(string Id, ImageTrustSeverity Severity, string Title)
{
    /// <summary>Whether findings may carry a command that fixes them, where one is proven.</summary>
    public bool HasFix => FixRule.Has(Id);

    /// <summary>Whether the rule may be left out of an audit.</summary>
    public bool CanBeExcluded => ComplianceRules.Excludable.Contains(this);

    /// <summary>The controls that the rule is evidence for.</summary>
    public IReadOnlyList<ImageTrustControl> Controls => ControlFrameworks.OfRule(Id);
}
