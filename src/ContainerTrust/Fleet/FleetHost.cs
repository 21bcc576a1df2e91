using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>One host of several: what it says takes its turn, with the host's name on it.</summary>
internal sealed class FleetHost : HostContext
{
    private readonly string _name;
    private readonly HostQueue _queue;
    private readonly IFleetListener _listener;
    private readonly Action<object> _write;
    private readonly FleetDiffs _diffs;

    /// <summary>A host.</summary>
    /// <param name="name">Its name, for what it says.</param>
    /// <param name="store">Its files.</param>
    /// <param name="queue">Where what is said waits for its turn.</param>
    /// <param name="listener">Hears it.</param>
    /// <param name="write">Takes results, on the listener's thread.</param>
    /// <param name="diffs">Takes what would be changed of its files.</param>
    /// <param name="cancellation">Ends the work.</param>
    public FleetHost(string name, TrustStore store, HostQueue queue, IFleetListener listener, Action<object> write,
        FleetDiffs diffs, CancellationToken cancellation)
        : base(store, null, cancellation)
    {
        _name = name;
        _queue = queue;
        _listener = listener;
        _write = write;
        _diffs = diffs;
    }

    /// <summary>An error with the name of its host, by which a script can tell which ones to look after.</summary>
    public static ErrorRecord Named(string name, TrustException error) => ErrorRecords.Of(
        new TrustException(
            error.ErrorId,
            error.Kind,
            error.Target == name ? error.Message : $"{name}: {error.Message}",
            error) { Target = name, Advice = error.Advice },
        name);

    /// <inheritdoc/>
    public override void Write(object value)
    {
        // A type name of its own: the table of many hosts' objects says which host each is of.
        PSObject named = new(value);
        if (value is ImageTrust or ImageTrustChange or ImageSignatureResult)
            named.TypeNames.Insert(0, $"{value.GetType().FullName}#Fleet");
        _queue.Post(() => _write(named));
    }

    /// <inheritdoc/>
    public override void Report(TrustException error, object? target = null)
    {
        HasFailed = true;
        _queue.Post(() => _listener.Error(Named(_name, error)));
    }

    /// <inheritdoc/>
    public override void Warn(string text) => _queue.Post(() => _listener.Warn($"{_name}: {text}"));

    /// <inheritdoc/>
    public override void Say(string text) => _queue.Post(() => _listener.Say($"{_name}: {text}"));

    /// <inheritdoc/>
    public override void Show(IReadOnlyList<string> lines) => _diffs.Add(_name, lines);

    /// <inheritdoc/>
    public override bool ShouldProcess(string target, string action) => _queue.Ask(() => _listener.ShouldProcess(target, action));
}
