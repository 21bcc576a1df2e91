using System.Globalization;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The time for one image, all its requests together: each of them has a limit of its own, but a store that is slow for each of a hundred
/// signatures would hold its caller for hours.
/// </summary>
internal static class ImageDeadline
{
    /// <summary>Does the work for an image, and ends it when time is up.</summary>
    /// <param name="image">The image, for the message.</param>
    /// <param name="limit">The time; infinite for none.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends it earlier.</param>
    /// <returns>What the work gives.</returns>
    /// <exception cref="TrustException"><c>ImageTimeout</c>: it was not done in time.</exception>
    public static async Task<T> WithinAsync<T>(
        string image, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        both.CancelAfter(limit);
        try
        {
            return await work(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (both.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            string seconds = limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            throw new TrustException(
                "ImageTimeout", TrustErrorKind.ReadError,
                $"{Printable.Of(image, Printable.NameLength * 2)} could not be judged within {seconds} s. Look at what its " +
                    "registry and signature store " +
                $"answer ({TrustOption.Verbose} shows it), or allow more time with {TrustOption.ImageTimeoutSec}.",
                e)
            {
                Target = image,
            };
        }
    }
}
