using System.Globalization;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>How long to wait before a retry.</summary>
internal static class RetryDelay
{
    /// <summary>Computes a delay.</summary>
    /// <param name="options">The first and the longest delay.</param>
    /// <param name="attempt">How many retries there were.</param>
    /// <param name="retryAfter">The server's <c>Retry-After</c> (RFC 9110, section 10.2.3): seconds or a date. Null if it has none.</param>
    /// <param name="now">The time.</param>
    /// <returns>The delay.</returns>
    public static TimeSpan Of(WebOptions options, int attempt, string? retryAfter, DateTimeOffset now)
    {
        double longest = options.LongestDelay.TotalMilliseconds;
        double delay = options.FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30));
#pragma warning disable CA5394 // Jitter needs no secrecy.
        delay *= 1 + (Random.Shared.NextDouble() / 4);
#pragma warning restore CA5394
        if (retryAfter is not null)
        {
            if (ulong.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seconds))
                delay = seconds * 1000.0;
            else if (DateTimeOffset.TryParseExact(retryAfter, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset date) && date > now)
                delay = (date - now).TotalMilliseconds;
        }

        return TimeSpan.FromMilliseconds(Math.Min(delay, longest));
    }
}
