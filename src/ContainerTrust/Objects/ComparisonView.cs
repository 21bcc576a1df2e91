using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="ImageTrustDifference"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class ComparisonView
{
    /// <summary>The scope: without its transport where that is docker, as people write it.</summary>
    /// <param name="item">An <see cref="ImageTrustDifference"/>.</param>
    /// <returns>Such as <c>quay.io</c>, <c>dir:/srv/images</c> or <c>default</c>.</returns>
    public static string Scope(PSObject item)
    {
        string transport = TrustView.Text(item, nameof(ImageTrustDifference.Transport));
        string scope = TrustView.Text(item, nameof(ImageTrustDifference.Registry));
        return transport == "all" || (transport == "docker" && scope.Length > 0) ? scope : $"{transport}:{scope}";
    }

    /// <summary>Both sides' requirements, and why they differ where those look the same.</summary>
    /// <param name="item">An <see cref="ImageTrustDifference"/>.</param>
    /// <returns>One line.</returns>
    public static string Change(PSObject item)
    {
        string before = TrustView.Text(item, nameof(ImageTrustDifference.ReferenceTrust));
        string after = TrustView.Text(item, nameof(ImageTrustDifference.DifferenceTrust));
        if (before != after)
            return $"{before} -> {after}";
        string reasons = TrustView.Lines(item, nameof(ImageTrustDifference.Reasons)).Split('\n')[0];
        return reasons.Length == 0 ? before : $"{before}. {reasons}";
    }

    /// <summary>The two sides, as a heading.</summary>
    /// <param name="item">An <see cref="ImageTrustDifference"/>.</param>
    /// <returns>Such as <c>golden.xml -> web1</c>.</returns>
    public static string Sides(PSObject item) =>
        $"{TrustView.Text(item, nameof(ImageTrustDifference.Reference))} -> "
            + TrustView.Text(item, nameof(ImageTrustDifference.Difference));
}
