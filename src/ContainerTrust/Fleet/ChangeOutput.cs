using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>What -PassThru gives of changes.</summary>
internal static class ChangeOutput
{
    /// <summary>Gives what was changed, and of the entries that are wanted and were not changed that they are so.</summary>
    /// <param name="host">The host.</param>
    /// <param name="changes">What was changed.</param>
    /// <param name="entries">The entries that are wanted, as they are now.</param>
    public static void Write(HostContext host, IReadOnlyList<ImageTrustChange> changes, IEnumerable<ImageTrust> entries)
    {
        HashSet<ImageTrustChange> written = new(ReferenceEqualityComparer.Instance);
        foreach (ImageTrust entry in entries)
        {
            ImageTrustChange? change = changes.FirstOrDefault(c => c.Transport == entry.Transport && c.Registry == entry.Registry);
            if (change is not null)
                written.Add(change);
            host.Write(change is null ? Unchanged(host, entry, changes is [{ } first, ..] ? first : null) : host.Store.WithKeys(change));
        }

        // What is removed is no entry any more.
        foreach (ImageTrustChange change in changes.Where(c => !written.Contains(c)))
            host.Write(host.Store.WithKeys(change));
    }

    /// <summary>A change that was not made.</summary>
    /// <param name="host">The host.</param>
    /// <param name="change">The change.</param>
    /// <param name="error">Why.</param>
    public static ImageTrustChange Failed(HostContext host, TrustChange change, TrustException error) => new()
    {
        ComputerName = host.Store.Host.ComputerName,
        Transport = change.IsDefault ? "all" : change.Transport,
        Registry = change.IsDefault ? "default" : change.Registry,
        IsDefault = change.IsDefault,
        Status = ImageTrustChangeStatus.Failed,
        Root = host.Root,
        Origin = host.Store.EntryOrigin,
        Reason = error.Message,
        ErrorId = error.ErrorId,
    };

    /// <summary>An item that no change could be made of.</summary>
    /// <param name="host">The host.</param>
    /// <param name="error">Why.</param>
    public static ImageTrustChange Failed(HostContext host, TrustException error) => new()
    {
        ComputerName = host.Store.Host.ComputerName,
        Transport = "",
        Registry = "",
        Status = ImageTrustChangeStatus.Failed,
        Root = host.Root,
        Origin = host.Store.EntryOrigin,
        Reason = error.Message,
        ErrorId = error.ErrorId,
    };

    /// <summary>A host that could not be changed.</summary>
    /// <param name="hostName">The host.</param>
    /// <param name="error">Why.</param>
    public static ImageTrustChange Failed(string hostName, TrustException error) => new()
    {
        ComputerName = hostName,
        Transport = "",
        Registry = "",
        Status = ImageTrustChangeStatus.Failed,
        Reason = error.Message,
        ErrorId = error.ErrorId,
    };

    private static ImageTrustChange Unchanged(HostContext host, ImageTrust entry, ImageTrustChange? beside) => new()
    {
        ComputerName = entry.ComputerName,
        Transport = entry.Transport,
        Registry = entry.Registry,
        IsDefault = entry.IsDefault,
        Status = ImageTrustChangeStatus.Unchanged,
        Before = entry,
        After = entry,
        BeforeTrust = TrustStore.Describe(entry),
        AfterTrust = TrustStore.Describe(entry),
        Root = host.Root,
        Origin = entry.Origin,
        Beside = beside,
    };
}
