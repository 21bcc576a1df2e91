namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>Which rules of a host's audit were checked, and what their findings say of controls.</summary>
internal sealed class AuditedRules
{
    // Their images are on the host already.
    private static readonly string[] s_local =
        ["containers-storage:", "dir:", "docker-archive:", "docker-daemon:", "oci:", "oci-archive:", "sif:", "tarball:"];

    private readonly bool _isUnchecked;
    private readonly HashSet<string> _checked;
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forbidden = new(StringComparer.Ordinal);

    /// <summary>Sums up an audit.</summary>
    /// <param name="host">The host's audit. One that is not whole counts as not checked.</param>
    public AuditedRules(ImageTrustCompliance host)
    {
        _isUnchecked = host.ErrorId is not null || host.CheckedRules is not { Count: > 0 } || host.Findings is null
            || host.Findings.Contains(null!);
        _checked = new HashSet<string>(host.CheckedRules ?? [], StringComparer.Ordinal);
        foreach (ImageTrustFinding finding in _isUnchecked ? [] : host.Findings!)
        {
            if (Counts(finding))
                _found.Add(finding.RuleId);

            // All images of registries, whatever a baseline says of it.
            if (finding.RuleId == ComplianceRules.DefaultAcceptsAnything
                || finding is { RuleId: ComplianceRules.ScopeAcceptsAnything, Severity: ImageTrustSeverity.Error })
                _forbidden.Add(finding.RuleId);
        }
    }

    /// <summary>
    /// Whether a finding speaks against controls: as bad as a warning, whatever the audit's own least severity is; or one that is milder
    /// only because a baseline accepts the same.
    /// </summary>
    public static bool Counts(ImageTrustFinding finding) => finding.Severity >= ImageTrustSeverity.Warning
        || finding.RuleId == ComplianceRules.DefaultAcceptsAnything
        || (finding.RuleId == ComplianceRules.ScopeAcceptsAnything
            && !s_local.Any(t => finding.Scope?.StartsWith(t, StringComparison.Ordinal) == true));

    /// <summary>The rules of a control that were not checked to their end. Without a baseline, none compares with one.</summary>
    public IEnumerable<string> Missing(Control control) => control.Direct.Concat(control.Supporting)
        .Where(r => !_checked.Contains(r) && !r.StartsWith("Baseline", StringComparison.Ordinal));

    /// <summary>What the audit says of a control, see <see cref="ControlResult.Of"/>.</summary>
    /// <param name="control">The control.</param>
    public ControlState StateOf(Control control) => _isUnchecked ? ControlState.NotChecked
        : control.Direct.Any(_found.Contains) || (control.Direct.Count > 0 && control.Supporting.Any(_forbidden.Contains))
            ? ControlState.NotMet
        : _found.Contains(ComplianceRules.NotChecked) ? ControlState.NotChecked
        : control.Direct.Count == 0 || control.Supporting.Any(_found.Contains) || Missing(control).Any() ? ControlState.NeedsReview
        : ControlState.Met;
}
