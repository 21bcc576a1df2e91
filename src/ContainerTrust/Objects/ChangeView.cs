using System.Globalization;
using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>
/// What the views of <see cref="ImageTrustChange"/> show; each takes a live object or a property bag from another session.
/// </summary>
public static class ChangeView
{
    /// <summary>What was trusted and what is; of a change that failed, why.</summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <returns>One line.</returns>
    public static string Change(PSObject item)
    {
        string before = TrustView.Text(item, nameof(ImageTrustChange.BeforeTrust));
        string after = TrustView.Text(item, nameof(ImageTrustChange.AfterTrust));
        if (before.Length == 0 && after.Length == 0)
            return TrustView.Text(item, nameof(ImageTrustChange.Reason));
        return before == after ? before : before.Length == 0 ? after : $"{before} -> {(after.Length == 0 ? "nothing" : after)}";
    }

    /// <summary>When the change was made, in UTC.</summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <returns>Such as <c>2026-11-30 12:00:00Z</c>; empty if nothing was changed.</returns>
    public static string Time(PSObject item) => item?.Properties[nameof(ImageTrustChange.Time)]?.Value is { } value
        && PSObject.AsPSObject(value).Properties["UtcDateTime"]?.Value is DateTime time
            ? time.ToString("u", CultureInfo.InvariantCulture) : "";

    /// <summary>Whose change it is, as a heading: when, by whom and by what it was made.</summary>
    /// <param name="item">An <see cref="ImageTrustChange"/>.</param>
    /// <returns>Such as <c>2026-11-30 12:00:00Z 20261130T120000Z-3f09ac, root, Set-ImageTrust</c>.</returns>
    public static string Heading(PSObject item)
    {
        string id = TrustView.Text(item, nameof(ImageTrustChange.Id));
        if (id.Length == 0)
            return "nothing on record";
        string undoes = TrustView.Text(item, nameof(ImageTrustChange.Undoes));
        string undone = TrustView.Text(item, nameof(ImageTrustChange.UndoneBy));
        return $"{id} by {TrustView.Text(item, nameof(ImageTrustChange.User))}, {TrustView.Text(item, nameof(ImageTrustChange.Command))}"
            + (undoes.Length == 0 ? "" : $", takes {undoes} back") + (undone.Length == 0 ? "" : ", undone");
    }
}
