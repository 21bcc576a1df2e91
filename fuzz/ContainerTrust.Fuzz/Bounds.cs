namespace ContainerTrust.Fuzz;

/// <summary>Runs a target on an input within the limits that hold for every input.</summary>
internal static class Bounds
{
    /// <summary>The most memory that one input may make the reader ask for, in bytes.</summary>
    public const long Memory = 64L << 20;

    private const int Attempts = 3;

    /// <summary>The most processor time that one input may take.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(1);

    /// <summary>Runs a target once, or again if it was slow.</summary>
    /// <param name="target">The target.</param>
    /// <param name="input">The input.</param>
    /// <returns>Whether the input was taken, not refused.</returns>
    /// <exception cref="FuzzFinding">It breaks a limit or a rule; what else comes out of the reader is as bad.</exception>
    public static bool Check(FuzzTarget target, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan start = ProcessorTime.Now;
        bool isTaken = Once(target, input);
        TimeSpan taken = ProcessorTime.Since(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        FuzzFinding.Unless(allocated <= Memory, $"{allocated >> 20} MiB were allocated.");

        // The compiler may have come between; an input that is slow is slow every time.
        for (int i = 1; i < Attempts && taken > Time; i++)
            taken = ProcessorTime.Of(() => Once(target, input));
        FuzzFinding.Unless(taken <= Time, $"It took {taken.TotalMilliseconds:0} ms of processor time.");
        return isTaken;
    }

    private static bool Once(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
            return true;
        }
        catch (TrustException e)
        {
            FuzzFinding.Unless(e.ErrorId.Length > 0 && e.Message.Length > 0, "An error says nothing.");
            return false;
        }
    }
}
