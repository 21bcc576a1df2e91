using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Looks up the user whose rights this process has.</summary>
[SupportedOSPlatform("linux")]
internal static partial class PasswordDatabase
{
    // struct passwd of 64-bit Linux: name 8, password 8, uid 4, gid 4, gecos 8, directory 8, shell 8.
    private const int DirectoryOffset = 32;
    private const int EntrySize = 48;

    /// <summary>The user's home directory as the system has it on record, an absolute path.</summary>
    /// <returns>The path, or null if there is no such user or the record is not usable.</returns>
    public static unsafe string? FindHomeDirectory()
    {
        byte* entry = stackalloc byte[EntrySize];
        for (int size = 1024; size <= 1 << 20; size *= 4)
        {
            byte[] strings = new byte[size];
            fixed (byte* pointer = strings)
            {
                int error = getpwuid_r(Libc.EffectiveUserId(), entry, pointer, (nuint)size, out nint found);
                if (error is Errno.ERANGE or Errno.EINTR)
                    continue;
                if (error != 0 || found == 0)
                    return null;
                byte* directory = *(byte**)(entry + DirectoryOffset);
                if (directory == null || *directory != (byte)'/')
                    return null;
                return PathText.Decode(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(directory));
            }
        }

        return null;
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static unsafe partial int getpwuid_r(uint user, byte* entry, byte* buffer, nuint size, out nint found);
}
