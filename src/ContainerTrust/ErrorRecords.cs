using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>Errors of the engine as PowerShell has them.</summary>
internal static class ErrorRecords
{
    /// <summary>An error as a record.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">What it is about, where that is not what the error itself names.</param>
    /// <returns>The record; what is advised, a command or the sentence of the message that says so, is its recommended action.</returns>
    public static ErrorRecord Of(TrustException error, object? target = null)
    {
        ErrorRecord record = PrintableStreams.Record(error, error.ErrorId, Category(error.Kind), target ?? error.Target);
        string? command = error.Advice is { } advice ? AdviceLanguage.Current.Command(advice) : null;
        if ((command ?? RecommendedAction.Of(error.Message)) is { } action)
            record.ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = action };
        return record;
    }

    private static ErrorCategory Category(TrustErrorKind kind) => kind switch
    {
        TrustErrorKind.InvalidData => ErrorCategory.InvalidData,
        TrustErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        TrustErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        TrustErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        TrustErrorKind.ReadError => ErrorCategory.ReadError,
        TrustErrorKind.WriteError => ErrorCategory.WriteError,
        TrustErrorKind.ResourceBusy => ErrorCategory.ResourceBusy,
        TrustErrorKind.LimitsExceeded => ErrorCategory.LimitsExceeded,
        TrustErrorKind.NotSupported => ErrorCategory.NotImplemented,
        TrustErrorKind.ConnectionFailed => ErrorCategory.ConnectionError,
        _ => ErrorCategory.NotSpecified,
    };
}
