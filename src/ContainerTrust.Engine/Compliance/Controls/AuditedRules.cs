namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>Which rules of a host's audit were checked, and which found something as bad as a warning.</summary>
internal sealed class AuditedRules
{
    private readonly bool _isUnchecked;
    private readonly HashSet<string> _checked;
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);

    /// <summary>Sums up an audit.</summary>
    /// <param name="host">The host's audit.</param>
    public AuditedRules(ImageTrustCompliance host)
    {
        _isUnchecked = host.Status == ImageTrustStatus.NotChecked;
        _checked = new HashSet<string>(host.CheckedRules, StringComparer.Ordinal);
        foreach (ImageTrustFinding finding in host.Findings)
        {
            if (finding.Severity >= ImageTrustSeverity.Warning)
                _found.Add(finding.RuleId);
        }
    }

    /// <summary>Whether a rule was checked to its end.</summary>
    public bool IsChecked(string rule) => _checked.Contains(rule);

    /// <summary>What the audit says of a control, see <see cref="ControlResult.Of"/>.</summary>
    /// <param name="control">The control.</param>
    public ControlState StateOf(Control control) => _isUnchecked ? ControlState.NotChecked
        : control.Direct.Any(_found.Contains) ? ControlState.NotMet
        : _found.Contains(ComplianceRules.NotChecked) ? ControlState.NotChecked
        : control.Direct.Count == 0 || control.Supporting.Any(_found.Contains) || !control.Direct.All(_checked.Contains)
            ? ControlState.NeedsReview
        : ControlState.Met;
}
