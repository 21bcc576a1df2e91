using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>A file of a drop-in directory.</summary>
/// <param name="Name">Its name in the directory, by which it is told from others.</param>
/// <param name="Path">The file.</param>
/// <param name="Level">Whose it is.</param>
internal sealed record DropInFile(string Name, string Path, ConfigLevel Level)
{
    /// <summary>Files of the same name in directories that count less, which are therefore not read.</summary>
    public IReadOnlyList<string> Hides { get; init; } = [];
}

/// <summary>
/// The files of drop-in directories as podman 6 reads them: those of all directories together, of each name the one in the directory that
/// counts most, also if it is empty or leads to <c>/dev/null</c>; in the order of their names' bytes, whatever directory they are in.
/// </summary>
internal static class DropInFiles
{
    private const string Nowhere = "/dev/null";

    /// <summary>Finds the files.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directories">The directories, the one that counts most first.</param>
    /// <param name="suffix">What their names end in.</param>
    /// <returns>The files, in the order in which they are read.</returns>
    /// <exception cref="TrustException">A directory cannot be read.</exception>
    public static IReadOnlyList<DropInFile> Find(ITrustHost host, IReadOnlyList<LookupDirectory> directories, string suffix)
    {
        Dictionary<string, List<DropInFile>> byName = new(StringComparer.Ordinal);
        foreach (LookupDirectory directory in directories)
        {
            foreach (string name in host.ListDirectory(directory.Path))
            {
                if (!name.EndsWith(suffix, StringComparison.Ordinal))
                    continue;
                if (!byName.TryGetValue(name, out List<DropInFile>? files))
                    byName.Add(name, files = []);
                files.Add(new DropInFile(name, $"{directory.Path}/{name}", directory.Level));
            }
        }

        List<DropInFile> found = [];
        foreach ((_, List<DropInFile> files) in byName)
        {
            if (First(host, files) is { } file)
                found.Add(file);
        }

        found.Sort(static (a, b) => PathText.Encode($"/{a.Name}").AsSpan().SequenceCompareTo(PathText.Encode($"/{b.Name}")));
        return found;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The largest content that is read.</param>
    /// <returns>The file. Null if it has gone, is a directory, or says nothing because it leads to <c>/dev/null</c>.</returns>
    /// <exception cref="TrustException">It cannot be read.</exception>
    public static HostFile? TryRead(ITrustHost host, string path, int maxBytes)
    {
        try
        {
            return host.TryReadFile(path, maxBytes);
        }
        catch (TrustException e) when ((e.ErrorId == "NotARegularFile" && host.ResolvePath(path) == Nowhere) || IsDirectory(host, path, e))
        {
            return null;
        }
    }

    // Only where several files have a name, it matters which of them is a directory, which hides nothing.
    private static DropInFile? First(ITrustHost host, List<DropInFile> files)
    {
        int first = files.Count == 1 ? 0 : files.FindIndex(f => !IsDirectory(host, f.Path));
        return first < 0 ? null : files[first] with { Hides = [.. files.Skip(first + 1).Select(static f => f.Path)] };
    }

    private static bool IsDirectory(ITrustHost host, string path)
    {
        try
        {
            host.TryReadFile(path, 0);
            return false;
        }
        catch (TrustException e)
        {
            return IsDirectory(host, path, e);
        }
    }

    // A link to a directory is opened as if it were a file, and everything fails.
    private static bool IsDirectory(ITrustHost host, string path, TrustException e)
    {
        int slash = path.LastIndexOf('/');
        return e.ErrorId == "IsADirectory" && host.ResolvePath(path) == $"{host.ResolvePath(path[..slash]).TrimEnd('/')}{path[slash..]}";
    }
}
