namespace ContainerTrust.Engine.Policy;

/// <summary>The member names met so far in one small JSON object, to notice a duplicate.</summary>
internal struct MemberSet
{
    private List<string>? _names;

    /// <summary>Adds a name.</summary>
    /// <returns>False if it was there already.</returns>
    public bool Add(string name)
    {
        _names ??= [];

        // Objects with a fixed set of members stop at the first unknown one; only transports can be many, and they are few.
        if (_names.Contains(name))
            return false;
        _names.Add(name);
        return true;
    }
}
