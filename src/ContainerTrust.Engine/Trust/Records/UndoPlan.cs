using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>What takes a recorded change back: the files as they were, if nothing else has changed them since.</summary>
/// <param name="Record">The record.</param>
/// <param name="Files">The files, policy.json first.</param>
internal sealed record UndoPlan(ChangeRecord Record, IReadOnlyList<PlannedFile> Files)
{
    /// <summary>Plans to take the last change back that is not taken back yet.</summary>
    /// <param name="store">The trust.</param>
    /// <param name="id">The change that must be the last. Null for whichever is.</param>
    /// <exception cref="TrustException">
    /// There is none (<c>NothingToUndo</c>); the record does not have what it takes (<c>ChangeNotKept</c>) or is not valid
    /// (<c>InvalidChangeRecord</c>); a file was changed since (<c>ChangedSince</c>); the last change is of other files
    /// (<c>OtherFilesChanged</c>).
    /// </exception>
    public static UndoPlan Make(TrustStore store, string? id = null)
    {
        TrustLocations locations = store.Locations;
        string policy = TrustPlanner.WritePath(locations);
        string path = ChangeLog.PathFor(policy);
        ChangeLog log = ChangeLog.Read(store.Host, path);
        RecordTrust.Require(store.Host, log.File, policy);
        List<ChangeRecord> open = [.. log.NotUndone(policy)];
        if (id is null)
            RecordTrust.RequireNoLaterOfUser(store, open.FirstOrDefault());
        ChangeRecord record = (id is null ? open.FirstOrDefault() : open.Find(r => r.Id == id)) ?? throw Nothing(store, path, policy, id);
        if (record != open[0])
            throw Since(path, $"{path} has the newer change {Printable.Of(open[0].Id, Printable.NameLength)}", "Take that one back first");
        if (record.NotKept is not null || record.Files.Count == 0)
            throw NotKept(record, path);
        List<PlannedFile> files = [];
        List<string> changed = [];
        foreach (RecordedFile file in record.Files)
        {
            if (!IsOwn(locations, policy, file.Path))
                throw RecordTrust.OtherDirectory(locations, record, file)
                    ?? Invalid(path, $"{Printable.Of(file.Path, Printable.NameLength)} is not a file of this policy");
            if (files.Exists(f => f.Path == file.Path))
                throw Invalid(path, $"{Printable.Of(file.Path, Printable.NameLength)} is in it twice");
            HostFile? now = store.Host.TryReadFile(file.Path, KeptContent.LargestFile);
            string? sum = now is null ? null : ChangeRecorder.Sum(now.Content.Span);

            // What is as it was before is done: an undo that was broken off, or a hand.
            if (sum == file.Before)
                continue;
            if (sum != file.After)
                changed.Add(file.Path);
            else
                files.Add(new PlannedFile(file.Path, now, Before(file, now, path)));
        }

        if (changed.Count > 0)
            throw Since(changed[0], $"{string.Join(", ", changed)} {(changed.Count == 1 ? "is" : "are")} no longer as the last change " +
                "left " + (changed.Count == 1 ? "it" : "them"), "Undo that by hand first");
        return new UndoPlan(record, [.. files.OrderBy(f => f.Path != policy)]);
    }

    /// <summary>The host as it is after the plan.</summary>
    /// <param name="host">The host as it is.</param>
    public PlannedHost Over(ITrustHost host) =>
        new(host, new LookasideEdit([.. Files.Select(static f => new LookasideFileEdit(f.Path, f.Expected, f.Content))], []));

    private static ReadOnlyMemory<byte>? Before(RecordedFile file, HostFile? now, string path)
    {
        if (file.Before is null)
            return null;
        return file.Content?.Apply((now?.Content ?? default).Span, KeptContent.LargestFile) is { } content
            && ChangeRecorder.Sum(content.Span) == file.Before ? content
                : throw Invalid(path, $"what it has of {Printable.Of(file.Path, Printable.NameLength)} is not what the file held");
    }

    // A record is a file, and must not lead a change to others.
    private static bool IsOwn(TrustLocations locations, string policy, string path)
    {
        if (path == policy)
            return true;
        int slash = path.LastIndexOf('/');
        string directory = slash <= 0 ? "" : path[..slash];
        return path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal) && !path.Contains('\0', StringComparison.Ordinal)
            && (directory == locations.RegistriesDirectory.TrimEnd('/') || (directory == ContainersLookup.RootfulRegistriesDirectory
                && locations is { IsUserPolicy: false, RegistriesDirectory: TrustLocations.SystemRegistriesDirectory }));
    }

    private static TrustException NotKept(ChangeRecord record, string path) =>
        new(
            "ChangeNotKept",
            TrustErrorKind.NotSupported,
            "The last change cannot be taken back: " +
                $"{Printable.Of(record.NotKept ?? "its files are not on record", Printable.SentenceLength)}"
                + ". Set the scopes as they should be. Nothing was changed.")
        {
            Target = path,
        };

    private static TrustException Nothing(TrustStore store, string path, string policy, string? id)
    {
        string none = store.KeepsRecord ? "" : " No record is kept of a policy that was named and is in no directory called containers.";
        return new TrustException(
            "NothingToUndo",
            TrustErrorKind.NotFound,
            $"{path} has no change{(id is null ? "" : $" {Printable.Of(id, Printable.NameLength)}")} of {policy} that is not undone " +
                $"already.{none} Nothing was changed.")
        {
            Target = path,
        };
    }

    private static TrustException Since(string path, string what, string advice) =>
        new(
            "ChangedSince",
            TrustErrorKind.ResourceBusy,
            $"{what}, so the change cannot be taken back without losing what was done since. Nothing was changed. {advice}, " +
                "or set the scopes as they should be.")
        {
            Target = path,
        };

    /// <summary>The error of a record that is not followed.</summary>
    /// <param name="path">The record.</param>
    /// <param name="why">Why: a clause.</param>
    public static TrustException Invalid(string path, string why) =>
        new(
            "InvalidChangeRecord",
            TrustErrorKind.InvalidData,
            $"{path} cannot be followed: {why}. Nothing was changed. Set the scopes as they should be.")
        {
            Target = path,
        };
}
