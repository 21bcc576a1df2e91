using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Tests;

/// <summary>Measures the processor time of this thread, which a busy machine does not change much.</summary>
internal static class ThreadTime
{
    private const int ThreadProcessorTime = 3;

    /// <summary>What some work takes.</summary>
    /// <param name="work">The work, all on this thread.</param>
    public static TimeSpan Of(Action work)
    {
        TimeSpan before = Now();
        work();
        return Now() - before;
    }

    /// <summary>The processor time of this thread so far.</summary>
    public static TimeSpan Now()
    {
        Assert.Equal(0, GetTime(ThreadProcessorTime, out Moment time));
        return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100));
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Moment time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Moment
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
