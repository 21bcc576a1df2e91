namespace ContainerTrust.Cli;

/// <summary>Standard output takes nothing more: it is closed, or the disk that it goes to is full.</summary>
/// <param name="reason">Why, without a full stop.</param>
/// <param name="inner">What the system said.</param>
internal sealed class LostOutputException(string reason, Exception inner) : IOException($"the answer could not be printed: {reason}", inner)
{
    /// <summary>Why, without a full stop.</summary>
    public string Reason { get; } = reason;
}
