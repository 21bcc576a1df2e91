namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>A point in time that waiting ends at, by the clock that nobody sets.</summary>
internal readonly struct Deadline
{
    private readonly long _start;

    /// <summary>Begins to count.</summary>
    /// <param name="timeout">How long; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite.</exception>
    public Deadline(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A timeout is zero or more, or infinite.");
        Timeout = timeout;
        _start = Environment.TickCount64;
    }

    /// <summary>The whole time.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>What is left of it; zero or less when it is over.</summary>
    public TimeSpan Left =>
        Timeout < TimeSpan.Zero ? TimeSpan.MaxValue : Timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - _start);
}
