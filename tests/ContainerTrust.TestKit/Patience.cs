using System.Diagnostics;

namespace ContainerTrust.TestKit;

/// <summary>
/// Waiting on a machine that may be busy with other things: for a condition, never for a while; and bounds that are far above what
/// anything takes, and far below what it would take if what is tested did not work.
/// </summary>
internal static class Patience
{
    /// <summary>How long a condition is waited for before the test fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The bound for what ends "at once". What it must not wait for takes <see cref="Long"/>.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>How long those go on, in seconds, that nobody may wait for.</summary>
    public const int Long = 300;

    /// <summary>Waits for a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What is waited for, for the message.</param>
    public static void Until(Func<bool> condition, string what)
    {
        for (Stopwatch time = Stopwatch.StartNew(); !condition(); Thread.Sleep(10))
            Check(time.Elapsed < Limit, $"Waited {Limit.TotalSeconds} s in vain: {what}");
    }

    /// <summary>Waits for a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <returns>The waiting.</returns>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (Stopwatch time = Stopwatch.StartNew(); !condition(); await Task.Delay(10))
            Check(time.Elapsed < Limit, $"Waited {Limit.TotalSeconds} s in vain: {what}");
    }

    /// <summary>Fails if what began with the clock took longer than <see cref="Soon"/>.</summary>
    /// <param name="clock">Started with it.</param>
    public static void EndedSoon(Stopwatch clock) => Check(clock.Elapsed < Soon, $"It took {clock.Elapsed}.");

    // The benchmarks, which have no test framework, wait as well.
    private static void Check(bool isInTime, string message)
    {
        if (!isInTime)
            throw new TimeoutException(message);
    }
}
