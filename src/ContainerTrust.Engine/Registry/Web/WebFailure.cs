namespace ContainerTrust.Engine.Registry.Web;

/// <summary>A request that failed, and whether it may go better the next time.</summary>
internal sealed class WebFailure : TrustException
{
    /// <summary>Creates an error.</summary>
    /// <param name="errorId">Stable id.</param>
    /// <param name="kind">The kind of error.</param>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public WebFailure(string errorId, TrustErrorKind kind, string message, Exception? innerException = null)
        : base(errorId, kind, message, innerException)
    {
    }

    /// <summary>Whether another attempt is worth making.</summary>
    public bool IsTransient { get; init; }
}
