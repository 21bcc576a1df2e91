using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>One line of <c>stat -c '%f %s %d %i %u %g %y|%z'</c>.</summary>
/// <param name="Line">The line itself, which the host compares with when something is written.</param>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Stamp">The state of the file.</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
internal sealed record RemoteStatus(string Line, uint Mode, FileStamp Stamp, uint UserId, uint GroupId)
{
    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public FilePermissions Permissions => new(Mode & 0xFFF, UserId, GroupId);

    /// <summary>The kind of file in words, for a message.</summary>
    public string TypeName => (Mode & 0xF000) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a directory",
        0x8000 => "a regular file",
        0xC000 => "a socket",
        _ => "of an unknown type",
    };

    /// <summary>Reads a line. Null if it is none.</summary>
    public static RemoteStatus? TryParse(string untrustedLine)
    {
        string[] fields = untrustedLine.Split(' ', 7);
        if (fields.Length != 7 || fields[6].Split('|') is not [var modified, var changed])
            return null;
        if (!uint.TryParse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mode)
            || !TryNumber(fields[1], out ulong size) || size > long.MaxValue
            || !TryNumber(fields[2], out ulong device)
            || !TryNumber(fields[3], out ulong inode)
            || !TryNumber(fields[4], out ulong user) || user > uint.MaxValue
            || !TryNumber(fields[5], out ulong group) || group > uint.MaxValue
            || !TryTime(modified, out long modifiedTime)
            || !TryTime(changed, out long changedTime))
            return null;
        return new RemoteStatus(
            untrustedLine,
            mode,
            new FileStamp(device, inode, (long)size, modifiedTime, changedTime),
            (uint)user,
            (uint)group);
    }

    private static bool TryNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>"2026-01-31 12:00:00.123456789 +0000", in UTC; old busybox has no fraction, and some no zone.</summary>
    private static bool TryTime(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        string[] parts = text.Split(' ');
        if (parts.Length is < 2 or > 3)
            return false;
        string[] clock = parts[1].Split('.');
        if (!DateTime.TryParseExact($"{parts[0]} {clock[0]}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time))
            return false;
        long fraction = 0;
        if (clock.Length > 2 || (clock.Length == 2
            && (clock[1].Length is 0 or > 9
            || !long.TryParse(clock[1].PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out fraction))))
            return false;
        nanoseconds = unchecked(((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond * 1_000_000_000) + fraction);
        return true;
    }
}
