using System.Runtime.InteropServices;

namespace ContainerTrust.Cli;

/// <summary>The three descriptors that a process is started with, straight from the system.</summary>
internal static partial class Descriptors
{
    /// <summary>Standard output.</summary>
    public const int Output = 1;

    /// <summary>Standard error.</summary>
    public const int Error = 2;

    private const int ReadOnly = 0;
    private const int Interrupted = 4;

    /// <summary>
    /// Takes the numbers of those that are closed, before a file can get one of them and words meant for a terminal end up in it. What
    /// takes the place can be read, to its end at once, and not be written to, as a closed one.
    /// </summary>
    public static void Occupy()
    {
        int descriptor;
        do
            descriptor = Open("/dev/null", ReadOnly);
        while (descriptor is >= 0 and < Error);
        if (descriptor > Error)
            _ = Close(descriptor);
    }

    /// <summary>Writes as much as the system takes.</summary>
    /// <param name="descriptor">Where to.</param>
    /// <param name="bytes">What.</param>
    /// <returns>What is left.</returns>
    public static ReadOnlySpan<byte> Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written = Write(descriptor, bytes, bytes.Length);
            if (written > 0)
                bytes = bytes[(int)written..];
            else if (written == 0 || Marshal.GetLastPInvokeError() != Interrupted)
                break;
        }

        return bytes;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> text, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
