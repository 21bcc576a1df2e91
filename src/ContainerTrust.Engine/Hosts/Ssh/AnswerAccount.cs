namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>What one host has taken of an <see cref="AnswerBudget"/>. For one thread.</summary>
internal sealed class AnswerAccount(AnswerBudget budget) : IDisposable
{
    // Taken in pieces of this size, so that hosts seldom meet.
    private const long Piece = 1L << 20;

    private long _used;
    private long _taken;

    /// <summary>The budget.</summary>
    public AnswerBudget Budget => budget;

    /// <summary>Notes memory that is going to be used.</summary>
    /// <param name="bytes">How much.</param>
    /// <returns>Whether it may be.</returns>
    public bool TryUse(long bytes)
    {
        _used += bytes;
        while (_used > AnswerBudget.Share + _taken)
        {
            if (!budget.TryTake(Piece))
                return false;
            _taken += Piece;
        }

        return true;
    }

    /// <summary>Nothing is used any longer.</summary>
    public void Clear()
    {
        budget.Return(_taken);
        _used = 0;
        _taken = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
