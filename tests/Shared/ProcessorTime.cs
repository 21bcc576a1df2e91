using System.Runtime.InteropServices;

namespace ContainerTrust.Testing;

/// <summary>
/// The time that the calling thread has had on a processor: what work costs, however busy the machine is, which a clock on the wall
/// does not tell.
/// </summary>
internal static partial class ProcessorTime
{
    private const int OfTheThread = 3;

    /// <summary>The calling thread's time so far.</summary>
    public static TimeSpan Now
    {
        get
        {
            if (GetTime(OfTheThread, out Time time) != 0)
                throw new InvalidOperationException("The kernel does not tell the thread's time.");
            return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>What the calling thread has used since.</summary>
    /// <param name="start">What <see cref="Now"/> was on the same thread.</param>
    /// <returns>The time.</returns>
    public static TimeSpan Since(TimeSpan start) => Now - start;

    /// <summary>What the calling thread needs for some work.</summary>
    /// <param name="work">The work, all of it on this thread.</param>
    /// <returns>The time.</returns>
    public static TimeSpan Of(Action work)
    {
        TimeSpan start = Now;
        work();
        return Since(start);
    }

    /// <summary>Fails if the calling thread has used more.</summary>
    /// <param name="limit">At most this much.</param>
    /// <param name="start">What <see cref="Now"/> was on the same thread.</param>
    /// <exception cref="TimeoutException">It has.</exception>
    public static void AtMost(TimeSpan limit, TimeSpan start)
    {
        TimeSpan taken = Since(start);
        if (taken > limit)
            throw new TimeoutException($"It took {taken.TotalMilliseconds:0} ms of processor time; " +
                $"{limit.TotalMilliseconds:0} ms at most.");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
