namespace ContainerTrust.Engine.Compliance;

/// <summary>A rule of the audit.</summary>
/// <param name="Id">Stable id in PascalCase.</param>
/// <param name="Severity">How bad a finding is, as a rule; some findings are milder, and say why.</param>
/// <param name="Title">What is wrong where the rule finds something, in a few words.</param>
public sealed record ComplianceRule(string Id, ImageTrustSeverity Severity, string Title);
