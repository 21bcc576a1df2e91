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

    /// <summary>The scope, cut in the middle where it is longer than its column.</summary>
    /// <param name="item">An <see cref="ImageTrustDifference"/> or an <see cref="ImageTrustChange"/>.</param>
    /// <param name="width">The column's width.</param>
    /// <returns>The text.</returns>
    public static string Scope(PSObject item, int width) => TrustView.Cut(Scope(item), width);

    /// <summary>Both sides' requirements, and why they differ where those look the same.</summary>
    /// <param name="item">An <see cref="ImageTrustDifference"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Lines that end between words.</returns>
    public static string Change(PSObject item, int used, PSObject? host) => ViewWidth.Wrap(Change(item), used, host);

    private static string Change(PSObject item)
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
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>One line, such as <c>golden.xml -> web1</c>; long names are cut in the middle.</returns>
    public static string Sides(PSObject item, PSObject? host)
    {
        const string Label = "   Compared: ", Arrow = " -> ";
        string from = TrustView.Text(item, nameof(ImageTrustDifference.Reference));
        string to = TrustView.Text(item, nameof(ImageTrustDifference.Difference));
        int left = ViewWidth.Of(host) - Label.Length - Arrow.Length;
        if (from.Length + to.Length <= left)
            return $"{from}{Arrow}{to}";
        int half = Math.Max(left / 2, Label.Length);
        int shorter = Math.Min(from.Length, to.Length);
        int rest = Math.Max(left - Math.Min(shorter, half), half);
        bool isFirst = from.Length == shorter;
        return $"{TrustView.Cut(from, isFirst ? half : rest)}{Arrow}{TrustView.Cut(to, isFirst ? rest : half)}";
    }
}
