using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>
/// Records one change: the record is one more file of the plan, written last, under the same lock and in the same way. A record that
/// cannot be written is warned of, and takes nothing from the change.
/// </summary>
internal sealed partial class ChangeRecorder
{
    private const int MostScopes = 50;
    private const int Readers = 0x24; // 0044

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
        if (_isOff || (files.Count == 0 && _written.Count == 0))
            return null;
        List<PlannedFile> all = [.. _written];
        foreach (PlannedFile file in files)
            Take(all, file);
        try
        {
            Scopes = ScopeDifference.Find(_store, all);
            ChangeLog log = ChangeLog.Read(_store.Host, Path);

            // One call may change several policies that share a record.
            if (log.Records.Any(r => r.Id == _id))
                _id = TrustStoreOptions.NewChangeId();
            Record = Make(all, log.File?.Permissions?.Mode ?? 0x1A4);
            return new PlannedFile(Path, log.File, log.With(Record));
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            Fail(e);
            return null;
        }
    }

    /// <summary>A file was written or deleted.</summary>
    /// <param name="file">The file.</param>
    public void Wrote(PlannedFile file) => Take(_written, file);

    /// <summary>Gives up.</summary>
    /// <param name="error">Why.</param>
    public void Fail(TrustException error)
    {
        _isOff = true;
        Record = null;
        _messages.Warning($"The change is not recorded, so it cannot be taken back by a command: {error.Message}");
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
        string? notKept = _undoes is not null ? null : files.Select(f => WhyNotKept(f, mode)).FirstOrDefault(static w => w is not null);
        bool isKept = notKept is null && _undoes is null;
        return new ChangeRecord
        {
            Id = _id,
            Time = _time,
            Author = ChangeAuthors.Of(_store.Host),
            Command = _store.Command,
            PolicyPath = TrustPlanner.WritePath(_store.Locations),
            RegistriesDirectory = _store.Locations.RegistriesDirectory,
            Scopes = [.. Scopes.Take(MostScopes).Select(static s =>
                new RecordedScope(s.Transport, s.Registry, s.IsDefault, s.BeforeWords, s.AfterWords))],
            MoreScopes = Math.Max(0, Scopes.Count - MostScopes),
            Files = [.. files.Select(f => Of(f, isKept))],
            Undoes = _undoes,
            NotKept = notKept,
        };
    }

    private static RecordedFile Of(PlannedFile file, bool isKept) => new(
        file.Path,
        file.Expected is { } old ? Sum(old.Content.Span) : null,
        file.Content is { } content ? Sum(content.Span) : null,
        file.Expected?.Permissions is { } permissions ? Convert.ToString((int)permissions.Mode, 8).PadLeft(4, '0') : null,
        isKept && file.Expected is { } before ? ContentDelta.Of(before.Content.Span, (file.Content ?? default).Span) : null);

    /// <summary>The SHA-256 of a file's content, in hex.</summary>
    /// <param name="content">The content.</param>
    public static string Sum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    // Who may not read a file does not read it in the record.
    private static string? WhyNotKept(PlannedFile file, uint mode)
    {
        if (file.Expected is not { } old)
            return null;
        if (old.Permissions is { } permissions && (mode & Readers & ~permissions.Mode) != 0)
            return $"{file.Path} may be read by fewer users than the record";

        // Passwords are in the URLs of signature stores; a policy has none.
        return file.Path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal)
            && SecretUrl.IsMatch(Encoding.Latin1.GetString(old.Content.Span)) ? $"{file.Path} had a URL with a password or a query" : null;
    }

    [GeneratedRegex("""://[^\s"']*[@?]""", RegexOptions.CultureInvariant)]
    private static partial Regex SecretUrl { get; }
}
