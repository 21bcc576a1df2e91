using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>
/// The one way to PowerShell's streams and questions. The words hold what files, registries and hosts say, and none of that may steer a
/// terminal or look like a line of its own. <c>src/BannedSymbols.Sinks.txt</c> keeps the rest of the code from going past it.
/// </summary>
#pragma warning disable RS0030 // Here, and nowhere else.
internal static class PrintableStreams
{
    /// <summary>Warns.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Warn(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteWarning(PrintableText.Line(untrustedText));

    /// <summary>Says what is done.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Say(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteVerbose(PrintableText.Line(untrustedText));

    /// <summary>Tells what everyone is to see, where Write-Host tells it; it is no output.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Tell(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteInformation(Told(untrustedText), ["PSHOST"]);

    /// <summary>Tells who asks for it (-InformationAction); it is no output, and is written to no console by itself.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Inform(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteInformation(Told(untrustedText), []);

    /// <summary>Says what only those who look for a fault want to know.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Debug(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteDebug(PrintableText.Line(untrustedText));

    /// <summary>Reports an error of one item.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="error">A record of <see cref="Record"/>.</param>
    public static void Fail(this Cmdlet cmdlet, ErrorRecord error) => cmdlet.WriteError(error);

    /// <summary>Ends the cmdlet with an error.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="error">A record of <see cref="Record"/>.</param>
    public static void End(this Cmdlet cmdlet, ErrorRecord error) => cmdlet.ThrowTerminatingError(error);

    /// <summary>Shows how far the work is.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="progress">A record of <see cref="Progress"/> or <see cref="Done"/>.</param>
    public static void Show(this Cmdlet cmdlet, ProgressRecord progress) => cmdlet.WriteProgress(progress);

    /// <summary>Whether something is to be done: yes, unless <c>-WhatIf</c> or the answer to <c>-Confirm</c> says no.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedTarget">What it is done to.</param>
    /// <param name="untrustedAction">What is done.</param>
    public static bool IsWanted(this Cmdlet cmdlet, string untrustedTarget, string untrustedAction) =>
        cmdlet.ShouldProcess(PrintableText.Line(untrustedTarget), PrintableText.Line(untrustedAction));

    /// <summary>An error. Its target stays as it is, for scripts; what is shown of it is printable.</summary>
    /// <param name="error">The error. The message of a <see cref="TrustException"/> is printable by itself.</param>
    /// <param name="errorId">Its stable id.</param>
    /// <param name="category">Its category.</param>
    /// <param name="untrustedTarget">What it is about. Null if there is nothing.</param>
    public static ErrorRecord Record(Exception error, string errorId, ErrorCategory category, object? untrustedTarget)
    {
        ErrorRecord record = new(error, errorId, category, untrustedTarget);
        record.CategoryInfo.TargetName = PrintableText.LineOrNull(record.CategoryInfo.TargetName);
        if (!PrintableText.IsLine(error.Message))
            record.ErrorDetails = new ErrorDetails(PrintableText.Line(error.Message));
        return record;
    }

    /// <summary>How far the work is.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="untrustedStatus">How far it is, in words.</param>
    /// <param name="percent">How far it is, from 0 to 100; -1 if nobody knows.</param>
    public static ProgressRecord Progress(string activity, string untrustedStatus, int percent) =>
        new(0, PrintableText.Line(activity), PrintableText.Line(untrustedStatus)) { PercentComplete = percent };

    /// <summary>The end of the work.</summary>
    /// <param name="activity">What was done.</param>
    public static ProgressRecord Done(string activity) => new(0, activity, "Done") { RecordType = ProgressRecordType.Completed };

    /// <summary>A warning, for a job.</summary>
    /// <param name="untrustedText">The words.</param>
    public static WarningRecord Warning(string untrustedText) => new(PrintableText.Line(untrustedText));

    /// <summary>Tells who receives a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Inform(Job job, string untrustedText) =>
        job.Information.Add(new InformationRecord(Told(untrustedText), "ContainerTrust"));

    /// <summary>What is done, for a job.</summary>
    /// <param name="untrustedText">The words.</param>
    public static VerboseRecord Verbose(string untrustedText) => new(PrintableText.Line(untrustedText));

    private static HostInformationMessage Told(string untrustedText) => new() { Message = PrintableText.Line(untrustedText) };
}
#pragma warning restore RS0030
