using System.Globalization;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Finds out who holds a lock, so that the person who waits for it knows whom to ask.</summary>
[SupportedOSPlatform("linux")]
internal static class LockHolder
{
    /// <summary>The process that holds the exclusive flock on a file.</summary>
    /// <param name="file">The locked file or directory.</param>
    /// <returns>"process 123, name", or null if it is not known: it runs outside our PID namespace, or has just let go.</returns>
    public static string? Describe(FileIdentity file)
    {
        try
        {
            // A line is "1: FLOCK  ADVISORY  WRITE 123 08:02:131 0 EOF"; the device is hexadecimal, the inode decimal.
            string wanted = string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Device >> 32:x2}:{file.Device & uint.MaxValue:x2}:{file.Inode}");
            foreach (string line in File.ReadLines("/proc/locks"))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length < 6 || fields[1] != "FLOCK" || fields[5] != wanted)
                    continue;
                if (!int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out int process) || process <= 0)
                    return null;
                string comm = $"/proc/{process}/comm";
                return File.Exists(comm) ? $"process {process}, {PathText.Display(File.ReadAllText(comm).TrimEnd('\n'))}"
                    : $"process {process}";
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc, or the holder is just ending. The message does without the name.
            return null;
        }
    }
}
