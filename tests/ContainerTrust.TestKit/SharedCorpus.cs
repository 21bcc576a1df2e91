namespace ContainerTrust.TestKit;

/// <summary>Real keys, images, signatures and policies of public projects, beside the repository; there may be none.</summary>
internal static class SharedCorpus
{
    /// <summary>Why a test is skipped that needs it.</summary>
    public const string Missing = "There is no shared corpus beside the repository; set CONTAINERTRUST_CORPUS.";

    private static readonly Lazy<string?> s_root = new(FindRoot);

    /// <summary>Where it is. Null if there is none.</summary>
    public static string? Root => s_root.Value;

    /// <summary>A file or directory of it.</summary>
    /// <param name="name">Its path below the corpus.</param>
    /// <returns>The path. Null if there is no corpus, or nothing of that name in it.</returns>
    public static string? Find(string name) => Root is { } root && Path.Exists(Path.Combine(root, name)) ? Path.Combine(root, name) : null;

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_CORPUS") is { Length: > 0 } named)
            return named;
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string corpus = Path.Combine(directory.FullName, "shared", "corpus");
            if (Directory.Exists(corpus))
                return corpus;
        }

        return null;
    }
}
