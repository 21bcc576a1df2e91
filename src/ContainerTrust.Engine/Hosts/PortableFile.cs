#pragma warning disable RS0030 // This is where files are written on systems that have no safe-write layer of our own.
namespace ContainerTrust.Engine.Hosts;

/// <summary>Writes files where the system is not Linux.</summary>
internal static class PortableFile
{
    /// <summary>Writes a file beside, flushes it, and renames it over.</summary>
    /// <param name="path">Where to. A symbolic link stays one, and its target is replaced.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="TrustException">It cannot be written (<c>WriteFailed</c>); an old file is whole.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string? beside = null;
        try
        {
            FileInfo file = new(path);
            string target = (file.LinkTarget is null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
            if (Directory.Exists(target))
                throw new IOException("It is a directory.");
            string name = $"{target}.{Guid.NewGuid():N}.new";
            using (FileStream stream = new(name, FileMode.CreateNew, FileAccess.Write))
            {
                beside = name;
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (beside is not null)
                TryDelete(beside);
            throw new TrustException("WriteFailed", TrustErrorKind.WriteError, $"{path} cannot be changed: {e.Message}", e) { Target = path };
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full or gone; the first error says so.
            return;
        }
    }
}
