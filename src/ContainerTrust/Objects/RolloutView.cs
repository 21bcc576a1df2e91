using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="MachineConfigTrustResult"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class RolloutView
{
    /// <summary>How many machines have what they are to have, of how many.</summary>
    /// <param name="item">A <see cref="MachineConfigTrustResult"/>.</param>
    /// <returns>Such as <c>1 of 3</c>; empty if the cluster does not say.</returns>
    public static string Machines(PSObject item)
    {
        string updated = TrustView.Text(item, nameof(MachineConfigTrustResult.UpdatedMachineCount));
        string all = TrustView.Text(item, nameof(MachineConfigTrustResult.MachineCount));
        return updated.Length > 0 && all.Length > 0 ? $"{updated} of {all}" : "";
    }

    /// <summary>The weightiest reason.</summary>
    /// <param name="item">A <see cref="MachineConfigTrustResult"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>A sentence in lines; empty if there is none.</returns>
    public static string Reason(PSObject item, int used, PSObject? host) =>
        ViewWidth.Wrap(TrustView.Lines(item, nameof(MachineConfigTrustResult.Reasons)).Split('\n')[0], used, host);

    /// <summary>All reasons.</summary>
    /// <param name="item">A <see cref="MachineConfigTrustNode"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Sentences, each in lines of its own that end between words.</returns>
    public static string Reasons(PSObject item, int used, PSObject? host) => string.Join('\n',
        TrustView.Lines(item, nameof(MachineConfigTrustNode.Reasons)).Split('\n').Select(r => ViewWidth.Wrap(r, used, host)));
}
