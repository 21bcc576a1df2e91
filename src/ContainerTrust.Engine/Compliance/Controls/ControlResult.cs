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
    /// Judges a control. Met is said only if every rule that is mapped to it was checked, none of them found anything that counts
    /// (<see cref="AuditedRules.Counts"/>), and nothing could not be checked.
    /// </summary>
    /// <param name="control">The control.</param>
    /// <param name="host">The host's audit.</param>
    public static ControlResult Of(Control control, ImageTrustCompliance host)
    {
        AuditedRules rules = new(host);
        ControlState state = rules.StateOf(control);
        StringBuilder details = new();
        foreach (ImageTrustFinding finding in (host.Findings ?? []).Where(f => f is not null && AuditedRules.Counts(f)
            && (control.Direct.Contains(f.RuleId) || control.Supporting.Contains(f.RuleId) || f.RuleId == ComplianceRules.NotChecked)))
            details.Append(finding.RuleId).Append(": ").Append(finding.Message).Append('\n');
        string[] missing = [.. rules.Missing(control)];
        if (state == ControlState.Met)
            details.Append("Nothing was found by ").Append(string.Join(", ", control.Direct)).Append(".\n");
        else if (state != ControlState.NotMet && missing.Length > 0)
            details.Append("Not checked: ").Append(string.Join(", ", missing)).Append(".\n");
        if (control.Remark is not null)
            details.Append(control.Remark).Append('\n');
        return new ControlResult(control, state, details.ToString().TrimEnd('\n'));
    }
}
