namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Runs the engine on hostile input and watches that it ends in time, without much memory, and with a verdict.</summary>
internal static class Watched
{
    /// <summary>What one item may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    /// <summary>What one item may allocate, in bytes.</summary>
    public const long MaxAllocated = 64L << 20;

    /// <summary>Runs; the verdict, or what was wrong.</summary>
    /// <param name="work">The work. Run again if it took long: the compiler or a garbage collection may have come between.</param>
    /// <param name="fault">What was wrong; null if nothing.</param>
    public static T? Run<T>(Func<T> work, out string? fault)
        where T : class => Run(work, Limit, out fault);

    /// <summary>Runs, with another limit.</summary>
    /// <param name="work">The work.</param>
    /// <param name="limit">What it may take.</param>
    /// <param name="fault">What was wrong; null if nothing.</param>
    public static T? Run<T>(Func<T> work, TimeSpan limit, out string? fault)
        where T : class
    {
        fault = null;
        TimeSpan best = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = ProcessorTime.Now;
            T result;
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                fault = $"throws {e}";
                return null;
            }

            TimeSpan time = ProcessorTime.Since(start);
            best = time < best ? time : best;
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > MaxAllocated)
            {
                fault = $"allocates {allocated} bytes";
                return null;
            }

            if (best <= limit)
                return result;
        }

        fault = $"takes {best.TotalMilliseconds:F0} ms";
        return null;
    }
}
