using System.Text;

namespace ContainerTrust.Engine.Compliance.Controls;

/// <summary>What a host's audit says of a control.</summary>
internal enum ControlState
{
    /// <summary>All that the control asks for was checked, and nothing was found.</summary>
    Met,

    /// <summary>Something was found that the control forbids.</summary>
    NotMet,

    /// <summary>A person has to decide or to look elsewhere.</summary>
    NeedsReview,

    /// <summary>The host, or a part of it, could not be checked.</summary>
    NotChecked,
}

/// <summary>A control's state on a host.</summary>
/// <param name="Control">The control.</param>
/// <param name="State">Its state.</param>
/// <param name="Details">Why, in lines.</param>
internal sealed record ControlResult(Control Control, ControlState State, string Details)
{
    /// <summary>
    /// Judges a control. Met is said only if every rule with direct evidence was checked, none of them and no supporting one found
    /// anything as bad as a warning, and nothing could not be checked: whatever the audit's own least severity was.
    /// </summary>
    /// <param name="control">The control.</param>
    /// <param name="host">The host's audit.</param>
    public static ControlResult Of(Control control, ImageTrustCompliance host)
    {
        ImageTrustFinding[] found = [.. host.Findings.Where(static f => f.Severity >= ImageTrustSeverity.Warning)];
        ImageTrustFinding[] direct = [.. found.Where(f => control.Direct.Contains(f.RuleId))];
        ImageTrustFinding[] supporting = [.. found.Where(f => control.Supporting.Contains(f.RuleId))];
        ImageTrustFinding[] undone = [.. found.Where(static f => f.RuleId == ComplianceRules.NotChecked)];
        StringBuilder details = new();
        foreach (ImageTrustFinding finding in direct.Concat(supporting).Concat(undone))
            details.Append(finding.RuleId).Append(": ").Append(finding.Message).Append('\n');
        string[] missing = [.. control.Direct.Where(r => !host.CheckedRules.Contains(r))];
        ControlState state = host.Status == ImageTrustStatus.NotChecked ? ControlState.NotChecked
            : direct.Length > 0 ? ControlState.NotMet
            : undone.Length > 0 ? ControlState.NotChecked
            : control.Direct.Count == 0 || supporting.Length > 0 || missing.Length > 0 ? ControlState.NeedsReview
            : ControlState.Met;
        if (state == ControlState.Met)
            details.Append("Nothing was found by ").Append(string.Join(", ", control.Direct)).Append(".\n");
        else if (direct.Length == 0 && missing.Length > 0)
            details.Append("Not checked: ").Append(string.Join(", ", missing)).Append(".\n");
        if (control.Remark is not null)
            details.Append(control.Remark).Append('\n');
        return new ControlResult(control, state, details.ToString().TrimEnd('\n'));
    }
}
