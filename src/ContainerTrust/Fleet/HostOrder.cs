namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// Results of many hosts in the order of the hosts: those of the first host that is not done go on at once, those of later ones wait.
/// For one thread at a time.
/// </summary>
internal sealed class HostOrder
{
    private readonly Dictionary<int, List<object>> _waiting = [];
    private readonly HashSet<int> _ended = [];
    private readonly int _count;
    private readonly bool _asCompleted;
    private readonly Action<object> _write;
    private int _next;

    /// <summary>Nothing is there yet.</summary>
    /// <param name="count">How many hosts there are.</param>
    /// <param name="asCompleted">Whether results go on as they come.</param>
    /// <param name="write">Takes the results.</param>
    public HostOrder(int count, bool asCompleted, Action<object> write)
    {
        _count = count;
        _asCompleted = asCompleted;
        _write = write;
    }

    /// <summary>Takes a result of a host.</summary>
    /// <param name="place">The host's place, from 0.</param>
    /// <param name="result">The result.</param>
    public void Write(int place, object result)
    {
        if (_asCompleted || place == _next)
        {
            _write(result);
            return;
        }

        if (!_waiting.TryGetValue(place, out List<object>? results))
            _waiting.Add(place, results = []);
        results.Add(result);
    }

    /// <summary>A host has no more results.</summary>
    /// <param name="place">The host's place.</param>
    public void End(int place)
    {
        _ended.Add(place);
        while (_next < _count && _ended.Remove(_next))
        {
            _next++;
            if (!_waiting.Remove(_next, out List<object>? results))
                continue;
            foreach (object result in results)
                _write(result);
        }
    }
}
