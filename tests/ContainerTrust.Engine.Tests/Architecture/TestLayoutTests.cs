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

    /// <summary>Files that make by themselves what the kit makes, and why.</summary>
    private static readonly Dictionary<string, string> s_own = new(StringComparer.Ordinal)
    {
        ["ContainerTrust.TestCluster/ApiServer.cs"] = "a program that is started alone, and has no kit",
    };

    private static readonly string[] s_projects =
    [
        "ContainerTrust.Engine.Tests", "ContainerTrust.Conformance.Tests", "ContainerTrust.Fuzz.Tests", "ContainerTrust.TestCluster",
        "ContainerTrust.TestWriter", "../fuzz/ContainerTrust.Fuzz", "../bench/ContainerTrust.Bench",
    ];

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
    public void Each_room_of_the_engine_has_a_folder_of_tests()
    {
        string[] folders = [.. Sources("ContainerTrust.Engine.Tests").Select(static s => s.Path.Split('/')[0]).Distinct()];
        string[] missing = [.. RoomMap.Rooms.Keys.Where(r => !folders.Contains(r))];
        Assert.True(missing.Length == 0, $"tests/ContainerTrust.Engine.Tests has no folder {string.Join(", ", missing)}.");
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
        string[] twice = [.. s_projects.SelectMany(Sources).SelectMany(s => TypesOf(s.Text).Intersect(kit).Select(t => $"{s.Path}: {t}"))];
        Assert.Equal("", string.Join('\n', twice));
    }

    // Certificates and damaged input: TestCertificate, TestCertificates and Mutation make them.
    [Fact]
    public void What_the_kit_makes_is_made_nowhere_else()
    {
        string[] made = [.. s_projects.SelectMany(static p => Sources(p).Where(static s => Maker().IsMatch(s.Text))
            .Select(s => $"{p}/{s.Path}"))];
        Assert.Equal(s_own.Keys.Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
        Assert.Contains(Sources("ContainerTrust.TestKit"), static s => s.Path == "TestCertificates.cs" && Maker().IsMatch(s.Text));
    }

    // What a test asserts, in words: A_thing_does_this, and A_thing_does_this_async is not a word.
    [Theory]
    [InlineData("ContainerTrust.Engine.Tests")]
    [InlineData("ContainerTrust.Conformance.Tests")]
    [InlineData("ContainerTrust.Fuzz.Tests")]
    public void A_test_is_named_by_a_sentence(string project)
    {
        string[] names = [.. Sources(project).SelectMany(static s => TestMethod().Matches(s.Text)
            .Select(m => $"{s.Path}: {m.Groups[1].Value}"))];
        Assert.True(names.Length > 5, $"{project} has tests");
        string[] faults = [.. names.Where(static n => !Sentence().IsMatch(n[(n.IndexOf(' ', StringComparison.Ordinal) + 1)..]))];
        Assert.True(faults.Length == 0, $"Name a test by what it asserts, such as A_key_is_read_once:\n{string.Join('\n', faults)}");
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

    [GeneratedRegex(@"\bCertificateRequest\b(?!"")|\b(?:byte\[\]|string|List<byte>) Mutat\w*\(")]
    private static partial Regex Maker();

    // With the attributes that may stand between.
    [GeneratedRegex(
        @"\[(?:Skippable)?(?:Fact|Theory)[^\]]*\][^{;]*?public (?:static )?(?:async )?[\w<>\[\], ]+ (\w+)\(", RegexOptions.Singleline)]
    private static partial Regex TestMethod();

    // Words with an underline between; names of the field as they are written.
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+\z")]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|file)\s+)*(?:class|struct|interface|enum|record)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
