using System.Text;

namespace ContainerTrust.TestKit;

/// <summary>Real keys, images, signatures and policies of public projects, beside the repository; there may be none.</summary>
internal static class Corpus
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

    /// <summary>A file or directory of it; skips the test where there is none.</summary>
    /// <param name="name">Its path below the corpus.</param>
    public static string Require(string name)
    {
        string? path = Find(name);
        Skip.If(path is null, Missing);
        return path;
    }

    /// <summary>Reads a file that every corpus has; skips the test where there is no corpus.</summary>
    /// <param name="name">Its path below the corpus.</param>
    public static byte[] Read(string name)
    {
        Skip.If(Root is null, Missing);
        return File.ReadAllBytes(Path.Combine(Root, name));
    }

    /// <summary>The files whose path matches; none where there is no corpus.</summary>
    /// <param name="isWanted">Whether a file is wanted, by its path below the corpus.</param>
    /// <returns>Their contents; those of more than 100 KB are left out.</returns>
    public static IEnumerable<byte[]> Where(Func<string, bool> isWanted)
    {
        const int Largest = 100_000;
        if (Root is not { } root)
            return [];
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => isWanted(Path.GetRelativePath(root, path)) && new FileInfo(path).Length <= Largest)
            .Select(File.ReadAllBytes);
    }

    /// <summary>
    /// A copy of a directory of the corpus in which what once were symbolic links, and are now files of a line that says where to, is what
    /// they meant.
    /// </summary>
    /// <param name="name">The directory's path below the corpus.</param>
    /// <param name="destination">Where the copy goes.</param>
    /// <returns>The destination.</returns>
    public static string CopyOf(string name, string destination)
    {
        string source = Require(name);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(destination, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Follow(file, depth: 0), copy, overwrite: true);
        }

        return destination;
    }

    private static string Follow(string file, int depth)
    {
        if (depth == 8 || new FileInfo(file).Length > 200)
            return file;
        byte[] content = File.ReadAllBytes(file);
        if (!content.AsSpan().StartsWith("../"u8) || content.AsSpan().ContainsAny((byte)'\n', (byte)0))
            return file;
        string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, Encoding.UTF8.GetString(content)));
        return File.Exists(target) ? Follow(target, depth + 1) : file;
    }

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
