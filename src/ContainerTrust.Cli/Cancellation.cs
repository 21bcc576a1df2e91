namespace ContainerTrust.Cli;

/// <summary>
/// Ends work when the user presses Ctrl+C. A write that has begun is finished. Whoever presses it again ends the process.
/// </summary>
internal sealed class Cancellation : IDisposable
{
    private static volatile bool s_wasRequested;

    private readonly CancellationTokenSource _source = new();

    public Cancellation() => Console.CancelKeyPress += OnCancel;

    /// <summary>Whether Ctrl+C was pressed while there was something to end: the exit code says so, whatever else came of it.</summary>
    public static bool WasRequested => s_wasRequested;

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancel;
        _source.Dispose();
    }

    private void OnCancel(object? sender, ConsoleCancelEventArgs e)
    {
        e.Cancel = !s_wasRequested;
        s_wasRequested = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work has just ended of itself.
            return;
        }
    }
}
