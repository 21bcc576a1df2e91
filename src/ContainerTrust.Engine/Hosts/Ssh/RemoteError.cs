using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>Turns what tools on the host say (in the C locale) into the errors that local files give.</summary>
internal static class RemoteError
{
    /// <summary>Whether the words only say that there is nothing.</summary>
    public static bool IsMissing(string words) => words.EndsWith("No such file or directory", StringComparison.Ordinal);

    /// <summary>Whether the words say that a directory in the path is none.</summary>
    public static bool IsNotADirectory(string words) => words.EndsWith("Not a directory", StringComparison.Ordinal);

    /// <summary>Why something could not be read or looked at.</summary>
    public static TrustException ForReading(string untrustedWords, string path, SshHost host)
    {
        string words = untrustedWords.TrimEnd();
        string place = host.Describe(path);
        return Common(words, path, place) ?? (IsDenied(words)
            ? new TrustException(
                "PermissionDenied",
                TrustErrorKind.PermissionDenied,
                $"{place} cannot be read: permission denied. {Access(host)}")
            {
                Target = path,
            }
            : new TrustException("ReadFailed", TrustErrorKind.ReadError, $"{place} cannot be read: {Reason(words)}.") { Target = path });
    }

    /// <summary>Why something could not be written; nothing was changed.</summary>
    public static TrustException ForWriting(string untrustedWords, string path, SshHost host)
    {
        string words = untrustedWords.TrimEnd();
        string place = host.Describe(path);
        if (Common(words, path, place) is { } common)
            return common;
        if (IsDenied(words))
            return new TrustException(
                "PermissionDenied",
                TrustErrorKind.PermissionDenied,
                $"{place} cannot be changed: permission denied. {Access(host)}")
            {
                Target = path,
            };
        (string id, string reason) = words switch
        {
            _ when Says(words, "Read-only file system") =>
                ("ReadOnlyFileSystem", "the file system is mounted read-only. It was not changed; remount it writable, or make the " +
                "change where the image is built."),
            _ when Says(words, "No space left on device") =>
                ("DiskFull", "no space is left on the file system. It was not changed; free some space and run the command again."),
            _ when Says(words, "Disk quota exceeded") =>
                ("DiskFull", "the disk quota is used up. It was not changed; free some space and run the command again."),
            _ when Says(words, "Device or resource busy") =>
                ("FileIsMountPoint", "it is a mount point (a single file mounted into a container, for instance) and cannot be replaced " +
                "atomically. It was not changed; change the file that is mounted there, on the system that mounts it."),
            _ => ("WriteFailed", $"{Reason(words)}. It was not changed."),
        };
        return new TrustException(id, TrustErrorKind.WriteError, $"{place} cannot be changed: {reason}") { Target = path };
    }

    private static TrustException? Common(string words, string path, string place)
    {
        if (Says(words, "Too many levels of symbolic links") || Says(words, "Symbolic link loop"))
            return new TrustException(
                "SymbolicLinkLoop",
                TrustErrorKind.ReadError,
                $"{place} cannot be reached: too many symbolic links, or links that point at each other. Fix the link.")
            {
                Target = path,
            };
        if (IsNotADirectory(words))
            return new TrustException(
                "NotADirectory",
                TrustErrorKind.ReadError,
                $"{place} cannot be reached: a directory in this path is not a directory. Check the path.")
            {
                Target = path,
            };
        return Says(words, "File name too long") ? PathText.TooLong(path) : null;
    }

    private static bool IsDenied(string words) => Says(words, "Permission denied") || Says(words, "Operation not permitted");

    // dd adds lines with numbers to what it says, in any order.
    private static bool Says(string words, string text)
    {
        foreach (ReadOnlySpan<char> line in words.AsSpan().EnumerateLines())
        {
            if (line.EndsWith(text, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static string Reason(string words)
    {
        string line = words.Split('\n').FirstOrDefault(static l => l.Length > 0 && !char.IsAsciiDigit(l[0])) ?? "the host gives no reason";
        return Printable.Of(line.TrimEnd('.'), 300);
    }

    private static string Access(SshHost host) =>
        host.UserId == 0
            ? "Not even root has access there: look for an immutable attribute (lsattr), at the file system it is on, and " +
                "at SELinux (ausearch -m avc)."
            : $"Use {TrustOption.Sudo}, or log in as root or as a user who has access.";
}
