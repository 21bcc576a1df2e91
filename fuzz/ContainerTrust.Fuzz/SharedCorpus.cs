namespace ContainerTrust.Fuzz;

/// <summary>Real files beside the repository, which are not part of it; there may be none.</summary>
internal static class SharedCorpus
{
    private static readonly Lazy<string?> s_directory = new(Find);

    /// <summary>The files whose path matches.</summary>
    /// <param name="isWanted">Whether a file is wanted, by its path below the corpus.</param>
    /// <returns>Their contents; those of more than 100 KB are left out.</returns>
    public static IEnumerable<byte[]> Files(Func<string, bool> isWanted)
    {
        const int Largest = 100_000;
        if (s_directory.Value is not { } directory)
            return [];
        return Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => isWanted(Path.GetRelativePath(directory, path)) && new FileInfo(path).Length <= Largest)
            .Select(File.ReadAllBytes);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_CORPUS") is { Length: > 0 } named)
            return named;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string corpus = Path.Combine(directory.FullName, "shared", "corpus");
            if (Directory.Exists(corpus))
                return corpus;
        }

        return null;
    }
}
