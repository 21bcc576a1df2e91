using System.Globalization;
using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="ImageTrustChange"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class ChangeView
{
    private const string By = " by ";
    private const int Label = 11;
    private const int Least = 8;

    private static readonly string[] s_clauses = [", store ", ", staging ", ", sigstore attachments"];

    /// <summary>What was trusted and what is; of a change that failed, why.</summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Lines that end between words.</returns>
    public static string Change(PSObject item, int used, PSObject? host)
    {
        string before = TrustView.Text(item, nameof(ImageTrustChange.BeforeTrust));
        string after = TrustView.Text(item, nameof(ImageTrustChange.AfterTrust));
        if (before.Length > 0 && after.Length > 0 && before != after)
            (before, after) = WithoutShared(before, after);
        string text = before.Length == 0 && after.Length == 0 ? TrustView.Text(item, nameof(ImageTrustChange.Reason))
            : before == after ? before : before.Length == 0 ? after : $"{before} -> {(after.Length == 0 ? "nothing" : after)}";
        return ViewWidth.Wrap(text, used, host);
    }

    /// <summary>When the change was made, in UTC.</summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <returns>Such as <c>2026-11-30 12:00:00Z</c>; empty if nothing was changed.</returns>
    public static string Time(PSObject item) => item?.Properties[nameof(ImageTrustChange.Time)]?.Value is { } value
        && PSObject.AsPSObject(value).Properties["UtcDateTime"]?.Value is DateTime time
            ? time.ToString("u", CultureInfo.InvariantCulture) : "";

    /// <summary>
    /// Whose change it is, as a heading: when, by whom and by what it was made. Of a scope that a call has left as it was, the heading of
    /// what the same call has changed.
    /// </summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>One line, such as <c>20261130T120000Z-3f09ac by root, Set-ImageTrust, undone</c>.</returns>
    public static string Heading(PSObject item, PSObject? host)
    {
        if (item?.BaseObject is ImageTrustChange { Beside: { } change })
            item = PSObject.AsPSObject(change);
        ArgumentNullException.ThrowIfNull(item);
        string id = TrustView.Text(item, nameof(ImageTrustChange.Id));
        if (id.Length == 0)
            return "nothing on record";
        string undoes = TrustView.Text(item, nameof(ImageTrustChange.Undoes));
        string undone = TrustView.Text(item, nameof(ImageTrustChange.UndoneBy));
        string by = $", {TrustView.Text(item, nameof(ImageTrustChange.Command))}"
            + (undoes.Length == 0 ? "" : $" of {Mark(undoes)}") + (undone.Length == 0 ? "" : ", undone");
        int left = ViewWidth.Of(host) - Label - id.Length - By.Length - by.Length;
        return $"{id}{By}{TrustView.Cut(item, nameof(ImageTrustChange.User), Math.Max(left, Least))}{by}";
    }

    // The last of the words about stores.
    private static string? Clause(string text) =>
        text.LastIndexOf(", ", StringComparison.Ordinal) is > 0 and var start
            && s_clauses.Any(c => text.AsSpan(start).StartsWith(c, StringComparison.Ordinal)) ? text[start..] : null;

    // Of an id its last part is enough beside the whole one of the same list.
    private static string Mark(string id) => id.Contains('-', StringComparison.Ordinal) ? id[id.LastIndexOf('-')..] : id;

    // What both say at their ends, such as a store that is inherited and stays, is not what has changed.
    private static (string Before, string After) WithoutShared(string before, string after)
    {
        while (Clause(before) is { } clause && clause == Clause(after) && before != after)
            (before, after) = (before[..^clause.Length], after[..^clause.Length]);
        return (before, after);
    }
}
