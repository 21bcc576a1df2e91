using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="ImageEnforcementResult"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class EnforcementView
{
    /// <summary>The image, and why; of a place that could not be read, the place.</summary>
    /// <param name="item">An <see cref="ImageEnforcementResult"/>.</param>
    /// <returns>One line.</returns>
    public static string Image(PSObject item)
    {
        string image = TrustView.Text(item, nameof(ImageEnforcementResult.Image));
        string reason = TrustView.Text(item, nameof(ImageEnforcementResult.Reason));
        return image.Length == 0 ? reason : $"{image}: {reason}";
    }

    /// <summary>Who names the image.</summary>
    /// <param name="item">An <see cref="ImageEnforcementResult"/>.</param>
    /// <returns>The first owner, and how many more there are.</returns>
    public static string Owner(PSObject item)
    {
        string[] owners = TrustView.Lines(item, nameof(ImageEnforcementResult.Owner)).Split('\n');
        return owners.Length > 1 ? $"{owners[0]} and {owners.Length - 1} more" : owners[0];
    }
}
