using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>One host's part of a <see cref="FleetJob"/>, as Invoke-Command has a child job for each computer.</summary>
internal sealed class FleetHostJob : BackgroundJob
{
    private ErrorRecord? _first;
    private bool _isDone;

    /// <summary>A part that has not begun.</summary>
    /// <param name="command">The command line, for the job's listing.</param>
    /// <param name="host">The host's name.</param>
    public FleetHostJob(string command, string host)
        : base(command, host) => Location = host;

    /// <inheritdoc/>
    public override string Location { get; }

    /// <inheritdoc/>
    public override bool HasMoreData => HasOwnData;

    /// <summary>Begins.</summary>
    public void Begin() => SetJobState(JobState.Running);

    /// <summary>The host was visited to its end.</summary>
    public void Done() => _isDone = true;

    /// <summary>Takes an error in.</summary>
    public void Fail(ErrorRecord error)
    {
        _first ??= error;
        Error.Add(error);
    }

    /// <summary>Ends. A host that had an error has failed, and the reason is its first.</summary>
    /// <param name="state">How the whole ended.</param>
    public void End(JobState state)
    {
        if (_first is null)
            SetJobState(state == JobState.Failed && _isDone ? JobState.Completed : state);
        else
            End(JobState.Failed, _first.Exception);
    }

    // The whole is stopped, and not one host of it.
    /// <inheritdoc/>
    public override void StopJob()
    {
    }
}
