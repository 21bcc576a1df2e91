using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>When keys and signatures end (RFC 9580 sections 5.2.3.13 and 5.2.3.18).</summary>
internal static class Lifetime
{
    /// <summary>
    /// When something ends. A sum that no 32-bit time can hold is the end of time for the standard and the beginning of it for GnuPG, which wraps it; here,
    /// too, it has ended.
    /// </summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <returns>Seconds since 1970 UTC; null for no end.</returns>
    public static long? End(uint created, uint seconds)
    {
        if (seconds == 0)
            return null;
        long end = (long)created + seconds;
        return end <= uint.MaxValue ? end : 0;
    }

    /// <summary>Whether no 32-bit time can hold the end: readers differ on what that means.</summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <returns>True if so.</returns>
    public static bool IsImpossible(uint created, uint seconds) => (long)created + seconds > uint.MaxValue;

    /// <summary>Whether something has ended.</summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True from the second of the end on.</returns>
    public static bool HasEnded(uint created, uint seconds, long now) => End(created, seconds) is { } end && end <= now;

    /// <summary>An end, for messages.</summary>
    /// <param name="end">What <see cref="End"/> gave.</param>
    /// <returns>"at 2024-01-31 12:00:00 UTC"</returns>
    public static string Describe(long end) =>
        end == 0 ? "at once (its lifetime is impossible)" : DateTimeOffset.FromUnixTimeSeconds(end).UtcDateTime.ToString("'at' yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
