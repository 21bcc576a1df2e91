namespace ContainerTrust.Engine.Verification;

/// <summary>
/// What helps to explain a verdict and is no part of it: it gets little time, and where it cannot be had, the verdict stands without.
/// </summary>
internal static class BriefLookup
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    /// <summary>Looks something up.</summary>
    /// <param name="work">The work.</param>
    /// <param name="imageTime">The time for the image as a whole, of which this takes a quarter at most.</param>
    /// <param name="failed">Told why nothing came of it, a sentence.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was found; null if nothing was, or if that took too long.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<T?> TryAsync<T>(
        Func<CancellationToken, Task<T?>> work, TimeSpan imageTime, Action<string> failed, CancellationToken cancellationToken)
        where T : class
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        both.CancelAfter(imageTime < TimeSpan.Zero || imageTime / 4 > s_longest ? s_longest : imageTime / 4);
        try
        {
            return await work(both.Token).ConfigureAwait(false);
        }
        catch (TrustException e)
        {
            failed(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            failed("It took too long.");
        }

        return null;
    }
}
