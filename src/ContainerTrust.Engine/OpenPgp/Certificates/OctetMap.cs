namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>Something that is the same if its octets are.</summary>
internal interface IOctets
{
    /// <summary>The octets.</summary>
    ReadOnlySpan<byte> Octets { get; }
}

/// <summary>Things in the order in which they came, found by their octets: a few are compared one by one, many are looked up.</summary>
/// <typeparam name="T">The things.</typeparam>
internal sealed class OctetMap<T>
    where T : class, IOctets
{
    private const int MaxCompared = 8;

    private readonly List<T> _values = [];
    private Dictionary<int, List<T>>? _byHash;

    /// <summary>All, in order.</summary>
    public IReadOnlyList<T> Values => _values;

    /// <summary>Finds one.</summary>
    /// <param name="octets">Its octets.</param>
    /// <returns>Null if it is not there.</returns>
    public T? Find(ReadOnlySpan<byte> octets)
    {
        if (_byHash is null)
            return FindIn(_values, octets);
        return _byHash.TryGetValue(Hash(octets), out var same) ? FindIn(same, octets) : null;
    }

    /// <summary>Adds one that is not there.</summary>
    /// <param name="value">The one.</param>
    /// <returns>The same.</returns>
    public T Add(T value)
    {
        _values.Add(value);
        if (_byHash is not null)
        {
            Index(value);
        }
        else if (_values.Count > MaxCompared)
        {
            _byHash = [];
            foreach (var known in _values)
                Index(known);
        }

        return value;
    }

    private static T? FindIn(List<T> values, ReadOnlySpan<byte> octets)
    {
        foreach (var value in values)
        {
            if (value.Octets.SequenceEqual(octets))
                return value;
        }

        return null;
    }

    // Seeded anew for every process, so that nobody can choose octets with one hash.
    private static int Hash(ReadOnlySpan<byte> octets)
    {
        var hash = default(HashCode);
        hash.AddBytes(octets);
        return hash.ToHashCode();
    }

    private void Index(T value)
    {
        int hash = Hash(value.Octets);
        if (!_byHash!.TryGetValue(hash, out var same))
            _byHash.Add(hash, same = []);
        same.Add(value);
    }
}
