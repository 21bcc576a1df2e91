using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="ImageEnforcementResult"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class EnforcementView
{
    /// <summary>The image, who names it, and why it would become what it would: a line each, or more.</summary>
    /// <param name="item">An <see cref="ImageEnforcementResult"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Lines.</returns>
    public static string Image(PSObject item, int used, PSObject? host)
    {
        string[] owners = TrustView.Lines(item, nameof(ImageEnforcementResult.Owner)).Split('\n');
        string owner = owners.Length > 1 ? $"{owners[0]} and {owners.Length - 1} more" : owners[0];
        string[] lines = [TrustView.Text(item, nameof(ImageEnforcementResult.Image)), owner,
            TrustView.Text(item, nameof(ImageEnforcementResult.Reason))];
        return string.Join('\n', lines.Where(static l => l.Length > 0).Select(l => ViewWidth.Wrap(l, used, host)));
    }
}
