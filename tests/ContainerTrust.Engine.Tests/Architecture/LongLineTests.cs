namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>Lines of over 140 characters: what is shipped has none, and tests only those whose data cannot be broken.</summary>
public sealed class LongLineTests
{
    private const int Longest = 140;

    // So many may be broken before the number here has to follow.
    private const int Slack = 10;

    /// <summary>How many long lines a project may have. A number may only fall; a project that is not here has none.</summary>
    private static readonly Dictionary<string, int> s_most = new(StringComparer.Ordinal)
    {
        ["bench/ContainerTrust.Bench"] = 3,
        ["tests/ContainerTrust.Conformance.Tests"] = 40,
        ["tests/ContainerTrust.Engine.Tests"] = 93,
        ["tests/ContainerTrust.TestCluster"] = 5,
    };

    [Fact]
    public void No_project_has_more_long_lines_than_it_had()
    {
        Dictionary<string, string[]> found = Files()
            .GroupBy(static f => string.Join('/', f.Split('/')[..2]))
            .ToDictionary(static p => p.Key, static p => p.SelectMany(Long).ToArray());
        Assert.All(s_most.Keys, p => Assert.True(found.ContainsKey(p), $"{p} is a project"));
        List<string> faults = [];
        foreach ((string project, string[] lines) in found)
        {
            int most = s_most.GetValueOrDefault(project);
            if (lines.Length > most)
                faults.Add($"{project} has {lines.Length} lines of over {Longest} characters, {most} at most. Break " +
                    "those of your change; the last:\n"
                    + string.Join('\n', lines[^Math.Min(5, lines.Length)..]));
            else if (lines.Length < most - Slack)
                faults.Add($"{project} has only {lines.Length} lines of over {Longest} characters: lower its number here from {most}.");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static IEnumerable<string> Long(string path) =>
        File.ReadLines(Path.Combine(Errors.ErrorCatalogue.Repository, path))
            .Select((line, i) => (line, i))
            .Where(static l => l.line.Length > Longest)
            .Select(l => $"{path}:{l.i + 1}");

    private static IEnumerable<string> Files()
    {
        string root = Errors.ErrorCatalogue.Repository;
        foreach (string folder in (string[])["src", "tests", "bench", "fuzz", "tools"])
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            {
                string path = Path.GetRelativePath(root, file);
                if (!path.Split('/').Any(static p => p is "bin" or "obj"))
                    yield return path;
            }
        }
    }
}
