using System.Runtime.Versioning;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Gives a new file the owner, extended attributes and mode of the one that it replaces.</summary>
[SupportedOSPlatform("linux")]
internal static class FileAttributes
{
    private const int MaximumLength = 1 << 16;

    private static ReadOnlySpan<byte> AccessList => "system.posix_acl_access\0"u8;

    /// <summary>Copies all of them, or fails.</summary>
    /// <param name="from">The old file, open for reading.</param>
    /// <param name="to">The new file, open for writing, its content written.</param>
    /// <param name="path">The file.</param>
    /// <param name="place">The file as messages show it.</param>
    /// <exception cref="TrustException">One of them cannot be kept.</exception>
    public static void Copy(int from, int to, string path, string place)
    {
        FileStatus old = Status(from, path, place);
        FileStatus fresh = Status(to, path, place);
        if (old.UserId != fresh.UserId || old.GroupId != fresh.GroupId)
            Require(Libc.ChangeOwner(to, old.UserId, old.GroupId), $"its owner (user {old.UserId}, group {old.GroupId})", path, place);

        CopyExtended(from, to, path, place);

        // Last: a change of owner clears the set-id bits, and an ACL's mask is the mode's group part.
        string mode = $"its mode ({Convert.ToString(old.Permissions, 8)})";
        Require(Libc.ChangeMode(to, old.Permissions), mode, path, place);

        // The kernel drops a set-group-id bit without a word if we are not in the group, and some file systems ignore all of it.
        fresh = Status(to, path, place);
        if (fresh.Permissions != old.Permissions)
            Require(-Errno.EPERM, mode, path, place);
        if (fresh.UserId != old.UserId || fresh.GroupId != old.GroupId)
            Require(-Errno.EPERM, $"its owner (user {old.UserId}, group {old.GroupId})", path, place);
    }

    private static void CopyExtended(int from, int to, string path, string place)
    {
        List<byte[]> names = List(from, path, place);
        List<byte[]> freshNames = List(to, path, place);
        foreach (byte[] name in names)
        {
            // These two are the kernel's own, over the content of the old file.
            if (name.AsSpan().SequenceEqual("security.ima\0"u8) || name.AsSpan().SequenceEqual("security.evm\0"u8))
                continue;
            byte[]? value = Get(from, name, path, place);
            if (value is null)
                continue;
            if (freshNames.Exists(n => n.AsSpan().SequenceEqual(name)) && Get(to, name, path, place) is { } present
                && present.AsSpan().SequenceEqual(value))
                continue;
            Require(Libc.SetAttribute(to, name, value), $"its extended attribute {Show(name)}", path, place);
        }

        // A directory's default ACL gives every new file one, also where the old file had none.
        if (freshNames.Exists(static n => n.AsSpan().SequenceEqual(AccessList))
            && !names.Exists(static n => n.AsSpan().SequenceEqual(AccessList)))
        {
            int result = Libc.RemoveAttribute(to, AccessList);
            if (result != -Errno.ENODATA)
                Require(result, "the absence of an ACL", path, place);
        }
    }

    /// <summary>The names of a file's extended attributes, each ended by a NUL.</summary>
    private static List<byte[]> List(int descriptor, string path, string place)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[1024];
        int length = Libc.ListAttributes(descriptor, buffer);
        if (length == -Errno.ERANGE)
            length = Libc.ListAttributes(descriptor, buffer = new byte[MaximumLength]);
        if (length is -Errno.EOPNOTSUPP or -Errno.ENOSYS)
            return names;
        Require(length, "its extended attributes", path, place);
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
        for (int end; (end = rest.IndexOf((byte)0)) >= 0; rest = rest[(end + 1)..])
            names.Add(rest[..(end + 1)].ToArray());

        return names;
    }

    /// <summary>An extended attribute's value; null if it is gone.</summary>
    private static byte[]? Get(int descriptor, byte[] name, string path, string place)
    {
        byte[] buffer = new byte[1024];
        int length = Libc.GetAttribute(descriptor, name, buffer);
        if (length == -Errno.ERANGE)
            length = Libc.GetAttribute(descriptor, name, buffer = new byte[MaximumLength]);
        if (length == -Errno.ENODATA)
            return null;
        Require(length, $"its extended attribute {Show(name)}", path, place);
        return buffer[..length];
    }

    private static FileStatus Status(int descriptor, string path, string place)
    {
        int result = Libc.Status(descriptor, out FileStatus status);
        return result == 0 ? status : throw LinuxError.ForReading(-result, path, place);
    }

    private static string Show(byte[] name) => PathText.Display(Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1)));

    private static void Require(int result, string what, string path, string place)
    {
        if (result >= 0)
            return;
        if (result is -Errno.ENOSPC or -Errno.EDQUOT)
            throw LinuxError.ForWriting(-result, path, place);
        bool denied = result is -Errno.EPERM or -Errno.EACCES;
        throw new TrustException(
            "AttributesNotKept",
            denied ? TrustErrorKind.PermissionDenied : TrustErrorKind.WriteError,
            $"{place} cannot be replaced: {what} cannot be kept ({LinuxError.Text(-result)}). It was not changed; " +
                $"{(denied ? "run the command as root (sudo) or as the file's owner." : "look at the file system it is on.")}")
        {
            Target = path,
        };
    }
}
