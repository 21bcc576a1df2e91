namespace ContainerTrust;

/// <summary>Lists compared by what is in them: a record's own equality would compare only whether they are the same object.</summary>
internal static class ListContent
{
    /// <summary>Whether two lists have equal members in the same order. A missing list equals a missing one only.</summary>
    /// <param name="one">A list.</param>
    /// <param name="other">Another list.</param>
    internal static bool AreEqual<T>(IReadOnlyList<T>? one, IReadOnlyList<T>? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.SequenceEqual(other));

    /// <summary>A hash that equal lists share.</summary>
    /// <param name="list">A list.</param>
    internal static int Hash<T>(IReadOnlyList<T>? list)
    {
        HashCode hash = default;
        hash.Add(list?.Count ?? -1);
        foreach (T item in list ?? [])
            hash.Add(item);
        return hash.ToHashCode();
    }
}
