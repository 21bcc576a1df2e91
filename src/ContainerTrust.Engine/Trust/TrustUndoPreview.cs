namespace ContainerTrust.Engine.Trust;

/// <summary>What taking the last change back would do.</summary>
/// <param name="Id">The change's id.</param>
/// <param name="Time">When it was made.</param>
/// <param name="User">Who made it.</param>
/// <param name="Command">The cmdlet or command that made it. Null if that is not known.</param>
/// <param name="Result">What would be done.</param>
public sealed record TrustUndoPreview(string Id, DateTimeOffset Time, string User, string? Command, TrustEditResult Result)
{
    /// <summary>The change in words, fit for a terminal.</summary>
    /// <returns>Such as <c>the change of 2026-11-30 12:00:00Z by root (Set-ImageTrust)</c>.</returns>
    public override string ToString() => PrintableText.Line(string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"the change of {Time.UtcDateTime:u} by {User}{(Command is null ? "" : $" ({Command})")}"));
}
