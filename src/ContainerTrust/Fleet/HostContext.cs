using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// What a cmdlet's work on one host speaks through: the host's files, and the way back to the user. On this host that is the pipeline
/// itself; of many hosts each has its own, on a thread of its own.
/// </summary>
internal abstract class HostContext
{
    private protected HostContext(TrustStore store, string? root, CancellationToken cancellation)
    {
        Store = store;
        Root = root;
        Cancellation = cancellation;
    }

    /// <summary>The host's files.</summary>
    public TrustStore Store { get; }

    /// <summary>The directory that is the host's root. Null if the host is not a directory.</summary>
    public string? Root { get; }

    /// <summary>The piped entries that this host is to be changed by. Null if all of them are.</summary>
    public IReadOnlyList<ImageTrust>? Entries { get; init; }

    /// <summary>Ends the work.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The host in words.</summary>
    public string HostName => $"{Store.Host.ComputerName}{(Root is null ? "" : $" under {Root}")}";

    /// <summary>Whether it is only asked what would be done.</summary>
    public bool IsPreview { get; init; }

    /// <summary>Whether files of the host were changed, or would be.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Whether an error was reported.</summary>
    public bool HasFailed { get; private protected set; }

    /// <summary>Hands an object on.</summary>
    public abstract void Write(object value);

    /// <summary>An error of one item; the others get their turn.</summary>
    public abstract void Report(TrustException error, object? target = null);

    /// <summary>Something that the user should know.</summary>
    public abstract void Warn(string text);

    /// <summary>What is done, for those who want to hear it.</summary>
    public abstract void Say(string text);

    /// <summary>Shows lines that everyone is to see.</summary>
    public abstract void Show(IReadOnlyList<string> lines);

    /// <summary>Shows what would be changed of the files, where that is all that is asked.</summary>
    /// <param name="preview">What would be done.</param>
    public void ShowPreview(TrustEditResult preview)
    {
        if (!IsPreview)
            return;
        HasChanged = preview.Files.Count > 0;
        Show(preview.Diff);
    }

    /// <summary>Whether something is to be done.</summary>
    public abstract bool ShouldProcess(string target, string action);

    /// <summary>Hands entries on as they are read.</summary>
    public void Write(IEnumerable<ImageTrust> entries)
    {
        foreach (ImageTrust entry in entries)
            Write(entry);
    }

    /// <summary>Hands an entry on.</summary>
    public void Write(ImageTrust entry) => Write((object)WithArrays(entry));

    /// <summary>Hands a change on.</summary>
    public void Write(ImageTrustChange change) => Write((object)(change with
    {
        Before = change.Before is null ? null : WithArrays(change.Before),
        After = change.After is null ? null : WithArrays(change.After),
        Paths = change.Paths as string[] ?? change.Paths.ToArray(),
    }));

    // PowerShell's [0] works on arrays, and not on every IReadOnlyList.
    private static ImageTrust WithArrays(ImageTrust entry) => entry with
    {
        Requirements = entry.Requirements as TrustRequirement[] ?? entry.Requirements.ToArray(),
        Keys = entry.Keys as TrustKey[] ?? entry.Keys.ToArray(),
    };
}
