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

    /// <summary>Hands an object on.</summary>
    public abstract void Write(object value);

    /// <summary>An error of one item; the others get their turn.</summary>
    public abstract void Report(TrustException error, object? target = null);

    /// <summary>Something that the user should know.</summary>
    public abstract void Warn(string text);

    /// <summary>What is done, for those who want to hear it.</summary>
    public abstract void Say(string text);

    /// <summary>Whether something is to be done.</summary>
    public abstract bool ShouldProcess(string target, string action);

    /// <summary>Hands entries on as they are read.</summary>
    public void Write(IEnumerable<ImageTrust> entries)
    {
        foreach (ImageTrust entry in entries)
            Write(entry);
    }

    /// <summary>Hands an entry on.</summary>
    public void Write(ImageTrust entry) => Write((object)(entry with
    {
        // PowerShell's [0] works on arrays, and not on every IReadOnlyList.
        Requirements = entry.Requirements as TrustRequirement[] ?? entry.Requirements.ToArray(),
        Keys = entry.Keys as TrustKey[] ?? entry.Keys.ToArray(),
    }));
}
