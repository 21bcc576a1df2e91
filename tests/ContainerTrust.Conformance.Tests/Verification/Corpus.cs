using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Real keys, images and signatures of public projects, beside the repository.</summary>
internal static class Corpus
{
    /// <summary>A file or directory of the corpus; skips the test where there is none.</summary>
    public static string Require(string name)
    {
        string? path = SharedCorpus.Find(name);
        Skip.If(path is null, SharedCorpus.Missing);
        return path;
    }

    /// <summary>
    /// A copy of a directory of the corpus in which what once were symbolic links, and are now files of a line that says where to, is what
    /// they meant.
    /// </summary>
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
}
