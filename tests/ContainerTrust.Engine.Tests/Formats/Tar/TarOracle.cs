using System.Formats.Tar;
using System.Security.Cryptography;
using ContainerTrust.Engine.Formats.Tar;

namespace ContainerTrust.Engine.Tests.Formats.Tar;

/// <summary>What an archive has, as our reader and as .NET's read it, in one form. Null where it is refused.</summary>
internal static class TarOracle
{
    private const int Limit = 1 << 20;

    public static string? Ours(byte[] archive, out string reason)
    {
        var entries = new List<string>();
        try
        {
            using var stream = new MemoryStream(archive);
            var scanner = new TarScanner(stream, "archive", Limit);
            while (scanner.MoveNext(CancellationToken.None))
            {
                string content = scanner.IsRegularFile ? Hash(scanner.ReadContent(Limit)) : scanner.IsDirectory ? "directory" : "other";
                entries.Add($"{scanner.Path} {content}");
            }

            reason = "";
            return string.Join('\n', entries);
        }
        catch (TrustException e)
        {
            reason = e.Message;
            return null;
        }
    }

    public static string? Theirs(byte[] archive, out string reason)
    {
        var entries = new List<string>();
        try
        {
            using var stream = new MemoryStream(archive);
            using var reader = new TarReader(stream);
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                // Global records are an entry there.
                if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
                    continue;
                entries.Add($"{Clean(entry.Name)} {Content(entry)}");
            }

            reason = "";
            return string.Join('\n', entries);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException
            or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            reason = $"{e.GetType().Name}: {e.Message}";
            return null;
        }
    }

    /// <summary>Whether our reader is known to be the stricter one.</summary>
    public static bool IsKnownStrictness(string reason) =>
        // An archive ends with empty blocks; .NET takes one that was cut off between entries for a whole one.
        reason.EndsWith("it ends too early.", StringComparison.Ordinal)
        // .NET does not check the checksums of headers.
        || reason.EndsWith("it is not a tar archive, or is damaged.", StringComparison.Ordinal)
        // What names and the like may take is bounded.
        || reason.Contains("a header in it has more than", StringComparison.Ordinal)
        // As Go, we refuse zero bytes in names, and in keys of records.
        || reason.EndsWith("a pax header in it is damaged.", StringComparison.Ordinal);

    /// <summary>Whether .NET is known to refuse what has no meaning here.</summary>
    public static bool IsKnownNarrowness(string reason) =>
        // Owner, mode, time and device, which are not read here: their digits and their range.
        reason.Contains("Unable to parse number", StringComparison.Ordinal)
        || reason.StartsWith(nameof(OverflowException), StringComparison.Ordinal)
        || reason.StartsWith(nameof(ArgumentOutOfRangeException), StringComparison.Ordinal)
        // Entries of several forms in one archive, and the version behind the mark of a form.
        || reason.Contains("format was expected", StringComparison.Ordinal)
        || reason.Contains("was expected to be in the", StringComparison.Ordinal)
        // Entries without content whose header claims some; files with holes, whose content is not asked for here.
        || reason.Contains("greater than the expected length", StringComparison.Ordinal)
        || reason.StartsWith(nameof(NotSupportedException), StringComparison.Ordinal)
        // A line break in a value, which is as long as its record says.
        || reason.Contains("contains invalid records", StringComparison.Ordinal);

    /// <summary>Whether a size begins with a zero byte: Go and GNU tar pass over it, .NET takes it for the end of the number.</summary>
    public static bool HasHiddenSize(byte[] archive)
    {
        for (int block = 0; block + 512 <= archive.Length; block += 512)
        {
            if (archive[block + 124] == 0 && archive.AsSpan(block + 125, 11).ContainsAnyExcept((byte)0, (byte)'0', (byte)' '))
                return true;
        }

        return false;
    }

    private static string Content(TarEntry entry)
    {
        bool isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
        if (entry.EntryType == TarEntryType.Directory || (isFile && entry.Name.EndsWith('/')))
            return "directory";
        if (!isFile)
            return "other";
        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return Hash(content.ToArray());
    }

    private static string Clean(string path)
    {
        string[] parts = path.Split('/');
        return parts.Contains("..") ? "" : string.Join('/', parts.Where(static p => p is not ("" or ".")));
    }

    private static string Hash(byte[] content) => $"{content.Length}:{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}";
}
