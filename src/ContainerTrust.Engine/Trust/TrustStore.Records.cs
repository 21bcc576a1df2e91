using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <content>What was changed, and how it is taken back.</content>
public sealed partial class TrustStore
{
    /// <summary>The file in which the changes of the system's policy are on record.</summary>
    public const string SystemRecord = ChangeLog.SystemPath;

    /// <summary>
    /// Whether changes are recorded beside the policy. Beside a file that was named, and lies anywhere, no other file is made.
    /// </summary>
    internal bool KeepsRecord => TellsChanges
        && (!Locations.IsNamed || TrustPlanner.WritePath(Locations).EndsWith("/containers/policy.json", StringComparison.Ordinal));

    /// <summary>Where entries of this trust say that they come from. Null for the files of a document.</summary>
    public ImageTrustOrigin? EntryOrigin => Origin;

    /// <summary>A command for the files that are meant here: on this host, or with the options that lead to them.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="arguments">Its other options.</param>
    public Advice CommandFor(TrustOperation operation, params AdviceArgument[] arguments) => Advice.Of(operation, Target, arguments);

    /// <summary>What an entry says, in words.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>Such as <c>signedBy /keys/a.gpg, store https://example.com/sigs</c>.</returns>
    public static string Describe(ImageTrust entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ScopeDifference.Words(entry);
    }

    /// <summary>The scopes that a preview would change, as objects.</summary>
    /// <param name="preview">What <see cref="Preview"/> said.</param>
    /// <returns>One object a scope that would say something else then.</returns>
    public IReadOnlyList<ImageTrustChange> PlannedChanges(TrustEditResult preview)
    {
        ArgumentNullException.ThrowIfNull(preview);
        return ChangeObjects.Of(this, preview);
    }

    /// <summary>What taking back the last change would do that is not taken back yet.</summary>
    /// <param name="id">The change that must be the last. Null for whichever is.</param>
    /// <returns>The change, and what would be done.</returns>
    /// <exception cref="TrustException">
    /// There is no such change (<c>NothingToUndo</c>), its files were changed since (<c>ChangedSince</c>), or the record does not have
    /// what it takes (<c>ChangeNotKept</c>, <c>InvalidChangeRecord</c>).
    /// </exception>
    public TrustUndoPreview PreviewUndo(string? id = null) => new TrustUndo(this, _messages).Preview(id);

    /// <summary>Takes the last change back.</summary>
    /// <param name="id">The change, as <see cref="PreviewUndo"/> gave it. Where another one was made since, nothing is done.</param>
    /// <param name="cancellationToken">Ends the wait for other writers; a write that has begun is finished.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="TrustException">See <see cref="PreviewUndo"/>; or a file cannot be written.</exception>
    public TrustEditResult Undo(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Changed(new TrustUndo(this, _messages).Run(id, cancellationToken));
    }

    /// <summary>The changes that the host has on record beside its policy.</summary>
    /// <returns>One object a scope, the newest change first.</returns>
    /// <exception cref="TrustException">The record cannot be read.</exception>
    public IEnumerable<ImageTrustChange> ReadChanges()
    {
        string path = ChangeLog.PathFor(TrustPlanner.WritePath(Locations));
        ChangeLog log = ChangeLog.Read(Host, path);
        if (log.Unreadable > 0)
            _messages.Warning($"{path} has {log.Unreadable} {(log.Unreadable == 1 ? "line" : "lines")} that cannot be read.");
        return ChangeObjects.Of(this, log);
    }

    /// <summary>A change with the keys that its entries name, as entries that are read have them.</summary>
    /// <param name="change">A change that was just made.</param>
    /// <returns>The same with keys.</returns>
    public ImageTrustChange WithKeys(ImageTrustChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change with
        {
            Before = change.Before is null ? null : WithKeys(change.Before),
            After = change.After is null ? null : WithKeys(change.After),
        };
    }
}
