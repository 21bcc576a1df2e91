namespace ContainerTrust.Commands.Fleet;

/// <summary>On how many hosts something was changed, and on how many something failed: a host may be one of both.</summary>
internal sealed class FleetTally
{
    private int _changed;
    private int _unchanged;
    private int _failed;

    /// <summary>Counts a host that was visited to its end. Called on several threads.</summary>
    /// <param name="host">The host.</param>
    public void Count(HostContext host)
    {
        if (host.HasFailed)
            Interlocked.Increment(ref _failed);
        if (host.HasChanged)
            Interlocked.Increment(ref _changed);
        else if (!host.HasFailed)
            Interlocked.Increment(ref _unchanged);
    }

    /// <summary>The count in words.</summary>
    /// <param name="isPreview">Whether it was only asked what would be done.</param>
    /// <param name="notVisited">How many hosts could not be visited to their end.</param>
    /// <returns>Such as <c>changed on 12, unchanged on 38, failed on 3</c>.</returns>
    public string Words(bool isPreview, int notVisited) =>
        $"{(isPreview ? "would be changed" : "changed")} on {_changed}, unchanged on {_unchanged}, failed on {_failed + notVisited}";
}
