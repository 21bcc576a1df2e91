namespace ContainerTrust.Commands.Fleet;

/// <summary>What would be changed of the hosts' files: the same change of many hosts is shown once, with their names.</summary>
internal sealed class FleetDiffs
{
    private readonly Lock _lock = new();
    private readonly List<(string Key, List<string> Hosts, IReadOnlyList<string> Lines)> _found = [];

    /// <summary>Takes a host's in. Called on several threads.</summary>
    /// <param name="host">The host.</param>
    /// <param name="lines">The lines.</param>
    public void Add(string host, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        string key = string.Join('\n', lines);
        lock (_lock)
        {
            int at = _found.FindIndex(f => f.Key == key);
            if (at < 0)
                _found.Add((key, [host], lines));
            else
                _found[at].Hosts.Add(host);
        }
    }

    /// <summary>Shows all.</summary>
    /// <param name="listener">Who is told.</param>
    public void Tell(IFleetListener listener)
    {
        lock (_lock)
        {
            foreach ((_, List<string> hosts, IReadOnlyList<string> lines) in _found)
            {
                hosts.Sort(StringComparer.Ordinal);
                listener.Tell($"{string.Join(", ", hosts)}:");
                foreach (string line in lines)
                    listener.Tell(line);
            }
        }
    }
}
