using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// The C library's file calls. Results are the kernel's own convention: zero or more is success, less is the negated error number. Names
/// are bytes that end in a NUL. Every descriptor is closed on exec, and calls that a signal interrupts are repeated.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class Libc
{
    private const string Library = "libc";

    private const int EmptyPath = 0x1000;
    private const int NoFollowLast = 0x100;
    private const int ForceSync = 0x2000;
    private const uint BasicStats = 0x7FF;
    private const int RenameNoReplace = 1;

    public static int OpenPath(ReadOnlySpan<byte> path, int flags) => OpenAt(-100, path, flags);

    public static int OpenAt(int directory, ReadOnlySpan<byte> name, int flags, uint mode = 0)
    {
        int result;
        do
        {
            result = Result(openat(directory, name, flags | OpenFlags.CloseOnExec, mode));
        }
        while (result == -Errno.EINTR);
        return result;
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>The status of a name in a directory; a symbolic link's own.</summary>
    public static int Status(int directory, ReadOnlySpan<byte> name, out FileStatus status) =>
        Result(statx(directory, name, NoFollowLast | ForceSync, BasicStats, out status));

    /// <summary>The status of what a descriptor stands for.</summary>
    public static int Status(int descriptor, out FileStatus status) =>
        Result(statx(descriptor, "\0"u8, EmptyPath | NoFollowLast | ForceSync, BasicStats, out status));

    public static int ReadLink(int directory, ReadOnlySpan<byte> name, Span<byte> target) =>
        (int)Result(readlinkat(directory, name, target, (nuint)target.Length));

    public static int Read(int descriptor, Span<byte> buffer, long offset)
    {
        long result;
        do
        {
            result = Result(pread(descriptor, buffer, (nuint)buffer.Length, (nint)offset));
        }
        while (result == -Errno.EINTR);
        return (int)result;
    }

    public static int Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        long result;
        do
        {
            result = Result(write(descriptor, buffer, (nuint)buffer.Length));
        }
        while (result == -Errno.EINTR);
        return (int)result;
    }

    /// <summary>Waits until a descriptor takes more, for one that does not block itself.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="milliseconds">How long; -1 for ever.</param>
    /// <returns>0 if it takes nothing yet, a negative error number if that cannot be told.</returns>
    public static unsafe int WaitUntilWritable(int descriptor, int milliseconds)
    {
        // 4 is POLLOUT.
        PollRequest request = new() { Descriptor = descriptor, Asked = 4 };
        return Result(poll(&request, 1, milliseconds));
    }

    public static int Flush(int descriptor)
    {
        int result;
        do
        {
            result = Result(fsync(descriptor));
        }
        while (result == -Errno.EINTR);
        return result;
    }

    public static int ChangeOwner(int descriptor, uint user, uint group) => Result(fchown(descriptor, user, group));

    public static int ChangeMode(int descriptor, uint mode) => Result(fchmod(descriptor, mode));

    public static int Rename(int directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        Result(renameat(directory, from, directory, to));

    /// <summary>Renames unless the new name is taken (EEXIST). ENOSYS or EINVAL where kernel or file system cannot.</summary>
    public static int RenameNew(int directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        // By number: renameat2 came to glibc with 2.28, and later to musl.
        nint number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 316,
            Architecture.Arm64 or Architecture.LoongArch64 or Architecture.RiscV64 => 276,
            Architecture.S390x => 347,
            Architecture.Ppc64le => 357,
            _ => -1,
        };
        return number < 0 ? -Errno.ENOSYS : (int)Result(syscall(number, directory, from, directory, to, RenameNoReplace));
    }

    /// <summary>Gives a file a second name unless that is taken (EEXIST).</summary>
    public static int Link(int directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        Result(linkat(directory, from, directory, to, 0));

    public static int Unlink(int directory, ReadOnlySpan<byte> name) => Result(unlinkat(directory, name, 0));

    /// <summary>Removes an empty directory.</summary>
    public static int RemoveDirectory(int directory, ReadOnlySpan<byte> name) => Result(unlinkat(directory, name, 0x200));

    public static int MakeDirectory(int directory, ReadOnlySpan<byte> name, uint mode) => Result(mkdirat(directory, name, mode));

    /// <summary>Tries to take the exclusive lock without waiting; EAGAIN if another has it.</summary>
    public static int TryLock(int descriptor) => Result(flock(descriptor, 2 | 4));

    public static void Unlock(int descriptor) => _ = flock(descriptor, 8);

    public static int ListAttributes(int descriptor, Span<byte> names) => (int)Result(flistxattr(descriptor, names, (nuint)names.Length));

    public static int GetAttribute(int descriptor, ReadOnlySpan<byte> name, Span<byte> value) =>
        (int)Result(fgetxattr(descriptor, name, value, (nuint)value.Length));

    public static int SetAttribute(int descriptor, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Result(fsetxattr(descriptor, name, value, (nuint)value.Length, 0));

    public static int RemoveAttribute(int descriptor, ReadOnlySpan<byte> name) => Result(fremovexattr(descriptor, name));

    public static uint EffectiveUserId() => geteuid();

    public static uint UserId() => getuid();

    public static int GetHostName(Span<byte> name) => Result(gethostname(name, (nuint)name.Length));

    private static int Result(int value) => value >= 0 ? value : -Marshal.GetLastPInvokeError();

    private static long Result(nint value) => value >= 0 ? value : -Marshal.GetLastPInvokeError();

    // The search path keeps the loader from probing the module's own directory, where a "libc" would be somebody's plant.
    /// <summary>
    /// Whether the process may write to a directory: by the kernel's own answer, for the real user, which C libraries do not guess.
    /// </summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <returns>False also on a file system that is mounted read-only.</returns>
    public static bool MayWrite(int directory)
    {
        const int Write = 2;
        return faccessat(directory, ".\0"u8, Write, 0) == 0;
    }

    /// <summary>Whether files can be made and removed in a directory, with the process's effective rights.</summary>
    /// <param name="directory">A descriptor of the directory.</param>
    /// <returns>0, or the error negated.</returns>
    public static int RequireWritableDirectory(int directory)
    {
        const int WriteAndSearch = 2 | 1;
        const int EffectiveRights = 0x200;
        return Result(faccessat(directory, ".\0"u8, WriteAndSearch, EffectiveRights));
    }

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int faccessat(int directory, ReadOnlySpan<byte> path, int mode, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int openat(int directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int close(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int statx(int directory, ReadOnlySpan<byte> path, int flags, uint mask, out FileStatus status);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint readlinkat(int directory, ReadOnlySpan<byte> path, Span<byte> buffer, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint pread(int descriptor, Span<byte> buffer, nuint count, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static unsafe partial int poll(PollRequest* requests, nuint count, int milliseconds);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int fsync(int descriptor);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int fchown(int descriptor, uint user, uint group);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int fchmod(int descriptor, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int renameat(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint syscall(nint number, nint fromDirectory, ReadOnlySpan<byte> from, nint toDirectory,
        ReadOnlySpan<byte> to, nint flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int linkat(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int unlinkat(int directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int mkdirat(int directory, ReadOnlySpan<byte> name, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int flock(int descriptor, int operation);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint flistxattr(int descriptor, Span<byte> names, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint fgetxattr(int descriptor, ReadOnlySpan<byte> name, Span<byte> value, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int fsetxattr(int descriptor, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, nuint size, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int fremovexattr(int descriptor, ReadOnlySpan<byte> name);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint geteuid();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint getuid();

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int gethostname(Span<byte> name, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Asked;
        public short Answered;
    }
}
