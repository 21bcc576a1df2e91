using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>
/// The record of changes: a file beside policy.json, one line of JSON a change, the newest last. podman, skopeo and CRI-O read no file of
/// that name. It is bounded: the oldest lines make room for new ones.
/// </summary>
internal sealed class ChangeLog
{
    /// <summary>The file's name.</summary>
    public const string FileName = "containertrust-changes.jsonl";

    /// <summary>The file of the system's policy.</summary>
    public const string SystemPath = "/etc/containers/" + FileName;

    /// <summary>The most bytes that are written.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>The most lines that are written.</summary>
    public const int MaxLines = 500;

    // Of one change, so that it does not push out all others.
    private const int MaxLine = MaxBytes / 2;

    // What others have made of it.
    private const int MaxRead = 2 * MaxBytes;

    private const string TooMuch = "it changed more than the record holds of one change";

    private readonly List<Line> _lines = [];

    private ChangeLog(HostFile? file) => File = file;

    /// <summary>The file as it was read. Null if it does not exist.</summary>
    public HostFile? File { get; }

    /// <summary>The records, the oldest first.</summary>
    public IEnumerable<ChangeRecord> Records => _lines.Select(static l => l.Record).OfType<ChangeRecord>();

    /// <summary>How many lines are not a record.</summary>
    public int Unreadable => _lines.Count(static l => l.Record is null);

    /// <summary>The file beside a policy.</summary>
    /// <param name="policyPath">The policy.</param>
    public static string PathFor(string policyPath) => policyPath[..(policyPath.LastIndexOf('/') + 1)] + FileName;

    /// <summary>Reads the file.</summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The file.</param>
    /// <returns>The record; an empty one if there is no file.</returns>
    /// <exception cref="TrustException">It cannot be read, or is too large.</exception>
    public static ChangeLog Read(ITrustHost host, string path)
    {
        ChangeLog log = new(host.TryReadFile(path, MaxRead));
        ReadOnlyMemory<byte> rest = log.File?.Content ?? default;
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!line.Span.Trim(" \r\t"u8).IsEmpty)
                log._lines.Add(new Line(line, line.Length > MaxBytes ? null : RecordReader.TryRead(line.Span, out _)));
        }

        return log;
    }

    /// <summary>The changes of a policy, and of registries.d along with it, that can still be taken back, the newest first.</summary>
    /// <param name="policyPath">The policy.</param>
    public IEnumerable<ChangeRecord> NotUndone(string policyPath)
    {
        HashSet<string> undone = [.. Records.Select(static r => r.Undoes).OfType<string>()];
        return Records.Reverse().Where(r => r.Undoes is null && !undone.Contains(r.Id) && r.PolicyPath == policyPath);
    }

    /// <summary>The file with a record more.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The file's new content.</returns>
    public ReadOnlyMemory<byte> With(ChangeRecord record)
    {
        byte[] added = RecordWriter.Write(record);
        if (added.Length > MaxLine)
            added = RecordWriter.Write(record = record.WithoutContent(TooMuch));
        if (added.Length > MaxLine)
            added = RecordWriter.Write(record = record with { Files = [] });

        // One change is not worth the history of all others.
        if (added.Length > MaxLine)
            added = RecordWriter.Write(record with { Scopes = [], MoreScopes = record.Scopes.Count + record.MoreScopes });
        List<ReadOnlyMemory<byte>> lines = [.. _lines.Select(l => Kept(l, record.Undoes)), added];
        long total = lines.Sum(static l => l.Length + 1L);
        int first = 0;
        while (first < lines.Count - 1 && (total > MaxBytes || lines.Count - first > MaxLines))
            total -= lines[first++].Length + 1L;
        using MemoryStream text = new();
        foreach (ReadOnlyMemory<byte> line in lines.Skip(first))
        {
            text.Write(line.Span);
            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    // What is taken back needs nothing to take it back with.
    private static ReadOnlyMemory<byte> Kept(Line line, string? undone) => undone is not null && line.Record?.Id == undone
        ? RecordWriter.Write(line.Record.WithoutContent(null)) : line.Text;

    private sealed record Line(ReadOnlyMemory<byte> Text, ChangeRecord? Record);
}
