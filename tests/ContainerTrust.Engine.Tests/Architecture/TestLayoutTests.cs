using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>Tests stand where what they test does: a folder of tests is one of the engine, and its namespace is its folder.</summary>
public sealed partial class TestLayoutTests
{
    private const string Engine = "src/ContainerTrust.Engine";

    /// <summary>Folders of tests that the engine does not have, and why they are there.</summary>
    private static readonly Dictionary<string, string> s_other = new(StringComparer.Ordinal)
    {
        ["ContainerTrust.Engine.Tests/"] = "what every test may name",
        ["ContainerTrust.Engine.Tests/Architecture"] = "holds the code to docs/architecture.md",
        ["ContainerTrust.Engine.Tests/Model"] = "tests of ContainerTrust.Model",
        ["ContainerTrust.Conformance.Tests/"] = "what every comparison may name",
        ["ContainerTrust.Conformance.Tests/Cli"] = "tests of ContainerTrust.Cli",
    };

    [Theory]
    [InlineData("ContainerTrust.Engine.Tests")]
    [InlineData("ContainerTrust.Conformance.Tests")]
    public void Folders_of_tests_are_folders_of_the_engine(string project)
    {
        string[] folders = [.. Sources(project).Select(static s => FolderOf(s.Path)).Distinct()];
        Assert.True(folders.Length > 5, $"{project} has folders");
        string[] faults = [.. folders.Where(folder => !s_other.ContainsKey($"{project}/{folder}")
            && (folder.Length == 0 || !Directory.Exists(Path.Combine(ErrorCatalogue.Repository, Engine, folder))))];
        Assert.True(faults.Length == 0, $"{Engine} has no folder {string.Join(", ", faults)}. Move the tests of {project} to the " +
            "folder of what they test.");
    }

    [Fact]
    public void Folders_that_the_engine_does_not_have_are_there() =>
        Assert.All(s_other.Keys, static f => Assert.True(Directory.Exists(Path.Combine(ErrorCatalogue.Repository, "tests", f)), f));

    [Theory]
    [InlineData("ContainerTrust.Engine.Tests")]
    [InlineData("ContainerTrust.Conformance.Tests")]
    [InlineData("ContainerTrust.TestKit")]
    public void The_namespace_of_a_test_is_its_folder(string project)
    {
        foreach ((string path, string text) in Sources(project))
        {
            string folder = FolderOf(path);
            string expected = folder.Length == 0 ? project : $"{project}.{folder.Replace('/', '.')}";
            Assert.Equal($"{path}: {expected}", $"{path}: {NamespaceLine().Match(text).Groups[1].Value}");
        }
    }

    // What the kit has, no project makes again under the same name.
    [Fact]
    public void What_the_kit_has_is_nowhere_else()
    {
        string[] kit = [.. Sources("ContainerTrust.TestKit").SelectMany(static s => TypesOf(s.Text))];
        Assert.True(kit.Length > 20, "the kit has types");
        string[] projects =
        [
            "ContainerTrust.Engine.Tests", "ContainerTrust.Conformance.Tests", "ContainerTrust.Fuzz.Tests", "../fuzz/ContainerTrust.Fuzz",
            "../bench/ContainerTrust.Bench",
        ];
        string[] twice = [.. projects.SelectMany(Sources).SelectMany(s => TypesOf(s.Text).Intersect(kit).Select(t => $"{s.Path}: {t}"))];
        Assert.Equal("", string.Join('\n', twice));
    }

    private static IEnumerable<string> TypesOf(string text) => TypeLine().Matches(text).Select(static m => m.Groups[1].Value);

    private static string FolderOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static IEnumerable<(string Path, string Text)> Sources(string project)
    {
        string root = Path.GetFullPath(Path.Combine(ErrorCatalogue.Repository, "tests", project));
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file);
            if (path.Split('/')[0] is not ("bin" or "obj" or "out"))
                yield return (path, File.ReadAllText(file));
        }
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|file)\s+)*(?:class|struct|interface|enum|record)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
