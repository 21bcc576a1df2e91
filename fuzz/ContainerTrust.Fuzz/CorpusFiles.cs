namespace ContainerTrust.Fuzz;

/// <summary>Real files beside the repository, which are not part of it; there may be none.</summary>
internal static class CorpusFiles
{
    /// <summary>The files whose path matches.</summary>
    /// <param name="isWanted">Whether a file is wanted, by its path below the corpus.</param>
    /// <returns>Their contents; those of more than 100 KB are left out.</returns>
    public static IEnumerable<byte[]> Where(Func<string, bool> isWanted)
    {
        const int Largest = 100_000;
        if (SharedCorpus.Root is not { } directory)
            return [];
        return Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => isWanted(Path.GetRelativePath(directory, path)) && new FileInfo(path).Length <= Largest)
            .Select(File.ReadAllBytes);
    }
}
