namespace ContainerTrust.Engine.Sigstore.Roots;

/// <summary>The time in which a key or an authority counts: both ends belong to it.</summary>
/// <param name="Start">The begin. Null for none.</param>
/// <param name="End">The end. Null for none.</param>
internal sealed record ValidityWindow(DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>Always.</summary>
    public static readonly ValidityWindow Unbounded = new(null, null);

    /// <summary>Whether a time is in it.</summary>
    /// <param name="time">A proven time.</param>
    /// <returns>Whether it is.</returns>
    public bool Contains(DateTimeOffset time) => !(time < Start) && !(time > End);
}
