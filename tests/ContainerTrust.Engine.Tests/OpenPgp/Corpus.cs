namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Finds the shared corpus of real files, which is not part of the project.</summary>
internal static class Corpus
{
    public static byte[] Read(string name)
    {
        string? directory = Environment.GetEnvironmentVariable("CONTAINERTRUST_CORPUS") ?? Find();
        Skip.If(directory is null, "There is no shared corpus beside the repository; set CONTAINERTRUST_CORPUS.");
        return File.ReadAllBytes(Path.Combine(directory, name));
    }

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string corpus = Path.Combine(directory.FullName, "shared", "corpus");
            if (Directory.Exists(corpus))
                return corpus;
        }

        return null;
    }
}
