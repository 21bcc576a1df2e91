using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Reads the names in a directory that is already open.</summary>
[SupportedOSPlatform("linux")]
internal static partial class DirectoryStream
{
    // struct dirent of 64-bit Linux (glibc and musl): inode 8, offset 8, length 2, type 1, then the name.
    private const int NameOffset = 19;

    /// <summary>The result if there are more names than the limit: the negated E2BIG.</summary>
    public const int TooMany = -7;

    /// <summary>The names, without "." and "..", in the kernel's order.</summary>
    /// <param name="descriptor">The directory, open for reading; closed when the call returns.</param>
    /// <param name="limit">The most names that are read.</param>
    /// <param name="names">Where the names go.</param>
    /// <returns>0; a negated error number; or <see cref="TooMany"/>.</returns>
    public static unsafe int Read(int descriptor, int limit, List<string> names)
    {
        nint stream = fdopendir(descriptor);
        if (stream == 0)
        {
            int error = Marshal.GetLastPInvokeError();
            Libc.Close(descriptor);
            return -error;
        }

        try
        {
            while (true)
            {
                // The marshaller clears errno before the call, so that the end can be told from an error.
                nint entry = readdir(stream);
                if (entry == 0)
                    return -Marshal.GetLastPInvokeError();
                ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + NameOffset);
                if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                    continue;
                if (names.Count == limit)
                    return TooMany;
                names.Add(PathText.Decode(name));
            }
        }
        finally
        {
            _ = closedir(stream);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint fdopendir(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint readdir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int closedir(nint stream);
}
