using System.ComponentModel;
using System.Management.Automation;
using System.Reflection;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// A job that runs from its start and cannot be suspended. <see cref="Job2"/> is the one kind of job that can say why it failed.
/// </summary>
internal abstract class BackgroundJob : Job2
{
    // A protected method of Job2 that the reference assembly, which the module is compiled with, does not have.
    private static readonly MethodInfo? s_setState = typeof(Job2).GetMethod(
        "SetJobState", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly, [typeof(JobState), typeof(Exception)]);

    private protected BackgroundJob(string command, string name)
        : base(command, name) => PSJobTypeName = "ContainerTrustJob";

    /// <inheritdoc/>
    public override string StatusMessage => "";

    /// <summary>Whether something was received that nobody has taken.</summary>
    private protected bool HasOwnData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Progress.Count > 0;

    /// <inheritdoc/>
    public override void StopJob(bool force, string reason) => StopJob();

    /// <inheritdoc/>
    public override void StopJobAsync()
    {
        StopJob();
        OnStopJobCompleted(new AsyncCompletedEventArgs(null, cancelled: false, null));
    }

    /// <inheritdoc/>
    public override void StopJobAsync(bool force, string reason) => StopJobAsync();

    /// <inheritdoc/>
    public override void StartJob() => throw Refused();

    /// <inheritdoc/>
    public override void StartJobAsync() => throw Refused();

    /// <inheritdoc/>
    public override void SuspendJob() => throw Refused();

    /// <inheritdoc/>
    public override void SuspendJob(bool force, string reason) => throw Refused();

    /// <inheritdoc/>
    public override void SuspendJobAsync() => throw Refused();

    /// <inheritdoc/>
    public override void SuspendJobAsync(bool force, string reason) => throw Refused();

    /// <inheritdoc/>
    public override void ResumeJob() => throw Refused();

    /// <inheritdoc/>
    public override void ResumeJobAsync() => throw Refused();

    /// <inheritdoc/>
    public override void UnblockJob() => throw Refused();

    /// <inheritdoc/>
    public override void UnblockJobAsync() => throw Refused();

    /// <summary>Ends, and says why.</summary>
    /// <param name="state">How.</param>
    /// <param name="reason">Why it failed. Null for no reason.</param>
    private protected void End(JobState state, Exception? reason)
    {
        if (reason is not null && s_setState is not null)
            s_setState.Invoke(this, [state, reason]);
        else
            SetJobState(state);
    }

    private static InvalidOperationException Refused() =>
        new("The job has begun, and can neither be suspended nor started again. Use Stop-Job, or call the cmdlet again.");
}
