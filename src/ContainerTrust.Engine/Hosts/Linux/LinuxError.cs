using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Turns error numbers into errors that a person can act on.</summary>
internal static class LinuxError
{
    /// <summary>Why something could not be read or looked at.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="path">The path on the host.</param>
    /// <param name="place">The path as it is shown.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException ForReading(int error, string path, string place) => Common(error, path, place) ?? error switch
    {
        Errno.EACCES or Errno.EPERM => new TrustException(
            "PermissionDenied",
            TrustErrorKind.PermissionDenied,
            $"{place} cannot be read: permission denied. {HowToGetAccess(reading: true)}")
        {
            Target = path,
        },
        _ => new TrustException("ReadFailed", TrustErrorKind.ReadError, $"{place} cannot be read: {Text(error)}.") { Target = path },
    };

    /// <summary>Why something could not be written; says that the old state is whole.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="path">The path on the host.</param>
    /// <param name="place">The path as it is shown.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException ForWriting(int error, string path, string place) => Common(error, path, place) ?? error switch
    {
        Errno.EACCES or Errno.EPERM => new TrustException(
            "PermissionDenied",
            TrustErrorKind.PermissionDenied,
            $"{place} cannot be changed: permission denied. {HowToGetAccess(reading: false)}")
        {
            Target = path,
        },
        Errno.EROFS => new TrustException(
            "ReadOnlyFileSystem",
            TrustErrorKind.WriteError,
            $"{place} cannot be changed: the file system is mounted read-only. It was not changed; remount it writable, " +
            "or make the change where the image is built.")
        {
            Target = path,
        },
        Errno.ENOSPC => new TrustException(
            "DiskFull",
            TrustErrorKind.WriteError,
            $"{place} cannot be changed: no space is left on the file system. It was not changed; " +
            "free some space and run the command again.")
        {
            Target = path,
        },
        Errno.EDQUOT => new TrustException(
            "DiskFull",
            TrustErrorKind.WriteError,
            $"{place} cannot be changed: the disk quota is used up. It was not changed; free some space and run the command again.")
        {
            Target = path,
        },
        Errno.EBUSY => new TrustException(
            "FileIsMountPoint",
            TrustErrorKind.WriteError,
            $"{place} cannot be changed: it is a mount point (a single file mounted into a container, " +
            "for instance) and cannot be replaced atomically. It was not changed; change the file that is mounted there, " +
            "on the system that mounts it.")
        {
            Target = path,
        },
        _ => new TrustException(
            "WriteFailed",
            TrustErrorKind.WriteError,
            $"{place} cannot be changed: {Text(error)}. It was not changed.")
        {
            Target = path,
        },
    };

    /// <summary>Why the lock file of a directory could not be made; nothing was changed then.</summary>
    /// <param name="error">The error number.</param>
    /// <param name="path">The directory on the host.</param>
    /// <param name="place">The directory as it is shown.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException ForLocking(int error, string path, string place)
    {
        string cannot = $"A lock file cannot be made in {place}";
        return error switch
        {
            Errno.ENOSPC => new TrustException(
                "DiskFull",
                TrustErrorKind.WriteError,
                $"{cannot}: no space is left on the file system. Nothing was changed; free some space and run the command again.")
            {
                Target = path,
            },
            Errno.EDQUOT => new TrustException(
                "DiskFull",
                TrustErrorKind.WriteError,
                $"{cannot}: the disk quota is used up. Nothing was changed; free some space and run the command again.")
            {
                Target = path,
            },
            _ => Common(error, path, place) ?? new TrustException(
                "WriteFailed",
                TrustErrorKind.WriteError,
                $"{cannot}: {Text(error)}. Nothing was changed.")
            {
                Target = path,
            },
        };
    }

    /// <summary>The system's own words for an error number.</summary>
    public static string Text(int error) => $"{Marshal.GetPInvokeErrorMessage(error)} (error {error})";

    private static TrustException? Common(int error, string path, string place) => error switch
    {
        Errno.ELOOP => new TrustException(
            "SymbolicLinkLoop",
            TrustErrorKind.ReadError,
            $"{place} cannot be reached: too many symbolic links, or links that point at each other. Fix the link.")
        {
            Target = path,
        },
        Errno.ENOTDIR => new TrustException(
            "NotADirectory",
            TrustErrorKind.ReadError,
            $"{place} cannot be reached: a directory in this path is not a directory. Check the path.")
        {
            Target = path,
        },
        Errno.ENAMETOOLONG => PathText.TooLong(path),
        Errno.EMFILE or Errno.ENFILE => new TrustException(
            "TooManyOpenFiles",
            TrustErrorKind.LimitsExceeded,
            $"{place} cannot be opened: too many files are open. Close other programs or raise the limit (ulimit -n).")
        {
            Target = path,
        },
        _ => null,
    };

    private static string HowToGetAccess(bool reading)
    {
        if (!LinuxOnly.IsHere || Libc.EffectiveUserId() != 0)
            return "Run the command as root (sudo), or as a user who has access.";
        return reading
            ? "Not even root has access: look at the file system it is on (a FUSE or NFS mount may refuse root) and " +
                "at SELinux (ausearch -m avc)."
            : "Not even root has access: look for an immutable attribute (lsattr; chattr -i removes it), at the file system it is on, " +
                "and at SELinux (ausearch -m avc).";
    }
}
