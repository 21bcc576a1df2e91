namespace ContainerTrust.Engine.Foundation;

/// <summary>Where the engine's words for the user go. Called on the thread that called the engine.</summary>
public sealed record TrustMessages
{
    /// <summary>Says nothing to anybody.</summary>
    public static TrustMessages None { get; } = new();

    /// <summary>Something is not as the user will want it, and the work goes on.</summary>
    public Action<string> Warning { get; init; } = static _ => { };

    /// <summary>What is being done, in the order in which it happens.</summary>
    public Action<string> Verbose { get; init; } = static _ => { };
}
