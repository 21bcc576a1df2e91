using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Says when keys and signatures end; <see cref="OpenPgpRules.End"/> decides it.</summary>
internal static class Lifetime
{
    /// <summary>An end, for messages.</summary>
    /// <param name="end">What <see cref="OpenPgpRules.End"/> gave.</param>
    /// <returns>"at 2024-01-31 12:00:00 UTC"</returns>
    public static string Describe(long end) =>
        end == 0 ? "at once (its lifetime is impossible)"
            : Time(end).ToString("'at' yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A moment, for messages.</summary>
    /// <param name="seconds">Seconds since 1970 UTC.</param>
    /// <returns>"2024-01-31 12:00:00 UTC"</returns>
    public static string Moment(uint seconds) => Time(seconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static DateTime Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
}
