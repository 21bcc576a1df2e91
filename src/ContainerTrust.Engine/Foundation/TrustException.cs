namespace ContainerTrust.Engine.Foundation;

/// <summary>The kind of thing that went wrong; the cmdlets turn it into a PowerShell error category.</summary>
public enum TrustErrorKind
{
    /// <summary>A file's content is not what its format allows.</summary>
    InvalidData,

    /// <summary>A parameter's value, or a combination of them, makes no sense.</summary>
    InvalidArgument,

    /// <summary>A file, key or scope is not there.</summary>
    NotFound,

    /// <summary>The operating system refuses access.</summary>
    PermissionDenied,

    /// <summary>Reading failed.</summary>
    ReadError,

    /// <summary>Writing failed; the old file is whole.</summary>
    WriteError,

    /// <summary>Somebody else holds or changes the resource.</summary>
    ResourceBusy,

    /// <summary>What is asked for exceeds a limit.</summary>
    LimitsExceeded,

    /// <summary>Not possible on this system.</summary>
    NotSupported,

    /// <summary>A host cannot be reached, or the connection to it ended.</summary>
    ConnectionFailed,
}

/// <summary>
/// An error with a stable id, for people to read and for scripts to match. The message is one sentence that names the file and says what
/// to do; what is in it from outside has been made printable (<see cref="PrintableText"/>).
/// </summary>
public class TrustException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="errorId">Stable id in PascalCase, such as <c>PolicyNotFound</c>.</param>
    /// <param name="kind">The kind of error.</param>
    /// <param name="untrustedMessage">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public TrustException(string errorId, TrustErrorKind kind, string untrustedMessage, Exception? innerException = null)
        : base(PrintableText.Line(untrustedMessage), innerException)
    {
        ErrorId = errorId;
        Kind = kind;
    }

    /// <summary>Stable id in PascalCase.</summary>
    public string ErrorId { get; }

    /// <summary>The kind of error.</summary>
    public TrustErrorKind Kind { get; }

    /// <summary>The file, scope or host that the error is about, as it is and not made printable. Null if there is none.</summary>
    public string? Target { get; init; }

    /// <summary>What to run, if there is one thing that helps. Null if there is none.</summary>
    public Advice? Advice { get; init; }

    /// <summary>The same error, with the name of one of several things that it may be about before it.</summary>
    /// <param name="untrustedName">The name. Null for this very error.</param>
    internal TrustException Of(string? untrustedName) => untrustedName is null ? this
        : new TrustException(ErrorId, Kind, $"{untrustedName}: {Message}", this) { Target = Target, Advice = Advice };
}
