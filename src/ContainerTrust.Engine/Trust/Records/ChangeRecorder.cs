using System.Security.Cryptography;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>
/// Records one change: the record is written by itself when all else is done, in the same way. A record that cannot be written is warned
/// of, and takes nothing from the change.
/// </summary>
internal sealed class ChangeRecorder
{
    private const int MostScopes = 50;

    private readonly TrustStore _store;
    private readonly TrustMessages _messages;
    private readonly string? _undoes;
    private string _id;
    private readonly DateTimeOffset _time;
    private readonly List<PlannedFile> _written = [];
    private bool _isOff;

    /// <summary>A record to be.</summary>
    /// <param name="store">The trust that is changed.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="undoes">The record that is taken back. Null for none.</param>
    public ChangeRecorder(TrustStore store, TrustMessages messages, string? undoes = null)
    {
        _store = store;
        _messages = messages;
        _undoes = undoes;
        _time = DateTimeOffset.UtcNow;
        _id = store.ChangeId ?? TrustStoreOptions.NewChangeId();
        _isOff = !store.KeepsRecord;
        Path = ChangeLog.PathFor(TrustPlanner.WritePath(store.Locations));
    }

    /// <summary>Whether the change is recorded.</summary>
    public bool IsOn => !_isOff;

    /// <summary>Whether it takes another change back.</summary>
    public bool IsUndo => _undoes is not null;

    /// <summary>The file of records.</summary>
    public string Path { get; }

    /// <summary>The record as it was last planned. Null if there is none.</summary>
    public ChangeRecord? Record { get; private set; }

    /// <summary>What planned files change.</summary>
    public IReadOnlyList<ScopeDifference> Scopes { get; private set; } = [];

    /// <summary>Plans the record of files that are about to be written, and of those that were before.</summary>
    /// <param name="files">The files.</param>
    /// <returns>The file of records. Null if nothing is recorded.</returns>
    public PlannedFile? Plan(IReadOnlyList<PlannedFile> files)
    {
        if (!_store.TellsChanges || (files.Count == 0 && _written.Count == 0 && !IsUndo))
            return null;
        List<PlannedFile> all = [.. _written];
        foreach (PlannedFile file in files)
            Take(all, file);
        try
        {
            // Also where nothing is recorded: who asks is told what has changed.
            Scopes = ScopeDifference.Find(_store, all);
            if (_isOff)
                return null;
            ChangeLog log = ChangeLog.Read(_store.Host, Path);

            // One call may change several policies that share a record.
            if (log.Records.Any(r => r.Id == _id))
                _id = TrustStoreOptions.NewChangeId();
            Record = Make(all, log.File?.Permissions?.Mode ?? 0x1A4);
            return new PlannedFile(Path, log.File, log.With(Record));
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            Fail(e.Message);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IOException or OverflowException
            or OutOfMemoryException)
        {
            // A fault of the record is none of the change.
            Fail(e.Message);
            return null;
        }
    }

    /// <summary>A file was written or deleted.</summary>
    /// <param name="file">The file.</param>
    public void Wrote(PlannedFile file) => Take(_written, file);

    /// <summary>Gives up.</summary>
    /// <param name="why">Why: a sentence.</param>
    public void Fail(string why)
    {
        if (_isOff)
            return;
        _isOff = true;
        Record = null;
        _messages.Warning($"The change is not recorded, so it cannot be taken back by a command: {why}");
    }

    // A file that is written a second time was what it was before the first.
    private static void Take(List<PlannedFile> files, PlannedFile file)
    {
        int at = files.FindIndex(f => f.Path == file.Path);
        if (at < 0)
            files.Add(file);
        else
            files[at] = file with { Expected = files[at].Expected };
    }

    private ChangeRecord Make(IReadOnlyList<PlannedFile> files, uint mode)
    {
        string? notKept = IsUndo ? null
            : files.Select(f => KeptContent.WhyNot(_store.Host, f, mode)).FirstOrDefault(static w => w is not null);
        bool isKept = notKept is null && !IsUndo;

        // Who may not read a file does not read in the record what it says, nor guess it by a digest.
        bool isPrivate = files.Any(f => KeptContent.IsPrivate(f, mode));
        IReadOnlyList<ScopeDifference> shown = isPrivate ? [] : [.. Scopes.Take(MostScopes)];
        return new ChangeRecord
        {
            Id = _id,
            Time = _time,
            Author = ChangeAuthors.Of(_store.Host),
            Command = _store.Command,
            PolicyPath = TrustPlanner.WritePath(_store.Locations),
            RegistriesDirectory = _store.Locations.RegistriesDirectory,
            Scopes = [.. shown.Select(static s =>
                new RecordedScope(s.Transport, s.Registry, s.IsDefault, s.BeforeWords, s.AfterWords))],
            MoreScopes = Scopes.Count - shown.Count,
            Files = [.. files.Select(f => isPrivate ? new RecordedFile(f.Path, null, null, null, null, null) : Of(f, isKept))],
            Undoes = _undoes,
            NotKept = notKept,
        };
    }

    private static RecordedFile Of(PlannedFile file, bool isKept) => new(
        file.Path,
        file.Expected is { } old ? Sum(old.Content.Span) : null,
        file.Content is { } content ? Sum(content.Span) : null,
        file.Expected?.Permissions is { } permissions ? Convert.ToString((int)permissions.Mode, 8).PadLeft(4, '0') : null,
        file.Expected?.Permissions?.UserId,
        isKept && file.Expected is { } before ? ContentDelta.Of(before.Content.Span, (file.Content ?? default).Span) : null);

    /// <summary>The SHA-256 of a file's content, in hex.</summary>
    /// <param name="content">The content.</param>
    public static string Sum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
