namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Ends an attempt that makes no progress, or too little on the whole.</summary>
internal sealed class ProgressDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _timeout;
    private readonly long _started = Environment.TickCount64;

    /// <summary>Starts the clock.</summary>
    public ProgressDeadline(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _source.CancelAfter(timeout);
    }

    /// <summary>Is cancelled when time is up, or by the caller.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Grants more time, as long as the whole keeps a minimal pace.</summary>
    /// <param name="received">How many bytes of the body have come.</param>
    public void Progressed(long received)
    {
        // The header may have taken one time-out; the body has another, and what its size is worth.
        double allowed = (2 * _timeout.TotalMilliseconds) + (received * 1000.0 / WebLimits.SlowestPace);
        double left = allowed - (Environment.TickCount64 - _started);
        _source.CancelAfter(TimeSpan.FromMilliseconds(Math.Clamp(left, 0, _timeout.TotalMilliseconds)));
    }

    /// <summary>Shortens the time that is left.</summary>
    /// <param name="timeout">At most this long from now.</param>
    public void Shorten(TimeSpan timeout)
    {
        if (timeout < _timeout)
            _source.CancelAfter(timeout);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
