using System.Globalization;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Changes as objects: of one that was just made, and of those on record.</summary>
internal static class ChangeObjects
{
    /// <summary>What was just changed.</summary>
    /// <param name="store">The trust.</param>
    /// <param name="recorder">What recorded the change.</param>
    /// <param name="files">The files that were written.</param>
    /// <returns>One object a scope that says something else now.</returns>
    public static IReadOnlyList<ImageTrustChange> Of(TrustStore store, ChangeRecorder recorder, IReadOnlyList<TrustFileChange> files)
    {
        string[] paths = [.. files.Select(static f => f.Path)];
        ChangeRecord? record = recorder.Record;
        return [.. recorder.Scopes.Select(scope => new ImageTrustChange
        {
            ComputerName = store.Host.ComputerName,
            Transport = scope.Transport,
            Registry = scope.Registry,
            IsDefault = scope.IsDefault,
            Status = scope.Status,
            Before = scope.Before,
            After = scope.After,
            BeforeTrust = scope.BeforeWords,
            AfterTrust = scope.AfterWords,
            Root = store.Target.RootDirectory,
            Paths = paths,
            Origin = store.Origin,
            Id = record?.Id,
            Time = record?.Time,
            User = record?.Author.ToString(),
            Command = store.Command,
            Undoes = record?.Undoes,
            Reason = record is null ? null : Reason(record, isFirst: false),
        })];
    }

    /// <summary>What would be changed.</summary>
    /// <param name="store">The trust.</param>
    /// <param name="preview">What would be done.</param>
    /// <returns>One object a scope that would say something else then.</returns>
    public static IReadOnlyList<ImageTrustChange> Of(TrustStore store, TrustEditResult preview)
    {
        string[] paths = [.. preview.Files.Select(static f => f.Path)];
        return [.. ScopeDifference.Find(store, preview.Planned).Select(scope => new ImageTrustChange
        {
            ComputerName = store.Host.ComputerName,
            Transport = scope.Transport,
            Registry = scope.Registry,
            IsDefault = scope.IsDefault,
            Status = scope.Status,
            Before = scope.Before,
            After = scope.After,
            BeforeTrust = scope.BeforeWords,
            AfterTrust = scope.AfterWords,
            Root = store.Target.RootDirectory,
            Paths = paths,
            Origin = store.Origin,
        })];
    }

    /// <summary>What is on record.</summary>
    /// <param name="store">The trust.</param>
    /// <param name="log">The record.</param>
    /// <returns>One object a scope of a change, the newest change first; one without a scope where none is known.</returns>
    public static IEnumerable<ImageTrustChange> Of(TrustStore store, ChangeLog log)
    {
        Dictionary<string, string> undone = [];
        foreach (ChangeRecord record in log.Records.Where(static r => r.Undoes is not null))
            undone[record.Undoes!] = record.Id;
        foreach (ChangeRecord record in log.Records.Reverse())
        {
            string[] paths = [.. record.Files.Select(static f => f.Path)];
            IReadOnlyList<RecordedScope> scopes = record.Scopes.Count > 0 ? record.Scopes
                : [new RecordedScope("", "", false, null, null)];
            foreach (RecordedScope scope in scopes)
            {
                yield return new ImageTrustChange
                {
                    ComputerName = store.Host.ComputerName,
                    Transport = scope.Transport,
                    Registry = scope.Registry,
                    IsDefault = scope.IsDefault,
                    Status = record.Scopes.Count == 0 ? ImageTrustChangeStatus.Changed
                        : ScopeDifference.StatusOf(scope.Before, scope.After),
                    BeforeTrust = scope.Before,
                    AfterTrust = scope.After,
                    Root = store.Target.RootDirectory,
                    Paths = paths,
                    Origin = store.Origin,
                    Id = Printable.Of(record.Id, Printable.NameLength),
                    Time = record.Time,
                    User = record.Author.ToString(),
                    Command = record.Command,
                    Undoes = record.Undoes,
                    UndoneBy = undone.GetValueOrDefault(record.Id),
                    Reason = Reason(record, isFirst: ReferenceEquals(scope, scopes[0])),
                };
            }
        }
    }

    private static string? Reason(ChangeRecord record, bool isFirst)
    {
        string more = isFirst && record.MoreScopes > 0
            ? string.Create(CultureInfo.InvariantCulture, $"It changed {record.MoreScopes} scopes more, which the record does not name. ")
            : "";
        string text = $"{more}{(record.NotKept is { } why ? $"It cannot be taken back: {why}." : "")}".TrimEnd();
        return text.Length == 0 ? null : text;
    }
}
