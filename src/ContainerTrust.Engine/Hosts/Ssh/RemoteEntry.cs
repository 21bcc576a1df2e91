namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>What is known of one path on the host.</summary>
/// <param name="Status">Its status, links followed. Null if it is not there or could not be looked at.</param>
/// <param name="Content">Its content. Null if it was not read.</param>
/// <param name="Words">Why it could not be looked at, in the words of a tool there. Null if it is simply not there.</param>
internal sealed record RemoteEntry(RemoteStatus? Status, byte[]? Content, string? Words)
{
    /// <summary>There is no such file.</summary>
    public static RemoteEntry Missing { get; } = new(null, null, null);
}

/// <summary>What is known of one directory on the host.</summary>
/// <param name="Names">The names in it, sorted by ordinal. Null if it could not be listed.</param>
/// <param name="Words">Why not; null if it is simply not there.</param>
internal sealed record RemoteDirectory(IReadOnlyList<string>? Names, string? Words)
{
    private HashSet<string>? _names;

    /// <summary>Of which files the contents were read along: those whose names end so. Null for none.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether a name is in it. A host may list very many, and each may be asked for.</summary>
    public bool Has(string name) => (_names ??= new HashSet<string>(Names ?? [], StringComparer.Ordinal)).Contains(name);
}
