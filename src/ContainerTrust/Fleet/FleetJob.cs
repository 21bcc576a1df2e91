using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// The work on a fleet as a job: <c>Get-Job</c>, <c>Receive-Job</c>, <c>Wait-Job</c> and <c>Stop-Job</c> do what they do to other jobs.
/// </summary>
internal sealed class FleetJob : Job, IFleetListener
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _hosts;
    private bool _hasErrors;

    /// <summary>A job that has not begun.</summary>
    /// <param name="command">The command line, for the job's listing.</param>
    /// <param name="hosts">The hosts' names.</param>
    public FleetJob(string command, IReadOnlyList<string> hosts)
        : base(command)
    {
        _hosts = string.Join(',', hosts);
        PSJobTypeName = "ContainerTrustJob";
    }

    /// <inheritdoc/>
    public override string Location => _hosts;

    /// <inheritdoc/>
    public override string StatusMessage => "";

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count > 0 || Error.Count > 0 || Warning.Count > 0 || Verbose.Count > 0 || Progress.Count > 0;

    /// <summary>Begins.</summary>
    /// <param name="run">The work; speaks to this job on its own thread, and ends with the token.</param>
    public void Start(Action<IFleetListener, CancellationToken> run)
    {
        SetJobState(JobState.Running);
        Task.Factory.StartNew(() => Run(run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        _stop.Cancel();
        Finished.WaitOne();
    }

    void IFleetListener.Write(object value) => Output.Add(PSObject.AsPSObject(value));

    void IFleetListener.Error(ErrorRecord error)
    {
        _hasErrors = true;
        Error.Add(error);
    }

    void IFleetListener.Warn(string text) => Warning.Add(PrintableStreams.Warning(text));

    void IFleetListener.Say(string text) => Verbose.Add(PrintableStreams.Verbose(text));

    void IFleetListener.Progress(ProgressRecord progress) => Progress.Add(progress);

    // It was asked about the whole before the job began.
    bool IFleetListener.ShouldProcess(string target, string action) => true;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (JobStateInfo.State == JobState.Running)
                StopJob();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Run(Action<IFleetListener, CancellationToken> run)
    {
        JobState end;
        try
        {
            run(this, _stop.Token);
            // As with Invoke-Command: one host that failed is enough, so that a script which looks only at the state is not told that all
            // is well.
            end = _hasErrors ? JobState.Failed : JobState.Completed;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            end = JobState.Stopped;
        }
        catch (Exception e)
        {
            // Nothing above a job observes exceptions.
            Error.Add(PrintableStreams.Record(e, "FleetFailed", ErrorCategory.NotSpecified, null));
            end = JobState.Failed;
        }

        SetJobState(end);
    }
}
