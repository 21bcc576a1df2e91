namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// How much memory the answers of hosts may take, those of all that are connected at the same time together. A host that answers without
/// end costs that much and no more, however many there are of its kind. For many threads.
/// </summary>
public sealed class AnswerBudget
{
    /// <summary>What every host has for itself, in bytes, and which does not count: many times what an honest one answers.</summary>
    public const long Share = 8L << 20;

    private long _left;

    /// <summary>A budget.</summary>
    /// <param name="bytes">The memory for what hosts answer beyond their shares, all together.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public AnswerBudget(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        _left = bytes;
    }

    /// <summary>The budget of all connections of this process that have none of their own: 512 MiB.</summary>
    public static AnswerBudget Common { get; } = new(512L << 20);

    /// <summary>The memory beyond the shares.</summary>
    public long Bytes { get; }

    /// <summary>Takes from what all have.</summary>
    /// <param name="bytes">How much; not negative.</param>
    /// <returns>Whether there was so much; if not, nothing was taken.</returns>
    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
            return true;
        Interlocked.Add(ref _left, bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    /// <param name="bytes">How much.</param>
    internal void Return(long bytes) => Interlocked.Add(ref _left, bytes);
}
