using System.Management.Automation;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// One call's work on many hosts: each has a connection and a thread of its own, as many at once as the throttle allows; what comes of
/// them is heard by one listener: words as they come, results in the order of the hosts. A host that fails is one error, and the others
/// go on.
/// </summary>
internal sealed class FleetRun
{
    private const int ProgressInterval = 250;

    private readonly IReadOnlyList<SshConnectionOptions> _hosts;
    private readonly int _throttle;
    private readonly Action<HostContext> _work;
    private readonly Dictionary<SshConnectionOptions, int> _places;
    private volatile int _done;
    private volatile int _failed;
    private readonly FleetTally _tally = new();
    private readonly FleetDiffs _diffs = new();
    private long _nextProgress;

    /// <summary>Work that has not begun.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="throttle">How many are worked on at once.</param>
    /// <param name="work">What is done on each; called on several threads.</param>
    public FleetRun(IReadOnlyList<SshConnectionOptions> hosts, int throttle, Action<HostContext> work)
    {
        _hosts = hosts;
        _throttle = throttle;
        _work = work;
        _places = new Dictionary<SshConnectionOptions, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < hosts.Count; i++)
            _places.Add(hosts[i], i);
    }

    /// <summary>Which files are meant, as the hosts name them.</summary>
    public required TrustStoreOptions StoreOptions { get; init; }

    /// <summary>Files that the work needs besides the trust itself, asked for along with it.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What is being done, for the progress.</summary>
    public required string Activity { get; init; }

    /// <summary>Called for each host that could not be worked on, on the listener's thread.</summary>
    public Action? Failed { get; init; }

    /// <summary>The result that stands for a host that could not be worked on, beside its error. Null if there is none.</summary>
    public Func<string, TrustException, object?>? ResultOfFailure { get; init; }

    /// <summary>Results of hosts whose names are not valid, which come before all others.</summary>
    public IReadOnlyList<object> First { get; init; } = [];

    /// <summary>The entries that are worked on there, by host. Null if they are the same for all.</summary>
    public IReadOnlyDictionary<SshConnectionOptions, IReadOnlyList<ImageTrust>>? Entries { get; init; }

    /// <summary>Whether results come as hosts are done, and not in the order of the hosts.</summary>
    public bool AsCompleted { get; init; }

    /// <summary>Whether hosts are changed: then it is told at the end on how many.</summary>
    public bool Changes { get; init; }

    /// <summary>Whether it is only asked what would be done.</summary>
    public bool IsPreview { get; init; }

    /// <summary>How many hosts have failed before any was visited.</summary>
    public int FailedBefore { get; init; }

    /// <summary>Visits all hosts. Returns when each is done, or failed.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Run(IFleetListener listener, CancellationToken cancellation)
    {
        // Not disposed of: threads of hosts that are being cancelled may still look at it.
        foreach (object result in First)
            listener.Write(result);
        HostQueue queue = new(cancellation);
        HostOrder order = new(_hosts.Count, AsCompleted, listener.Write);
        Task all = Task.Factory.StartNew(
            () => Visit(queue, order, listener, cancellation),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            queue.Listen(all, () => ShowProgress(listener));
        }
        finally
        {
            if (_hosts.Count > 1 && !cancellation.IsCancellationRequested)
                listener.Progress(PrintableStreams.Done(Activity));
        }

        all.GetAwaiter().GetResult();
        _diffs.Tell(listener);
        if (Changes && _hosts.Count + FailedBefore > 1)
            listener.Inform(_tally.Words(IsPreview, _failed + FailedBefore));
    }

    private void Visit(HostQueue queue, HostOrder order, IFleetListener listener, CancellationToken cancellation)
    {
        TrustMessages Messages(string name) => new()
        {
            Warning = text => queue.Post(() => listener.Warn($"{name}: {text}")),
            Verbose = text => queue.Post(() => listener.Say($"{name}: {text}")),
        };
        foreach (FleetResult<bool> result in FleetRunner.Run(_hosts, _throttle, Files, Messages, (host, messages, token) =>
            Visit(host, messages, queue, order, listener, token), cancellation))
        {
            _done++;
            if (result.Error is null)
            {
                queue.Post(() =>
                {
                    order.End(result.Index);
                    listener.Done(result.HostName);
                });
                continue;
            }

            _failed++;
            queue.Post(() => Fail(result.Index, result.HostName, result.Error, order, listener));
        }
    }

    private void Fail(int place, string name, TrustException error, HostOrder order, IFleetListener listener)
    {
        listener.Error(FleetHost.Named(name, error));
        Failed?.Invoke();
        if (ResultOfFailure?.Invoke(name, error) is { } result)
            order.Write(place, result);
        order.End(place);
    }

    private bool Visit(SshHost host, TrustMessages messages, HostQueue queue, HostOrder order, IFleetListener listener,
        CancellationToken cancellation)
    {
        int place = _places[host.Connection];
        TrustStore store = TrustStore.Open(host, StoreOptions, messages);
        FleetHost context = new(host.ComputerName, store, queue, listener, result => order.Write(place, result), _diffs, cancellation)
        {
            Entries = Entries?.GetValueOrDefault(host.Connection),
            IsPreview = IsPreview,
        };
        _work(context);
        _tally.Count(context);
        return true;
    }

    private void ShowProgress(IFleetListener listener)
    {
        long now = Environment.TickCount64;
        if (_hosts.Count < 2 || now < _nextProgress)
            return;
        _nextProgress = now + ProgressInterval;
        string failed = _failed == 0 ? "" : $", {_failed} of them failed";
        listener.Progress(PrintableStreams.Progress(Activity, $"{_done} of {_hosts.Count} hosts done{failed}", 100 * _done / _hosts.Count));
    }
}
