namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Finds the shared corpus of real files, which is not part of the project.</summary>
internal static class Corpus
{
    public static byte[] Read(string name)
    {
        string? path = SharedCorpus.Root is { } root ? Path.Combine(root, name) : null;
        Skip.If(path is null, SharedCorpus.Missing);
        return File.ReadAllBytes(path);
    }
}
