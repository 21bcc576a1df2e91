using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>Scripts match error ids: all are listed, and each is named in a test.</summary>
public sealed class ErrorIdTests
{
    /// <summary>Ids that no test names, and why.</summary>
    private static readonly Dictionary<string, string> s_notTested = new(StringComparer.Ordinal)
    {
        ["AnswerTooLarge"] = "every request names one of its own; this is what the type begins with",
        ["ReferrersNotFound"] = "a registry without referrers is no error; of other answers the registry's ids are used",
        ["VerificationFailed"] = "a fault of our own while an image is judged",
        ["PolicyEditFailed"] = "a fault of our own editor, which its check finds before anything is written",
        ["FlushFailed"] = "a disk that fails between a write and its flush",
        ["LockFailed"] = "a file system without locks, which no test can mount",
    };

    [Fact]
    public void The_page_lists_the_ids_of_the_source()
    {
        string path = Path.Combine(ErrorCatalogue.Repository, "docs/error-ids.md"), expected = ErrorCatalogue.Document();
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_WRITE_DOCS") == "1")
            File.WriteAllText(path, expected);
        Assert.True(expected == File.ReadAllText(path),
            $"docs/error-ids.md is out of date. Run this test with CONTAINERTRUST_WRITE_DOCS=1.");
    }

    /// <summary>The source is read by its patterns; what tests ask for must be among what these find, but for PowerShell's own and one made
    /// in a test.</summary>
    [Fact]
    public void What_tests_ask_for_is_on_the_page()
    {
        HashSet<string> known = [.. ErrorCatalogue.Read().SelectMany(ErrorCatalogue.Names)];
        IEnumerable<string> asked = Regex.Matches(Tests(), """
            (?:Assert\.Equal\("([A-Z]\w+)",[^\n]*\.ErrorId\)|-ErrorId\s+'([A-Z]\w+)|FullyQualifiedErrorId\s*\|\s*Should\s+-Be\w*\s+'([A-Z]\w+))
            """.Trim()).Select(static m => m.Groups.Values.Skip(1).First(static g => g.Success).Value).Distinct();
        string[] missing = [.. asked.Where(id => !known.Contains(id)
            && id is not ("ParameterArgumentValidationError" or "AmbiguousParameterSet" or "HttpStatus"))];
        Assert.True(missing.Length == 0, string.Join(", ", missing));
    }

    [Fact]
    public void Each_id_is_named_in_a_test()
    {
        string tests = Tests();
        IEnumerable<string> missing = ErrorCatalogue.Read()
            .Where(e => !ErrorCatalogue.Names(e).Any(n => Regex.IsMatch(tests, $@"\b{n}\b"))).Select(static e => e.Id);
        Assert.Equal(s_notTested.Keys.Order(StringComparer.Ordinal), missing.Order(StringComparer.Ordinal));
    }

    private static string Tests() =>
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(ErrorCatalogue.Repository, "tests"), "*.*", SearchOption.AllDirectories)
            .Where(static f => Path.GetExtension(f) is ".cs" or ".ps1" && Path.GetFileName(f) != "ErrorIdTests.cs"
                && !f.Contains("/obj/", StringComparison.Ordinal)
                && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(File.ReadAllText));
}
