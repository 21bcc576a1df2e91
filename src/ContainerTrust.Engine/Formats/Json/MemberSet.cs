namespace ContainerTrust.Engine.Formats.Json;

/// <summary>The member names met so far in one JSON object, to notice a duplicate.</summary>
internal struct MemberSet
{
    // Objects with a fixed set of members stop at the first unknown one; only transports can be many.
    private const int FewNames = 16;

    private List<string>? _names;
    private HashSet<string>? _manyNames;

    /// <summary>Adds a name.</summary>
    /// <returns>False if it was there already.</returns>
    public bool Add(string name)
    {
        if (_manyNames is not null)
            return _manyNames.Add(name);
        _names ??= [];
        if (_names.Contains(name))
            return false;
        _names.Add(name);
        if (_names.Count > FewNames)
            _manyNames = [.. _names];
        return true;
    }
}
