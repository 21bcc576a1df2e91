namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// Where the engine's words for the user go. Called on the thread that called the engine, with one printable line each
/// (<see cref="PrintableText"/>).
/// </summary>
public sealed record TrustMessages
{
    /// <summary>Says nothing to anybody.</summary>
    public static TrustMessages None { get; } = new();

    /// <summary>Something is not as the user will want it, and the work goes on.</summary>
    public Action<string> Warning
    {
        get;
        init => field = Printable(value);
    }
    = static _ => { };

    /// <summary>What is being done, in the order in which it happens.</summary>
    public Action<string> Verbose
    {
        get;
        init => field = Printable(value);
    }
    = static _ => { };

    private static Action<string> Printable(Action<string> listener) => untrustedText => listener(PrintableText.Line(untrustedText));
}
