using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// The work on a fleet as a job: <c>Get-Job</c>, <c>Receive-Job</c>, <c>Wait-Job</c> and <c>Stop-Job</c> do what they do to other jobs.
/// Each host has a child job, with what came of it.
/// </summary>
internal sealed class FleetJob : BackgroundJob, IFleetListener
{
    private static int s_count;

    private readonly CancellationTokenSource _stop = new();
    private readonly string _hosts;
    private readonly Dictionary<string, FleetHostJob> _parts = new(StringComparer.Ordinal);
    private ErrorRecord? _first;

    /// <summary>A job that has not begun.</summary>
    /// <param name="command">The command line, for the job's listing.</param>
    /// <param name="name">Its name. Null for one that is counted.</param>
    /// <param name="hosts">The hosts' names.</param>
    public FleetJob(string command, string? name, IReadOnlyList<string> hosts)
        : base(command, name ?? $"ContainerTrust{Interlocked.Increment(ref s_count)}")
    {
        _hosts = string.Join(',', hosts);
        foreach (string host in hosts)
        {
            // Of one host as two users there is one part: what comes back says the host's name alone.
            FleetHostJob part = new(command, host);
            if (_parts.TryAdd(host, part))
                ChildJobs.Add(part);
        }
    }

    /// <inheritdoc/>
    public override string Location => _hosts;

    /// <inheritdoc/>
    public override bool HasMoreData => HasOwnData || _parts.Values.Any(static p => p.HasMoreData);

    /// <summary>Begins.</summary>
    /// <param name="run">The work; speaks to this job on its own thread, and ends with the token.</param>
    public void Start(Action<IFleetListener, CancellationToken> run)
    {
        SetJobState(JobState.Running);
        foreach (FleetHostJob part in _parts.Values)
            part.Begin();
        Task.Factory.StartNew(() => Run(run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        _stop.Cancel();
        Finished.WaitOne();
    }

    void IFleetListener.Write(object value)
    {
        PSObject item = PSObject.AsPSObject(value);
        (PartOf(item.Properties["ComputerName"]?.Value as string)?.Output ?? Output).Add(item);
    }

    void IFleetListener.Error(ErrorRecord error)
    {
        _first ??= error;
        if (PartOf(error.TargetObject as string) is { } part)
            part.Fail(error);
        else
            Error.Add(error);
    }

    void IFleetListener.Done(string hostName) => PartOf(hostName)?.Done();

    void IFleetListener.Warn(string text) => (Named(text)?.Warning ?? Warning).Add(PrintableStreams.Warning(text));

    void IFleetListener.Tell(string text) => PrintableStreams.Inform(Named(text) ?? (Job)this, text);

    void IFleetListener.Inform(string text) => PrintableStreams.Inform(this, text);

    void IFleetListener.Say(string text) => (Named(text)?.Verbose ?? Verbose).Add(PrintableStreams.Verbose(text));

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
            foreach (FleetHostJob part in _parts.Values)
                part.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private FleetHostJob? PartOf(string? host) => host is null ? null : _parts.GetValueOrDefault(host);

    // What is said of a host begins with its name.
    private FleetHostJob? Named(string text) =>
        _parts.FirstOrDefault(p => text.StartsWith($"{p.Key}: ", StringComparison.Ordinal)).Value;

    private void Run(Action<IFleetListener, CancellationToken> run)
    {
        JobState end;
        Exception? reason = null;
        try
        {
            run(this, _stop.Token);
            // As with Invoke-Command: one host that failed is enough, so that a script which looks only at the state is not told that all
            // is well.
            end = _first is null ? JobState.Completed : JobState.Failed;
            reason = _first?.Exception;
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
            reason = e;
        }

        foreach (FleetHostJob part in _parts.Values)
            part.End(end);
        End(end, reason);
    }
}
